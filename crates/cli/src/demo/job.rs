//! One CRM's way through the whole job.

use std::time::Instant;

use nurturehub_engine::{
    ConnectRequest, ContactQuery, Engine, EngineError, ProviderView, PushOptions, SignInPrompt,
    SyncOptions, VerifyStepReport,
};
use nurturehub_port::{ActivityKind, Clock, ErrorKind, Secret, SettingKind, WebhookDelivery};
use nurturehub_sandbox::{Change, Mutation, Notice, ProviderAccess, Sandbox};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::row::{Row, Told, WrittenBack};
use super::truth::Expected;
use crate::commands::sync_line;
use crate::output::{Progress, text};

/// The kinds of activity that wait on the platform in a demo.
const KINDS: [ActivityKind; 2] = [ActivityKind::EmailSent, ActivityKind::Note];

/// What is done for one CRM.
pub(super) struct Job<'a> {
    pub(super) sandbox: &'a Sandbox,
    pub(super) clock: &'a dyn Clock,
    pub(super) engine: &'a Engine,
    pub(super) provider: &'a ProviderView,
    pub(super) tenant: &'a str,
    pub(super) access: &'a ProviderAccess,
    pub(super) expected: Expected,
    pub(super) progress: &'a Progress,
}

impl Job<'_> {
    /// Does all of it, and compares.
    pub(super) async fn run(self) -> Row {
        let began = Instant::now();
        let mut row = Row {
            provider: self.provider.id.to_string(),
            unconfirmed: self.provider.unconfirmed.clone(),
            expected: self.expect(),
            ..Row::default()
        };
        if let Err(error) = self.steps(&mut row).await {
            row.error = Some(error.report());
        }
        row.findings = row.compare();
        row.ok = row.findings.is_empty() && row.error.is_none();
        row.duration_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        row
    }

    async fn steps(&self, row: &mut Row) -> Result<(), EngineError> {
        let name = &self.provider.name;
        let never = CancellationToken::new();
        self.progress.line(&format!("{name}: connecting"));
        let connection = self.connect(&never).await?;
        row.connection = Some(connection.clone());
        let step = |step: &VerifyStepReport| {
            self.progress
                .line(&format!("{name}: verifying, {}", text::word(&step.step)));
        };
        row.verify = Some(self.engine.verify(&connection, &step).await?);
        let page = |at| self.progress.line(&format!("{name}: {}", sync_line(at)));
        let options = SyncOptions::default();
        row.sync = Some(
            self.engine
                .sync(&connection, options, &page, &never)
                .await?,
        );
        row.preview = Some(self.engine.preview(&connection, None, 0, 0).await?.into());
        let batch = |sent| self.progress.line(&format!("{name}: pushing, {sent} sent"));
        let options = PushOptions::default();
        row.push = Some(
            self.engine
                .push(&connection, options, &batch, &never)
                .await?,
        );
        self.progress.line(&format!("{name}: writing back"));
        row.write_back = Some(self.write_back(&connection, &never).await?);
        self.progress.line(&format!("{name}: hearing of a change"));
        row.webhook = Some(self.hear(&connection).await?);
        self.engine
            .push(&connection, PushOptions::default(), &batch, &never)
            .await?;
        row.preview_after = Some(self.engine.preview(&connection, None, 0, 0).await?.into());
        Ok(())
    }

    /// What the CRM's own description says must come of it.
    fn expect(&self) -> Expected {
        let takes = &self.provider.capabilities.activity_write_back;
        let written = KINDS.iter().filter(|kind| takes.contains(kind)).count() as u64;
        Expected {
            written,
            unplaced: KINDS.len() as u64 - written,
            told: u64::from(self.provider.capabilities.webhooks),
            ..self.expected.clone()
        }
    }

    /// Lets activities wait on the platform and writes them back.
    async fn write_back(
        &self,
        connection: &str,
        never: &CancellationToken,
    ) -> Result<WrittenBack, EngineError> {
        let query = ContactQuery {
            limit: 1,
            ..ContactQuery::default()
        };
        let list = self.engine.contacts(connection, query).await?;
        let contact: Option<Value> = list
            .contacts
            .first()
            .and_then(|contact| serde_json::from_str(contact.get()).ok());
        if let Some(contact) = contact {
            let origin = &contact["provenance"];
            let activity = |kind: ActivityKind| {
                json!({
                    "id": format!("demo-{connection}-{kind:?}"),
                    "kind": kind,
                    "occurredAt": self.clock.now(),
                    "source": { "system": "nurturehub" },
                    "contact": {
                        "externalId": origin["externalId"],
                        "externalType": origin["externalType"],
                    },
                    "subject": "A letter from the demo",
                    "body": "The platform nurtured this contact.",
                    "attributes": {},
                })
            };
            let waiting = KINDS.map(activity).to_vec();
            self.sandbox.platform().add_activities(connection, waiting);
        }
        let report = self.engine.pull_activities(connection, never).await?;
        let entries = self.sandbox.written(self.provider.id.as_str());
        let mut counts = WrittenBack::of(&report);
        counts.in_the_crm = entries.map(|entries| entries.len() as u64);
        Ok(counts)
    }

    /// Changes a record in the CRM and takes in the webhook that says so.
    async fn hear(&self, connection: &str) -> Result<Told, EngineError> {
        let provider = self.provider.id.as_str();
        let changed = self
            .sandbox
            .mutate(provider, &Mutation::of(Change::Edit, 1));
        let entity = changed.first().cloned().unwrap_or_default();
        let notice = self.sandbox.notice(provider, &Notice::about(entity));
        let (headers, body) =
            notice.map_or_else(Default::default, |sent| (sent.headers, sent.body.into()));
        let delivery = WebhookDelivery {
            headers,
            body,
            received_at: self.clock.now(),
            check_signature: true,
        };
        match self.engine.ingest_webhook(connection, delivery).await {
            Ok(report) => Ok(Told::By(report)),
            Err(error) if error.kind() == ErrorKind::Unsupported => Ok(Told::Unsupported {
                unsupported: error.to_string(),
            }),
            Err(error) => Err(error),
        }
    }

    async fn connect(&self, never: &CancellationToken) -> Result<String, EngineError> {
        let mut settings = self.access.settings.clone();
        // The largest pages that the CRM gives: what is shown is the job, not the wait for limits.
        for field in self
            .provider
            .fields
            .iter()
            .filter(|field| field.key == "pageSize")
        {
            if let SettingKind::Integer { max, .. } = field.setting {
                settings.insert(field.key.clone(), max.to_string());
            }
        }
        let secrets = self.access.secrets.iter();
        let request = ConnectRequest {
            provider: self.provider.id.to_string(),
            tenant: self.tenant.to_owned(),
            name: None,
            settings,
            secrets: secrets
                .map(|(key, value)| (key.clone(), Secret::new(value.clone())))
                .collect(),
        };
        let prompt = SignInPrompt {
            show: Box::new(|_| {}),
            cancel: never.clone(),
            // Nobody is there to sign in by hand.
            timeout: std::time::Duration::ZERO,
            pasted: None,
        };
        Ok(self.engine.connect(request, &prompt).await?.id.to_string())
    }
}
