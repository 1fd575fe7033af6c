//! Keys and tokens of a connection under test.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use nurturehub_adapter_kit::{CredentialSource, HttpClient, HttpConfig, Settings};
use nurturehub_port::{AdapterError, Clock, ErrorKind, ProviderSpec, Secret, SignInMethod};
use serde_json::Value;
use url::Url;

/// The credential of a connection: a key as it is, or tokens of the CRM's own token endpoint, each
/// kept until it is refused. All that was ever handed out is remembered.
pub(crate) struct Issued {
    source: Source,
    held: Mutex<Option<Secret<String>>>,
    handed_out: Mutex<Vec<String>>,
}

enum Source {
    Key(Secret<String>),
    Tokens {
        http: HttpClient,
        client: String,
        secret: Secret<String>,
    },
}

impl Issued {
    /// The credential that the spec's sign-in asks for.
    pub(crate) fn new(
        spec: &ProviderSpec,
        settings: &Settings,
        secrets: &BTreeMap<String, String>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, String> {
        let secret = |key: &str| {
            let value = secrets.get(key).cloned();
            value
                .map(Secret::new)
                .ok_or(format!("the secret `{key}` is missing"))
        };
        let source = match method(spec, settings)? {
            SignInMethod::StaticSecret { secret: key, .. } => Source::Key(secret(key)?),
            SignInMethod::ClientCredentials {
                endpoints,
                client_id,
                client_secret,
                ..
            } => {
                let address = settings.get("tokenUrl").unwrap_or(endpoints.token);
                let url = Url::parse(address).map_err(|error| error.to_string())?;
                let mut config = HttpConfig::new(url, spec.limits.clone());
                config.limits.windows.clear();
                Source::Tokens {
                    http: HttpClient::new(config, clock, 1, &[]).map_err(|e| e.to_string())?,
                    client: settings.get(client_id).unwrap_or_default().to_owned(),
                    secret: secret(client_secret)?,
                }
            }
            SignInMethod::AuthorizationCode { .. } => {
                return Err("a sign-in in the browser cannot be checked here".to_owned());
            }
        };
        Ok(Self {
            source,
            held: Mutex::default(),
            handed_out: Mutex::default(),
        })
    }

    /// Every token that was issued.
    pub(crate) fn handed_out(&self) -> Vec<String> {
        let handed_out = self.handed_out.lock();
        handed_out.unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn hold(&self, token: &Secret<String>) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        *held = Some(token.clone());
        drop(held);
        let handed_out = self.handed_out.lock();
        handed_out
            .unwrap_or_else(PoisonError::into_inner)
            .push(token.expose().clone());
    }

    async fn issue(&self) -> Result<Secret<String>, AdapterError> {
        let Source::Tokens {
            http,
            client,
            secret,
        } = &self.source
        else {
            return Err(AdapterError::new(
                ErrorKind::AuthInvalid,
                "The CRM did not accept the key.",
            ));
        };
        let response = http
            .post("", &[])
            .basic(client, secret)
            .form(&[("grant_type", "client_credentials")])
            .send()
            .await
            .map_err(|_| {
                AdapterError::new(
                    ErrorKind::AuthRevoked,
                    "The CRM no longer issues a token for this connection.",
                )
            })?;
        let answer: Value = response.json()?;
        let token = answer.get("access_token").and_then(Value::as_str);
        let token = Secret::new(token.unwrap_or_default().to_owned());
        self.hold(&token);
        Ok(token)
    }
}

/// The method by which the settings sign in.
pub(crate) fn method<'a>(
    spec: &'a ProviderSpec,
    settings: &Settings,
) -> Result<&'a SignInMethod, String> {
    let chosen = spec.sign_in.chosen_by.and_then(|key| settings.get(key));
    let mut methods = spec.sign_in.methods.iter();
    methods
        .find(|(name, _)| chosen.is_none_or(|chosen| chosen == *name))
        .map(|(_, method)| method)
        .ok_or_else(|| "the settings name no way to sign in".to_owned())
}

#[async_trait]
impl CredentialSource for Issued {
    async fn current(&self) -> Result<Secret<String>, AdapterError> {
        if let Source::Key(key) = &self.source {
            return Ok(key.clone());
        }
        let held = self
            .held
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        match held {
            Some(token) => Ok(token),
            None => self.issue().await,
        }
    }

    async fn renewed(&self, _rejected: &Secret<String>) -> Result<Secret<String>, AdapterError> {
        self.issue().await
    }
}
