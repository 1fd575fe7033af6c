//! What was measured of scale, as it is kept until the document is written.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::figures::median;
use crate::kept::{Figures, Kept};

/// One full sync.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FullSync {
    /// Records that the CRM listed.
    pub(crate) listed: f64,
    /// How long the sync took, by its own report.
    pub(crate) sync_ms: f64,
    /// From the start of the process to its end.
    pub(crate) seconds: f64,
    /// Peak memory of the process.
    pub(crate) peak_mib: f64,
    /// The database's size at the end.
    pub(crate) database_bytes: u64,
}

impl fmt::Display for FullSync {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{:.2} s, {:.0} contacts/s, {:.1} MiB peak, database {:.0} bytes a contact",
            self.seconds,
            self.listed / self.seconds,
            self.peak_mib,
            self.bytes_each()
        )
    }
}

impl FullSync {
    /// The database's size for each contact.
    pub(crate) fn bytes_each(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "file sizes are far below 2^52")]
        let bytes = self.database_bytes as f64;
        bytes / self.listed
    }
}

/// All runs at one size.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Size {
    /// With what they were taken, by its name among the figures.
    pub(crate) taken: String,
    /// The runs.
    pub(crate) runs: Vec<FullSync>,
}

impl Size {
    /// The middle of a figure over all runs.
    pub(crate) fn middle(&self, figure: impl Fn(&FullSync) -> f64) -> f64 {
        median(self.runs.iter().map(figure).collect())
    }

    /// How long the sync took, by its own report.
    pub(crate) fn sync_ms(&self) -> f64 {
        self.middle(|run| run.sync_ms)
    }
}

/// Syncs after some contacts had changed; the middle of all runs.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Change {
    /// Contacts that were changed in the CRM.
    pub(crate) changed: usize,
    /// Contacts that the sync found changed.
    pub(crate) updated: f64,
    /// How long the sync took, by its own report.
    pub(crate) sync_ms: f64,
    /// Of that, waiting for the CRM.
    pub(crate) waiting_ms: f64,
    /// The same from the start of the process to its end.
    pub(crate) process_ms: f64,
    /// Peak memory of the process.
    pub(crate) peak_mib: Option<f64>,
    /// How often it was run.
    pub(crate) runs: usize,
}

impl fmt::Display for Change {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{:>3} changed          {:.0} ms, of that {:.0} ms waiting for the CRM ({:.0} ms with the \
             process), {} updated, {:.1} MiB peak",
            self.changed,
            self.sync_ms,
            self.waiting_ms,
            self.process_ms,
            self.updated,
            self.peak_mib.unwrap_or(f64::NAN)
        )
    }
}

/// How long something took, over some repetitions.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Times {
    /// The middle one.
    pub(crate) median_ms: f64,
    /// The longest.
    pub(crate) worst_ms: f64,
    /// How many there were.
    pub(crate) repetitions: usize,
}

impl Times {
    /// Of what was taken, in milliseconds.
    pub(crate) fn of(taken: &[f64]) -> Self {
        Self {
            median_ms: median(taken.to_vec()),
            worst_ms: taken.iter().copied().fold(0.0, f64::max),
            repetitions: taken.len(),
        }
    }
}

impl fmt::Display for Times {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:.1} ({:.1})", self.median_ms, self.worst_ms)
    }
}

/// A page that somebody looks at.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PageTimes {
    /// What it shows.
    pub(crate) what: String,
    /// While nothing changes.
    pub(crate) again: Times,
    /// The first time after a sync has stored a change.
    pub(crate) changed: Times,
    /// The first time after the data folder was opened.
    pub(crate) opened: Times,
}

/// A push of everything.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Push {
    /// From the start of the process to its end.
    pub(crate) seconds: f64,
    /// Contacts that were sent.
    pub(crate) sent: f64,
    /// Of these, taken.
    pub(crate) accepted: f64,
    /// Peak memory of the process.
    pub(crate) peak_mib: f64,
}

impl fmt::Display for Push {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{:.1} s, {:.0} contacts/s, {} sent, {} accepted, {:.1} MiB peak",
            self.seconds,
            self.sent / self.seconds,
            self.sent,
            self.accepted,
            self.peak_mib
        )
    }
}

/// What was measured at the greatest size alone.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Largest {
    /// With what it was taken, by its name among the figures.
    pub(crate) taken: String,
    /// Contacts that the CRM listed.
    pub(crate) contacts: usize,
    /// The full sync before, by its own report.
    pub(crate) full_ms: f64,
    /// Syncs that found little to do.
    pub(crate) changes: Vec<Change>,
    /// Pages.
    pub(crate) pages: Vec<PageTimes>,
    /// The push.
    pub(crate) push: Push,
}

/// What is known of scale so far.
pub(crate) type Scale = Kept<Sizes>;

/// The runs at all sizes.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Sizes {
    /// By the number of contacts.
    pub(crate) sizes: BTreeMap<usize, Size>,
    /// At the greatest of the sizes.
    pub(crate) largest: Option<Largest>,
}

impl Figures for Sizes {
    fn takings(&self) -> Vec<&str> {
        let sizes = self.sizes.values().map(|size| &size.taken);
        let all = sizes.chain(self.largest.as_ref().map(|largest| &largest.taken));
        let names: BTreeSet<&str> = all.map(String::as_str).collect();
        names.into_iter().collect()
    }
}

impl Sizes {
    /// Keeps the runs at a size, instead of earlier ones.
    pub(crate) fn put(&mut self, contacts: usize, size: Size) {
        self.sizes.insert(contacts, size);
    }

    /// The runs at a size.
    pub(crate) fn size(&self, contacts: usize) -> Option<&Size> {
        self.sizes.get(&contacts)
    }
}
