//! A sandbox, and a connection to it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

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
    ProviderId, Secret, SyncStart, TenantId,
};
use nurturehub_sandbox::{Faults, LoggedRequest, Sandbox, SandboxConfig, Time};
use serde_json::Value;
use url::Url;

/// When the sandbox's time stands still: some days after its data end.
pub(crate) const NOW: &str = "2025-07-10T12:00:00Z";

pub(crate) struct Agency {
    pub(crate) sandbox: Sandbox,
    pub(crate) clock: Arc<ManualClock>,
    settings: BTreeMap<String, String>,
    pub(crate) secrets: BTreeMap<String, Secret<String>>,
    tokens: Arc<Tokens>,
}

/// Tokens of the sandbox's own token endpoint.
pub(crate) struct Tokens {
    http: HttpClient,
    client: String,
    secret: Secret<String>,
    pub(crate) renewals: AtomicU32,
}

impl Tokens {
    async fn fetch(&self) -> Result<Secret<String>, AdapterError> {
        let response = self
            .http
            .post("/oauth/token", &[])
            .basic(&self.client, &self.secret)
            .form(&[("grant_type", "client_credentials")])
            .send()
            .await?;
        let answer: Value = response.json()?;
        Ok(Secret::new(
            answer["access_token"].as_str().unwrap().to_owned(),
        ))
    }
}

#[async_trait]
impl CredentialSource for Tokens {
    async fn current(&self) -> Result<Secret<String>, AdapterError> {
        self.fetch().await
    }

    async fn renewed(&self, _: &Secret<String>) -> Result<Secret<String>, AdapterError> {
        self.renewals.fetch_add(1, Ordering::Relaxed);
        self.fetch().await
    }
}

impl Agency {
    /// An agency with so many contacts.
    pub(crate) async fn of(contacts: usize) -> Self {
        let now: Timestamp = NOW.parse().unwrap();
        let sandbox = Sandbox::start(SandboxConfig {
            contacts,
            limits: false,
            time: Time::Fixed(now),
            ..SandboxConfig::default()
        })
        .await
        .unwrap();
        let access = sandbox.describe().providers.remove("reapit").unwrap();
        let base = Url::parse(&access.settings["baseUrl"]).unwrap();
        let clock = Arc::new(ManualClock::new(now));
        let mut limits = (registration().spec)().limits;
        limits.windows.clear();
        let http = HttpClient::new(HttpConfig::new(base, limits), clock.clone(), 1, &[]).unwrap();
        let tokens = Arc::new(Tokens {
            http,
            client: access.settings["clientId"].clone(),
            secret: Secret::new(access.secrets["clientSecret"].clone()),
            renewals: AtomicU32::new(0),
        });
        Self {
            sandbox,
            clock,
            settings: access.settings,
            secrets: BTreeMap::new(),
            tokens,
        }
    }

    /// With a setting.
    pub(crate) fn set(mut self, key: &str, value: &str) -> Self {
        self.settings.insert(key.into(), value.into());
        self
    }

    /// An adapter for one operation.
    pub(crate) fn adapter(&self) -> Box<dyn CrmAdapter> {
        self.adapter_with(self.tokens.clone())
    }

    /// An adapter whose token nobody issued.
    pub(crate) fn adapter_with_a_wrong_token(&self) -> Box<dyn CrmAdapter> {
        self.adapter_with(Arc::new(StaticCredential::new(Secret::new("wrong".into()))))
    }

    fn adapter_with(&self, credential: Arc<dyn CredentialSource>) -> Box<dyn CrmAdapter> {
        let spec = (registration().spec)();
        let settings = Settings::parse(&spec, self.settings.clone()).unwrap();
        let mut config = HttpConfig::from_settings(&settings, &spec).unwrap();
        config.limits.windows.clear();
        let clock: Arc<dyn Clock> = self.clock.clone();
        let http = HttpClient::new(config, clock.clone(), 1, &[]).unwrap();
        (registration().build)(AdapterContext {
            connection: ConnectionId::parse("one").unwrap(),
            provider: ProviderId::parse("reapit").unwrap(),
            tenant: TenantId::parse("agency").unwrap(),
            settings,
            credential,
            secrets: self.secrets.clone(),
            http,
            clock,
        })
    }

    /// How often a token was renewed.
    pub(crate) fn renewals(&self) -> u32 {
        self.tokens.renewals.load(Ordering::Relaxed)
    }

    /// Switches faults on.
    pub(crate) fn faults(&self, spec: &str) {
        self.sandbox.add_faults(Faults::parse(spec).unwrap());
    }

    /// A listing from `start` to its end.
    pub(crate) async fn list(&self, start: SyncStart) -> Listed {
        let adapter = self.adapter();
        let mut stream = adapter.sync_contacts(start);
        let mut listed = Listed::default();
        while let Some(page) = stream.next().await {
            match page {
                Ok(page) => listed.pages.push(page),
                Err(error) => listed.error = Some(error),
            }
        }
        listed
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

    /// The requests for lists of contacts so far.
    pub(crate) fn contact_requests(&self) -> Vec<LoggedRequest> {
        self.sandbox
            .requests(|request| request.part == "reapit" && request.path() == "/contacts/")
    }
}

/// The one under test.
pub(crate) fn registration() -> &'static Registration {
    registry::find("reapit").unwrap()
}

#[derive(Default)]
pub(crate) struct Listed {
    pub(crate) pages: Vec<ContactPage>,
    pub(crate) error: Option<AdapterError>,
}

impl Listed {
    fn whole(self) -> Self {
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

    /// The latest form of each contact, by id.
    pub(crate) fn by_id(&self) -> BTreeMap<String, &MappedContact> {
        self.contacts().map(|mapped| (id(mapped), mapped)).collect()
    }

    pub(crate) fn ids(&self) -> BTreeSet<String> {
        self.contacts().map(id).collect()
    }
}

fn id(mapped: &MappedContact) -> String {
    mapped.contact.provenance.external_id.to_string()
}

/// The query of a request.
pub(crate) fn query(request: &LoggedRequest) -> BTreeMap<String, String> {
    let (_, query) = request.target.split_once('?').unwrap_or_default();
    url::form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect()
}
