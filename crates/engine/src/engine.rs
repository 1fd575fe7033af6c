//! The engine: what every use case stands on.

use std::sync::Arc;

use jiff::Timestamp;
use nurturehub_adapter_kit::http::Throttles;
use nurturehub_adapter_kit::network::Network;
use nurturehub_adapters::registry::{self, Registration};
use nurturehub_port::{Clock, ConnectionId, ErrorKind, ProviderId};
use nurturehub_store::audit::{self, AuditEntry};
use nurturehub_store::connections::{self, ConnectionRecord};
use nurturehub_store::{Store, StoreError, others, providers};
use nurturehub_vault::Vault;
use serde_json::Value;

use crate::database::{self, Access};
use crate::{EngineError, Home, Random, Reporting};

/// What an engine is made of.
#[derive(Debug, Clone)]
pub struct EngineOptions {
    /// The data folder.
    pub home: Home,
    /// Where secrets are kept.
    pub vault: Arc<dyn Vault>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Random bytes.
    pub random: Random,
    /// Who is at work, for the audit log: the system account.
    pub actor: String,
    /// The way out of this computer.
    pub network: Network,
    /// The providers to offer.
    pub registry: &'static [Registration],
}

impl EngineOptions {
    /// The usual choice for a data folder and a vault.
    #[must_use]
    pub fn new(home: Home, vault: Arc<dyn Vault>, actor: impl Into<String>) -> Self {
        Self {
            home,
            vault,
            clock: Arc::new(nurturehub_adapter_kit::SystemClock::new()),
            random: Random::system(),
            actor: actor.into(),
            network: Network::default(),
            registry: registry::all(),
        }
    }
}

/// The use cases over one data folder. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Engine {
    pub(crate) options: Arc<EngineOptions>,
    pub(crate) store: Store,
    pub(crate) collector: Option<Arc<str>>,
    /// Operations side by side on one connection share its CRM's limit.
    pub(crate) throttles: Arc<Throttles>,
    _access: Arc<Access>,
}

impl Engine {
    /// Opens the data folder, making it where there is none.
    ///
    /// # Errors
    /// Vault and storage errors: without the vault there is no key to the database. `storageBusy`
    /// while its key is changed.
    pub async fn open(options: EngineOptions) -> Result<Self, EngineError> {
        let access = Access::shared(&options.home)?;
        Self::over(options, access).await
    }

    /// An engine for whoever has the right to open the database.
    pub(crate) async fn over(options: EngineOptions, access: Access) -> Result<Self, EngineError> {
        let store = database::open(&options).await?;
        let now = options.clock.now();
        let specs: Vec<_> = options
            .registry
            .iter()
            .map(|entry| (entry.spec)())
            .collect();
        store
            .write(move |tx| {
                specs
                    .iter()
                    .try_for_each(|spec| providers::record(tx, spec, now))
            })
            .await?;
        Ok(Self {
            options: Arc::new(options),
            store,
            collector: None,
            throttles: Arc::default(),
            _access: Arc::new(access),
        })
    }

    /// Hands every run's trace to a collector at this address, by OTLP over HTTP.
    #[must_use]
    pub fn collected_at(mut self, address: &str) -> Self {
        self.collector = Some(address.into());
        self
    }

    /// The same at the address that is set, where one is.
    #[must_use]
    pub fn collected_as_set(self, reporting: &Reporting) -> Self {
        match &reporting.otlp_endpoint {
            Some(set) => self.collected_at(&set.address),
            None => self,
        }
    }

    /// The data folder.
    #[must_use]
    pub fn home(&self) -> &Home {
        &self.options.home
    }

    /// Where secrets are kept, in plain words.
    #[must_use]
    pub fn vault_words(&self) -> &'static str {
        self.options.vault.kind().title()
    }

    /// The database, for those who look into it beside the use cases (tests, benchmarks).
    #[must_use]
    pub const fn store(&self) -> &Store {
        &self.store
    }

    /// A number that changes whenever another program has written to the data folder, such as the
    /// command line beside the desktop app. What this engine writes does not change it.
    ///
    /// # Errors
    /// Storage errors.
    pub async fn changes_of_others(&self) -> Result<i64, EngineError> {
        Ok(self.store.write(others::changes).await?)
    }

    /// The time, by this engine's clock.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.options.clock.now()
    }

    pub(crate) fn registration(
        &self,
        provider: &str,
    ) -> Result<&'static Registration, EngineError> {
        self.options
            .registry
            .iter()
            .find(|entry| (entry.spec)().id.as_str() == provider)
            .ok_or_else(|| {
                let shown: String = provider
                    .chars()
                    .filter(|c| !c.is_control())
                    .take(40)
                    .collect();
                let known: Vec<String> = self
                    .options
                    .registry
                    .iter()
                    .map(|entry| (entry.spec)().id.into())
                    .collect();
                EngineError::with_remedy(
                    ErrorKind::Configuration,
                    format!("There is no provider `{shown}`."),
                    format!("Use one of: {}.", known.join(", ")),
                )
            })
    }

    pub(crate) fn registration_of(
        &self,
        provider: &ProviderId,
    ) -> Result<&'static Registration, EngineError> {
        self.registration(provider.as_str())
    }

    /// A connection by its id, or by its name where only one has that name.
    pub(crate) async fn connection(&self, wanted: &str) -> Result<ConnectionRecord, EngineError> {
        let wanted = wanted.to_owned();
        Ok(self
            .store
            .read(move |db| {
                if let Some(found) = connections::find(db, &wanted)? {
                    return Ok(found);
                }
                let mut named: Vec<_> = connections::all(db)?
                    .into_iter()
                    .filter(|record| record.name.eq_ignore_ascii_case(&wanted))
                    .collect();
                match (named.pop(), named.is_empty()) {
                    (Some(found), true) => Ok(found),
                    _ => Err(StoreError::NotFound {
                        what: "connection",
                        key: wanted,
                    }),
                }
            })
            .await?)
    }

    pub(crate) fn audit_entry(
        &self,
        action: &'static str,
        connection: Option<&ConnectionId>,
        detail: Value,
    ) -> AuditEntry {
        AuditEntry {
            at: self.now(),
            actor: self.options.actor.clone(),
            action,
            connection: connection.cloned(),
            detail,
        }
    }

    pub(crate) async fn audit(&self, entry: AuditEntry) -> Result<(), EngineError> {
        Ok(self
            .store
            .write(move |tx| audit::append(tx, &entry))
            .await?)
    }
}
