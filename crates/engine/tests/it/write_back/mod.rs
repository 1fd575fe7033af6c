//! Engagement on its way to the CRM: each activity once, whatever happens on the way.

mod cut_off;
mod handed_over;
mod seen;
mod settling;
mod waiting;

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use nurturehub_adapter_kit::testing::ManualClock;
use nurturehub_engine::{Engine, EngineError, FailedActivities, WriteBackReport};
use nurturehub_port::Activity;
use nurturehub_sandbox::platform::SettledAs;
use nurturehub_sandbox::{Faults, PathKind, Sandbox, SandboxConfig, Time};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::desk::Desk;

/// A connection to one CRM, with a clock that is set by hand on both sides.
struct Post {
    desk: Desk,
    clock: Arc<ManualClock>,
    connection: String,
    /// Contacts that the CRM has.
    contacts: Vec<String>,
}

impl Post {
    async fn to(provider: &str) -> Self {
        let start: Timestamp = "2026-06-01T09:00:00Z".parse().unwrap();
        let config = SandboxConfig {
            contacts: 40,
            limits: false,
            time: Time::Fixed(start),
            ..SandboxConfig::default()
        };
        let sandbox = Arc::new(Sandbox::start(config).await.unwrap());
        let clock = Arc::new(ManualClock::new(start));
        let desk = Desk::with_clock(sandbox, Arc::clone(&clock) as _).await;
        let connection = desk.connect(provider).await;
        desk.sync(&connection).await;
        let contacts = desk.contacts(&connection).await;
        let contacts = contacts
            .iter()
            .filter(|contact| contact["lifecycle"] == "active")
            .map(|contact| {
                let id = &contact["provenance"]["externalId"];
                id.as_str().unwrap().to_owned()
            })
            .collect();
        Self {
            desk,
            clock,
            connection,
            contacts,
        }
    }

    fn engine(&self) -> &Engine {
        &self.desk.engine
    }

    fn sandbox(&self) -> &Sandbox {
        &self.desk.sandbox
    }

    /// Time passes, here and there.
    fn pass(&self, duration: Duration) {
        self.clock.advance(duration);
        self.sandbox().advance_time(duration);
    }

    fn faults(&self, spec: &str) {
        self.sandbox().clear_faults();
        self.sandbox().add_faults(Faults::parse(spec).unwrap());
    }

    fn note(&self, id: &str, contact: usize) -> Value {
        note(id, &self.contacts[contact % self.contacts.len()])
    }

    /// Activities that wait on the platform.
    fn offer(&self, activities: Vec<Value>) {
        self.sandbox()
            .platform()
            .add_activities(&self.connection, activities);
    }

    /// Notes about some contacts, waiting on the platform.
    fn offer_notes(&self, ids: &[&str]) {
        let notes = ids.iter().enumerate();
        self.offer(notes.map(|(at, id)| self.note(id, at)).collect());
    }

    async fn try_pull(&self) -> Result<WriteBackReport, EngineError> {
        self.engine()
            .pull_activities(&self.connection, &CancellationToken::new())
            .await
    }

    async fn pull(&self) -> Said {
        said(&self.try_pull().await.unwrap())
    }

    /// Activities that a person pushes from a file.
    async fn push(&self, ids: &[&str]) -> Said {
        let notes = ids.iter().enumerate();
        let activities: Vec<Activity> = notes
            .map(|(at, id)| serde_json::from_value(self.note(id, at)).unwrap())
            .collect();
        let pushed = self
            .engine()
            .push_activities(&self.connection, activities, &CancellationToken::new())
            .await;
        said(&pushed.unwrap())
    }

    async fn failed(&self) -> FailedActivities {
        self.engine()
            .failed_activities(&self.connection, 100, 0)
            .await
            .unwrap()
    }

    /// How often something was written to the CRM, or tried to be.
    fn writes(&self) -> usize {
        let writes = self
            .sandbox()
            .requests(|request| request.kind == PathKind::Journal && &*request.method == "POST");
        writes.len()
    }

    /// What the platform was told, in order.
    fn told(&self) -> Vec<(String, SettledAs)> {
        let settlements = self.sandbox().platform().settlements();
        settlements
            .into_iter()
            .map(|settlement| (settlement.id, settlement.status))
            .collect()
    }

    fn still_offered(&self) -> usize {
        self.sandbox().platform().waiting_activities()
    }
}

fn note(id: &str, contact: &str) -> Value {
    json!({
        "id": id, "kind": "note", "occurredAt": "2026-06-01T08:00:00Z",
        "source": { "system": "nurturehub" }, "contact": { "externalId": contact },
        "subject": "Spring market", "attributes": {},
    })
}

/// Results as a script sees them.
type Said = Vec<Value>;

fn said(report: &WriteBackReport) -> Said {
    let value = serde_json::to_value(report).unwrap();
    value["results"].as_array().unwrap().clone()
}

/// Each activity's id with its status; `waiting` where it is to be tried again.
fn statuses(said: &[Value]) -> Vec<(&str, &str)> {
    said.iter()
        .map(|result| {
            let status = match result["error"]["retryable"].as_bool() {
                Some(true) => "waiting",
                _ => result["status"].as_str().unwrap(),
            };
            (result["id"].as_str().unwrap(), status)
        })
        .collect()
}

/// When an activity that waits is tried again.
fn due(result: &Value) -> Timestamp {
    let at = &result["error"]["detail"]["nextAttemptAt"];
    at.as_str().unwrap().parse().unwrap()
}
