//! Pausing, resuming, disconnecting.

use nurturehub_adapter_kit::Settings;
use nurturehub_oauth::TokenSet;
use nurturehub_store::{audit, connections, contacts};
use nurturehub_vault::AccountKey;
use serde_json::json;

use crate::lease::Purpose;
use crate::{ConnectionView, Engine, EngineError, audit_words, credentials, lease};

impl Engine {
    /// Pauses a connection: nothing runs until it is resumed.
    ///
    /// # Errors
    /// Storage errors.
    pub async fn pause(&self, connection: &str) -> Result<ConnectionView, EngineError> {
        self.set_paused(connection, true).await
    }

    /// Ends a pause.
    ///
    /// # Errors
    /// Storage errors.
    pub async fn resume(&self, connection: &str) -> Result<ConnectionView, EngineError> {
        self.set_paused(connection, false).await
    }

    async fn set_paused(
        &self,
        connection: &str,
        paused: bool,
    ) -> Result<ConnectionView, EngineError> {
        let record = self.connection(connection).await?;
        let word = if paused {
            audit_words::PAUSED
        } else {
            audit_words::RESUMED
        };
        let entry = self.audit_entry(word, Some(&record.id), json!({}));
        let at = paused.then(|| record.paused_at.unwrap_or_else(|| self.now()));
        let changed = self
            .store
            .write(move |tx| {
                connections::set_paused(tx, record.row, at)?;
                audit::append(tx, &entry)?;
                connections::get(tx, record.id.as_str())
            })
            .await?;
        Ok(changed.into())
    }

    /// Signs out and forgets the credentials. The data stay, unless they are purged: then no
    /// contact is left behind in the file.
    ///
    /// # Errors
    /// `alreadyRunning`, vault and storage errors. A CRM that cannot be told is no obstacle.
    pub async fn disconnect(
        &self,
        connection: &str,
        purge: bool,
    ) -> Result<ConnectionView, EngineError> {
        let record = self.connection(connection).await?;
        let _lease = lease::try_take(&self.options.home, &record.id)?;
        // A renewal that is under way would put its tokens back.
        let _token = lease::wait_for(&self.options.home, &record.id, Purpose::Token).await?;
        if let Err(error) = self.revoke(&record).await {
            tracing::warn!(connection = %record.id, kind = %error.kind(), "Token not revoked.");
        }
        credentials::delete(self.options.vault.as_ref(), &record.id).await?;
        let word = if purge {
            audit_words::PURGED
        } else {
            audit_words::DISCONNECTED
        };
        let entry = self.audit_entry(word, Some(&record.id), json!({}));
        let (now, row) = (self.now(), record.row);
        let mut view = ConnectionView::from(record.clone());
        view.disconnected_at = Some(now);
        if purge {
            // First, since nobody would come back for it once the connection is gone.
            contacts::discard(self.store.path(), row)?;
        }
        self.store
            .write(move |tx| {
                audit::append(tx, &entry)?;
                if purge {
                    connections::purge(tx, record.row)
                } else {
                    connections::set_disconnected(tx, record.row, now)
                }
            })
            .await?;
        if purge {
            self.store.checkpoint().await?;
        }
        Ok(view)
    }

    async fn revoke(&self, record: &connections::ConnectionRecord) -> Result<(), EngineError> {
        let spec = (self.registration_of(&record.provider)?.spec)();
        let settings = Settings::parse(&spec, record.settings.clone())?;
        let vault = self.options.vault.as_ref();
        let secrets = credentials::read(vault, &record.id).await?;
        let Some((client, _, _)) = self.oauth_client(&spec, &settings, &secrets)? else {
            return Ok(());
        };
        if let Some(bytes) = vault.read(&AccountKey::tokens(&record.id)).await?
            && let Ok(tokens) = TokenSet::from_vault_bytes(&bytes)
        {
            client.revoke(&tokens).await?;
        }
        Ok(())
    }
}
