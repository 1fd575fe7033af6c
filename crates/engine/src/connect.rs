//! Connecting an agency's CRM, and signing in again.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use nurturehub_adapter_kit::Settings;
use nurturehub_oauth::SignInRequest;
use nurturehub_port::{ConnectionId, ErrorKind, ProviderId, ProviderSpec, SignInMethod, TenantId};
use nurturehub_store::audit;
use nurturehub_store::connections::{self, ConnectionRecord, NewConnection};
use nurturehub_vault::AccountKey;
use serde::Serialize;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::credentials::{self, Secrets};
use crate::session::sign_in_method;
use crate::{Engine, EngineError, audit_words, file_settings};

/// What is needed to connect.
#[derive(Debug, Clone)]
pub struct ConnectRequest {
    /// The provider's id.
    pub provider: String,
    /// The agency on the platform.
    pub tenant: String,
    /// What people call the connection; else the provider and the agency.
    pub name: Option<String>,
    /// Settings by key. Where one names a file, the connection keeps its text.
    pub settings: BTreeMap<String, String>,
    /// Secrets by key.
    pub secrets: Secrets,
}

/// How a person is led through a sign-in in the browser.
pub struct SignInPrompt {
    /// Shows the address to open, and opens it where that is wanted.
    pub show: Box<dyn Fn(&str) + Send + Sync>,
    /// Gives up.
    pub cancel: CancellationToken,
    /// How long to wait.
    pub timeout: Duration,
}

impl std::fmt::Debug for SignInPrompt {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("SignInPrompt")
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

/// A connection, as it is shown. No secret is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ConnectionView {
    /// Its id.
    pub id: ConnectionId,
    /// The kind of CRM.
    pub provider: ProviderId,
    /// The agency on the platform.
    pub tenant: TenantId,
    /// What people call it.
    pub name: String,
    /// What the CRM calls the agency.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Its settings.
    pub settings: BTreeMap<String, String>,
    /// How far the last complete listing came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was paused, where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paused_at: Option<Timestamp>,
    /// When it was disconnected, where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disconnected_at: Option<Timestamp>,
}

impl From<ConnectionRecord> for ConnectionView {
    fn from(record: ConnectionRecord) -> Self {
        Self {
            id: record.id,
            provider: record.provider,
            tenant: record.tenant,
            name: record.name,
            reference: record.reference,
            settings: record.settings,
            cursor: record.cursor.map(|cursor| cursor.as_str().to_owned()),
            created_at: record.created_at,
            paused_at: record.paused_at,
            disconnected_at: record.disconnected_at,
        }
    }
}

impl Engine {
    /// Every connection, oldest first.
    ///
    /// # Errors
    /// Storage errors.
    pub async fn connections(&self) -> Result<Vec<ConnectionView>, EngineError> {
        let records = self.store.read(connections::all).await?;
        Ok(records.into_iter().map(Into::into).collect())
    }

    /// Connects a CRM: checks settings and secrets, signs in where that takes a browser, and keeps
    /// secrets in the vault and the rest in the database. Nothing is kept of an attempt that fails.
    ///
    /// # Errors
    /// `configuration`, `authInvalid` for a missing secret, the `signIn…` kinds, vault and storage
    /// errors.
    pub async fn connect(
        &self,
        mut request: ConnectRequest,
        prompt: &SignInPrompt,
    ) -> Result<ConnectionView, EngineError> {
        let registration = self.registration(&request.provider)?;
        let spec = (registration.spec)();
        let tenant = TenantId::parse(request.tenant.clone())
            .map_err(|error| EngineError::new(ErrorKind::Configuration, format!("{error}.")))?;
        file_settings::read(&spec, &mut request.settings).await?;
        let settings = Settings::parse(&spec, request.settings.clone())?;
        credentials::check(&spec, &settings, &request.secrets)?;
        let reference = spec
            .reference_setting
            .and_then(|key| settings.get(key))
            .map(str::to_lowercase);
        let name = match request
            .name
            .as_deref()
            .map(str::trim)
            .filter(|name| !name.is_empty())
        {
            Some(name) => name.to_owned(),
            None => format!("{} {tenant}", spec.name),
        };
        let existing = self.store.read(connections::all).await?;
        let same = existing.iter().find(|record| {
            record.provider == spec.id && record.tenant == tenant && record.reference == reference
        });
        if let Some(same) = same.filter(|same| same.disconnected_at.is_none()) {
            return Err(EngineError::with_remedy(
                ErrorKind::Configuration,
                format!("This agency is connected already, as `{}`.", same.id),
                format!("To replace its credentials, use `reauthorize {}`.", same.id),
            ));
        }
        let id = match same {
            Some(same) => same.id.clone(),
            None => free_id(&spec, &tenant, &existing)?,
        };
        let revived = same.map(|same| same.row);

        self.sign_in(&id, &spec, &settings, &request.secrets, prompt)
            .await?;
        credentials::write(self.options.vault.as_ref(), &id, &request.secrets).await?;
        let entry = self.audit_entry(
            audit_words::CONNECTED,
            Some(&id),
            json!({ "provider": spec.id, "tenant": tenant }),
        );
        let new = NewConnection {
            id: id.clone(),
            provider: spec.id.clone(),
            tenant,
            name,
            reference,
            settings: request.settings,
            at: self.now(),
        };
        let kept = self
            .store
            .write(move |tx| {
                audit::append(tx, &entry)?;
                match revived {
                    Some(row) => {
                        let reference = new.reference.as_deref();
                        connections::update(tx, row, &new.name, reference, &new.settings)?;
                        connections::get(tx, new.id.as_str())
                    }
                    None => connections::create(tx, &new),
                }
            })
            .await;
        match kept {
            Ok(record) => Ok(record.into()),
            Err(error) => {
                credentials::delete(self.options.vault.as_ref(), &id).await?;
                Err(error.into())
            }
        }
    }

