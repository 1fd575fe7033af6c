//! A sandbox, and a connection to it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use futures_util::StreamExt;
use jiff::Timestamp;
use nurturehub_adapter_kit::testing::ManualClock;
use nurturehub_adapter_kit::{
    AdapterContext, CredentialSource, HttpClient, HttpConfig, Settings, StaticCredential,
};
use nurturehub_adapters::{Registration, registry};
use nurturehub_port::{
    AdapterError, Clock, ConnectionId, ContactPage, CrmAdapter, Cursor, MappedContact, PageRecord,
    ProviderId, Removal, Secret, SyncStart, TenantId,
};
use nurturehub_sandbox::{Faults, Sandbox, SandboxConfig, Time};
use serde_json::Value;
use url::Url;

/// When the sandbox's time stands still: some days after its data end.
pub(crate) const NOW: &str = "2025-07-10T12:00:00Z";

pub(crate) struct Agency {
    pub(crate) sandbox: Sandbox,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) secrets: BTreeMap<String, Secret<String>>,
    settings: BTreeMap<String, String>,
    credential: Arc<dyn CredentialSource>,
}

/// Tokens of the sandbox's own token endpoint, each kept until it is refused.
struct Tokens {
    http: HttpClient,
    client: String,
    secret: Secret<String>,
    held: Mutex<Option<Secret<String>>>,
}

#[async_trait]
impl CredentialSource for Tokens {
    async fn current(&self) -> Result<Secret<String>, AdapterError> {
        let held = self.held.lock().unwrap().clone();
        match held {
            Some(token) => Ok(token),
            None => self.renewed(&Secret::new(String::new())).await,
        }
    }

    async fn renewed(&self, _: &Secret<String>) -> Result<Secret<String>, AdapterError> {
        let response = self
            .http
            .post("/token", &[])
            .basic(&self.client, &self.secret)
            .form(&[("grant_type", "client_credentials")])
            .send()
            .await?;
        let answer: Value = response.json()?;
        let token = Secret::new(answer["access_token"].as_str().unwrap().to_owned());
        *self.held.lock().unwrap() = Some(token.clone());
        Ok(token)
    }
}

/// A client for an address, as fast as it can.
fn client(base: &str, clock: &Arc<ManualClock>) -> HttpClient {
    let mut limits = (registration().spec)().limits;
    limits.windows.clear();
    let config = HttpConfig::new(Url::parse(base).unwrap(), limits);
    HttpClient::new(config, clock.clone(), 1, &[]).unwrap()
}

/// An adapter for one operation.
pub(crate) fn adapter(
    settings: &BTreeMap<String, String>,
    secrets: &BTreeMap<String, Secret<String>>,
    credential: Arc<dyn CredentialSource>,
    clock: &Arc<ManualClock>,
) -> Box<dyn CrmAdapter> {
    let settings = Settings::parse(&(registration().spec)(), settings.clone()).unwrap();
    let http = client(settings.required("baseUrl").unwrap(), clock);
    let clock: Arc<dyn Clock> = clock.clone();
    (registration().build)(AdapterContext {
        connection: ConnectionId::parse("one").unwrap(),
        provider: ProviderId::parse("alto").unwrap(),
        tenant: TenantId::parse("agency").unwrap(),
        settings,
        credential,
        secrets: secrets.clone(),
        http,
        clock,
    })
}

impl Agency {
    /// An agency with so many contacts.
    pub(crate) async fn of(contacts: usize) -> Self {
        Self::with(SandboxConfig {
            contacts,
            ..SandboxConfig::default()
        })
        .await
    }

    /// An agency of which some records are beyond use.
    pub(crate) async fn flawed(contacts: usize) -> Self {
        Self::with(SandboxConfig {
            contacts,
            flawed: true,
            ..SandboxConfig::default()
        })
        .await
    }

    async fn with(config: SandboxConfig) -> Self {
        let now: Timestamp = NOW.parse().unwrap();
        let sandbox = Sandbox::start(SandboxConfig {
            limits: false,
            time: Time::Fixed(now),
            ..config
        })
        .await
        .unwrap();
        let access = sandbox.describe().providers.remove("alto").unwrap();
        let clock = Arc::new(ManualClock::new(now));
        let credential = Arc::new(Tokens {
            http: client(&access.settings["baseUrl"], &clock),
            client: access.settings["clientId"].clone(),
            secret: Secret::new(access.secrets["clientSecret"].clone()),
            held: Mutex::default(),
        });
        let secrets = access.secrets.into_iter();
        Self {
            sandbox,
            clock,
            secrets: secrets
                .map(|(key, value)| (key, Secret::new(value)))
                .collect(),
            settings: access.settings,
            credential,
        }
    }

