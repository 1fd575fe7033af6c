//! A sandbox, the recording proxy before it, and adapters made for it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use nurturehub_adapter_kit::testing::ManualClock;
use nurturehub_adapter_kit::{
    AdapterContext, CredentialSource, HttpClient, HttpConfig, Settings, StaticCredential,
};
use nurturehub_adapters::{Registration, registry};
use nurturehub_oauth::{ClientConfig, Endpoints, HttpLimits, OAuthClient, OAuthHttp};
use nurturehub_port::{
    AdapterError, Clock, ConnectionId, CrmAdapter, ProviderSpec, Secret, SignInMethod, TenantId,
};
use nurturehub_sandbox::{Faults, Sandbox, SandboxConfig, Time};
use serde_json::Value;
use tokio::sync::Mutex;

use crate::{Failure, Recorder};

/// When the sandbox's time stands still: some days after its data end.
const NOW: &str = "2025-07-10T12:00:00Z";

/// Contacts that the CRM lists: enough for several pages, and for every kind of record.
const CONTACTS: usize = 120;

/// A CRM, simulated, with the proxy before it.
#[derive(Debug)]
pub struct Stage {
    /// The proxy.
    pub recorder: Recorder,
    /// The time, which nobody waits for.
    pub clock: Arc<ManualClock>,
    sandbox: Sandbox,
    control: reqwest::Client,
    registration: &'static Registration,
    id: String,
    settings: BTreeMap<String, String>,
    secrets: BTreeMap<String, Secret<String>>,
}

/// Tokens of the sandbox, had as the product has them, through the proxy; one for each adapter.
#[derive(Debug)]
struct Tokens {
    client: OAuthClient,
    scopes: Vec<String>,
    held: Mutex<Option<Secret<String>>>,
}

#[async_trait]
impl CredentialSource for Tokens {
    async fn current(&self) -> Result<Secret<String>, AdapterError> {
        let mut held = self.held.lock().await;
        if let Some(token) = &*held {
            return Ok(token.clone());
        }
        let fetched = self.client.client_credentials(&self.scopes).await;
        let tokens = fetched.map_err(|error| AdapterError::new(error.kind(), error.to_string()))?;
        let token = tokens.access_token().clone();
        *held = Some(token.clone());
        Ok(token)
    }

    async fn renewed(&self, _: &Secret<String>) -> Result<Secret<String>, AdapterError> {
        *self.held.lock().await = None;
        self.current().await
    }
}

impl Stage {
    /// A sandbox whose CRM of this id is spoken to through the proxy.
    ///
    /// # Errors
    /// [`Failure::Sandbox`] where it cannot be run, or has no such CRM.
    pub async fn set(id: &str) -> Result<Self, Failure> {
        let now: Timestamp = NOW
            .parse()
            .map_err(|error| Failure::Sandbox(format!("{error}")))?;
        let sandbox = Sandbox::start(SandboxConfig {
            contacts: CONTACTS,
            limits: false,
            time: Time::Fixed(now),
            ..SandboxConfig::default()
        })
        .await?;
        let recorder = Recorder::start(&sandbox.url(), &format!("/{id}")).await?;
        let unknown = || Failure::Sandbox(format!("it has no CRM `{id}`"));
        let access = sandbox
            .describe()
            .providers
            .remove(id)
            .ok_or_else(unknown)?;
        let through = |text: String| text.replace(&sandbox.url(), recorder.url());
        Ok(Self {
            clock: Arc::new(ManualClock::new(now)),
            control: reqwest::Client::builder().no_proxy().build()?,
            registration: registry::find(id).ok_or_else(unknown)?,
            id: id.to_owned(),
            settings: access
                .settings
                .into_iter()
                .map(|(key, value)| (key, through(value)))
                .collect(),
            secrets: access
                .secrets
                .into_iter()
                .map(|(key, value)| (key, Secret::new(value)))
                .collect(),
            sandbox,
            recorder,
        })
    }

    /// The CRM as data.
    #[must_use]
    pub fn spec(&self) -> ProviderSpec {
        (self.registration.spec)()
    }

    /// With another secret.
    pub fn set_secret(&mut self, key: &str, value: &str) {
        let secret = Secret::new(value.to_owned());
        self.secrets.insert(key.to_owned(), secret);
    }

