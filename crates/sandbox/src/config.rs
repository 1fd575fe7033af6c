//! What a sandbox is started with.

use std::time::Duration;

use crate::clock::Time;
use crate::faults::Faults;

/// What a sandbox is started with.
#[derive(Debug, Clone)]
pub struct SandboxConfig {
    /// How many records each CRM lists at the start, archived ones among them.
    pub contacts: usize,
    /// Whether there are records that nothing can be done with: about one in 2,000 (one at least,
    /// from 100 on) cannot become a contact, and the platform refuses names over 200 characters.
    pub flawed: bool,
    /// Everything follows from it: people, ids, timestamps, keys and tokens.
    pub seed: u64,
    /// The port on 127.0.0.1; 0 takes any free one.
    pub port: u16,
    /// What goes wrong from the start.
    pub faults: Faults,
    /// Whether the CRMs enforce their rate limits. Benchmarks switch them off.
    pub limits: bool,
    /// How long every answer waits first.
    pub latency: Option<Duration>,
    /// Where the time comes from.
    pub time: Time,
    /// The one CRM that has contacts, by its provider id; the others hold nothing then.
    pub only: Option<String>,
}

impl Default for SandboxConfig {
    fn default() -> Self {
        Self {
            contacts: 250,
            flawed: false,
            seed: 1,
            port: 0,
            faults: Faults::default(),
            limits: true,
            latency: None,
            time: Time::System,
            only: None,
        }
    }
}