    /// Replaces a connection's credentials, and its settings where some are given. Cursor and data
    /// stay; the next sync goes on from there.
    ///
    /// # Errors
    /// As [`Engine::connect`]; `wrongAccount` where the settings name another agency.
    pub async fn reauthorize(
        &self,
        connection: &str,
        mut settings: BTreeMap<String, String>,
        secrets: Secrets,
        prompt: &SignInPrompt,
    ) -> Result<ConnectionView, EngineError> {
        let record = self.connection(connection).await?;
        let spec = (self.registration_of(&record.provider)?.spec)();
        file_settings::read(&spec, &mut settings).await?;
        let mut merged = record.settings.clone();
        merged.extend(settings);
        let parsed = Settings::parse(&spec, merged.clone())?;
        let reference = spec
            .reference_setting
            .and_then(|key| parsed.get(key))
            .map(str::to_lowercase);
        if reference != record.reference {
            return Err(EngineError::with_remedy(
                ErrorKind::WrongAccount,
                format!(
                    "`{}` belongs to another agency than these settings name.",
                    record.id
                ),
                "Connect the other agency as a connection of its own.",
            ));
        }
        let mut all = credentials::read(self.options.vault.as_ref(), &record.id).await?;
        all.extend(secrets);
        credentials::check(&spec, &parsed, &all)?;
        self.sign_in(&record.id, &spec, &parsed, &all, prompt)
            .await?;
        credentials::write(self.options.vault.as_ref(), &record.id, &all).await?;
        let entry = self.audit_entry(audit_words::REAUTHORIZED, Some(&record.id), json!({}));
        let (row, name, id) = (record.row, record.name.clone(), record.id.clone());
        let updated = self
            .store
            .write(move |tx| {
                audit::append(tx, &entry)?;
                connections::update(tx, row, &name, reference.as_deref(), &merged)?;
                connections::get(tx, id.as_str())
            })
            .await?;
        Ok(updated.into())
    }

    /// Signs in where that takes a browser; else drops old tokens, so that the new secrets count.
    async fn sign_in(
        &self,
        id: &ConnectionId,
        spec: &ProviderSpec,
        settings: &Settings,
        secrets: &Secrets,
        prompt: &SignInPrompt,
    ) -> Result<(), EngineError> {
        let vault = self.options.vault.as_ref();
        let method = sign_in_method(spec, settings)?;
        let SignInMethod::AuthorizationCode {
            redirect, extra, ..
        } = method
        else {
            vault.delete(&AccountKey::tokens(id)).await?;
            return Ok(());
        };
        let Some((client, _, scopes)) = self.oauth_client(spec, settings, secrets)? else {
            return Ok(());
        };
        let port = settings
            .integer("redirectPort")?
            .and_then(|port| u16::try_from(port).ok())
            .or(redirect.fixed_port);
        let pending = client
            .authorization(SignInRequest {
                scopes,
                extra: extra
                    .iter()
                    .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
                    .collect(),
                redirect_path: redirect.path.to_owned(),
                redirect_port: port,
            })
            .await?;
        (prompt.show)(pending.url().as_str());
        let tokens = pending
            .wait(prompt.timeout, prompt.cancel.clone().cancelled_owned())
            .await?;
        vault
            .write(&AccountKey::tokens(id), tokens.to_vault_bytes())
            .await?;
        Ok(())
    }
}

/// `provider-tenant`, with a number where that is taken.
fn free_id(
    spec: &ProviderSpec,
    tenant: &TenantId,
    existing: &[ConnectionRecord],
) -> Result<ConnectionId, EngineError> {
    let base: String = format!("{}-{tenant}", spec.id)
        .to_lowercase()
        .chars()
        .take(100)
        .collect();
    let taken = |id: &str| existing.iter().any(|record| record.id.as_str() == id);
    let free = std::iter::once(base.clone())
        .chain((2_u32..).map(|number| format!("{base}-{number}")))
        .find(|id| !taken(id))
        .unwrap_or(base);
    ConnectionId::parse(free)
        .map_err(|error| EngineError::new(ErrorKind::Configuration, format!("{error}.")))
}
