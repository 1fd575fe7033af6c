//! Keeping sign-ins alive where nobody syncs.
//!
//! Some CRMs end a sign-in that is not used for some days. Using it for its own sake puts that off,
//! and finds early that a sign-in has ended.

use nurturehub_oauth::TokenSet;
use nurturehub_port::{ConnectionId, ProviderSpec};
use nurturehub_store::connections::{self, ConnectionRecord};
use nurturehub_store::runs::{self, RunEnd};
use nurturehub_vault::AccountKey;
use serde::Serialize;
use serde_json::json;
use tracing::Instrument;

use crate::health_facts::expiry;
use crate::lasting::needs_sign_in;
use crate::spent::SpentReport;
use crate::{Engine, EngineError, ErrorReport, State, TokenExpiry, run_log};

/// The kind of run that a renewal is recorded as.
pub(crate) const RUN: &str = "keepAlive";

/// What came of keeping a sign-in alive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum KeptAlive {
    /// It was renewed.
    Renewed,
    /// It was used recently enough.
    NotDue,
    /// Its sign-in does not end by lying idle.
    NotNeeded,
    /// It has ended: somebody must sign in again.
    NeedsSignIn,
    /// The CRM could not be asked; another time will do.
    Failed,
}

/// What came of keeping one connection's sign-in alive.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct KeepAliveReport {
    /// The connection.
    pub connection: ConnectionId,
    /// What was done.
    pub outcome: KeptAlive,
    /// When the sign-in ends unless it is used before, and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_expires: Option<TokenExpiry>,
    /// Where the time went, where it was tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spent: Option<SpentReport>,
    /// Why it was not renewed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorReport>,
}

impl Engine {
    /// Keeps every connection's sign-in alive, the paused ones' too. For a schedule: an hour apart
    /// is often enough, and calls in between cost nothing.
    ///
    /// # Errors
    /// Vault and storage errors. What goes wrong with one connection stands in its report.
    pub async fn keep_all_alive(&self) -> Result<Vec<KeepAliveReport>, EngineError> {
        let mut reports = Vec::new();
        for record in self.store.read(connections::all).await? {
            if record.disconnected_at.is_none() {
                reports.push(self.keep_record_alive(record).await?);
            }
        }
        Ok(reports)
    }

    /// Keeps one connection's sign-in alive: renews it where half of the time has gone by that the
    /// CRM lets it lie idle. One that is known to have ended is not tried again, so that no schedule
    /// knocks at the CRM's door for ever.
    ///
    /// # Errors
    /// As [`Engine::keep_all_alive`].
    pub async fn keep_alive(&self, connection: &str) -> Result<KeepAliveReport, EngineError> {
        let record = self.connection(connection).await?;
        self.keep_record_alive(record).await
    }

    async fn keep_record_alive(
        &self,
        record: ConnectionRecord,
    ) -> Result<KeepAliveReport, EngineError> {
        let spec = self
            .registration_of(&record.provider)?
            .spec_with(&record.settings);
        let report = |outcome, tokens: Option<&TokenSet>, error| KeepAliveReport {
            connection: record.id.clone(),
            outcome,
            token_expires: tokens.and_then(|tokens| expiry(&spec, tokens)),
            spent: None,
            error,
        };
        let Some(tokens) = self.stored_tokens(&record.id).await? else {
            return Ok(report(KeptAlive::NotNeeded, None, None));
        };
        if tokens.sign_in_ends(&spec.token_rules).is_none() {
            return Ok(report(KeptAlive::NotNeeded, None, None));
        }
        if self.health(record.id.as_str()).await?.state == State::NeedsReauth {
            return Ok(report(KeptAlive::NeedsSignIn, Some(&tokens), None));
        }
        if !tokens.is_due_to_keep_alive(&spec.token_rules, self.now()) {
            return Ok(report(KeptAlive::NotDue, Some(&tokens), None));
        }
        let (renewed, spent) = self.renew(&record, &spec).await?;
        let report = match renewed {
            Ok(tokens) => report(KeptAlive::Renewed, Some(&tokens), None),
            Err(error) => {
                let outcome = if needs_sign_in(error.kind) {
                    KeptAlive::NeedsSignIn
                } else {
                    KeptAlive::Failed
                };
                report(outcome, Some(&tokens), Some(error))
            }
        };
        Ok(KeepAliveReport {
            spent: Some(spent),
            ..report
        })
    }

    /// Renews a sign-in that is due, and records it as a run.
    async fn renew(
        &self,
        record: &ConnectionRecord,
        spec: &ProviderSpec,
    ) -> Result<(Result<TokenSet, ErrorReport>, SpentReport), EngineError> {
        let (row, now) = (record.row, self.now());
        let id = self.options.random.run_id(now)?;
        let run_id = id.clone();
        let span = run_log::span(RUN, &record.id, &run_id);
        span.in_scope(|| tracing::info!("Run begins."));
        let run = self
            .store
            .write(move |tx| runs::begin(tx, &id, row, RUN, now))
            .await?;
        let renewed = async {
            let credential = match self.token_source(record, spec).await {
                Ok(Some(credential)) => credential,
                Ok(None) => return (Err(EngineError::nobody_signed_in()), SpentReport::default()),
                Err(error) => return (Err(error), SpentReport::default()),
            };
            let renewed = credential.keep_alive(&spec.token_rules).await;
            (renewed, credential.spent().await)
        };
        let (outcome, spent) = renewed.instrument(span.clone()).await;
        let outcome = outcome.map_err(|error| error.report());
        let error = outcome.as_ref().err();
        let end = RunEnd {
            status: if error.is_some() {
                "failed"
            } else {
                "succeeded"
            },
            at: self.now(),
            contacts: 0,
            error_kind: error.map(|error| error.kind.as_str()),
            report: match error {
                Some(error) => json!({ "spent": spent, "error": error }),
                None => json!({ "spent": spent }),
            },
        };
        run_log::ended(&span, end.status, end.error_kind, &end.report);
        self.store.write(move |tx| runs::end(tx, run, &end)).await?;
        self.export(&record.id, &record.provider, &run_id).await;
        Ok((outcome, spent))
    }

    /// The tokens that the vault holds for a connection. Those that cannot be read are none.
    pub(crate) async fn stored_tokens(
        &self,
        connection: &ConnectionId,
    ) -> Result<Option<TokenSet>, EngineError> {
        let bytes = self
            .options
            .vault
            .read(&AccountKey::tokens(connection))
            .await?;
        Ok(bytes.and_then(|bytes| TokenSet::from_vault_bytes(&bytes).ok()))
    }
}
