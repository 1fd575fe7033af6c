//! A sandbox, and a connection to it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use jiff::Timestamp;
use nurturehub_adapter_kit::testing::ManualClock;
use nurturehub_adapter_kit::{AdapterContext, HttpClient, HttpConfig, Settings, StaticCredential};
use nurturehub_adapters::{Registration, registry};
use nurturehub_port::{
    AdapterError, Clock, ConnectionId, ContactPage, CrmAdapter, Cursor, MappedContact, PageRecord,
    Secret, SyncStart, TenantId,
};
use nurturehub_sandbox::street::Street;
use nurturehub_sandbox::{Faults, LoggedRequest, Sandbox, SandboxConfig, Time};

/// When the sandbox's time stands still: some days after its data end.
pub(crate) const NOW: &str = "2025-07-10T12:00:00Z";

pub(crate) struct Agency {
    pub(crate) sandbox: Sandbox,
    pub(crate) clock: Arc<ManualClock>,
    settings: BTreeMap<String, String>,
    pub(crate) secrets: BTreeMap<String, String>,
}

impl Agency {
    /// An agency with so many people.
    pub(crate) async fn of(contacts: usize) -> Self {
        Self::with(contacts, false).await
    }

    /// The same, with records among them that cannot become a contact.
    pub(crate) async fn flawed(contacts: usize) -> Self {
        Self::with(contacts, true).await
    }

    async fn with(contacts: usize, flawed: bool) -> Self {
        let now: Timestamp = NOW.parse().unwrap();
        let sandbox = Sandbox::start(SandboxConfig {
            contacts,
            flawed,
            limits: false,
            time: Time::Fixed(now),
            ..SandboxConfig::default()
        })
        .await
        .unwrap();
        let access = sandbox.describe().providers.remove("street").unwrap();
        Self {
            sandbox,
            clock: Arc::new(ManualClock::new(now)),
            settings: access.settings,
            secrets: access.secrets,
        }
    }

    /// With a setting.
    pub(crate) fn set(mut self, key: &str, value: &str) -> Self {
        self.settings.insert(key.into(), value.into());
        self
    }

    pub(crate) fn street(&self) -> &Street {
        self.sandbox.street()
    }

    /// Lets time pass, here and there.
    pub(crate) fn wait(&self, seconds: u64) {
        self.sandbox.advance_time(Duration::from_secs(seconds));
        self.clock.advance(Duration::from_secs(seconds));
    }

    /// An adapter for one operation.
    pub(crate) fn adapter(&self) -> Box<dyn CrmAdapter> {
        let spec = (registration().spec)();
        let settings = Settings::parse(&spec, self.settings.clone()).unwrap();
        let mut config = HttpConfig::from_settings(&settings, &spec).unwrap();
        config.limits.windows.clear();
        let clock: Arc<dyn Clock> = self.clock.clone();
        let http = HttpClient::new(config, clock.clone(), 1, &[]).unwrap();
        let secret = |text: &String| Secret::new(text.clone());
        (registration().build)(AdapterContext {
            connection: ConnectionId::parse("one").unwrap(),
            provider: spec.id,
            tenant: TenantId::parse("agency").unwrap(),
            settings,
            credential: Arc::new(StaticCredential::new(secret(&self.secrets["token"]))),
            secrets: self
                .secrets
                .iter()
                .map(|(key, text)| (key.clone(), secret(text)))
                .collect(),
            http,
            clock,
        })
    }

    /// Switches faults on.
    pub(crate) fn faults(&self, spec: &str) {
        self.sandbox.add_faults(Faults::parse(spec).unwrap());
    }

    /// A listing from `start` to its end; `meanwhile` happens after each page, by its number from 1.
    pub(crate) async fn list_while(
        &self,
        start: SyncStart,
        mut meanwhile: impl FnMut(usize),
    ) -> Listed {
        let adapter = self.adapter();
        let mut stream = adapter.sync_contacts(start);
        let mut listed = Listed::default();
        while let Some(page) = stream.next().await {
            match page {
                Ok(page) => {
                    listed.pages.push(page);
                    meanwhile(listed.pages.len());
                }
                Err(error) => listed.error = Some(error),
            }
        }
        listed
    }

    /// A listing from `start` to its end.
    pub(crate) async fn list(&self, start: SyncStart) -> Listed {
        self.list_while(start, |_| {}).await
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

    /// The requests so far.
    pub(crate) fn requests(&self) -> Vec<LoggedRequest> {
        self.sandbox.requests(|request| request.part == "street")
    }
}

/// The one under test.
pub(crate) fn registration() -> &'static Registration {
    registry::find("street").unwrap()
}

#[derive(Default)]
pub(crate) struct Listed {
    pub(crate) pages: Vec<ContactPage>,
    pub(crate) error: Option<AdapterError>,
}

impl Listed {
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

    fn records(&self) -> impl Iterator<Item = &PageRecord> {
        self.pages.iter().flat_map(|page| &page.records)
    }

    pub(crate) fn contacts(&self) -> impl Iterator<Item = &MappedContact> {
        self.records().filter_map(|record| match record {
            PageRecord::Mapped(mapped) => Some(&**mapped),
            PageRecord::Rejected(_) => None,
        })
    }

    pub(crate) fn rejected(&self) -> usize {
        self.records()
            .filter(|record| matches!(record, PageRecord::Rejected(_)))
            .count()
    }

    /// The last form of each contact, by id.
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
