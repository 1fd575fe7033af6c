//! The end of a run of write-back.

use std::iter::once;

use jiff::Timestamp;
use nurturehub_adapter_kit::{HttpClient, Spent};
use nurturehub_port::{ErrorKind, WriteBackStatus};
use nurturehub_store::runs::{self, RunEnd};
use nurturehub_store::{audit, recordings, traces};
use serde_json::json;

use super::outbox::Outbox;
use super::{WRITING, WriteBackReport, WriteBackResult, verdict};
use crate::session::drain;
use crate::{EngineError, ErrorReport, audit_words, run_log};

/// Refused activities that a run's record lists; the outbox has them all.
const LISTED: usize = 1000;

impl Outbox<'_> {
    /// Ends the run. What can be mended by waiting is said of each activity; what a person must mend
    /// is an error of the whole, with what was done by then.
    pub(super) async fn close(
        self,
        outcome: Result<(), EngineError>,
        platform: Option<&HttpClient>,
    ) -> Result<WriteBackReport, EngineError> {
        let stopped = self.stopped.map(EngineError::from);
        let shown = match (&outcome, &stopped) {
            (Err(error), _) | (Ok(()), Some(error)) => Some(error.report()),
            (Ok(()), None) => None,
        };
        let crm = self.session.http.spent();
        let spent: Vec<Spent> = once(crm).chain(platform.map(HttpClient::spent)).collect();
        let report = WriteBackReport {
            results: self.results,
            spent: self.split.report(&spent),
        };
        let platform = platform.map(drain).unwrap_or_default();
        if let Some(run) = self.run {
            let end = end(&report, shown.as_ref(), self.engine.now());
            // What stands in the way of the platform is not in what the CRM said.
            let recording = match self.heard.filter(|_| outcome.is_ok()) {
                Some((heard, why)) => self.engine.recording(Some(heard), WRITING, &why).await,
                None => None,
            };
            if let Some((_, span)) = &self.logged {
                run_log::ended(span, end.status, end.error_kind, &end.report);
            }
            let row = self.session.record.row;
            let trace = self.session.drain_trace();
            // Whom the CRM's own record names is the agency; here is who it was.
            let noted = self.by_hand.then(|| {
                let run = self.logged.as_ref().map(|(run, _)| run);
                let about = json!({ "runId": run, "written": end.contacts });
                let id = Some(&self.session.record.id);
                self.engine
                    .audit_entry(audit_words::WRITTEN_BACK, id, about)
            });
            self.engine
                .store
                .write(move |tx| {
                    traces::append(tx, row, run, &trace)?;
                    traces::append_uncounted(tx, row, run, &platform)?;
                    if let Some(recording) = &recording {
                        recordings::keep(tx, row, run, recording)?;
                    }
                    if let Some(noted) = &noted {
                        audit::append(tx, noted)?;
                    }
                    runs::end(tx, run, &end)
                })
                .await?;
        }
        if let Some((run, _)) = &self.logged {
            let record = &self.session.record;
            self.engine.export(&record.id, &record.provider, run).await;
        }
        let fatal = stopped.filter(
            |error| matches!(error, EngineError::Adapter(error) if verdict::needs_a_person(error)),
        );
        match outcome.err().or(fatal) {
            None => Ok(report),
            Some(source) => Err(EngineError::Run {
                source: Box::new(source),
                report: Box::new(serde_json::to_value(&report).unwrap_or_default()),
            }),
        }
    }
}

/// How a run ended, as its record says it.
fn end(report: &WriteBackReport, error: Option<&ErrorReport>, at: Timestamp) -> RunEnd {
    let count = |status| {
        let found = report.results.iter().filter(|one| one.status == status);
        u64::try_from(found.count()).unwrap_or(u64::MAX)
    };
    let refused = |one: &&WriteBackResult| one.error.is_some();
    let listed: Vec<&WriteBackResult> =
        report.results.iter().filter(refused).take(LISTED).collect();
    let written = count(WriteBackStatus::Written);
    RunEnd {
        status: match error {
            Some(error) if error.kind == ErrorKind::Cancelled => "cancelled",
            Some(_) => "failed",
            None if listed.is_empty() => "succeeded",
            None => "partial",
        },
        at,
        contacts: written,
        error_kind: error.map(|error| error.kind.as_str()),
        report: json!({
            "written": written,
            "duplicate": count(WriteBackStatus::Duplicate),
            "rejected": count(WriteBackStatus::Rejected),
            "unsupported": count(WriteBackStatus::Unsupported),
            "refused": listed,
            "spent": report.spent,
            "error": error,
        }),
    }
}
