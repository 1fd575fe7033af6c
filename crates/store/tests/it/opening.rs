//! The one door: keys, damaged files, versions, and what lies on the disk.

use std::path::Path;

use nurturehub_port::ErrorKind;
use nurturehub_store::{Store, StoreError};

use crate::desk::{Desk, ONCE, contact, key, look_inside, prepared, version};

const MARKER: &str = "marker-of-a-person";

#[tokio::test]
async fn another_key_does_not_open_it() {
    let desk = Desk::new().await;
    desk.sync(vec![version("a", "1")], ONCE).await;
    let path = desk.path();
    let wrong = Store::open(&path, key(8)).await.unwrap_err();
    assert!(
        matches!(&wrong, StoreError::WrongKeyOrDamaged { path: named } if *named == path),
        "{wrong:?}"
    );
    assert_eq!(wrong.kind(), ErrorKind::StorageCorrupt);
    assert_eq!(
        desk.detail("a").await.raw,
        r#"{"version":"1"}"#,
        "an attempt with the wrong key does no harm"
    );
}

#[test]
fn a_key_of_another_length_is_no_key() {
    for length in [0, 16, 31, 33, 64] {
        let key = nurturehub_store::DatabaseKey::new(nurturehub_port::Secret::new(vec![1; length]));
        assert!(key.is_none(), "{length} bytes");
    }
}

#[tokio::test]
async fn a_file_that_is_no_database_or_only_part_of_one_is_said_to_be_damaged() {
    let desk = Desk::new().await;
    desk.sync(
        (0..200).map(|n| version(&n.to_string(), "1")).collect(),
        ONCE,
    )
    .await;
    desk.store.checkpoint().await.unwrap();
    let whole = std::fs::read(desk.path()).unwrap();
    let mut scratched = whole.clone();
    scratched[2000] ^= 1;
    let folder = tempfile::tempdir().unwrap();
    let files: [(&str, &[u8]); 5] = [
        ("text", b"This is no database at all, but it is longer than a header of one hundred bytes, so there."),
        ("short", &whole[..10]),
        ("half-a-page", &whole[..2048]),
        ("scratched", &scratched),
        ("zeros", &[0; 8192]),
    ];
    for (name, bytes) in files {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let error = Store::open(&path, key(7)).await.unwrap_err();
        assert!(
            matches!(error, StoreError::WrongKeyOrDamaged { .. }),
            "{name}: {error:?}"
        );
        assert_eq!(
            std::fs::read(&path).unwrap(),
            bytes,
            "{name}: what may be a person's data is left as it was"
        );
    }
}

#[tokio::test]
async fn a_file_cut_short_is_damaged_wherever_that_shows() {
    let desk = Desk::new().await;
    desk.sync(
        (0..500).map(|n| version(&n.to_string(), "1")).collect(),
        ONCE,
    )
    .await;
    desk.store.checkpoint().await.unwrap();
    let whole = std::fs::read(desk.path()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cut.db");
    std::fs::write(&path, &whole[..whole.len() / 2 / 4096 * 4096]).unwrap();
    let error = match Store::open(&path, key(7)).await {
        Err(error) => error,
        Ok(store) => store
            .find(
                1,
                nurturehub_store::contacts::ContactFilter::default(),
                1000,
                0,
            )
            .await
            .unwrap_err(),
    };
    assert_eq!(error.kind(), ErrorKind::StorageCorrupt, "{error:?}");
}

#[tokio::test]
async fn a_place_that_cannot_be_written_to_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, b"x").unwrap();
    let in_a_file = Store::open(&file.join("store.db"), key(7))
        .await
        .unwrap_err();
    assert!(
        matches!(in_a_file, StoreError::Folder { .. }),
        "{in_a_file:?}"
    );
    let a_folder = Store::open(folder.path(), key(7)).await.unwrap_err();
    assert!(
        matches!(a_folder, StoreError::Folder { .. }),
        "{a_folder:?}"
    );
    assert!(a_folder.remedy().contains("--home"));
}

#[tokio::test]
async fn a_newer_schema_is_refused_and_left_alone() {
    let desk = Desk::new().await;
    let path = desk.path();
    look_inside(&path)
        .pragma_update(None, "user_version", 99)
        .unwrap();
    let newer = Store::open(&path, key(7)).await.unwrap_err();
    assert!(
        matches!(newer, StoreError::Newer { found: 99, .. }),
        "{newer:?}"
    );
    assert!(newer.remedy().contains("Update"));
    let version: i64 = look_inside(&path)
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .unwrap();
    assert_eq!(version, 99);
}

/// Readers and the writer that went at once used to take each other for somebody who stays, so that none
/// of them copied the log: it took some rounds to see.
#[tokio::test]
async fn a_store_that_is_closed_leaves_no_log_behind() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    for round in 0..100 {
        let store = Store::open(&path, key(7)).await.unwrap();
        let write = |tx: &nurturehub_store::Write<'_>| tx.count_rows("connection");
        store.write(write).await.unwrap();
        let read = |db: &nurturehub_store::Read<'_>| db.count_rows("connection");
        let _both = tokio::join!(store.read(read), store.read(read), store.count_contacts(1));
        drop(store);
        let files: Vec<String> = files_of(folder.path())
            .into_iter()
            .map(|(name, _)| name)
            .collect();
        assert_eq!(files, ["store.db"], "round {round}");
    }
}

fn files_of(folder: &Path) -> Vec<(String, Vec<u8>)> {
    std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read(&path).unwrap())
        })
        .collect()
}

#[tokio::test]
async fn nothing_of_a_contact_lies_on_the_disk_in_clear() {
    let desk = Desk::new().await;
    for checkpointed in [false, true] {
        let records = (0..50)
            .map(|number| {
                let mut person = contact(&format!("{MARKER}-{number}"));
                person.identity.full_name = format!("{MARKER} {checkpointed}");
                prepared(person, &format!("{{\"name\":\"{MARKER}\"}}"))
            })
            .collect();
        desk.sync(records, ONCE).await;
        if checkpointed {
            desk.store.checkpoint().await.unwrap();
        }
        let files = files_of(desk.folder());
        let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
        assert!(
            names.contains(&"store.db-wal"),
            "there is a log to look at: {names:?}"
        );
        for (name, bytes) in &files {
            for needle in [MARKER, "fullName", "CREATE TABLE", "SQLite format 3"] {
                assert!(
                    !bytes
                        .windows(needle.len())
                        .any(|part| part.eq_ignore_ascii_case(needle.as_bytes())),
                    "`{needle}` stands in {name}"
                );
            }
        }
        let written: usize = files.iter().map(|(_, bytes)| bytes.len()).sum();
        assert!(written > 8192, "the contacts are in these files");
    }
}
