//! Another key for the database.

use nurturehub_store::{Store, StoreError, rekey};

use crate::desk::{Desk, ONCE, key, version};

#[tokio::test]
async fn a_copy_with_another_key_holds_the_same_and_opens_with_that_key_alone() {
    let desk = Desk::new().await;
    desk.sync(
        (0..300).map(|n| version(&n.to_string(), "1")).collect(),
        ONCE,
    )
    .await;
    let path = desk.path();
    let folder = desk.put_away();
    let copy = folder.path().join("copy.db");
    // What an attempt left behind that was cut off.
    std::fs::write(&copy, b"half a copy").unwrap();
    std::fs::write(folder.path().join("copy.db-journal"), b"half a journal").unwrap();
    rekey::copy_with_key(&path, &key(7), &copy, &key(8)).unwrap();

    for (path, good, bad) in [(&path, 7, 8), (&copy, 8, 7)] {
        let wrong = Store::open(path, key(bad)).await.unwrap_err();
        assert!(
            matches!(wrong, StoreError::WrongKeyOrDamaged { .. }),
            "{}: {wrong:?}",
            path.display()
        );
        let store = Store::open(path, key(good)).await.unwrap();
        let rows = store.read(|db| db.count_rows("contact")).await.unwrap();
        assert_eq!(rows, 300, "{}: all that was there", path.display());
    }
    rekey::put_in_place(&copy, &path).unwrap();
    assert!(!copy.exists(), "there is one database");
    Store::open(&path, key(8)).await.unwrap();
}
