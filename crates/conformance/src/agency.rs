//! A fresh simulated CRM, and a connection to it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use nurturehub_adapter_kit::{AdapterContext, HttpClient, HttpConfig, Settings, TraceEntry};
use nurturehub_port::{
    AdapterError, ConnectionId, CrmAdapter, Cursor, ErrorKind, Secret, SettingKind, SyncStart,
    TenantId,
};
use nurturehub_sandbox::{LoggedRequest, Mutation, PathKind};

use crate::clock::SharedClock;
use crate::credential::Issued;
use crate::crm::{Access, Opening, SimulatedCrm};
use crate::listed::Listed;
use crate::subject::Subject;
use crate::verdict::{Checked, Stop, ensure, failed};

/// When the CRM's time stands still: some days after the sandbox's data end.
const NOW: Timestamp = Timestamp::constant(1_752_148_800, 0);

/// The setting that says how many records a page has.
const PAGE_SIZE: &str = "pageSize";

/// Records on a page where a check needs several pages.
const SMALL_PAGE: usize = 10;

/// How the client differs from the usual one.
pub(crate) type Tuning = fn(&mut HttpConfig);

/// How an agency begins.
pub(crate) struct Plan<'a> {
    subject: &'a Subject,
    contacts: usize,
    flawed: bool,
    page_size: Option<u64>,
    ahead: SignedDuration,
    tuning: Tuning,
    settings: Vec<(&'static str, String)>,
}

/// The simulated CRM, and what is needed to talk to it.
pub(crate) struct Agency<'a> {
    pub(crate) subject: &'a Subject,
    pub(crate) crm: Arc<dyn SimulatedCrm>,
    pub(crate) clock: Arc<SharedClock>,
    pub(crate) access: Access,
    credential: Arc<Issued>,
    settings: Settings,
    tuning: Tuning,
    clients: Mutex<Vec<HttpClient>>,
}

impl Subject {
    /// An agency with so many records.
    pub(crate) fn agency(&self, contacts: usize) -> Plan<'_> {
        Plan {
            subject: self,
            contacts,
            flawed: false,
            page_size: None,
            ahead: SignedDuration::ZERO,
            tuning: |config| config.limits.windows.clear(),
            settings: Vec::new(),
        }
    }

    /// An agency of which a list has several pages.
    pub(crate) fn many(&self) -> Plan<'_> {
        match self.page_bounds() {
            Some(_) => self.agency(9 * SMALL_PAGE).pages_of(SMALL_PAGE as u64),
            // Where there are several lists, the longest has a third of all.
            None => self.agency(self.usual_page * 5),
        }
    }

    /// The least and the largest page that the settings allow, where there is such a setting.
    pub(crate) fn page_bounds(&self) -> Option<(u64, u64)> {
        let mut fields = self.spec.fields.iter();
        match fields.find(|field| field.key == PAGE_SIZE)?.setting {
            SettingKind::Integer { min, max } => Some((min, max)),
            _ => None,
        }
    }
}

impl<'a> Plan<'a> {
    /// With records that cannot become a contact.
    pub(crate) const fn flawed(mut self) -> Self {
        self.flawed = true;
        self
    }

    /// With so many records on a page, within what the settings allow.
    pub(crate) fn pages_of(mut self, records: u64) -> Self {
        let bounds = self.subject.page_bounds();
        self.page_size = bounds.map(|(min, max)| records.clamp(min.max(1), max));
        self
    }

    /// With a clock of ours that is so far ahead of the CRM's.
    pub(crate) const fn ahead(mut self, by: SignedDuration) -> Self {
        self.ahead = by;
        self
    }

    /// With another client.
    pub(crate) const fn tuned(mut self, tuning: Tuning) -> Self {
        self.tuning = tuning;
        self
    }

    /// With a setting.
    pub(crate) fn set(mut self, key: &'static str, value: String) -> Self {
        self.settings.push((key, value));
        self
    }

    /// Opens it.
    pub(crate) async fn open(self) -> Checked<Agency<'a>> {
        let wrong =
            |what: String| Stop::Failed(format!("the simulated CRM cannot be used: {what}"));
        let subject = self.subject;
        let crm = (subject.open)(Opening {
            contacts: self.contacts,
            flawed: self.flawed,
            now: NOW,
        })
        .await
        .map_err(wrong)?;
        let access = crm.access();
        let mut given = access.settings.clone();
        given.extend(
            self.page_size
                .map(|size| (PAGE_SIZE.to_owned(), size.to_string())),
        );
        given.extend(
            self.settings
                .into_iter()
                .map(|(key, value)| (key.to_owned(), value)),
        );
        let settings =
            Settings::parse(&subject.spec, given).map_err(|error| wrong(error.to_string()))?;
        let now = NOW.saturating_add(self.ahead).unwrap_or(NOW);
        let clock = Arc::new(SharedClock::new(now, Arc::clone(&crm)));
        let credential = Issued::new(&subject.spec, &settings, &access.secrets, clock.clone());
        Ok(Agency {
            subject,
            crm,
            clock,
            access,
            credential: Arc::new(credential.map_err(wrong)?),
            settings,
            tuning: self.tuning,
            clients: Mutex::default(),
        })
    }
}

