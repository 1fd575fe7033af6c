//! Arguments of the sandbox and the demo.

use clap::{Args, ValueEnum};
use nurturehub_sandbox::Faults;

/// What `sandbox` is given.
#[derive(Debug, Args)]
pub(crate) struct Sandbox {
    /// How many records each CRM lists
    #[arg(long, value_name = "N", default_value_t = 250)]
    pub(crate) contacts: usize,
    /// What the data follow from
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub(crate) seed: u64,
    /// Have records that cannot become a contact, and a platform that refuses names over 200
    /// characters
    #[arg(long)]
    pub(crate) flawed: bool,
    /// The port on 127.0.0.1; 0 takes any free one
    #[arg(long, value_name = "P", default_value_t = 0)]
    pub(crate) port: u16,
    /// What goes wrong, such as `PROVIDER.list:status=503,times=2`
    #[arg(long, value_name = "SPEC")]
    pub(crate) faults: Option<Faults>,
    /// Whether the CRMs enforce their rate limits
    #[arg(long, value_name = "SWITCH", default_value = "on")]
    pub(crate) limits: Switch,
}

/// On or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Switch {
    /// As the real ones do
    On,
    /// Not at all
    Off,
}

/// What `demo` is given.
#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// How many records each CRM lists
    #[arg(long, value_name = "N", default_value_t = 250)]
    pub(crate) contacts: usize,
    /// What the data follow from
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub(crate) seed: u64,
    /// Have records that cannot become a contact, and a platform that refuses names over 200
    /// characters
    #[arg(long)]
    pub(crate) flawed: bool,
}
