//! The OS keychain vault against a real `gnome-keyring-daemon` on a bus of its own.
//!
//! Needs the Debian packages `gnome-keyring` and `dbus`. From the workspace's root:
//!
//! ```sh
//! T=$(mktemp -d) && mkdir -m 700 $T/run && env -u DISPLAY -u WAYLAND_DISPLAY \
//!   HOME=$T XDG_DATA_HOME=$T/data XDG_CACHE_HOME=$T/cache XDG_CONFIG_HOME=$T/config \
//!   XDG_RUNTIME_DIR=$T/run CARGO_HOME="${CARGO_HOME:-$HOME/.cargo}" \
//!   RUSTUP_HOME="${RUSTUP_HOME:-$HOME/.rustup}" NURTUREHUB_TEST_SECRET_SERVICE=1 \
//!   dbus-run-session -- sh -c 'printf test | gnome-keyring-daemon --unlock --components=secrets >/dev/null && exec cargo test -p nurturehub-vault --test it secret_service'
//! ```
//!
//! The folders are thrown away, so that no keyring with another password is in the way. Without
//! the variable the test says that it was not run.

use std::io::Write;
use std::process::Command;

use nurturehub_port::ErrorKind;
use nurturehub_vault::{MAX_VALUE_BYTES, OsKeychain, Vault};

use crate::{account, large, secret};

// Several workers, as in the product: a keychain called on one of them must not panic.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_systems_keychain_keeps_and_gives_back() {
    if std::env::var_os("NURTUREHUB_TEST_SECRET_SERVICE").is_none() {
        // Not `eprintln!`: the test harness would swallow it.
        let _ = writeln!(
            std::io::stderr(),
            "secret_service: NOT RUN, as NURTUREHUB_TEST_SECRET_SERVICE is not set"
        );
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let vault = OsKeychain::system(home.path()).unwrap();
    vault.probe().await.unwrap();

    let value = large(9, MAX_VALUE_BYTES);
    vault
        .write(&account("connection/a/tokens"), value.clone())
        .await
        .unwrap();
    vault
        .write(&account("platform"), secret("token"))
        .await
        .unwrap();
    let again = OsKeychain::system(home.path()).unwrap();
    assert!(
        again.read(&account("connection/a/tokens")).await.unwrap() == Some(value),
        "a new connection reads what an earlier one wrote, at any size"
    );
    vault.delete(&account("connection/a/tokens")).await.unwrap();
    assert!(
        again
            .read(&account("connection/a/tokens"))
            .await
            .unwrap()
            .is_none()
    );

    let lock = Command::new("dbus-send")
        .args([
            "--session",
            "--print-reply",
            "--dest=org.freedesktop.secrets",
        ])
        .args([
            "/org/freedesktop/secrets",
            "org.freedesktop.Secret.Service.Lock",
        ])
        .arg("array:objpath:/org/freedesktop/secrets/collection/login")
        .output()
        .unwrap();
    assert!(lock.status.success(), "{lock:?}");
    for outcome in [
        vault.read(&account("platform")).await.map(drop),
        vault.write(&account("platform"), secret("other")).await,
        vault.probe().await,
    ] {
        let error = outcome.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::VaultLocked, "{error:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_session_bus_the_keychain_is_absent_and_nothing_takes_its_place() {
    if std::env::var_os("DBUS_SESSION_BUS_ADDRESS").is_some() {
        let _ = writeln!(
            std::io::stderr(),
            "secret_service: the case without a bus was NOT RUN, as there is one"
        );
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let vault = OsKeychain::system(home.path()).unwrap();
    let error = vault.probe().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::VaultUnavailable, "{error:?}");
    assert!(
        !home.path().join("vault.bin").exists(),
        "no file was made instead"
    );
}
