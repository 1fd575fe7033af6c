//! What every simulator is made with.

use std::sync::Arc;

use crate::clock::Clock;
use crate::config::SandboxConfig;

/// What every simulator is made with.
#[derive(Debug, Clone)]
pub(crate) struct Setup {
    pub(crate) contacts: usize,
    pub(crate) flawed: bool,
    pub(crate) seed: u64,
    pub(crate) limits: bool,
    pub(crate) clock: Arc<Clock>,
    only: Option<String>,
}

impl Setup {
    pub(crate) fn new(config: &SandboxConfig) -> Self {
        Self {
            contacts: config.contacts,
            flawed: config.flawed,
            seed: config.seed,
            limits: config.limits,
            clock: Arc::new(Clock::new(config.time)),
            only: config.only.clone(),
        }
    }

    /// The same for one CRM, which may be one that is to hold nothing.
    pub(crate) fn of(&self, id: &str) -> Self {
        let mut setup = self.clone();
        if self.only.as_ref().is_some_and(|only| only != id) {
            setup.contacts = 0;
        }
        setup
    }

    /// A secret of this sandbox: fixed by the seed, different for each name, worth nothing
    /// anywhere else.
    pub(crate) fn secret(&self, name: &str) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.seed.to_le_bytes());
        hasher.update(name.as_bytes());
        *hasher.finalize().as_bytes()
    }

    /// The same as text of 32 hexadecimal digits.
    pub(crate) fn secret_text(&self, name: &str) -> String {
        let mut text = blake3::Hash::from(self.secret(name)).to_hex().to_string();
        text.truncate(32);
        text
    }
}