    /// With a setting.
    pub(crate) fn set(mut self, key: &str, value: &str) -> Self {
        self.settings.insert(key.into(), value.into());
        self
    }

    /// With a token that nobody issued.
    pub(crate) fn with_a_wrong_token(mut self) -> Self {
        self.credential = Arc::new(StaticCredential::new(Secret::new("wrong".into())));
        self
    }

    /// An adapter for one operation.
    pub(crate) fn adapter(&self) -> Box<dyn CrmAdapter> {
        adapter(
            &self.settings,
            &self.secrets,
            self.credential.clone(),
            &self.clock,
        )
    }

    /// Switches faults on.
    pub(crate) fn faults(&self, spec: &str) {
        self.sandbox.add_faults(Faults::parse(spec).unwrap());
    }

    /// Lets time pass, on both sides.
    pub(crate) fn wait(&self, seconds: u64) {
        let time = std::time::Duration::from_secs(seconds);
        self.sandbox.advance_time(time);
        self.clock.advance(time);
    }

    /// A listing from `start` to its end.
    pub(crate) async fn list(&self, start: SyncStart) -> Listed {
        Listed::of(&*self.adapter(), start).await
    }

    /// A full listing that must succeed.
    pub(crate) async fn full(&self) -> Listed {
        self.list(SyncStart::Full).await.whole()
    }

    /// An incremental listing that must succeed.
    pub(crate) async fn since(&self, since: &Cursor) -> Listed {
        let since = since.clone();
        self.list(SyncStart::Incremental { since }).await.whole()
    }

    /// Requests for a path so far.
    pub(crate) fn requests(&self, path: &str) -> usize {
        let asked = self
            .sandbox
            .requests(|request| request.part == "alto" && request.path() == path);
        asked.len()
    }
}

/// The one under test.
pub(crate) fn registration() -> &'static Registration {
    registry::find("alto").unwrap()
}

#[derive(Default)]
pub(crate) struct Listed {
    pub(crate) pages: Vec<ContactPage>,
    pub(crate) error: Option<AdapterError>,
}

impl Listed {
    /// All that an adapter lists.
    pub(crate) async fn of(adapter: &dyn CrmAdapter, start: SyncStart) -> Self {
        let mut stream = adapter.sync_contacts(start);
        let mut listed = Self::default();
        while let Some(page) = stream.next().await {
            match page {
                Ok(page) => listed.pages.push(page),
                Err(error) => listed.error = Some(error),
            }
        }
        listed
    }

    pub(crate) fn whole(self) -> Self {
        assert_eq!(self.error, None);
        let complete: Vec<bool> = self.pages.iter().map(|page| page.complete).collect();
        let (last, before) = complete.split_last().unwrap();
        assert!(
            *last && before.iter().all(|complete| !complete),
            "complete once, at the end"
        );
        self
    }

    pub(crate) fn end(&self) -> Cursor {
        self.pages.last().unwrap().cursor.clone()
    }

    pub(crate) fn contacts(&self) -> impl Iterator<Item = &MappedContact> {
        let records = self.pages.iter().flat_map(|page| &page.records);
        records.filter_map(|record| match record {
            PageRecord::Mapped(mapped) => Some(&**mapped),
            PageRecord::Rejected(_) => None,
        })
    }

    pub(crate) fn rejected(&self) -> usize {
        let records = self.pages.iter().flat_map(|page| &page.records);
        records
            .filter(|record| matches!(record, PageRecord::Rejected(_)))
            .count()
    }

    pub(crate) fn removals(&self) -> Vec<&Removal> {
        self.pages.iter().flat_map(|page| &page.removals).collect()
    }

    pub(crate) fn ids(&self) -> BTreeSet<String> {
        self.contacts().map(id).collect()
    }

    /// The content hash of each contact, by id.
    pub(crate) fn hashes(&self) -> BTreeMap<String, String> {
        let hash = |mapped: &MappedContact| mapped.contact.provenance.content_hash.clone();
        self.contacts()
            .map(|mapped| (id(mapped), hash(mapped)))
            .collect()
    }
}

fn id(mapped: &MappedContact) -> String {
    mapped.contact.provenance.external_id.to_string()
}
