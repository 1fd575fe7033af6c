//! The built-in simulated CRMs, for those who want to see the job before they connect an agency.

use std::sync::{Mutex, PoisonError};

use nurturehub_engine::{Engine, EngineError, ErrorReport};
use nurturehub_port::{ErrorKind, Secret};
use nurturehub_sandbox::{Description, ProviderAccess, Sandbox, SandboxConfig};

use crate::preferences::PreferencesFile;

/// Contacts that each simulated CRM lists: enough to fill tables, few enough that the CRM that may
/// be asked once a second is read in half a minute.
const CONTACTS: usize = 1000;

/// The running sandbox and how to reach it.
pub(crate) struct SandboxDesk {
    /// None once it has stopped.
    sandbox: Mutex<Option<Sandbox>>,
    description: Description,
}

impl SandboxDesk {
    /// Starts it on the port that it had before, so that what was connected finds it again.
    pub(crate) async fn start(file: &PreferencesFile) -> Result<Self, ErrorReport> {
        let before = file.read().sandbox_port;
        let at_port = |port| SandboxConfig {
            contacts: CONTACTS,
            port,
            ..SandboxConfig::default()
        };
        let sandbox = Sandbox::start(at_port(before.unwrap_or(0)))
            .await
            .map_err(|error| {
                EngineError::with_remedy(
                    ErrorKind::Configuration,
                    format!("The sandbox could not be started: {error}."),
                    "Another program uses its port. End that program, or restart the computer.",
                )
                .report()
            })?;
        let port = port_of(&sandbox.url());
        if before != port {
            // A choice may have been made while it started.
            let mut kept = file.read();
            kept.sandbox_port = port;
            file.write(&kept)?;
        }
        let description = sandbox.describe();
        Ok(Self {
            sandbox: Mutex::new(Some(sandbox)),
            description,
        })
    }

    /// Points an engine's pushes at the sandbox's platform.
    pub(crate) async fn set_platform(&self, engine: &Engine) -> Result<(), EngineError> {
        let platform = &self.description.platform;
        let shown = engine.platform().await?;
        let is_set = shown.token_stored
            && shown
                .url
                .is_some_and(|url| url.trim_end_matches('/') == platform.url.trim_end_matches('/'));
        if !is_set {
            let token = Secret::new(platform.token.clone());
            engine.set_platform(&platform.url, token).await?;
        }
        Ok(())
    }

    /// The tenant of its platform.
    pub(crate) fn tenant(&self) -> &str {
        &self.description.platform.tenant
    }

    /// How to reach one of its CRMs.
    pub(crate) fn access(&self, provider: &str) -> Option<&ProviderAccess> {
        self.description.providers.get(provider)
    }

    /// Stops serving, whoever may still hold this: its port is wanted again by the next.
    pub(crate) async fn stop(&self) {
        let running = self
            .sandbox
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(sandbox) = running {
            sandbox.stop().await;
        }
    }
}

fn port_of(url: &str) -> Option<u16> {
    url.rsplit(':').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use nurturehub_engine::Home;

    use super::*;

    #[tokio::test]
    async fn one_that_was_left_gives_its_port_back_though_somebody_still_holds_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = PreferencesFile::of(&Home::at(folder.path()));
        let held = SandboxDesk::start(&file).await.unwrap();
        let address = held.description.platform.url.clone();
        held.stop().await;
        let again = SandboxDesk::start(&file).await.unwrap();
        assert_eq!(
            again.description.platform.url, address,
            "where it was before"
        );
        held.stop().await;
        again.stop().await;
    }
}
