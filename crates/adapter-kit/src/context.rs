//! What an adapter is given for one operation.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use nurturehub_port::{AdapterError, Clock, ConnectionId, ErrorKind, ProviderId, Secret, TenantId};

use crate::{HttpClient, Settings};

/// Where the key or token for a request comes from.
#[async_trait]
pub trait CredentialSource: Send + Sync {
    /// Whether what it needs is stored, without asking the CRM.
    ///
    /// # Errors
    /// A vault error, or `authInvalid`/`authExpired` where nothing is stored.
    async fn available(&self) -> Result<(), AdapterError> {
        Ok(())
    }

    /// The key or token to send now; a token is fetched or renewed first where it is due.
    ///
    /// # Errors
    /// Why there is none.
    async fn current(&self) -> Result<Secret<String>, AdapterError>;

    /// Another one, after the CRM answered 401 to `rejected`.
    ///
    /// # Errors
    /// `authExpired` or `authRevoked` where somebody must sign in again, `authInvalid` where there
    /// is nothing to renew and the CRM's own answer says more.
    async fn renewed(&self, rejected: &Secret<String>) -> Result<Secret<String>, AdapterError>;
}

/// A key or token that does not change.
#[derive(Debug, Clone)]
pub struct StaticCredential(Secret<String>);

impl StaticCredential {
    /// A source of this one value.
    #[must_use]
    pub const fn new(value: Secret<String>) -> Self {
        Self(value)
    }
}

#[async_trait]
impl CredentialSource for StaticCredential {
    async fn available(&self) -> Result<(), AdapterError> {
        if self.0.expose().trim().is_empty() {
            return Err(AdapterError::new(
                ErrorKind::AuthInvalid,
                "The key for this connection is empty.",
            ));
        }
        Ok(())
    }

    async fn current(&self) -> Result<Secret<String>, AdapterError> {
        Ok(self.0.clone())
    }

    async fn renewed(&self, _rejected: &Secret<String>) -> Result<Secret<String>, AdapterError> {
        Err(AdapterError::new(
            ErrorKind::AuthInvalid,
            "The CRM did not accept the key.",
        ))
    }
}

/// Everything that an adapter is given for one operation; it keeps nothing beyond it.
pub struct AdapterContext {
    /// The connection that it works for.
    pub connection: ConnectionId,
    /// The kind of CRM.
    pub provider: ProviderId,
    /// The agency, as the platform knows it.
    pub tenant: TenantId,
    /// The connection's settings, parsed.
    pub settings: Settings,
    /// Where its key or token comes from.
    pub credential: Arc<dyn CredentialSource>,
    /// Further secrets by name, such as `webhookSecret`.
    pub secrets: BTreeMap<String, Secret<String>>,
    /// The way to the CRM, within its limits.
    pub http: HttpClient,
    /// The time.
    pub clock: Arc<dyn Clock>,
}
