//! Handing alerts to a webhook. It counts as told once it has answered that it took them.

use std::time::Duration;

use nurturehub_adapter_kit::HttpClient;
use nurturehub_port::{AdapterError, ErrorKind};
use nurturehub_store::connections::ConnectionRecord;

use super::{Finding, look, note};
use crate::outbound::Effort;
use crate::{Alert, Engine, EngineError, ErrorReport, Health, lease};

/// An alert may come twice and must not be lost, so it is tried a few times; and by the next call.
const EFFORT: Effort = Effort {
    attempts: 3,
    patience: Some(Duration::from_secs(10)),
};

/// The channel, as it is noted. Which address it has makes no other channel of it.
const CHANNEL: &str = "webhook";

/// What came of posting.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Posted {
    /// What the webhook took.
    pub posted: Vec<Alert>,
    /// What it did not take, and is given again by the next call.
    pub failed: Vec<NotPosted>,
    /// Another process posts, and nothing was posted here.
    pub busy: bool,
}

/// An alert that the webhook did not take.
#[derive(Debug, Clone, PartialEq)]
pub struct NotPosted {
    /// It.
    pub alert: Alert,
    /// Why.
    pub error: ErrorReport,
}

impl Engine {
    /// Posts the alerts that a webhook was not told yet, each as JSON. One is noted as told when the
    /// webhook has answered with success (2xx); any other is posted again by the next call, for as long
    /// as it is true. So an alert may come twice, where an answer was lost, and is never lost. Of trouble
    /// that was over before a post went through, nothing is posted.
    ///
    /// While another process posts, this posts nothing.
    ///
    /// # Errors
    /// `configuration` for an address that is neither https nor this computer's own; storage errors.
    /// What goes wrong at the webhook stands in the answer.
    pub async fn post_alerts(&self, address: &str) -> Result<Posted, EngineError> {
        let http = self.outbound("alert webhook", address, EFFORT)?;
        let Some(_lease) = lease::try_to_post(&self.options.home)? else {
            return Ok(Posted {
                busy: true,
                ..Posted::default()
            });
        };
        let mut posted = Posted::default();
        for record in self.connected().await? {
            let health = self.health(record.id.as_str()).await?;
            let (row, known) = (record.row, health.clone());
            let read = self.store.read(move |db| look(db, row, CHANNEL, &known));
            let Some(finding) = read.await? else {
                continue;
            };
            let alert = self.alert(&record, finding, &health)?;
            let last = posted.failed.last().map(|one| &one.error);
            if let Some(error) = last.filter(|error| is_of_the_way(error.kind)) {
                // The next would fare no better, and waiting for it would hold up whoever waits for us.
                let error = error.clone();
                posted.failed.push(NotPosted { alert, error });
                continue;
            }
            match post(&http, &alert).await {
                Ok(()) => {
                    self.note_posted(&record, finding, &health).await?;
                    posted.posted.push(alert);
                }
                Err(error) => {
                    let error = error.report();
                    tracing::warn!(connection = %record.id, kind = %error.kind, "The webhook did not take an alert.");
                    posted.failed.push(NotPosted { alert, error });
                }
            }
        }
        Ok(posted)
    }

    async fn note_posted(
        &self,
        record: &ConnectionRecord,
        finding: Finding,
        health: &Health,
    ) -> Result<(), EngineError> {
        let (row, now, health) = (record.row, self.now(), health.clone());
        let write = self
            .store
            .write(move |tx| note(tx, row, CHANNEL, finding, &health, now));
        Ok(write.await?)
    }
}

/// Whether the failure is one of the way there, on which the next alert would fail alike.
const fn is_of_the_way(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::NetworkDns
            | ErrorKind::NetworkConnect
            | ErrorKind::NetworkTls
            | ErrorKind::NetworkTimeout
            | ErrorKind::NetworkProxy
    )
}

async fn post(http: &HttpClient, alert: &Alert) -> Result<(), EngineError> {
    let request = http.post("", &[]).json(alert).repeatable(true);
    let sent = request.send().await;
    sent.map(drop).map_err(|error| said(&error))
}

/// Why the webhook did not take it. The kit speaks of a CRM, and a webhook is none.
fn said(error: &AdapterError) -> EngineError {
    let (message, remedy) = match (error.evidence.status, error.kind) {
        (Some(status), _) => (
            format!("The webhook answered {status}."),
            "See that its address is right and that it takes JSON by POST.",
        ),
        (None, ErrorKind::NetworkDns) => (
            "The webhook's address was not found.".to_owned(),
            "See that the address is right.",
        ),
        (None, ErrorKind::NetworkTls) => (
            "The webhook's certificate is not trusted.".to_owned(),
            "Check this computer's date, and whose certificate the webhook has.",
        ),
        (None, ErrorKind::NetworkTimeout) => (
            "The webhook took too long to answer.".to_owned(),
            "See that whoever answers there is well.",
        ),
        _ => (
            "The webhook could not be reached.".to_owned(),
            "See that its address is right and that this computer may reach it.",
        ),
    };
    EngineError::with_remedy(error.kind, message, remedy)
}
