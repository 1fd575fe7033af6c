//! The encrypted file.

use std::fs::{self, File};
use std::path::Path;
use std::process::Command;

use nurturehub_port::{ErrorKind, Secret};
use nurturehub_vault::{EncryptedFile, Vault, VaultError};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::{account, secret};

const PASSPHRASE: &str = "a passphrase for tests";

fn open(home: &Path, passphrase: &str) -> EncryptedFile {
    EncryptedFile::new(home, Secret::new(passphrase.to_owned())).unwrap()
}

#[tokio::test]
async fn what_one_process_writes_another_reads() {
    let home = tempfile::tempdir().unwrap();
    let (first, second) = (open(home.path(), PASSPHRASE), open(home.path(), PASSPHRASE));
    assert!(
        first.read(&account("a")).await.unwrap().is_none(),
        "no file yet"
    );
    first
        .write(&account("a"), secret([0, 255, 10]))
        .await
        .unwrap();
    assert!(second.read(&account("a")).await.unwrap() == Some(secret([0, 255, 10])));
    second.write(&account("a"), secret("new")).await.unwrap();
    second.write(&account("b"), secret("")).await.unwrap();
    assert!(
        first.read(&account("a")).await.unwrap() == Some(secret("new")),
        "nothing stale is answered from memory"
    );
    assert!(first.read(&account("b")).await.unwrap() == Some(secret("")));
    first.delete(&account("a")).await.unwrap();
    first.delete(&account("a")).await.unwrap();
    assert!(second.read(&account("a")).await.unwrap().is_none());
    first.probe().await.unwrap();
}

#[tokio::test]
async fn a_wrong_passphrase_opens_nothing_and_spoils_nothing() {
    let home = tempfile::tempdir().unwrap();
    open(home.path(), PASSPHRASE)
        .write(&account("a"), secret("x"))
        .await
        .unwrap();
    let before = fs::read(home.path().join("vault.bin")).unwrap();
    let wrong = open(home.path(), "another one");
    for outcome in [
        wrong.read(&account("a")).await.map(drop),
        wrong.write(&account("a"), secret("y")).await,
        wrong.delete(&account("a")).await,
        wrong.probe().await,
    ] {
        let error = outcome.unwrap_err();
        assert!(
            matches!(error, VaultError::WrongPassphrase { .. }),
            "{error:?}"
        );
        assert_eq!(error.kind(), ErrorKind::VaultLocked);
        assert!(error.remedy().contains("NURTUREHUB_VAULT_PASSPHRASE"));
    }
    let after = fs::read(home.path().join("vault.bin")).unwrap();
    assert_eq!(before, after, "the file is as it was");
}

#[test]
fn a_damaged_file_is_refused_wherever_it_is_damaged() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("vault.bin");
    let vault = open(home.path(), PASSPHRASE);
    runtime
        .block_on(vault.write(&account("a"), secret("value")))
        .unwrap();
    let whole = fs::read(&path).unwrap();

    let refused = |bytes: &[u8]| {
        fs::write(&path, bytes).unwrap();
        runtime.block_on(vault.read(&account("a"))).is_err()
            && runtime
                .block_on(vault.write(&account("b"), secret("b")))
                .is_err()
            && fs::read(&path).unwrap() == bytes
    };
    for length in 0..whole.len() {
        assert!(refused(&whole[..length]), "cut to {length} bytes");
    }
    let mut runner = TestRunner::new(Config {
        failure_persistence: None,
        ..Config::with_cases(60)
    });
    runner
        .run(&(0..whole.len(), 1_u8..), |(index, flip)| {
            let mut changed = whole.clone();
            changed[index] ^= flip;
            prop_assert!(refused(&changed), "byte {} changed by {:#x}", index, flip);
            Ok(())
        })
        .unwrap();

    let mut hostile = whole.clone();
    hostile[12..16].copy_from_slice(&(64 * 1024 * 1024_u32).to_le_bytes());
    fs::write(&path, &hostile).unwrap();
    let error = runtime.block_on(vault.read(&account("a"))).unwrap_err();
    assert!(
        matches!(error, VaultError::Corrupt { .. }),
        "a file that asks for 64 GiB is refused, not obeyed: {error:?}"
    );

    fs::write(&path, &whole).unwrap();
    let found = runtime.block_on(vault.read(&account("a"))).unwrap();
    assert!(found == Some(secret("value")), "and the whole file opens");
}

