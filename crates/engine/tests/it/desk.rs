//! A data folder, an engine over it, and a sandbox to sync from.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use nurturehub_adapter_kit::SystemClock;
use nurturehub_engine::{
    ConnectRequest, ContactQuery, Engine, EngineError, EngineOptions, Home, SignInPrompt,
    SyncOptions, SyncReport,
};
use nurturehub_port::{Clock, Secret};
use nurturehub_sandbox::{Sandbox, SandboxConfig};
use nurturehub_vault::MemoryVault;
use serde_json::Value;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

pub(crate) struct Desk {
    pub(crate) home: TempDir,
    pub(crate) sandbox: Arc<Sandbox>,
    pub(crate) engine: Engine,
}

/// What a contact is in a comparison: its content's hash.
pub(crate) type Snapshot = BTreeMap<String, String>;

impl Desk {
    pub(crate) async fn new(contacts: usize) -> Self {
        let config = SandboxConfig {
            contacts,
            limits: false,
            ..SandboxConfig::default()
        };
        Self::at(Arc::new(Sandbox::start(config).await.unwrap())).await
    }

    /// Another data folder over the same sandbox.
    pub(crate) async fn at(sandbox: Arc<Sandbox>) -> Self {
        Self::with_clock(sandbox, Arc::new(SystemClock::new())).await
    }

    /// A data folder over a sandbox, by some clock.
    pub(crate) async fn with_clock(sandbox: Arc<Sandbox>, clock: Arc<dyn Clock>) -> Self {
        let home = tempfile::tempdir().unwrap();
        let vault = Arc::new(MemoryVault::new());
        let options = EngineOptions {
            clock,
            ..EngineOptions::new(Home::at(home.path()), vault, "test")
        };
        let engine = Engine::open(options).await.unwrap();
        let platform = sandbox.describe().platform;
        engine
            .set_platform(&platform.url, Secret::new(platform.token))
            .await
            .unwrap();
        Self {
            home,
            sandbox,
            engine,
        }
    }

    /// A connection with settings beside those of the sandbox; a retry would wait in real time, so
    /// limits are out of the way.
    pub(crate) async fn connect_with(
        &self,
        provider: &str,
        more: &[(&str, &str)],
    ) -> Result<String, EngineError> {
        let mut settings = vec![("requestsPerSecond", "100000")];
        settings.extend(more);
        let request = request(&self.sandbox, provider, &settings);
        Ok(self
            .engine
            .connect(request, &no_prompt())
            .await?
            .id
            .to_string())
    }

    pub(crate) async fn connect(&self, provider: &str) -> String {
        self.connect_with(provider, &[]).await.unwrap()
    }

    pub(crate) async fn sync_with(
        &self,
        connection: &str,
        options: SyncOptions,
    ) -> Result<SyncReport, EngineError> {
        self.engine
            .sync(connection, options, &|_| {}, &CancellationToken::new())
            .await
    }

    pub(crate) async fn sync(&self, connection: &str) -> SyncReport {
        self.sync_with(connection, SyncOptions::default())
            .await
            .unwrap()
    }

    pub(crate) async fn full_sync(&self, connection: &str) -> SyncReport {
        let options = SyncOptions {
            full: true,
            ..SyncOptions::default()
        };
        self.sync_with(connection, options).await.unwrap()
    }

    /// Every stored contact, parsed.
    pub(crate) async fn contacts(&self, connection: &str) -> Vec<Value> {
        let query = ContactQuery {
            limit: 1_000_000,
            ..ContactQuery::default()
        };
        let list = self.engine.contacts(connection, query).await.unwrap();
        assert_eq!(
            list.total,
            list.contacts.len() as u64,
            "the total is that of the list"
        );
        list.contacts
            .iter()
            .map(|raw| serde_json::from_str(raw.get()).unwrap())
            .collect()
    }

    /// Every stored contact by its id in the CRM, with the hash of its content.
    pub(crate) async fn snapshot(&self, connection: &str) -> Snapshot {
        let contacts = self.contacts(connection).await;
        let count = contacts.len();
        let snapshot: Snapshot = contacts
            .iter()
            .map(|contact| {
                let origin = &contact["provenance"];
                let text = |value: &Value| value.as_str().unwrap().to_owned();
                (text(&origin["externalId"]), text(&origin["contentHash"]))
            })
            .collect();
        assert_eq!(snapshot.len(), count, "no contact is stored twice");
        snapshot
    }

    /// What a fresh data folder holds after a full sync of what the CRM has now.
    pub(crate) async fn fresh_snapshot(&self, provider: &str) -> Snapshot {
        let other = Self::at(Arc::clone(&self.sandbox)).await;
        let connection = other.connect(provider).await;
        other.sync(&connection).await;
        other.snapshot(&connection).await
    }
}

/// What connects to one of a sandbox's CRMs, with settings beside those of the sandbox.
pub(crate) fn request(sandbox: &Sandbox, provider: &str, more: &[(&str, &str)]) -> ConnectRequest {
    let description = sandbox.describe();
    let access = &description.providers[provider];
    let mut settings = access.settings.clone();
    settings.extend(
        more.iter()
            .map(|(key, value)| ((*key).into(), (*value).into())),
    );
    let secrets = access
        .secrets
        .iter()
        .map(|(key, value)| (key.clone(), Secret::new(value.clone())))
        .collect();
    ConnectRequest {
        provider: provider.into(),
        tenant: description.platform.tenant,
        name: None,
        settings,
        secrets,
    }
}

/// For sign-ins that need no browser.
pub(crate) fn no_prompt() -> SignInPrompt {
    SignInPrompt {
        show: Box::new(|_| panic!("no browser was to be opened")),
        cancel: CancellationToken::new(),
        timeout: Duration::from_secs(10),
        pasted: None,
    }
}