    /// An adapter for one operation, with these settings more.
    ///
    /// # Errors
    /// [`Failure::Scene`] where the settings make no sense.
    pub fn adapter(&self, more: &[(&str, &str)]) -> Result<Box<dyn CrmAdapter>, Failure> {
        let ended = |error: AdapterError| Failure::ended("connect", &error);
        let spec = self.spec();
        let mut given = self.settings.clone();
        let more = more
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        given.extend(more);
        let settings = Settings::parse(&spec, given).map_err(ended)?;
        let mut config = HttpConfig::from_settings(&settings, &spec).map_err(ended)?;
        config.limits.windows.clear();
        let clock: Arc<dyn Clock> = self.clock.clone();
        let http = HttpClient::new(config, clock.clone(), 1, &[]).map_err(ended)?;
        let connection = ConnectionId::parse("one");
        let tenant = TenantId::parse("agency");
        let (Ok(connection), Ok(tenant)) = (connection, tenant) else {
            return Err(Failure::scene("connect", "the ids cannot be used"));
        };
        Ok((self.registration.build)(AdapterContext {
            connection,
            provider: spec.id.clone(),
            tenant,
            credential: self.credential(&spec, &settings)?,
            settings,
            secrets: self.secrets.clone(),
            http,
            clock,
        }))
    }

    fn credential(
        &self,
        spec: &ProviderSpec,
        settings: &Settings,
    ) -> Result<Arc<dyn CredentialSource>, Failure> {
        let missing = |what: &str| Failure::scene("connect", format!("there is no {what}"));
        let chosen = spec.sign_in.chosen_by.and_then(|key| settings.get(key));
        let methods = &spec.sign_in.methods;
        let method = methods
            .iter()
            .find(|(value, _)| chosen.is_none_or(|chosen| chosen == *value))
            .map(|(_, method)| method);
        match method {
            Some(SignInMethod::StaticSecret { secret, .. }) => {
                let secret = self.secrets.get(*secret).ok_or_else(|| missing(secret))?;
                Ok(Arc::new(StaticCredential::new(secret.clone())))
            }
            Some(SignInMethod::ClientCredentials {
                client_id,
                client_secret,
                scopes,
                ..
            }) => {
                let failed = |why: String| Failure::scene("sign in", why);
                let address = settings
                    .get("tokenUrl")
                    .ok_or_else(|| missing("tokenUrl"))?;
                let endpoints = Endpoints::new(None, address, None, None)
                    .map_err(|error| failed(error.to_string()))?;
                let http = OAuthHttp::new(HttpLimits::default())
                    .map_err(|error| failed(error.to_string()))?;
                let client = settings.get(client_id).ok_or_else(|| missing(client_id))?;
                let config = ClientConfig {
                    endpoints,
                    client_id: client.to_owned(),
                    client_secret: self.secrets.get(*client_secret).cloned(),
                    rules: spec.token_rules,
                };
                Ok(Arc::new(Tokens {
                    client: OAuthClient::new(config, http, self.clock.clone()),
                    scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
                    held: Mutex::default(),
                }))
            }
            _ => Err(missing("way to sign in without a person")),
        }
    }

    /// Lets time pass, on both sides.
    pub fn wait(&self, seconds: u64) {
        let time = Duration::from_secs(seconds);
        self.sandbox.advance_time(time);
        self.clock.advance(time);
    }

    /// Lets something go wrong in the CRM from now on, in place of what did so far.
    ///
    /// # Errors
    /// [`Failure::Sandbox`] for a fault that there is not.
    pub fn fault(&self, fault: &str) -> Result<(), Failure> {
        self.sandbox.clear_faults();
        let faults = format!("{}{fault}", self.id).parse::<Faults>();
        self.sandbox
            .add_faults(faults.map_err(|error| Failure::Sandbox(error.to_string()))?);
        Ok(())
    }

    /// Lets nothing go wrong any more.
    pub fn no_faults(&self) {
        self.sandbox.clear_faults();
    }

    /// Asks the simulator for something that is outside its CRM's API (see the sandbox's `control`).
    ///
    /// # Errors
    /// [`Failure::Sandbox`] where it does not do it.
    pub async fn control(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        let address = format!("{}/control/{}/{path}", self.sandbox.url(), self.id);
        let answer = self
            .control
            .post(address)
            .body(body.to_string())
            .send()
            .await?;
        let status = answer.status();
        let text = answer.bytes().await?;
        if !status.is_success() {
            return Err(Failure::Sandbox(format!("`{path}` answers {status}")));
        }
        Ok(serde_json::from_slice(&text).unwrap_or(Value::Null))
    }
}
