//! Holds what adapters ask and what simulators answer against the vendors' own API descriptions.
//!
//! A sandbox is started, each adapter is driven against it through all that it can do, and a proxy
//! between the two writes every exchange down. Each exchange is then held against the description:
//! path and method, parameters, headers, bodies, statuses. An object may have no member that the
//! description does not name, so that a misspelt field is found and not only a mistyped one. To
//! show that the check sees something, every field of every answer is also bent once, and the
//! report says how many of the bends it would have caught.
//!
//! The descriptions are not part of this project: they stand in a folder that is given. Where an
//! API is known to contradict its own description, an [`Amendment`] or an [`Exception`] says so with
//! its reason, and one that nothing needs any more is a failure.

mod bend;
mod check;
mod crms;
mod drive;
mod exceptions;
mod exchange;
mod failure;
mod folder;
mod openapi;
mod recorder;
mod replay;
mod report;
mod stage;
mod vectors;

pub use bend::{Bends, bend};
pub use check::{Checker, Finding, Side, Violation};
pub use crms::{CrmPlan, Describe, Description, all};
pub use drive::{Driven, drive};
pub use exceptions::{Amendment, Exception, Settled, amend, settle};
pub use exchange::{Exchange, Message, Sender};
pub use failure::Failure;
pub use folder::Folder;
pub use openapi::Document;
pub use recorder::Recorder;
pub use replay::replay;
pub use report::{Outcome, check_crm, render};
pub use stage::Stage;
pub use vectors::{Vector, misjudged};
