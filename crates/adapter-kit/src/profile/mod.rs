//! CRMs as data: an adapter for plain REST CRMs that is driven by a profile.
//!
//! A profile says where each list is, how its pages are asked for, where an answer keeps its
//! records, and which field of a record is what. It is JSON, written by a person, and parsed into a
//! [`Profile`] that cannot hold a wrong value; `docs/profiles.md` tells how to write one.
//! [`ProfileAdapter`] is the adapter over it.
//!
//! What a profile does not say is not guessed: without a path to a consent, consent is unknown.

mod adapter;
mod answer;
mod check;
mod check_record;
mod consent;
mod cycle;
mod errors;
mod explain;
mod format;
mod mapping;
mod path;
mod position;
mod rules;
mod sweep;
mod verify;

pub use adapter::ProfileAdapter;
pub use errors::read_error;
pub use explain::explain;
pub use format::schema;
pub use rules::Profile;
