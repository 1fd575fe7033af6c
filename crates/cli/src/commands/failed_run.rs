//! What is said of a run that failed: why, and what the way to the CRM says about it.

use jiff::Timestamp;
use nurturehub_engine::{Diagnosis, EngineError, VerifyStepReport};
use tokio_util::sync::CancellationToken;

use super::diagnose;
use crate::args::Doctor;
use crate::exit::Exit;
use crate::output::Console;
use crate::workplace::Workplace;

/// A run that is begun now and may fail.
pub(super) struct Attempt<'a> {
    workplace: &'a Workplace,
    console: &'a Console,
    connection: &'a str,
    doctor: Doctor,
    cancel: &'a CancellationToken,
    began: Timestamp,
}

impl<'a> Attempt<'a> {
    pub(super) fn new(
        workplace: &'a Workplace,
        console: &'a Console,
        connection: &'a str,
        doctor: Doctor,
        cancel: &'a CancellationToken,
    ) -> Self {
        Self {
            began: workplace.clock.now(),
            workplace,
            console,
            connection,
            doctor,
            cancel,
        }
    }

    /// Says why the run failed, looks for the cause where that can be of use, and answers.
    pub(super) async fn failed(&self, error: &EngineError) -> Exit {
        let exit = Exit::of_error(error.kind(), self.cancel.is_cancelled());
        let report = error.report();
        // People need not wait for the cause to know that it failed.
        self.console.tell_failure(&report);
        let diagnosis = self.diagnosis().await;
        self.console.answer_failure(&report, diagnosis.as_ref());
        let found = diagnosis.filter(|diagnosis| diagnosis.verification.is_some());
        if let Some(diagnosis) = found {
            self.console.note(&diagnose::show(&diagnosis));
        }
        exit
    }

    /// What stands in the way of it is less than the failure itself, and not said.
    async fn diagnosis(&self) -> Option<Diagnosis> {
        if !self.doctor.looks() {
            return None;
        }
        let progress = self.console.progress();
        let say = |step: &VerifyStepReport| progress.line(&diagnose::line(step));
        let engine = &self.workplace.engine;
        let looking = engine.explain_failure(self.connection, self.began, &say);
        tokio::select! {
            biased;
            () = self.cancel.cancelled() => None,
            found = Box::pin(looking) => found.ok().flatten(),
        }
    }
}
