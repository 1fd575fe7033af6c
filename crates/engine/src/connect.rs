//! Connecting an agency's CRM, and signing in again.

use std::collections::BTreeMap;

use jiff::Timestamp;
use nurturehub_adapter_kit::Settings;
use nurturehub_port::{ConnectionId, ErrorKind, ProviderId, ProviderSpec, TenantId};
use nurturehub_store::audit;
use nurturehub_store::connections::{self, ConnectionRecord, NewConnection};
use serde::Serialize;
use serde_json::json;
use specta::Type;

use crate::credentials::{self, Secrets};
use crate::{Engine, EngineError, SignInPrompt, audit_words, file_settings};

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

/// A connection, as it is shown. No secret is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
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
                "Replace the credentials of that connection instead, or sign in to it again."
                    .to_owned(),
            ));
        }
        let id = match same {
            Some(same) => same.id.clone(),
            None => free_id(&spec, &tenant, &existing)?,
        };
        let revived = same.map(|same| same.row);
        let vault = self.options.vault.as_ref();
        // What the vault kept when the database was lost serves again.
        let kept = credentials::left_over(vault, &id, reference.as_deref()).await?;
        let secrets = credentials::over(&spec, &kept, request.secrets);
        credentials::check(&spec, &settings, &secrets)?;

        let tokens = self.sign_in(&spec, &settings, &secrets, prompt).await?;
        let stored = async {
            self.keep_tokens(&id, tokens.as_ref()).await?;
            credentials::write(vault, &id, reference.as_deref(), &secrets).await
        };
        if let Err(error) = stored.await {
            self.forget_attempt(&id, reference.as_deref(), &kept).await;
            return Err(error);
        }
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
        let owner = new.reference.clone();
        let made = self
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
        match made {
            Ok(record) => Ok(record.into()),
            Err(error) => {
                self.forget_attempt(&id, owner.as_deref(), &kept).await;
                Err(error.into())
            }
        }
    }

    /// Puts the vault back to what it kept before an attempt that failed, as far as it lets us: why
    /// the attempt failed matters more.
    async fn forget_attempt(&self, id: &ConnectionId, reference: Option<&str>, kept: &Secrets) {
        let vault = self.options.vault.as_ref();
        let undone = if kept.is_empty() {
            credentials::delete(vault, id).await
        } else {
            credentials::write(vault, id, reference, kept).await
        };
        if let Err(error) = undone {
            tracing::warn!(connection = %id, kind = %error.kind(), "The vault was not tidied.");
        }
    }

    /// Replaces a connection's credentials, and its settings where some are given. Cursor and data
    /// stay; the next sync goes on from there.
    ///
    /// # Errors
    /// As [`Engine::connect`]; `wrongAccount` where the settings name another agency, or the sign-in
    /// was with another agency's account. Then all stays as it was.
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
        let changed = names_that_differ(&record.settings, &settings);
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
        // Their names: whoever reads the log learns what was replaced, and by whom, and no value.
        let replaced: Vec<String> = secrets.keys().cloned().collect();
        let mut all = credentials::read(self.options.vault.as_ref(), &record.id).await?;
        all.extend(secrets);
        credentials::check(&spec, &parsed, &all)?;
        let tokens = self.sign_in(&spec, &parsed, &all, prompt).await?;
        self.keep_tokens(&record.id, tokens.as_ref()).await?;
        let vault = self.options.vault.as_ref();
        credentials::write(vault, &record.id, reference.as_deref(), &all).await?;
        let about = json!({
            "settings": changed,
            "secrets": replaced,
            "signedIn": tokens.is_some(),
        });
        let entry = self.audit_entry(audit_words::REAUTHORIZED, Some(&record.id), about);
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
}

/// Which of the settings that are given are other than those before.
fn names_that_differ(
    before: &BTreeMap<String, String>,
    given: &BTreeMap<String, String>,
) -> Vec<String> {
    given
        .iter()
        .filter(|(key, value)| before.get(*key) != Some(value))
        .map(|(key, _)| key.clone())
        .collect()
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
