//! Changes that people make in a CRM while nobody looks.

use serde::Deserialize;

/// What happens to the records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Change {
    /// A field is edited and the modified stamp, where there is one, moves.
    Edit,
    /// New people are entered.
    Create,
    /// Records are set aside.
    Archive,
    /// Records are deleted or erased: nothing lists them any more.
    Erase,
    /// People take their consent back.
    WithdrawConsent,
    /// People take their consent back, and where the CRM hides such people their record stays in
    /// the list with nothing in it.
    Blank,
    /// Archived, erased or hidden records come back.
    Restore,
    /// A person's role changes, and with it nothing on the person's own record.
    ChangeRole,
}

/// A change to some records.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Mutation {
    /// What happens.
    pub change: Change,
    /// To how many records, chosen by the seed, where no ids are given.
    #[serde(default = "one")]
    pub count: usize,
    /// To which records.
    #[serde(default)]
    pub ids: Vec<String>,
    /// How far in the past the modified stamp lies: a transaction that was committed late.
    #[serde(default)]
    pub backdate_seconds: u32,
}

const fn one() -> usize {
    1
}

impl Mutation {
    /// A change to records that the seed chooses.
    #[must_use]
    pub const fn of(change: Change, count: usize) -> Self {
        Self {
            change,
            count,
            ids: Vec::new(),
            backdate_seconds: 0,
        }
    }

    /// A change to these records.
    #[must_use]
    pub const fn to(change: Change, ids: Vec<String>) -> Self {
        Self {
            change,
            count: 0,
            ids,
            backdate_seconds: 0,
        }
    }

    /// The same, stamped as made so many seconds ago.
    #[must_use]
    pub const fn backdated(mut self, seconds: u32) -> Self {
        self.backdate_seconds = seconds;
        self
    }
}
