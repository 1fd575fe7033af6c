//! The steps of a verification, of which the first five are the same for every CRM.

use std::sync::Arc;

use async_trait::async_trait;
use futures_util::stream;
use nurturehub_port::{
    AdapterError, Clock, ErrorKind, ProviderSpec, StepName, StepStatus, VerifyStep, VerifyStream,
};

use crate::http::RecordedStep;
use crate::{AdapterContext, Settings, probe};

/// The steps that only an adapter can take. Each answers what it found, in plain English.
#[async_trait]
pub trait OwnSteps: Send + Sync {
    /// Do the settings make sense beyond what every provider's are held to? Asks nobody.
    ///
    /// # Errors
    /// `configuration`, naming what is wrong.
    fn configuration(&self) -> Result<(), AdapterError> {
        Ok(())
    }

    /// Does the CRM know us?
    ///
    /// # Errors
    /// Why not.
    async fn authenticate(&self) -> Result<String, AdapterError>;

    /// Does it let us do what the connection is for?
    ///
    /// # Errors
    /// Which permission is missing.
    async fn permissions(&self) -> Result<String, AdapterError>;

    /// Can a contact be read and mapped?
    ///
    /// # Errors
    /// Why not.
    async fn read_contact(&self) -> Result<String, AdapterError>;
}

/// All steps in order, each taken when the stream is asked for it; after a failed one the rest are
/// skipped.
#[must_use]
pub fn steps<'a>(
    context: &'a AdapterContext,
    spec: ProviderSpec,
    own: &'a dyn OwnSteps,
) -> VerifyStream<'a> {
    let runner = Runner {
        context,
        spec,
        own,
        clock: context.clock.clone(),
        failed: None,
    };
    Box::pin(stream::unfold(
        (runner, StepName::ALL.into_iter()),
        |(mut runner, mut names)| async move {
            let name = names.next()?;
            let step = runner.take(name).await;
            Some((step, (runner, names)))
        },
    ))
}

/// How a step went, short of an error.
enum Found {
    Passed(String),
    Skipped(String),
}

struct Runner<'a> {
    context: &'a AdapterContext,
    spec: ProviderSpec,
    own: &'a dyn OwnSteps,
    clock: Arc<dyn Clock>,
    failed: Option<StepName>,
}

impl Runner<'_> {
    async fn take(&mut self, step: StepName) -> VerifyStep {
        if let Some(failed) = self.failed {
            return VerifyStep {
                step,
                status: StepStatus::Skipped,
                detail: format!("Not tried, because the step `{}` failed.", word(failed)),
                duration_ms: 0,
                error: None,
            };
        }
        let began = self.clock.elapsed();
        let outcome = self.outcome(step).await;
        let took = self.clock.elapsed().saturating_sub(began);
        let (status, detail, error) = match outcome {
            Ok(Found::Passed(detail)) => (StepStatus::Passed, detail, None),
            Ok(Found::Skipped(detail)) => (StepStatus::Skipped, detail, None),
            Err(error) => {
                self.failed = Some(step);
                (StepStatus::Failed, error.message.clone(), Some(error))
            }
        };
        VerifyStep {
            step,
            status,
            detail,
            duration_ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            error,
        }
    }

    async fn outcome(&self, step: StepName) -> Result<Found, AdapterError> {
        let passed = |detail: String| Ok(Found::Passed(detail));
        let playback = self.context.http.playback();
        if let Some(recorded) = playback.and_then(|playback| playback.step(step)) {
            return as_recorded(recorded);
        }
        match step {
            StepName::Configuration => {
                Settings::parse(&self.spec, self.context.settings.as_map().clone())?;
                self.own.configuration()?;
                passed("The settings are complete and make sense.".to_owned())
            }
            StepName::Credentials => {
                self.context.credential.available().await?;
                passed("The credentials are stored.".to_owned())
            }
            StepName::Dns => self.dns().await.map(Found::Passed),
            StepName::Connect => self.connect().await.map(Found::Passed),
            StepName::Tls => self.tls().await,
            StepName::Authenticate => self.own.authenticate().await.map(Found::Passed),
            StepName::Permissions => self.own.permissions().await.map(Found::Passed),
            StepName::ReadContact => self.own.read_contact().await.map(Found::Passed),
        }
    }

    async fn dns(&self) -> Result<String, AdapterError> {
        let config = self.context.http.config();
        let host = config.base_url.host_str().unwrap_or_default();
        match probe::resolve(&config.base_url, config.connect_timeout).await {
            Ok(found) => Ok(format!("`{host}` resolves to {} address(es).", found.len())),
            Err(error) => self.or_by_proxy(error).await,
        }
    }

    async fn connect(&self) -> Result<String, AdapterError> {
        let config = self.context.http.config();
        let found = match probe::resolve(&config.base_url, config.connect_timeout).await {
            Ok(found) => found,
            Err(error) => return self.or_by_proxy(error).await,
        };
        match probe::connect(&found, config.connect_timeout).await {
            Ok(address) => Ok(format!("Port {} takes connections.", address.port())),
            Err(error) => self.or_by_proxy(error).await,
        }
    }

    /// Behind a proxy neither name nor port need be visible from here; what counts is whether the
    /// client gets an answer.
    async fn or_by_proxy(&self, error: AdapterError) -> Result<String, AdapterError> {
        match self.context.http.reach().await {
            Ok(()) => {
                Ok("Not visible from this computer, but reached through its proxy.".to_owned())
            }
            Err(reached) if reached.kind == ErrorKind::NetworkProxy => Err(reached),
            Err(_) => Err(error),
        }
    }

    async fn tls(&self) -> Result<Found, AdapterError> {
        if self.context.http.config().base_url.scheme() == "http" {
            return Ok(Found::Skipped(
                "Plain http to this computer itself needs no certificate.".to_owned(),
            ));
        }
        self.context.http.reach().await?;
        Ok(Found::Passed(
            "The host's certificate is trusted.".to_owned(),
        ))
    }
}

/// What a step that asks the network itself found when it was recorded.
fn as_recorded(recorded: &RecordedStep) -> Result<Found, AdapterError> {
    match (&recorded.error, recorded.status) {
        (Some(error), _) => Err(error.clone()),
        (None, StepStatus::Skipped) => Ok(Found::Skipped(recorded.detail.clone())),
        (None, _) => Ok(Found::Passed(recorded.detail.clone())),
    }
}

const fn word(step: StepName) -> &'static str {
    match step {
        StepName::Configuration => "configuration",
        StepName::Credentials => "credentials",
        StepName::Dns => "dns",
        StepName::Connect => "connect",
        StepName::Tls => "tls",
        StepName::Authenticate => "authenticate",
        StepName::Permissions => "permissions",
        StepName::ReadContact => "readContact",
    }
}
