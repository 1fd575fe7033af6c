//! The checks that every adapter must pass.
//!
//! Whoever writes an adapter says in one line what is to be checked, and gets a report that reads
//! like a specification:
//!
//! ```no_run
//! # fn spec() -> nurturehub_port::ProviderSpec { unimplemented!() }
//! # fn build(_: nurturehub_adapter_kit::AdapterContext) -> Box<dyn nurturehub_port::CrmAdapter> {
//! #     unimplemented!()
//! # }
//! # async fn example() {
//! use nurturehub_conformance::{Subject, check};
//!
//! check(&Subject::new(spec, build)).await.assert_green();
//! # }
//! ```
//!
//! The adapter is checked from outside, through the port, against a simulated CRM: the one that the
//! embedded sandbox has under the adapter's id, or any other that is a [`SimulatedCrm`]. Every check
//! opens a fresh one. What a check asks for follows from the
//! [`ProviderSpec`](nurturehub_port::ProviderSpec): a promise that is not the adapter's to keep is
//! listed with the reason, and never left out in silence.
//!
//! Nobody sleeps: the adapter's clock is the CRM's, and a wait lets time pass on both sides. This
//! crate names no CRM. That each check can fail is shown by its tests, which break an adapter or a
//! CRM for each.

mod agency;
mod applies;
mod book;
mod checks;
mod clock;
mod credential;
mod crm;
mod embedded;
mod listed;
mod pages;
mod report;
mod run;
mod subject;
mod trap;
mod verdict;

pub use crm::{Access, Open, Opening, SimulatedCrm};
pub use nurturehub_sandbox::{
    AccessChange, Change, Delivery, GroundTruth, LoggedRequest, Mutation, Notice, PathKind,
};
pub use report::{Finding, Report, Verdict};
pub use run::{Promise, check, check_only, promises};
pub use subject::{Build, Subject};
