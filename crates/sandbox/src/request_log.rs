//! What was asked of the sandbox: how a test proves that a page was fetched once, that a limit was
//! kept, or that nothing was sent at all. Bodies and headers are not kept.

use std::collections::BTreeMap;
use std::sync::Mutex;

use serde::Serialize;

use crate::faults::PathKind;
use crate::locks::lock;

/// How many requests are kept. Later ones are counted, not kept.
const CAPACITY: usize = 2_000_000;

/// One request and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LoggedRequest {
    /// The simulator: a provider id, or `platform`.
    pub part: &'static str,
    /// What it was for.
    pub kind: PathKind,
    /// The method.
    pub method: Box<str>,
    /// The path below the simulator's prefix, with the query.
    pub target: Box<str>,
    /// When it came, in milliseconds of the sandbox's time since it started.
    pub at_ms: u32,
    /// The status; 0 where the caller went away, or the sandbox stopped, before an answer.
    pub status: u16,
}

impl LoggedRequest {
    /// The path without the query.
    #[must_use]
    pub fn path(&self) -> &str {
        self.target
            .split_once('?')
            .map_or(&*self.target, |(path, _)| path)
    }
}

/// Numbers over the log.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RequestSummary {
    /// All requests since the start or the last clearing.
    pub total: u64,
    /// By `part kind status`.
    pub counts: BTreeMap<String, u64>,
    /// The most requests that were under way at once, by part.
    pub most_at_once: BTreeMap<&'static str, usize>,
}

#[derive(Debug, Default)]
struct State {
    entries: Vec<LoggedRequest>,
    counts: BTreeMap<(&'static str, PathKind, u16), u64>,
    total: u64,
    under_way: BTreeMap<&'static str, usize>,
    most_at_once: BTreeMap<&'static str, usize>,
}

/// The log.
#[derive(Debug)]
pub(crate) struct RequestLog {
    started_ms: i64,
    state: Mutex<State>,
}

impl RequestLog {
    /// A log of a sandbox that starts now, in milliseconds since 1970.
    pub(crate) fn new(now_ms: i64) -> Self {
        Self {
            started_ms: now_ms,
            state: Mutex::default(),
        }
    }

    /// Opens an entry. It is written when it is dropped, with the status that it has then.
    pub(crate) fn open(
        &self,
        part: &'static str,
        kind: PathKind,
        method: &str,
        target: &str,
        now_ms: i64,
    ) -> OpenEntry<'_> {
        let mut state = lock(&self.state);
        let under_way = state.under_way.entry(part).or_default();
        *under_way += 1;
        let now = *under_way;
        let most = state.most_at_once.entry(part).or_default();
        *most = (*most).max(now);
        drop(state);
        OpenEntry {
            log: self,
            entry: LoggedRequest {
                part,
                kind,
                method: method.into(),
                target: target.into(),
                at_ms: u32::try_from(now_ms.saturating_sub(self.started_ms)).unwrap_or(0),
                status: 0,
            },
        }
    }

    /// The entries that a test is true of, in the order in which they were answered.
    pub(crate) fn entries(&self, keep: impl Fn(&LoggedRequest) -> bool) -> Vec<LoggedRequest> {
        let state = lock(&self.state);
        state
            .entries
            .iter()
            .filter(|entry| keep(entry))
            .cloned()
            .collect()
    }

    pub(crate) fn summary(&self) -> RequestSummary {
        let state = lock(&self.state);
        RequestSummary {
            total: state.total,
            counts: state
                .counts
                .iter()
                .map(|((part, kind, status), count)| (format!("{part} {kind} {status}"), *count))
                .collect(),
            most_at_once: state.most_at_once.clone(),
        }
    }

    /// Forgets all entries; requests under way are written when they end.
    pub(crate) fn clear(&self) {
        let mut state = lock(&self.state);
        let under_way = std::mem::take(&mut state.under_way);
        *state = State {
            under_way,
            ..State::default()
        };
    }

    fn write(&self, entry: LoggedRequest) {
        let mut state = lock(&self.state);
        if let Some(under_way) = state.under_way.get_mut(entry.part) {
            *under_way = under_way.saturating_sub(1);
        }
        state.total += 1;
        let key = (entry.part, entry.kind, entry.status);
        *state.counts.entry(key).or_default() += 1;
        if state.entries.len() < CAPACITY {
            state.entries.push(entry);
        }
    }
}

/// An entry that is still being answered.
pub(crate) struct OpenEntry<'a> {
    log: &'a RequestLog,
    entry: LoggedRequest,
}

impl OpenEntry<'_> {
    pub(crate) const fn answered(&mut self, status: u16) {
        self.entry.status = status;
    }
}

impl Drop for OpenEntry<'_> {
    fn drop(&mut self) {
        let entry = LoggedRequest {
            method: std::mem::take(&mut self.entry.method),
            target: std::mem::take(&mut self.entry.target),
            ..self.entry
        };
        self.log.write(entry);
    }
}
