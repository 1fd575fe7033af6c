//! The CRMs and the platform as real HTTP servers on loopback, for demos and tests.
//!
//! Every simulator speaks its service's own protocol: sign-in, token life, paging, filters,
//! limits, errors. The data are made from a seed and are as untidy as a real agency's. One
//! listener on 127.0.0.1 serves all parts, each below its own prefix: the provider ids,
//! `/platform` and `/control`. Everything that a test can do in process it can do over `/control`
//! too (see [`control`]). What can go wrong on purpose is listed in [`faults`].
//!
//! The simulators follow the vendors' published behaviour and know nothing of our adapters.

mod answer;
mod by_id;
mod call;
mod clock;
mod config;
pub mod control;
mod description;
pub mod faults;
mod issued;
mod json_text;
mod locks;
mod mutation;
mod notice;
mod people;
pub mod platform;
mod rate;
mod registry;
mod request_log;
mod server;
mod setup;
mod simulator;
mod truth;

pub use clock::Time;
pub use config::SandboxConfig;
pub use description::{Description, PlatformAccess, ProviderAccess};
pub use faults::{FaultError, FaultStatus, Faults, PathKind};
pub use mutation::{Change, Mutation};
pub use notice::{Delivery, Notice};
pub use registry::*;
pub use request_log::{LoggedRequest, RequestSummary};
pub use server::Sandbox;
pub use simulator::{AccessChange, Consent};
pub use truth::GroundTruth;
