//! The OS keychain vault over a keychain that can be made to fail.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use keyring_core::Error;
use nurturehub_port::{ConnectionId, ErrorKind};
use nurturehub_vault::{AccountKey, MAX_VALUE_BYTES, OsKeychain, Vault, VaultError};

use crate::fake_keychain::{Failure, Keychain};
use crate::{account, large, secret};

fn vault(home: &Path, keychain: &Arc<Keychain>) -> OsKeychain {
    OsKeychain::connecting(home, keychain.connect()).unwrap()
}

#[tokio::test]
async fn values_of_every_size_come_back_whole_and_leave_nothing_when_deleted() {
    let home = tempfile::tempdir().unwrap();
    let keychain = Keychain::new();
    let vault = vault(home.path(), &keychain);
    let name = AccountKey::tokens(&ConnectionId::parse("Reserve.North").unwrap());
    // Growing and shrinking over the size of one entry, in both directions.
    for size in [
        0,
        1,
        1_498,
        1_499,
        1_500,
        9_000,
        4_000,
        MAX_VALUE_BYTES,
        2_000,
        10,
    ] {
        let value = large(7, size);
        vault.write(&name, value.clone()).await.unwrap();
        let found = vault.read(&name).await.unwrap();
        assert!(
            found == Some(value),
            "{size} bytes must come back as written"
        );
        let needed = if size <= 1_498 {
            1
        } else {
            1 + (size * 4).div_ceil(3).div_ceil(2_000)
        };
        assert_eq!(
            keychain.len(),
            needed,
            "with {size} bytes, no part of an earlier value is left"
        );
    }
    vault.write(&name, large(1, 9_000)).await.unwrap();
    vault.delete(&name).await.unwrap();
    assert_eq!(keychain.len(), 0, "no part survives its value");
    assert!(vault.read(&name).await.unwrap().is_none());
    vault.delete(&name).await.unwrap();
}

#[tokio::test]
async fn a_value_too_large_for_any_vault_is_refused_before_anything_is_written() {
    let home = tempfile::tempdir().unwrap();
    let keychain = Keychain::new();
    let vault = vault(home.path(), &keychain);
    let error = vault
        .write(&account("a"), large(0, MAX_VALUE_BYTES + 1))
        .await
        .unwrap_err();
    assert!(matches!(error, VaultError::TooLarge { .. }), "{error:?}");
    assert_eq!(keychain.len(), 0);
}

#[tokio::test]
async fn stopped_at_any_operation_a_write_leaves_the_old_value_or_the_new_one() {
    let home = tempfile::tempdir().unwrap();
    let (old, new) = (large(1, 6_000), large(2, 7_000));
    let (mut kept, mut replaced) = (0, 0);
    for operations in 0..40 {
        let keychain = Keychain::new();
        let vault = vault(home.path(), &keychain);
        let name = account("connection/x/tokens");
        vault.write(&name, old.clone()).await.unwrap();
        keychain.fail_after(operations, Failure::Locked);
        let outcome = vault.write(&name, new.clone()).await;
        keychain.heal();
        let found = vault.read(&name).await.unwrap();
        if outcome.is_ok() {
            assert!(
                found.as_ref() == Some(&new),
                "said to be stored after {operations}"
            );
            replaced += 1;
        } else {
            assert!(
                found.as_ref() == Some(&old),
                "said to have failed after {operations}"
            );
            kept += 1;
        }
        vault.write(&name, new.clone()).await.unwrap();
        assert!(
            vault.read(&name).await.unwrap() == Some(new.clone()),
            "and it recovers"
        );
        vault.delete(&name).await.unwrap();
        assert_eq!(
            keychain.len(),
            0,
            "what was left behind is cleared in the end"
        );
    }
    assert!(
        kept > 3 && replaced > 3,
        "both happened: {kept} and {replaced}"
    );
}

