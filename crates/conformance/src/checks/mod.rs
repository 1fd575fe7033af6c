//! The checks, chapter by chapter. A check is data: its id, the promise as a sentence, when it
//! applies, and what is done to see it kept or broken.

mod changing;
mod errors;
mod hostile;
mod limits;
mod listing;
mod moving;
mod resuming;
mod retrying;
mod secrets;
mod time;
mod verifying;
mod webhooks;
mod writing;

use futures_util::future::BoxFuture;

use crate::applies::Applies;
use crate::subject::Subject;
use crate::verdict::Checked;

/// A check.
pub(crate) struct Check {
    pub(crate) id: &'static str,
    pub(crate) chapter: &'static str,
    pub(crate) title: &'static str,
    pub(crate) applies: Applies,
    pub(crate) run: for<'a> fn(&'a Subject) -> BoxFuture<'a, Checked>,
}

/// A chapter's table.
macro_rules! checks {
    ($chapter:literal: $($run:ident, $applies:ident, $id:literal, $title:literal;)+) => {
        pub(super) const CHECKS: &[$crate::checks::Check] = &[
            $($crate::checks::Check {
                id: $id,
                chapter: $chapter,
                title: $title,
                applies: $crate::applies::$applies,
                run: |subject| Box::pin($run(subject)),
            },)+
        ];
    };
}

use checks;

const CHAPTERS: &[&[Check]] = &[
    listing::CHECKS,
    resuming::CHECKS,
    changing::CHECKS,
    moving::CHECKS,
    time::CHECKS,
    errors::CHECKS,
    retrying::CHECKS,
    hostile::CHECKS,
    limits::CHECKS,
    secrets::CHECKS,
    verifying::CHECKS,
    writing::CHECKS,
    webhooks::CHECKS,
];

/// All checks, in the order of the specification.
pub(crate) fn all() -> impl Iterator<Item = &'static Check> {
    CHAPTERS.iter().copied().flatten()
}
