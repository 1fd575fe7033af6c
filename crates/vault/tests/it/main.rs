//! The vaults, seen from outside.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test's helpers fail as its body does"
)]

mod fake_keychain;
mod file;
mod keychain;
mod open;
mod secret_service;

use nurturehub_port::Secret;
use nurturehub_vault::AccountKey;

fn account(name: &str) -> AccountKey {
    AccountKey::parse(name).unwrap()
}

fn secret(value: impl AsRef<[u8]>) -> Secret<Vec<u8>> {
    Secret::new(value.as_ref().to_vec())
}

/// A value that needs many entries, different for each seed.
fn large(seed: u8, bytes: usize) -> Secret<Vec<u8>> {
    Secret::new(
        (0..bytes)
            .map(|index| seed.wrapping_add((index * 31 % 251) as u8))
            .collect(),
    )
}
