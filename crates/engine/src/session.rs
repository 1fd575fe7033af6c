//! An adapter, ready to work for one connection for the length of one operation.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use nurturehub_adapter_kit::{
    AdapterContext, CredentialSource, HttpClient, HttpConfig, Settings, StaticCredential,
    TraceEntry,
};
use nurturehub_oauth::{ClientConfig, Endpoints, HttpLimits, OAuthClient, OAuthHttp};
use nurturehub_port::{CrmAdapter, ErrorKind, OAuthEndpoints, ProviderSpec, Secret, SignInMethod};
use nurturehub_store::connections::ConnectionRecord;
use nurturehub_store::traces::{self, TraceRow};
use tokio::sync::Mutex;

use crate::credentials::{self, Secrets};
use crate::spent::Split;
use crate::tokens::{Grant, OAuthCredential};
use crate::{Engine, EngineError};

/// An adapter with what it was given.
pub(crate) struct Session {
    pub(crate) record: ConnectionRecord,
    pub(crate) spec: ProviderSpec,
    pub(crate) adapter: Arc<dyn CrmAdapter>,
    pub(crate) http: HttpClient,
    /// The connection's secrets, for whoever has to keep them out of what is written down.
    pub(crate) secrets: Secrets,
}

impl Session {
    /// The requests since the last call, ready to store.
    pub(crate) fn drain_trace(&self) -> Vec<TraceRow> {
        drain(&self.http)
    }
}

pub(crate) fn drain(http: &HttpClient) -> Vec<TraceRow> {
    http.trace().drain().iter().map(trace_row).collect()
}

fn trace_row(entry: &TraceEntry) -> TraceRow {
    TraceRow {
        at: entry.started_at,
        entry: serde_json::to_string(entry).unwrap_or_else(|_| "{}".into()),
    }
}

/// The sign-in method that the settings choose.
pub(crate) fn sign_in_method<'a>(
    spec: &'a ProviderSpec,
    settings: &Settings,
) -> Result<&'a SignInMethod, EngineError> {
    let chosen = spec.sign_in.chosen_by.and_then(|key| settings.get(key));
    let found = match chosen {
        Some(chosen) => spec
            .sign_in
            .methods
            .iter()
            .find(|(value, _)| *value == chosen),
        None => spec.sign_in.methods.first(),
    };
    found.map(|(_, method)| method).ok_or_else(|| {
        EngineError::new(
            ErrorKind::Configuration,
            "The way to sign in is not one that there is.",
        )
    })
}

/// The endpoints, as the settings override them. An issuer is only expected of the CRM's own. One that
/// is declared as a path stands below the address of the API.
pub(crate) fn endpoints(
    settings: &Settings,
    base_url: &str,
    endpoints: &OAuthEndpoints,
) -> Result<Endpoints, EngineError> {
    let overridden = settings.get("authorizeUrl").is_some() || settings.get("tokenUrl").is_some();
    let own = |address| if overridden { None } else { address };
    let token = match settings.get("tokenUrl") {
        Some(token) => token.to_owned(),
        None if endpoints.token.starts_with('/') => {
            let base = settings.get("baseUrl").unwrap_or(base_url);
            format!("{}{}", base.trim_end_matches('/'), endpoints.token)
        }
        None => endpoints.token.to_owned(),
    };
    Ok(Endpoints::new(
        settings.get("authorizeUrl").or(endpoints.authorize),
        &token,
        settings.get("revokeUrl").or(own(endpoints.revoke)),
        own(endpoints.issuer),
    )?)
}

impl Engine {
    /// The OAuth client of a connection, where its sign-in method is one of OAuth's.
    pub(crate) fn oauth_client(
        &self,
        spec: &ProviderSpec,
        settings: &Settings,
        secrets: &Secrets,
    ) -> Result<Option<(OAuthClient, Grant, Vec<String>)>, EngineError> {
        let (declared, client_id, secret, scopes, grant) = match sign_in_method(spec, settings)? {
            SignInMethod::StaticSecret { .. } => return Ok(None),
            SignInMethod::AuthorizationCode {
                endpoints,
                client_id,
                scopes,
                ..
            } => (endpoints, *client_id, None, scopes, Grant::Refresh),
            SignInMethod::ClientCredentials {
                endpoints,
                client_id,
                client_secret,
                scopes,
            } => (
                endpoints,
                *client_id,
                secrets.get(*client_secret).cloned(),
                scopes,
                Grant::ClientCredentials,
            ),
        };
        let scopes = match settings.get("scopes") {
            Some(text) => text.split_whitespace().map(ToOwned::to_owned).collect(),
            None => scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        };
        nurturehub_adapter_kit::http::install_crypto();
        let config = ClientConfig {
            endpoints: endpoints(settings, spec.base_url, declared)?,
            client_id: settings.required(client_id)?.to_owned(),
            client_secret: secret,
            rules: spec.token_rules,
        };
        let http = OAuthHttp::through(HttpLimits::default(), &self.options.network)?;
        let client = OAuthClient::new(config, http, Arc::clone(&self.options.clock));
        Ok(Some((client, grant, scopes)))
    }