#[tokio::test]
async fn a_value_that_is_not_all_there_is_refused() {
    let home = tempfile::tempdir().unwrap();
    let keychain = Keychain::new();
    let vault = vault(home.path(), &keychain);
    let name = account("platform");
    vault.write(&name, large(3, 9_000)).await.unwrap();
    let whole = keychain.entries.lock().unwrap().clone();
    for (entry, content) in &whole {
        if entry.1 == name.as_str() {
            continue;
        }
        for change in ["missing", "cut", "swapped", "longer"] {
            let mut changed = content.clone();
            match change {
                "cut" => drop(changed.pop()),
                "swapped" => changed.reverse(),
                _ => changed.push(b'A'),
            }
            {
                let mut entries = keychain.entries.lock().unwrap();
                *entries = whole.clone();
                if change == "missing" {
                    entries.remove(entry);
                } else {
                    entries.insert(entry.clone(), changed);
                }
            }
            let outcome = vault.read(&name).await;
            assert!(
                matches!(outcome, Err(VaultError::Corrupt { .. })),
                "{} {change}: {outcome:?}",
                entry.1
            );
        }
    }
    vault.write(&name, secret("anew")).await.unwrap();
    assert!(
        vault.read(&name).await.unwrap() == Some(secret("anew")),
        "entering the credentials again mends it"
    );
}

#[tokio::test]
async fn two_data_folders_do_not_see_each_others_secrets() {
    let homes = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let keychain = Keychain::new();
    let [first, second] = homes.each_ref().map(|home| vault(home.path(), &keychain));
    first
        .write(&account("platform"), secret("one"))
        .await
        .unwrap();
    assert!(second.read(&account("platform")).await.unwrap().is_none());
    second.delete(&account("platform")).await.unwrap();
    let again = vault(&homes[0].path().join("."), &keychain);
    assert!(
        again.read(&account("platform")).await.unwrap() == Some(secret("one")),
        "the same folder, written in another way, is the same folder"
    );
}

#[tokio::test]
async fn a_keychain_that_comes_back_is_found_again() {
    let home = tempfile::tempdir().unwrap();
    let keychain = Keychain::new();
    let reachable = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let (connect, up) = (keychain.connect(), Arc::clone(&reachable));
    let vault = OsKeychain::connecting(
        home.path(),
        Arc::new(move || {
            if up.load(Ordering::SeqCst) {
                connect()
            } else {
                Err(Error::PlatformFailure("no session bus".into()))
            }
        }),
    )
    .unwrap();
    let error = vault.read(&account("a")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::VaultUnavailable, "{error}");

    reachable.store(true, Ordering::SeqCst);
    vault.write(&account("a"), secret("1")).await.unwrap();
    assert_eq!(
        keychain.connections.load(Ordering::SeqCst),
        1,
        "and the line is kept"
    );

    for failure in [Failure::Broken, Failure::Panics] {
        keychain.fail_after(0, failure);
        let error = vault.read(&account("a")).await.unwrap_err();
        assert_eq!(
            error.kind(),
            ErrorKind::VaultUnavailable,
            "{failure:?}: {error}"
        );
        keychain.heal();
        assert!(
            vault.read(&account("a")).await.unwrap() == Some(secret("1")),
            "after {failure:?} the vault works again"
        );
    }
}

#[tokio::test]
async fn the_probe_finds_what_reading_alone_would_not() {
    let home = tempfile::tempdir().unwrap();
    let keychain = Keychain::new();
    let vault = vault(home.path(), &keychain);
    keychain.fail_after(0, Failure::NeverUnlocked);
    assert!(
        vault.read(&account("a")).await.unwrap().is_none(),
        "a keychain that nobody ever unlocked seems to work"
    );
    let error = vault.probe().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::VaultLocked, "{error}");
    keychain.heal();
    vault.probe().await.unwrap();
    assert_eq!(keychain.len(), 0, "the probe leaves nothing behind");
}

#[tokio::test]
async fn debug_shows_no_secret() {
    let home = tempfile::tempdir().unwrap();
    let keychain = Keychain::new();
    let vault = vault(home.path(), &keychain);
    vault.write(&account("a"), secret("hunter2")).await.unwrap();
    let shown = format!("{vault:?}");
    // `aHVudGVyMg` is hunter2 in base64.
    assert!(
        !shown.contains("hunter2") && !shown.contains("aHVudGVyMg"),
        "{shown}"
    );
}
