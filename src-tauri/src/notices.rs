//! Notifications: what people should know of a connection, told once. What is news is the engine's to
//! say, which also knows what another program or an earlier start has told.

use nurturehub_engine::{Alert, Engine};
use tauri::{AppHandle, Manager, Wry};
use tauri_plugin_notification::NotificationExt;

use crate::desk::Desk;
use crate::state::AppState;

/// Gives those notices that are news, unless the person wants none.
pub(crate) async fn tell(app: &AppHandle<Wry>, desk: &Desk) {
    let kept = app.state::<AppState>().preferences.read().preferences;
    for alert in news(&desk.engine, kept.notifications).await {
        let shown = app
            .notification()
            .builder()
            .title(alert.subject)
            .body(alert.remedy.unwrap_or(alert.body))
            .show();
        if let Err(error) = shown {
            tracing::warn!(%error, "A notification was not shown.");
        }
    }
}

/// What to tell. Whoever wants nothing is told nothing, and leaves it for others to tell.
async fn news(engine: &Engine, wanted: bool) -> Vec<Alert> {
    if !wanted {
        return Vec::new();
    }
    engine.alerts().await.unwrap_or_else(|error| {
        tracing::warn!(kind = %error.kind(), "What is news is not known.");
        Vec::new()
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use nurturehub_engine::{
        ConnectRequest, EngineOptions, Home, MemoryVault, SignInPrompt, SyncOptions,
    };
    use nurturehub_port::Secret;
    use nurturehub_sandbox::{AccessChange, Sandbox, SandboxConfig};
    use tokio_util::sync::CancellationToken;

    use super::*;

    const PROVIDER: &str = "agentos";

    /// A data folder and what is in the keychain: what a restart leaves as it is.
    struct Computer {
        home: tempfile::TempDir,
        vault: Arc<MemoryVault>,
        sandbox: Sandbox,
    }

    impl Computer {
        async fn new() -> Self {
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

        /// A program over this data folder.
        async fn start(&self) -> Engine {
            let vault = Arc::clone(&self.vault);
            let options = EngineOptions::new(Home::at(self.home.path()), vault, "test");
            Engine::open(options).await.unwrap()
        }

        async fn connect(&self, engine: &Engine) -> String {
            let description = self.sandbox.describe();
            let access = &description.providers[PROVIDER];
            let secrets = access.secrets.clone().into_iter();
            let request = ConnectRequest {
                provider: PROVIDER.into(),
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

    async fn sync(engine: &Engine, connection: &str) -> bool {
        let cancel = CancellationToken::new();
        let options = SyncOptions::default();
        let synced = engine.sync(connection, options, &|_| {}, &cancel).await;
        synced.is_ok()
    }

    fn subjects(alerts: &[Alert]) -> Vec<&str> {
        alerts.iter().map(|alert| alert.subject.as_str()).collect()
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn trouble_is_told_once_whoever_tells_it_and_however_often_the_app_starts() {
        let computer = Computer::new().await;
        let app = computer.start().await;
        let connection = computer.connect(&app).await;
        assert!(sync(&app, &connection).await);
        assert!(news(&app, true).await.is_empty(), "all is well");

        computer
            .sandbox
            .change_access(PROVIDER, &AccessChange::Revoke);
        assert!(!sync(&app, &connection).await);
        assert!(news(&app, false).await.is_empty(), "off by choice");
        let told = news(&app, true).await;
        assert_eq!(told.len(), 1, "nobody else was told meanwhile");
        assert!(subjects(&told)[0].starts_with("High Street: "), "{told:?}");
        drop(app);
        let app = computer.start().await;
        assert!(news(&app, true).await.is_empty(), "not after a restart");

        computer
            .sandbox
            .change_access(PROVIDER, &AccessChange::Reinstate);
        assert!(sync(&app, &connection).await);
        let other = computer.start().await;
        let elsewhere = other.alerts().await.unwrap();
        assert_eq!(subjects(&elsewhere), ["High Street: working again"]);
        assert!(
            news(&app, true).await.is_empty(),
            "another program has told it"
        );
    }
}
