//! How failures are met.

use nurturehub_engine::{EngineError, PushOptions, SyncStatus};
use nurturehub_port::Activity;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::case::{Deed, Work};
use crate::desk::Desk;
use crate::finding::Finding;
use crate::verdict::{Checked, wrong};

impl Desk {
    /// Does something at the desk.
    pub(crate) async fn does(&mut self, deed: &Deed) -> Checked {
        match deed {
            Deed::Fault(fault) => self.spoil(fault),
            Deed::NoFault => {
                self.sandbox.clear_faults();
                Ok(())
            }
            Deed::Access(change) => {
                self.sandbox.change_access(self.spec.id.as_str(), change);
                Ok(())
            }
            Deed::Own(act) => act(self).await,
        }
    }

    /// Meets what there is to be met; none where all went well.
    pub(crate) async fn meets(&mut self, work: Work) -> Checked<Option<Finding>> {
        match work {
            Work::Sync => self.finding_of_sync().await,
            Work::Verify => {
                let report = self.engine()?.verify(&self.connection, &|_| {}).await;
                let report = report.map_err(|error| wrong("no verification", error))?;
                let failed = report.steps.iter().find(|step| step.error.is_some());
                Ok(failed.and_then(|step| {
                    let mut finding = Finding::of(step.error.as_ref()?);
                    finding.step = Some(step.step);
                    Some(finding)
                }))
            }
            Work::Push => {
                let cancel = CancellationToken::new();
                let options = PushOptions::default();
                let engine = self.engine()?;
                match engine
                    .push(&self.connection, options, &|_| {}, &cancel)
                    .await
                {
                    // What was refused before is not sent again, and is refused still.
                    Ok(_) => self.first_issue().await,
                    Err(error) => Ok(Some(found(&error))),
                }
            }
            Work::WriteBack => self.finding_of_write_back().await,
            Work::Own(own) => own(self).await,
        }
    }

    pub(crate) async fn finding_of_sync(&self) -> Checked<Option<Finding>> {
        match self.sync().await? {
            Ok(report) if report.status == SyncStatus::Partial => self.first_issue().await,
            Ok(_) => Ok(None),
            Err(error) => Ok(Some(found(&error))),
        }
    }

    async fn finding_of_write_back(&self) -> Checked<Option<Finding>> {
        let engine = self.engine()?;
        let query = nurturehub_engine::ContactQuery {
            limit: 1,
            ..Default::default()
        };
        let list = engine.contacts(&self.connection, query).await;
        let list = list.map_err(|error| wrong("no contacts", error))?;
        let first = list.contacts.first().ok_or("nobody is there")?;
        let contact: serde_json::Value =
            serde_json::from_str(first.get()).map_err(|error| wrong("no contact", error))?;
        let activity: Activity = serde_json::from_value(json!({
            "id": "note-1", "kind": "note", "occurredAt": "2025-07-10T08:00:00Z",
            "source": { "system": "nurturehub" },
            "contact": { "externalId": contact["provenance"]["externalId"] },
            "subject": "Spring market", "attributes": {},
        }))
        .map_err(|error| wrong("no activity", error))?;
        let cancel = CancellationToken::new();
        let pushed = engine
            .push_activities(&self.connection, vec![activity], &cancel)
            .await;
        match pushed {
            Ok(report) => {
                let errors = report.results.iter().filter_map(|one| one.error.as_ref());
                Ok(errors.map(Finding::of).next())
            }
            Err(error) => Ok(Some(found(&error))),
        }
    }
}

/// What an error is said to be.
pub(crate) fn found(error: &EngineError) -> Finding {
    Finding::of(&error.report())
}
