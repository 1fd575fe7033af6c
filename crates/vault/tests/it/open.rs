//! The choice of the vault.

use nurturehub_port::ErrorKind;
use nurturehub_vault::{PASSPHRASE_VARIABLE, VAULT_VARIABLE, VaultKind, open_from_env};

#[test]
fn what_was_chosen_is_used_or_fails_and_nothing_takes_its_place() {
    let home = tempfile::tempdir().unwrap();
    for (vault, passphrase, expected) in [
        (None, None, Ok(VaultKind::OsKeychain)),
        (Some("os"), Some("x"), Ok(VaultKind::OsKeychain)),
        (Some("file"), Some("x"), Ok(VaultKind::EncryptedFile)),
        (Some("file"), None, Err(ErrorKind::VaultLocked)),
        (Some("file"), Some(""), Err(ErrorKind::VaultLocked)),
        (Some(""), Some("x"), Err(ErrorKind::Configuration)),
        (Some("File"), Some("x"), Err(ErrorKind::Configuration)),
        (Some("memory"), Some("x"), Err(ErrorKind::Configuration)),
        (Some("plain"), None, Err(ErrorKind::Configuration)),
    ] {
        let env = |name: &str| match name {
            VAULT_VARIABLE => vault.map(str::to_owned),
            PASSPHRASE_VARIABLE => passphrase.map(str::to_owned),
            _ => None,
        };
        let got = open_from_env(home.path(), env)
            .map(|vault| vault.kind())
            .map_err(|error| error.kind());
        assert_eq!(got, expected, "{vault:?} with passphrase {passphrase:?}");
    }
}

#[test]
fn a_passphrase_set_in_the_wrong_variable_is_not_repeated() {
    let home = tempfile::tempdir().unwrap();
    let error = open_from_env(home.path(), |_| Some("hunter2".to_owned())).unwrap_err();
    assert!(
        !format!("{error} {error:?} {}", error.remedy()).contains("hunter2"),
        "{error:?}"
    );
}
