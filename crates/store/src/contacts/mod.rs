//! Contacts: staging pages, finding what has gone, searching, and what is waiting to be pushed.

mod absence;
mod accept;
mod codes;
mod columns;
#[cfg(test)]
mod cost;
mod filter;
mod find;
mod journal;
mod page_frame;
mod page_log;
mod prepared;
mod push_history;
mod query;
mod rejected;
mod slice;
mod stage;
mod tally;
mod texts;
mod upsert;

pub use absence::{AbsenceBatch, Population, apply_absences, hold_absences, population};
pub use accept::{Answered, PushRow, Refusal, accept, next_to_push, reject};
pub use codes::{ChangeKind, PendingCounts};
pub use filter::{ContactFilter, ContactPage};
pub use find::ContactCounts;
pub(crate) use find::Finder;
pub(crate) use journal::{Journal, Noting};
pub use page_log::{
    LoggedPages, PageLog, PageLogKey, discard, discard_or_warn, merge_left_over, merge_logged,
    seal_log,
};
pub use prepared::{PageToStage, Records};
pub use push_history::PushedOnce;
pub use query::{Blocked, Change, Detail, RejectedEntry, changes, detail, rejected};
pub use stage::{RecordOutcome, remove, stage, stage_records};
pub(crate) use tally::Tally;
