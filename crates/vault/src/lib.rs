//! Credentials: the OS keychain, or an encrypted file.
//!
//! Whatever must stay secret (tokens, API keys, the database's key) is kept behind [`Vault`] and
//! nowhere else. Two stores are real: [`OsKeychain`] and [`EncryptedFile`]; a person picks one and
//! the other is never used in its place ([`open_from_env`]). [`MemoryVault`] serves the demo, which
//! leaves nothing behind.
//!
//! There is no store in plain text. A vault that is locked, one that is absent and one that says no
//! are three different errors with three remedies ([`VaultError`]).

mod account;
mod door;
mod error;
mod file;
mod keychain;
mod memory;
mod open;
mod vault;

pub use account::{AccountKey, AccountKeyError};
pub use error::VaultError;
pub use file::EncryptedFile;
pub use keychain::{Connect, OsKeychain};
pub use memory::MemoryVault;
pub use open::{PASSPHRASE_VARIABLE, VAULT_VARIABLE, open_from_env};
pub use vault::{MAX_VALUE_BYTES, Vault, VaultKind};
