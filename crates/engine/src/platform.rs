//! Where contacts are pushed to.

use std::sync::Arc;

use nurturehub_adapter_kit::settings::parse_url;
use nurturehub_platform::{PlatformClient, PlatformConfig};
use nurturehub_port::{ErrorKind, Secret, TenantId};
use nurturehub_store::{audit, platform};
use nurturehub_vault::AccountKey;
use serde::Serialize;
use serde_json::json;
use specta::Type;

use crate::{Engine, EngineError, audit_words};

/// Where contacts are pushed to. The token is not shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PlatformView {
    /// The address, where one was set.
    pub url: Option<String>,
    /// Whether a token is stored.
    pub token_stored: bool,
}

impl Engine {
    /// Sets the platform's address and token.
    ///
    /// # Errors
    /// `configuration` for an address that is not https (or http on loopback), `authInvalid` for an
    /// empty token, vault and storage errors.
    pub async fn set_platform(
        &self,
        url: &str,
        token: Secret<String>,
    ) -> Result<PlatformView, EngineError> {
        let url = parse_url("url", url)?;
        if token.expose().trim().is_empty() {
            return Err(EngineError::with_remedy(
                ErrorKind::AuthInvalid,
                "The platform's token is empty.",
                "Give it with `--secret token=-`.",
            ));
        }
        let bytes = Secret::new(token.expose().trim().as_bytes().to_vec());
        self.options
            .vault
            .write(&AccountKey::platform(), bytes)
            .await?;
        let entry = self.audit_entry(audit_words::PLATFORM_SET, None, json!({ "url": url }));
        self.store
            .write(move |tx| {
                platform::set_url(tx, url.as_str())?;
                audit::append(tx, &entry)
            })
            .await?;
        self.platform().await
    }

    /// Where contacts are pushed to.
    ///
    /// # Errors
    /// Vault and storage errors.
    pub async fn platform(&self) -> Result<PlatformView, EngineError> {
        let url = self.store.read(platform::url).await?;
        let token = self.options.vault.read(&AccountKey::platform()).await?;
        Ok(PlatformView {
            url,
            token_stored: token.is_some(),
        })
    }

    /// A client for one tenant of the platform.
    pub(crate) async fn platform_client(
        &self,
        tenant: &TenantId,
    ) -> Result<PlatformClient, EngineError> {
        self.platform_client_with(tenant, None).await
    }

    /// The same, that makes so many attempts at each request.
    pub(crate) async fn platform_client_with(
        &self,
        tenant: &TenantId,
        attempts: Option<u32>,
    ) -> Result<PlatformClient, EngineError> {
        let missing = |what: &str, kind| {
            EngineError::with_remedy(
                kind,
                format!("The platform's {what} is not set."),
                "Set the platform's address and token first.",
            )
        };
        let url = self
            .store
            .read(platform::url)
            .await?
            .ok_or_else(|| missing("address", ErrorKind::Configuration))?;
        let token = self
            .options
            .vault
            .read(&AccountKey::platform())
            .await?
            .ok_or_else(|| missing("token", ErrorKind::AuthInvalid))?;
        let token = String::from_utf8(token.expose().clone())
            .map(Secret::new)
            .map_err(|_| missing("token", ErrorKind::AuthInvalid))?;
        Ok(PlatformClient::new(
            PlatformConfig {
                url: parse_url("url", &url)?,
                token,
                tenant: tenant.clone(),
                network: self.options.network.clone(),
                attempts,
            },
            Arc::clone(&self.options.clock),
            self.options.random.seed()?,
        )?)
    }
}
