//! What differs between operating systems: the store, and what its errors mean.

use std::sync::Arc;

use keyring_core::{CredentialStore, Error};

use crate::VaultError;

/// The Secret Service of the session bus.
#[cfg(target_os = "linux")]
pub(super) fn connect() -> keyring_core::Result<Arc<CredentialStore>> {
    let store = zbus_secret_service_keyring_store::Store::new()?;
    Ok(store)
}

/// The login keychain.
#[cfg(target_os = "macos")]
pub(super) fn connect() -> keyring_core::Result<Arc<CredentialStore>> {
    let store = apple_native_keyring_store::keychain::Store::new()?;
    Ok(store)
}

/// The Credential Manager.
#[cfg(target_os = "windows")]
pub(super) fn connect() -> keyring_core::Result<Arc<CredentialStore>> {
    let store = windows_native_keyring_store::Store::new()?;
    Ok(store)
}

/// No keychain is known for this system.
#[cfg(not(any(target_os = "linux", target_os = "macos", target_os = "windows")))]
pub(super) fn connect() -> keyring_core::Result<Arc<CredentialStore>> {
    Err(Error::NotSupportedByStore(
        "no keychain is known for this operating system".to_owned(),
    ))
}

/// The Secret Service's own words for a keychain that waits to be unlocked: locked; the prompt was
/// dismissed or could not be shown; no keyring was ever made.
const LOCKED_WORDS: [&str; 3] = ["Locked", "Prompt", "NoResult"];

/// Other signs of it, within longer text. D-Bus: IsLocked. macOS: errSecInteractionNotAllowed.
const LOCKED_SIGNS: [&str; 2] = ["Error.IsLocked", "code: -25308,"];

/// Signs of a keychain that does not let this program in.
///
/// D-Bus: AccessDenied. macOS: the person cancelled (-128), errSecAuthFailed, no write permission
/// (-61), errSecInvalidOwnerEdit, errSecReadOnly. Windows: ERROR_ACCESS_DENIED, ERROR_CANCELLED.
const REFUSED_SIGNS: [&str; 8] = [
    "AccessDenied",
    "code: -128,",
    "code: -25293,",
    "code: -61,",
    "code: -25244,",
    "code: -25292,",
    "PlatformError(5)",
    "PlatformError(1223)",
];

/// What an error of a store means. The bytes that some of these errors carry are secrets, so only
/// what the platform itself says is passed on.
pub(super) fn classify(account: &str, error: &Error) -> VaultError {
    match error {
        Error::PlatformFailure(cause) | Error::NoStorageAccess(cause) => {
            by_signs(&format!("{cause:?}"), &cause.to_string())
        }
        Error::BadEncoding(_) | Error::BadDataFormat(..) | Error::BadStoreFormat(_) => {
            damaged(account, "the keychain cannot make sense of it")
        }
        Error::Ambiguous(_) => damaged(account, "the keychain has it more than once"),
        Error::TooLong(what, limit) => VaultError::Unavailable {
            detail: format!("{what} may have {limit} bytes at most"),
        },
        Error::NotSupportedByStore(why) => VaultError::Unavailable { detail: brief(why) },
        _ => VaultError::Unavailable {
            detail: "the keychain's driver does not work".to_owned(),
        },
    }
}

fn by_signs(debug: &str, text: &str) -> VaultError {
    let detail = brief(text);
    let shows = |signs: &[&str]| signs.iter().any(|sign| debug.contains(sign));
    if LOCKED_WORDS.contains(&debug) || shows(&LOCKED_SIGNS) {
        VaultError::Locked { detail }
    } else if shows(&REFUSED_SIGNS) {
        VaultError::Refused { detail }
    } else {
        VaultError::Unavailable { detail }
    }
}

fn damaged(account: &str, why: &'static str) -> VaultError {
    VaultError::Corrupt {
        what: account.to_owned(),
        why,
    }
}

/// One short line of what the system said.
fn brief(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(200)
        .collect()
}

#[cfg(test)]
mod tests {
    use nurturehub_port::ErrorKind;

    use super::*;

    #[test]
    fn signs_of_each_system_lead_to_the_right_kind() {
        for (debug, kind) in [
            ("Locked", ErrorKind::VaultLocked),
            ("Prompt", ErrorKind::VaultLocked),
            ("NoResult", ErrorKind::VaultLocked),
            (
                "Zbus(MethodError(OwnedErrorName(\"org.freedesktop.Secret.Error.IsLocked\"), None))",
                ErrorKind::VaultLocked,
            ),
            (
                "Error { code: -25308, message: \"User interaction is not allowed.\" }",
                ErrorKind::VaultLocked,
            ),
            (
                "Zbus(MethodError(OwnedErrorName(\"org.freedesktop.DBus.Error.AccessDenied\"), None))",
                ErrorKind::VaultRefused,
            ),
            (
                "Error { code: -128, message: \"\" }",
                ErrorKind::VaultRefused,
            ),
            ("PlatformError(5)", ErrorKind::VaultRefused),
            ("PlatformError(1312)", ErrorKind::VaultUnavailable),
            (
                "Error { code: -1285, message: \"\" }",
                ErrorKind::VaultUnavailable,
            ),
            (
                "Zbus(MethodError(OwnedErrorName(\"org.freedesktop.DBus.Error.ServiceUnknown\"), None))",
                ErrorKind::VaultUnavailable,
            ),
            (
                "Zbus(Connection(Os { code: 2 }))",
                ErrorKind::VaultUnavailable,
            ),
        ] {
            assert_eq!(by_signs(debug, "x").kind(), kind, "{debug}");
        }
    }

    #[test]
    fn bytes_that_an_error_carries_are_not_passed_on() {
        let error = classify("a", &Error::BadEncoding(b"hunter2".to_vec()));
        let shown = format!("{error} {error:?}");
        assert!(
            !shown.contains("hunter2") && !shown.contains("104, 117"),
            "{shown}"
        );
    }
}