#[tokio::test]
async fn nothing_of_a_secret_stands_in_the_files() {
    let home = tempfile::tempdir().unwrap();
    let vault = open(home.path(), PASSPHRASE);
    vault
        .write(&account("connection/marked-name"), secret("marked-value-1"))
        .await
        .unwrap();
    vault
        .write(&account("connection/marked-name"), secret("marked-value-2"))
        .await
        .unwrap();
    vault.delete(&account("connection/other")).await.unwrap();
    for entry in fs::read_dir(home.path()).unwrap() {
        let path = entry.unwrap().path();
        let bytes = fs::read(&path).unwrap();
        for needle in ["marked", "bWFya2Vk", PASSPHRASE] {
            assert!(
                !bytes
                    .windows(needle.len())
                    .any(|window| window == needle.as_bytes()),
                "{needle} in {}",
                path.display()
            );
        }
    }
    let shown = format!("{vault:?}");
    assert!(!shown.contains(PASSPHRASE), "{shown}");
}

#[cfg(unix)]
#[tokio::test]
async fn files_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let parent = tempfile::tempdir().unwrap();
    let home = parent.path().join("made/by/us");
    let vault = open(&home, PASSPHRASE);
    vault.write(&account("a"), secret("1")).await.unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&home), 0o700, "the folder");
    for file in ["vault.bin", "vault.lock"] {
        assert_eq!(mode(&home.join(file)), 0o600, "{file}");
    }
    // Restored from a backup with a careless mode, and a leftover with one.
    let careless = fs::Permissions::from_mode(0o644);
    fs::set_permissions(home.join("vault.bin"), careless.clone()).unwrap();
    fs::write(home.join("vault.new"), "left by a writer that was killed").unwrap();
    fs::set_permissions(home.join("vault.new"), careless).unwrap();
    vault.write(&account("a"), secret("2")).await.unwrap();
    assert_eq!(
        mode(&home.join("vault.bin")),
        0o600,
        "mended by the next write"
    );
    assert!(!home.join("vault.new").exists(), "the leftover is gone");
    assert!(vault.read(&account("a")).await.unwrap() == Some(secret("2")));
}

#[tokio::test]
async fn a_write_whose_caller_went_away_cannot_overwrite_a_later_one() {
    let home = tempfile::tempdir().unwrap();
    let vault = open(home.path(), PASSPHRASE);
    vault.write(&account("token"), secret("0")).await.unwrap();

    // Another process is inside, so that both writes below must wait.
    let lock = File::open(home.path().join("vault.lock")).unwrap();
    lock.lock().unwrap();
    let key = account("token");
    tokio::select! {
        biased;
        _ = vault.write(&key, secret("old")) => panic!("it must wait for the lock"),
        () = std::future::ready(()) => {} // the caller goes away here
    }
    let later = vault.write(&key, secret("new"));
    let unlock = async { lock.unlock().unwrap() };
    let (stored, ()) = tokio::join!(later, unlock);
    stored.unwrap();
    assert!(vault.read(&account("token")).await.unwrap() == Some(secret("new")));
}

const WRITES: usize = 12;

/// The other side of the test below; does nothing unless that test started it.
#[tokio::test]
#[ignore = "started by `several_processes_write_at_once_and_no_write_is_lost`"]
async fn one_of_several_processes() {
    let (Ok(home), Ok(name)) = (std::env::var("TEST_HOME"), std::env::var("TEST_NAME")) else {
        return;
    };
    let vault = open(Path::new(&home), PASSPHRASE);
    for index in 0..WRITES {
        let key = account(&format!("{name}/{index}"));
        vault.write(&key, secret(&name)).await.unwrap();
        vault
            .write(&account("shared"), secret(&name))
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn several_processes_write_at_once_and_no_write_is_lost() {
    let home = tempfile::tempdir().unwrap();
    let names = ["one", "two", "three"];
    let children = names.map(|name| {
        Command::new(std::env::current_exe().unwrap())
            .args(["--ignored", "--exact", "file::one_of_several_processes"])
            .env("TEST_HOME", home.path())
            .env("TEST_NAME", name)
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap()
    });
    // And two tasks of this one, on one object.
    let vault = open(home.path(), PASSPHRASE);
    let own = |name: &'static str| {
        let vault = &vault;
        async move {
            for index in 0..WRITES {
                let key = account(&format!("{name}/{index}"));
                vault.write(&key, secret(name)).await.unwrap();
            }
        }
    };
    tokio::join!(own("four"), own("five"));
    for mut child in children {
        assert!(child.wait().unwrap().success(), "a writer failed");
    }
    for name in names.into_iter().chain(["four", "five"]) {
        for index in 0..WRITES {
            let key = account(&format!("{name}/{index}"));
            assert!(
                vault.read(&key).await.unwrap() == Some(secret(name)),
                "{key} was lost"
            );
        }
    }
}
