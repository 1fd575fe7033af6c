//! A push that sends nothing and counts what it would send.

use nurturehub_store::connections::ConnectionRecord;
use nurturehub_store::runs::{self, RunEnd};

use crate::spent::Split;
use crate::{Engine, EngineError, PushReport, run_log};

impl Engine {
    /// Counts what a push would send, and writes that down as a run that is marked as a dry one.
    pub(crate) async fn dry_run(
        &self,
        record: &ConnectionRecord,
        mut report: PushReport,
        only: Option<&[String]>,
    ) -> Result<PushReport, EngineError> {
        let began = self.now();
        let mut split = Split::new(&self.options.clock);
        let reading = split.mark();
        let mut after = 0;
        loop {
            let rows = self.next(record.row, after, only).await?;
            let Some(last) = rows.last() else { break };
            after = last.row;
            report.would_send += u64::try_from(rows.len()).unwrap_or(u64::MAX);
        }
        split.stored(reading);
        report.spent = split.report(&[]);
        let (connection, id) = (record.row, report.run_id.clone());
        let end = RunEnd {
            status: report.status,
            at: self.now(),
            contacts: 0,
            error_kind: None,
            report: serde_json::to_value(&report).unwrap_or_default(),
        };
        let span = run_log::span("push", &record.id, &id);
        run_log::ended(&span, end.status, None, &end.report);
        self.store
            .write(move |tx| {
                runs::end_abandoned(tx, connection, began)?;
                let run = runs::begin(tx, &id, connection, "push", began)?;
                runs::end(tx, run, &end)
            })
            .await?;
        Ok(report)
    }
}