impl Agency<'_> {
    /// An adapter for one operation.
    pub(crate) fn adapter(&self) -> Checked<Box<dyn CrmAdapter>> {
        let spec = &self.subject.spec;
        let wrong = |error: AdapterError| Stop::unexpected("making an adapter", &error);
        let mut config = HttpConfig::from_settings(&self.settings, spec).map_err(wrong)?;
        (self.tuning)(&mut config);
        let http = HttpClient::new(config, self.clock.clone(), 1, &[]).map_err(wrong)?;
        self.clients
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(http.clone());
        let id = |error: nurturehub_port::IdError| Stop::Failed(error.to_string());
        Ok((self.subject.build)(AdapterContext {
            connection: ConnectionId::parse(CONNECTION).map_err(id)?,
            provider: spec.id.clone(),
            tenant: TenantId::parse("agency").map_err(id)?,
            settings: self.settings.clone(),
            credential: self.credential.clone(),
            secrets: self.secrets(),
            http,
            clock: self.clock.clone(),
        }))
    }

    fn secrets(&self) -> BTreeMap<String, Secret<String>> {
        let secrets = self.access.secrets.iter();
        secrets
            .map(|(key, value)| (key.clone(), Secret::new(value.clone())))
            .collect()
    }

    /// Every secret of the connection, tokens that were issued included.
    pub(crate) fn all_secrets(&self) -> Vec<String> {
        let mut all = self.credential.handed_out();
        all.extend(self.access.secrets.values().cloned());
        all
    }

    /// A listing from `start` to its end; `meanwhile` happens after each page.
    pub(crate) async fn list_while(
        &self,
        start: SyncStart,
        meanwhile: impl FnMut(usize) + Send,
    ) -> Checked<Listed> {
        let adapter = self.adapter()?;
        Listed::read(adapter.sync_contacts(start), meanwhile).await
    }

    /// A listing from `start` to its end.
    pub(crate) async fn list(&self, start: SyncStart) -> Checked<Listed> {
        self.list_while(start, |_| {}).await
    }

    /// A full listing that must succeed.
    pub(crate) async fn full(&self) -> Checked<Listed> {
        self.list(SyncStart::Full).await?.whole()
    }

    /// An incremental listing that must succeed.
    pub(crate) async fn since(&self, since: &Cursor) -> Checked<Listed> {
        let since = since.clone();
        self.list(SyncStart::Incremental { since }).await?.whole()
    }

    /// The rest of a listing that must succeed.
    pub(crate) async fn resume(&self, at: &Cursor) -> Checked<Listed> {
        self.list(SyncStart::Resume { at: at.clone() })
            .await?
            .whole()
    }

    /// A full listing that must fail, and why it did.
    pub(crate) async fn refused(&self) -> Checked<AdapterError> {
        let listed = self.list(SyncStart::Full).await?;
        ensure!(
            !listed.is_complete(),
            "the listing says that it is complete ({} contacts)",
            listed.ids().len()
        );
        match listed.error {
            Some(error) => Ok(error),
            None => failed("the listing ended without an error, and not complete"),
        }
    }

    /// Switches a fault on.
    pub(crate) fn spoil(&self, fault: &str) -> Checked {
        self.crm.spoil(fault).map_err(|why| {
            Stop::NotHere(format!(
                "The simulated CRM does not know the fault `{fault}`: {why}"
            ))
        })
    }

    /// Changes records; the check goes no further where the CRM has no such change.
    pub(crate) fn mutate(&self, mutation: &Mutation) -> Checked<Vec<String>> {
        let ids = self.crm.mutate(mutation);
        if ids.is_empty() {
            return Err(Stop::NotHere(format!(
                "The simulated CRM has no such change as {:?}.",
                mutation.change
            )));
        }
        Ok(ids)
    }

    /// Lets time pass on both sides.
    pub(crate) fn pass(&self, seconds: u64) {
        self.clock.pass(Duration::from_secs(seconds));
    }

    /// The requests so far, but for tokens.
    pub(crate) fn requests(&self) -> Vec<LoggedRequest> {
        let mut requests = self.crm.requests();
        requests.retain(|request| request.kind != PathKind::Token);
        requests
    }

    /// The requests for pages so far.
    pub(crate) fn page_requests(&self) -> Vec<LoggedRequest> {
        let mut requests = self.crm.requests();
        requests.retain(|request| request.kind == PathKind::List);
        requests
    }

    /// What the clients that adapters were given wrote down, since it was last asked for.
    pub(crate) fn traces(&self) -> Vec<TraceEntry> {
        let clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        clients
            .iter()
            .flat_map(|http| http.trace().drain())
            .collect()
    }

    /// How many requests went through these clients.
    pub(crate) fn sent(&self) -> u64 {
        let clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        clients.iter().map(HttpClient::requests).sum()
    }
}

/// The connection that every check works for.
pub(crate) const CONNECTION: &str = "conformance";

/// Whether an error is one of these kinds, and says what an error must say.
pub(crate) fn is_one_of(error: &AdapterError, kinds: &[ErrorKind]) -> Checked {
    let expected: Vec<&str> = kinds.iter().map(|kind| kind.as_str()).collect();
    ensure!(
        kinds.contains(&error.kind),
        "the error should be {}, and is {}: {error}",
        expected.join(" or "),
        error.kind
    );
    ensure!(
        !error.message.trim().is_empty() && error.remedy.trim().ends_with('.'),
        "the error {} says too little: `{error}`, `{}`",
        error.kind,
        error.remedy
    );
    Ok(())
}
