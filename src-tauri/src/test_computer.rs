//! A computer to test on: a data folder, a keychain, a sandbox, and a desktop that only listens.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use nurturehub_engine::{
    ConnectRequest, Engine, EngineOptions, Home, MemoryVault, SignInPrompt, SyncOptions,
};
use nurturehub_port::Secret;
use nurturehub_sandbox::{Sandbox, SandboxConfig};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio_util::sync::CancellationToken;

use crate::shell::{FileKind, News, Shell};

/// A data folder and what is in the keychain: what a restart leaves as it is.
pub(crate) struct Computer {
    home: tempfile::TempDir,
    vault: Arc<MemoryVault>,
    pub(crate) sandbox: Sandbox,
}

impl Computer {
    pub(crate) async fn new() -> Self {
        let config = SandboxConfig {
            contacts: 3,
            limits: false,
            ..SandboxConfig::default()
        };
        Self {
            home: tempfile::tempdir().unwrap(),
            vault: Arc::new(MemoryVault::new()),
            sandbox: Sandbox::start(config).await.unwrap(),
        }
    }

    /// The CRM that is connected here: any would do, and the sandbox's first is one.
    pub(crate) fn provider(&self) -> String {
        let described = self.sandbox.describe();
        described.providers.into_keys().next().unwrap()
    }

    /// A program over this data folder.
    pub(crate) async fn start(&self) -> Engine {
        let vault = Arc::clone(&self.vault);
        let options = EngineOptions::new(Home::at(self.home.path()), vault, "test");
        Engine::open(options).await.unwrap()
    }

    /// Connects the CRM; the connection's id.
    pub(crate) async fn connect(&self, engine: &Engine) -> String {
        let description = self.sandbox.describe();
        let access = &description.providers[&self.provider()];
        let secrets = access.secrets.clone().into_iter();
        let request = ConnectRequest {
            provider: self.provider(),
            tenant: description.platform.tenant.clone(),
            name: Some("High Street".into()),
            settings: access.settings.clone(),
            secrets: secrets
                .map(|(key, value)| (key, Secret::new(value)))
                .collect(),
        };
        let prompt = SignInPrompt {
            show: Box::new(|_| {}),
            cancel: CancellationToken::new(),
            timeout: std::time::Duration::from_secs(10),
            pasted: None,
        };
        engine
            .connect(request, &prompt)
            .await
            .unwrap()
            .id
            .to_string()
    }
}

/// Syncs; whether that went well.
pub(crate) async fn sync(engine: &Engine, connection: &str) -> bool {
    let cancel = CancellationToken::new();
    let options = SyncOptions::default();
    let synced = engine.sync(connection, options, &|_| {}, &cancel).await;
    synced.is_ok()
}

/// A desktop where nobody sits: it keeps the news, opens nothing and chooses no file but where it was told a folder.
pub(crate) struct EmptyRoom {
    news: UnboundedSender<News>,
    /// Where new files go to, where somebody said so.
    folder: Option<PathBuf>,
}

impl EmptyRoom {
    /// The desktop, and the news that it is told.
    pub(crate) fn new() -> (Arc<Self>, UnboundedReceiver<News>) {
        let (news, heard) = unbounded_channel();
        let folder = None;
        (Arc::new(Self { news, folder }), heard)
    }

    /// The same, where each new file goes to this folder under the name that is proposed.
    pub(crate) fn where_files_go_to(folder: &Path) -> (Arc<Self>, UnboundedReceiver<News>) {
        let (news, heard) = unbounded_channel();
        let folder = Some(folder.to_owned());
        (Arc::new(Self { news, folder }), heard)
    }
}

impl Shell for EmptyRoom {
    fn tell(&self, news: News) {
        let _ = self.news.send(news);
    }

    fn open(&self, _: &str) {}

    fn choose_file(&self, _: &str) -> Option<PathBuf> {
        None
    }

    fn choose_new_file(&self, _: &str, name: &str, _: FileKind) -> Option<PathBuf> {
        self.folder.as_ref().map(|folder| folder.join(name))
    }
}
