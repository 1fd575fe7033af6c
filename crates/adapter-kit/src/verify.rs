//! The steps of a verification, of which the first five are the same for every CRM.

use std::sync::Arc;

use async_trait::async_trait;
use futures_util::stream;
use jiff::SignedDuration;
use nurturehub_port::{
    AdapterError, Clock, ErrorKind, ProviderSpec, StepName, StepStatus, VerifyStep, VerifyStream,
};

use crate::http::RecordedStep;
use crate::probe::Probe;
use crate::{AdapterContext, Settings};

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
            StepName::Dns => self.probe().dns().await.map(Found::Passed),
            StepName::Connect => self.probe().connect().await.map(Found::Passed),
            StepName::Tls => self.tls().await,
            StepName::Authenticate => self.authenticate().await.map(Found::Passed),
            StepName::Permissions => self.own.permissions().await.map(Found::Passed),
            StepName::ReadContact => self.own.read_contact().await.map(Found::Passed),
        }
    }

    fn probe(&self) -> Probe<'_> {
        let config = self.context.http.config();
        Probe {
            network: &config.network,
            url: &config.base_url,
            within: config.connect_timeout,
        }
    }

    async fn tls(&self) -> Result<Found, AdapterError> {
        if self.context.http.config().base_url.scheme() == "http" {
            return Ok(Found::Skipped(
                "Plain http to this computer itself needs no certificate.".to_owned(),
            ));
        }
        self.context.http.admit().await?;
        self.probe().tls().await.map(Found::Passed)
    }

    /// Signs in, and looks at the clocks. A sign-in that the CRM refuses is refused for the reason
    /// that the CRM gives.
    async fn authenticate(&self) -> Result<String, AdapterError> {
        let found = self.own.authenticate().await?;
        match self.context.http.clock_ahead() {
            Some(ahead) if ahead.abs() > TRUE_ENOUGH => Err(clock_is_off(ahead)),
            _ => Ok(found),
        }
    }
}

/// By how much a clock may be off: what is said in a webhook, or between two computers, is taken to
/// be true within minutes.
const TRUE_ENOUGH: SignedDuration = SignedDuration::from_mins(15);

fn clock_is_off(ahead: SignedDuration) -> AdapterError {
    let way = if ahead.is_negative() {
        "behind"
    } else {
        "ahead of"
    };
    AdapterError::new(
        ErrorKind::ClockSkew,
        format!(
            "This computer's clock is {} minutes {way} the CRM's.",
            ahead.abs().as_mins()
        ),
    )
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