    /// An adapter for a connection.
    pub(crate) async fn session(&self, record: ConnectionRecord) -> Result<Session, EngineError> {
        self.session_with(record, None).await
    }

    /// An adapter for a connection that makes so many attempts at each request, where that is said.
    pub(crate) async fn session_with(
        &self,
        record: ConnectionRecord,
        attempts: Option<u32>,
    ) -> Result<Session, EngineError> {
        let registration = self.registration_of(&record.provider)?;
        let spec = registration.spec_with(&record.settings);
        let settings = Settings::parse(&spec, record.settings.clone())?;
        let secrets = credentials::read(self.options.vault.as_ref(), &record.id).await?;
        credentials::check(&spec, &settings, &secrets)?;
        let credential = self.credential(&record, &spec, &settings, &secrets)?;
        let http = self
            .http_client(&record, &spec, &settings, attempts)
            .await?;
        let known = secrets.clone();
        let adapter = (registration.build)(AdapterContext {
            connection: record.id.clone(),
            provider: record.provider.clone(),
            tenant: record.tenant.clone(),
            settings,
            credential,
            secrets,
            http: http.clone(),
            clock: Arc::clone(&self.options.clock),
        });
        Ok(Session {
            record,
            spec,
            adapter: Arc::from(adapter),
            http,
            secrets: known,
        })
    }

    fn credential(
        &self,
        record: &ConnectionRecord,
        spec: &ProviderSpec,
        settings: &Settings,
        secrets: &Secrets,
    ) -> Result<Arc<dyn CredentialSource>, EngineError> {
        let method = sign_in_method(spec, settings)?;
        if let SignInMethod::StaticSecret { secret, .. } = method {
            let value = secrets
                .get(*secret)
                .cloned()
                .unwrap_or_else(|| Secret::new(String::new()));
            return Ok(Arc::new(StaticCredential::new(value)));
        }
        let credential = self
            .oauth_credential(record, spec, settings, secrets)?
            .ok_or_else(|| {
                EngineError::new(ErrorKind::Internal, "A sign-in method has no client.")
            })?;
        Ok(Arc::new(credential))
    }

    /// The tokens of a connection, where its sign-in method is one of OAuth's.
    fn oauth_credential(
        &self,
        record: &ConnectionRecord,
        spec: &ProviderSpec,
        settings: &Settings,
        secrets: &Secrets,
    ) -> Result<Option<OAuthCredential>, EngineError> {
        let client = self.oauth_client(spec, settings, secrets)?;
        Ok(client.map(|(client, grant, scopes)| OAuthCredential {
            connection: record.id.clone(),
            home: self.options.home.clone(),
            vault: Arc::clone(&self.options.vault),
            clock: Arc::clone(&self.options.clock),
            client,
            grant,
            scopes,
            held: Mutex::new(None),
            split: Mutex::new(Split::new(&self.options.clock)),
        }))
    }

    /// The same, with settings and secrets as they are stored.
    pub(crate) async fn token_source(
        &self,
        record: &ConnectionRecord,
        spec: &ProviderSpec,
    ) -> Result<Option<OAuthCredential>, EngineError> {
        let settings = Settings::parse(spec, record.settings.clone())?;
        let secrets = credentials::read(self.options.vault.as_ref(), &record.id).await?;
        self.oauth_credential(record, spec, &settings, &secrets)
    }

    async fn http_client(
        &self,
        record: &ConnectionRecord,
        spec: &ProviderSpec,
        settings: &Settings,
        attempts: Option<u32>,
    ) -> Result<HttpClient, EngineError> {
        let now = self.now();
        let mut config = HttpConfig::from_settings(settings, spec)?;
        config.network = self.options.network.clone();
        config.max_attempts = attempts.unwrap_or(config.max_attempts);
        let longest = config
            .limits
            .windows
            .iter()
            .map(|window| window.seconds)
            .max()
            .unwrap_or_default();
        let row = record.row;
        let since = before(now, i64::from(longest));
        let (recent, today) = self
            .store
            .read(move |db| {
                Ok((
                    traces::sent_since(db, row, since)?,
                    traces::sent_on(db, row, now)?,
                ))
            })
            .await?;
        config.used_today = today;
        let seed = self.options.random.seed()?;
        let clock = &self.options.clock;
        let throttle = self
            .throttles
            .of(record.id.as_str(), &config, clock, &recent);
        Ok(HttpClient::sharing(
            throttle,
            config,
            Arc::clone(clock),
            seed,
        )?)
    }
}

fn before(now: Timestamp, seconds: i64) -> Timestamp {
    now.checked_sub(SignedDuration::from_secs(seconds))
        .unwrap_or(Timestamp::MIN)
}
