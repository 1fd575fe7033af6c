//! The way to NurtureHub's platform, step by step, after a run that failed on that side.

use nurturehub_adapter_kit::probe::Probe;
use nurturehub_platform::{PlatformClient, PlatformError};
use nurturehub_port::{StepName, StepStatus};
use nurturehub_store::connections::ConnectionRecord;

use crate::session::drain;
use crate::support::step_word;
use crate::verify::{ATTEMPTS_AFTER, Said, without_session};
use crate::{Engine, EngineError, VerifyReport, VerifyStepReport};

/// What a step found, short of an error.
enum Found {
    Passed(String),
    Skipped(String),
}

impl Engine {
    /// Takes the steps of a verification on the way to the platform, each once, and keeps what was
    /// found with the run of this id that failed. Nothing is sent that changes anything there.
    ///
    /// # Errors
    /// Storage errors.
    pub(crate) async fn verify_platform(
        &self,
        record: &ConnectionRecord,
        after: &str,
        progress: &(dyn Fn(&VerifyStepReport) + Send + Sync),
    ) -> Result<VerifyReport, EngineError> {
        let mut begun = self.begin_verification(record).await?;
        let began = begun.split.mark();
        let mut clients = Vec::new();
        let client = self
            .platform_client_with(&record.tenant, Some(ATTEMPTS_AFTER))
            .await;
        let (steps, trace) = match client {
            Ok(client) => {
                let asking = begun.split.mark();
                let steps = self.steps_to(&client, progress).await;
                begun.split.asked(asking);
                clients.push(client.http().spent());
                (steps, drain(client.http()))
            }
            Err(error) => {
                let took = begun.split.mark().saturating_sub(began);
                let steps = without_session(&error, took);
                steps.iter().for_each(progress);
                (steps, Vec::new())
            }
        };
        let report = VerifyReport {
            spent: begun.spent(&steps, &clients),
            ..VerifyReport::of(steps, true)
        };
        let said = Said {
            trace,
            recording: None,
        };
        self.end_verification(record, begun, Some(after), &report, said)
            .await?;
        Ok(report)
    }

    async fn steps_to(
        &self,
        client: &PlatformClient,
        progress: &(dyn Fn(&VerifyStepReport) + Send + Sync),
    ) -> Vec<VerifyStepReport> {
        let mut steps = Vec::with_capacity(StepName::ALL.len());
        let mut failed = None;
        for step in StepName::ALL {
            let began = self.options.clock.elapsed();
            let outcome = match failed {
                Some(failed) => Ok(Found::Skipped(not_tried(failed))),
                None => take(step, client).await.map_err(EngineError::from),
            };
            let took = self.options.clock.elapsed().saturating_sub(began);
            let (status, detail, error) = match outcome {
                Ok(Found::Passed(detail)) => (StepStatus::Passed, detail, None),
                Ok(Found::Skipped(why)) => (StepStatus::Skipped, why, None),
                Err(error) => {
                    failed = Some(step);
                    let error = error.report();
                    (StepStatus::Failed, error.message.clone(), Some(error))
                }
            };
            let taken = VerifyStepReport {
                step,
                status,
                detail,
                duration_ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
                remedy: error.as_ref().map(|error| error.remedy.clone()),
                owner: error.as_ref().map(|error| error.owner),
                error,
            };
            progress(&taken);
            steps.push(taken);
        }
        steps
    }
}

/// Takes one step. The shared parts speak of the CRM; a platform's error has words of its own.
async fn take(step: StepName, client: &PlatformClient) -> Result<Found, PlatformError> {
    let config = client.http().config();
    let probe = Probe {
        network: &config.network,
        url: &config.base_url,
        within: config.connect_timeout,
    };
    let passed = |detail: &str| Ok(Found::Passed(detail.to_owned()));
    let skipped = |why: &str| Ok(Found::Skipped(why.to_owned()));
    match step {
        StepName::Configuration => passed("NurtureHub's address is set."),
        StepName::Credentials => passed("A token is stored."),
        StepName::Dns => Ok(Found::Passed(probe.dns().await?)),
        StepName::Connect => Ok(Found::Passed(probe.connect().await?)),
        StepName::Tls if config.base_url.scheme() == "http" => {
            skipped("Plain http to this computer itself needs no certificate.")
        }
        StepName::Tls => Ok(Found::Passed(probe.tls().await?)),
        StepName::Authenticate => {
            client.check_tenant().await?;
            passed("NurtureHub knows the token, and it is good for the agency.")
        }
        StepName::Permissions | StepName::ReadContact => skipped("This is asked of a CRM alone."),
    }
}

fn not_tried(failed: StepName) -> String {
    let failed = step_word(failed);
    format!("Not tried, because the step `{failed}` failed.")
}
