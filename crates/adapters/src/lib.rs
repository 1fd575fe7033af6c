//! One folder for each CRM, and the registry.
//!
//! The rest of the product reaches an adapter through [`registry`] alone and knows it as a
//! [`CrmAdapter`](nurturehub_port::CrmAdapter) with a [`ProviderSpec`](nurturehub_port::ProviderSpec).
//! Every folder has the same files: `spec` (the CRM as data), `auth` (what a request carries),
//! `wire` (the CRM's own types), `map` (from these to the canonical ones), `errors` (what its
//! errors mean), and one file for each method of the port: `sync`, `push`, `webhook`, `verify`.

mod agentos;
mod alto;
mod custom;
mod r#loop;
mod reapit;
pub mod registry;
mod street;

pub use registry::{ExplainOrigin, Registration};
