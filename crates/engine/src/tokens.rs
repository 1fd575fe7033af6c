//! Access tokens: fetched when due, renewed once for everybody, stored before they are used.

use std::sync::Arc;

use async_trait::async_trait;
use nurturehub_adapter_kit::CredentialSource;
use nurturehub_oauth::{OAuthClient, TokenSet};
use nurturehub_port::{AdapterError, Clock, ConnectionId, Retry, Secret, TokenRules};
use nurturehub_vault::{AccountKey, Vault};
use serde::Deserialize;
use tokio::sync::Mutex;

use crate::lease::{self, Purpose};
use crate::spent::{SpentReport, Split};
use crate::{EngineError, Home};

/// How a connection comes by a token when it has none that serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Grant {
    /// Client credentials: a new token can be had at any time.
    ClientCredentials,
    /// Only a refresh token, from a sign-in.
    Refresh,
}

/// The tokens of one connection.
pub(crate) struct OAuthCredential {
    pub(crate) connection: ConnectionId,
    pub(crate) home: Home,
    pub(crate) vault: Arc<dyn Vault>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) client: OAuthClient,
    pub(crate) grant: Grant,
    pub(crate) scopes: Vec<String>,
    pub(crate) held: Mutex<Option<TokenSet>>,
    /// Where the time of renewals goes.
    pub(crate) split: Mutex<Split>,
}

impl OAuthCredential {
    async fn stored(&self) -> Result<Option<TokenSet>, EngineError> {
        let bytes = self
            .vault
            .read(&AccountKey::tokens(&self.connection))
            .await?;
        // Tokens that cannot be read are as good as none: the way out is the same.
        Ok(bytes.and_then(|bytes| TokenSet::from_vault_bytes(&bytes).ok()))
    }

    async fn fetch(&self, old: Option<&TokenSet>) -> Result<TokenSet, EngineError> {
        match (self.grant, old) {
            (Grant::ClientCredentials, _) => {
                Ok(self.client.client_credentials(&self.scopes).await?)
            }
            (Grant::Refresh, Some(old)) if old.is_renewable() => {
                Ok(self.client.refresh(old).await?)
            }
            (Grant::Refresh, _) => Err(EngineError::nobody_signed_in()),
        }
    }

    /// Fetches new tokens and stores them. The caller holds the lease.
    async fn replace(&self, old: Option<&TokenSet>) -> Result<TokenSet, EngineError> {
        let connection = &self.connection;
        let mut split = self.split.lock().await;
        let began = split.mark();
        let fetched = self.fetch(old).await;
        split.waited(began);
        let fresh = match fetched {
            Ok(fresh) => fresh,
            Err(error) => {
                let kind = error.kind();
                tracing::info!(%connection, %kind, "No new token was given.");
                return Err(error);
            }
        };
        tracing::info!(%connection, "A new token was given.");
        // Stored first: were the process to die between the two, a rotated token would be lost.
        let began = split.mark();
        self.vault
            .write(
                &AccountKey::tokens(&self.connection),
                fresh.to_vault_bytes(),
            )
            .await?;
        split.stored(began);
        Ok(fresh)
    }

    /// Where the time of renewals went.
    pub(crate) async fn spent(&self) -> SpentReport {
        self.split.lock().await.report(&[])
    }

    /// Renews for the sake of the refresh token, where that is still due once it is our turn.
    pub(crate) async fn keep_alive(&self, rules: &TokenRules) -> Result<TokenSet, EngineError> {
        let mut held = self.held.lock().await;
        let _lease = lease::wait_for(&self.home, &self.connection, Purpose::Token).await?;
        let tokens = match self.stored().await? {
            Some(stored) if !stored.is_due_to_keep_alive(rules, self.clock.now()) => stored,
            stored => self.replace(stored.as_ref()).await?,
        };
        *held = Some(tokens.clone());
        Ok(tokens)
    }

    /// A token other than `rejected` that has not run out. One renewal at a time: within this
    /// process by the mutex, across processes by a file lock under which the vault is read again,
    /// since the other process may have renewed while this one waited.
    async fn obtain(&self, rejected: Option<&str>) -> Result<Secret<String>, EngineError> {
        let usable = |tokens: &TokenSet| {
            tokens.is_fresh(self.clock.now())
                && rejected.is_none_or(|bad| tokens.access_token().expose() != bad)
        };
        let mut held = self.held.lock().await;
        if let Some(tokens) = held.as_ref().filter(|tokens| usable(tokens)) {
            return Ok(tokens.access_token().clone());
        }
        let _lease = lease::wait_for(&self.home, &self.connection, Purpose::Token).await?;
        let stored = self.stored().await?;
        if let Some(tokens) = stored.as_ref().filter(|tokens| usable(tokens)) {
            let token = tokens.access_token().clone();
            *held = stored;
            return Ok(token);
        }
        let fresh = self.replace(stored.as_ref()).await?;
        let token = fresh.access_token().clone();
        *held = Some(fresh);
        Ok(token)
    }
}

/// What the port can say of an error of another layer.
pub(crate) fn as_adapter_error(error: EngineError) -> AdapterError {
    match error {
        EngineError::Adapter(error) => error,
        other => {
            let report = other.report();
            let error = AdapterError::new(report.kind, report.message)
                .remedy(report.remedy)
                .owner(report.owner);
            match Retry::deserialize(&report.detail["retry"]) {
                Ok(retry) => error.retry(retry),
                Err(_) => error,
            }
        }
    }
}

#[async_trait]
impl CredentialSource for OAuthCredential {
    async fn available(&self) -> Result<(), AdapterError> {
        if self.grant == Grant::ClientCredentials {
            return Ok(());
        }
        match self.stored().await.map_err(as_adapter_error)? {
            Some(_) => Ok(()),
            None => Err(as_adapter_error(EngineError::nobody_signed_in())),
        }
    }

    async fn current(&self) -> Result<Secret<String>, AdapterError> {
        self.obtain(None).await.map_err(as_adapter_error)
    }

    async fn renewed(&self, rejected: &Secret<String>) -> Result<Secret<String>, AdapterError> {
        self.obtain(Some(rejected.expose()))
            .await
            .map_err(as_adapter_error)
    }
}
