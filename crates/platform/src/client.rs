//! The client.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use nurturehub_adapter_kit::network::Network;
use nurturehub_adapter_kit::settings::parse_url;
use nurturehub_adapter_kit::{HttpClient, HttpConfig, StaticCredential};
use nurturehub_port::{Clock, ConnectionId, Limits, Secret, TenantId};
use url::Url;

use crate::activities::{Acknowledgements, page};
use crate::batch::{body, results};
use crate::error::read;
use crate::{Acknowledgement, ActivityPage, OutgoingContact, PlatformError, RowResult};

/// Requests under way at once: one that is sent and one that is answered.
const CONCURRENT: usize = 4;

/// Where the platform is, and as whom to speak to it.
#[derive(Debug, Clone)]
pub struct PlatformConfig {
    /// The API's address.
    pub url: Url,
    /// The bearer token.
    pub token: Secret<String>,
    /// The agency.
    pub tenant: TenantId,
    /// The way out of this computer.
    pub network: Network,
    /// Attempts at each request, where they are to be others than usual.
    pub attempts: Option<u32>,
}

impl PlatformConfig {
    /// Checks the address: https, or plain http to this computer alone.
    ///
    /// # Errors
    /// `configuration`, naming the address.
    pub fn parse(
        url: &str,
        token: Secret<String>,
        tenant: TenantId,
    ) -> Result<Self, PlatformError> {
        Ok(Self {
            url: parse_url("url", url)?,
            token,
            tenant,
            network: Network::default(),
            attempts: None,
        })
    }
}

/// A way to the platform for one tenant and one operation.
pub struct PlatformClient {
    http: HttpClient,
    token: StaticCredential,
    tenant: TenantId,
}

impl fmt::Debug for PlatformClient {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("PlatformClient")
            .field("http", &self.http)
            .field("tenant", &self.tenant)
            .finish_non_exhaustive()
    }
}

impl PlatformClient {
    /// A client. `jitter_seed` spreads the waits between attempts.
    ///
    /// # Errors
    /// `configuration` or `network.tls`, where no client can be made.
    pub fn new(
        config: PlatformConfig,
        clock: Arc<dyn Clock>,
        jitter_seed: u64,
    ) -> Result<Self, PlatformError> {
        let limits = Limits {
            windows: Vec::new(),
            concurrent: CONCURRENT,
            per_day: None,
            wait_after_429_seconds: 1,
        };
        let mut http = HttpConfig::new(config.url, limits);
        // A batch of the largest size may take the platform a while.
        http.read_timeout = Duration::from_secs(60);
        http.network = config.network;
        if let Some(attempts) = config.attempts {
            http.max_attempts = attempts;
        }
        Ok(Self {
            http: HttpClient::new(http, clock, jitter_seed, &[])?,
            token: StaticCredential::new(config.token),
            tenant: config.tenant,
        })
    }

    /// What was said and how long it took, for the run's trace.
    #[must_use]
    pub const fn http(&self) -> &HttpClient {
        &self.http
    }

    /// Is the token good for the tenant?
    ///
    /// # Errors
    /// `authInvalid` where it is not, `tenantUnknown` where there is no such tenant.
    pub async fn check_tenant(&self) -> Result<(), PlatformError> {
        self.http
            .get("/v1/tenants/{tenant}", &[self.tenant.as_str()])
            .credential_header(&self.token, "authorization", "Bearer ")
            .errors(read)
            .send()
            .await?;
        Ok(())
    }

    /// Sends a batch of at most [`MAX_BATCH`](crate::MAX_BATCH) contacts.
    ///
    /// The same key with the same contacts may be sent any number of times and answers the same, so
    /// that it is tried again where the answer was lost. The key must never be used with others.
    ///
    /// # Errors
    /// What stopped the whole batch; a refused contact is a result, not an error. `protocol`, where
    /// the answer is not one result for each contact in order: nothing is known then.
    pub async fn push_batch(
        &self,
        idempotency_key: &str,
        connection: &ConnectionId,
        contacts: &[OutgoingContact<'_>],
    ) -> Result<Vec<RowResult>, PlatformError> {
        let response = self
            .http
            .post(
                "/v1/tenants/{tenant}/contacts:batch",
                &[self.tenant.as_str()],
            )
            .credential_header(&self.token, "authorization", "Bearer ")
            .header("idempotency-key", idempotency_key)
            .json_text(body(connection, contacts)?)
            .repeatable(true)
            .errors(read)
            .send()
            .await?;
        results(&response, contacts)
    }

    /// Activities that wait to be written to a connection's CRM, after a cursor that an earlier page
    /// gave as `next`.
    ///
    /// # Errors
    /// What stood in the way.
    pub async fn waiting_activities(
        &self,
        connection: &ConnectionId,
        after: Option<&str>,
        limit: u32,
    ) -> Result<ActivityPage, PlatformError> {
        let mut request = self
            .http
            .get("/v1/tenants/{tenant}/activities", &[self.tenant.as_str()])
            .credential_header(&self.token, "authorization", "Bearer ")
            .query("connection", connection.as_str())
            .query("limit", &limit.to_string())
            .errors(read);
        if let Some(after) = after {
            request = request.query("after", after);
        }
        page(&request.send().await?)
    }

    /// Says what became of activities, which then wait no longer. May be repeated.
    ///
    /// # Errors
    /// What stood in the way; the activities then still wait.
    pub async fn acknowledge(&self, results: &[Acknowledgement]) -> Result<(), PlatformError> {
        self.http
            .post(
                "/v1/tenants/{tenant}/activities:acknowledge",
                &[self.tenant.as_str()],
            )
            .credential_header(&self.token, "authorization", "Bearer ")
            .json(&Acknowledgements { results })
            .repeatable(true)
            .errors(read)
            .send()
            .await?;
        Ok(())
    }
}
