//! Verification, step by step.

use futures_util::StreamExt;
use nurturehub_port::{ErrorKind, StepName, StepStatus, VerifyStep};
use nurturehub_sandbox::AccessChange;

use super::checks;
use crate::agency::Agency;
use crate::subject::Subject;
use crate::verdict::{Checked, ensure, failed};

checks! {
    "Verification":
    good, always, "verify", "A connection that works passes every step, once and in order.";
    nobody, always, "verify-empty-agency", "A connection to an agency without contacts fails no step.";
    refused, always, "verify-refused", "Credentials that were taken back fail a step that says so, and the steps after it are skipped.";
    forbidden, always, "verify-forbidden", "A permission that is missing fails a step that says so, and not the sign-in.";
    broken, always, "verify-down", "A CRM that does not work fails a step, and no step after it passes.";
}

async fn steps(agency: &Agency<'_>) -> Checked<Vec<VerifyStep>> {
    let adapter = agency.adapter()?;
    let steps: Vec<VerifyStep> = adapter.verify_connection().collect().await;
    let names: Vec<StepName> = steps.iter().map(|step| step.step).collect();
    ensure!(
        names == StepName::ALL,
        "the steps are {names:?}, which is not each once and in order"
    );
    for step in &steps {
        ensure!(
            step.error.is_some() == (step.status == StepStatus::Failed),
            "the step {:?} is {:?}, and its error is {:?}",
            step.step,
            step.status,
            step.error
        );
        ensure!(
            !step.detail.trim().is_empty(),
            "the step {:?} says nothing",
            step.step
        );
    }
    let mut after = steps
        .iter()
        .skip_while(|step| step.status != StepStatus::Failed)
        .skip(1);
    ensure!(
        after.all(|step| step.status == StepStatus::Skipped),
        "a step after the failed one was taken"
    );
    Ok(steps)
}

async fn good(subject: &Subject) -> Checked {
    let agency = subject.agency(20).open().await?;
    for step in steps(&agency).await? {
        // Encryption is nothing to ask of this computer itself.
        let passed = step.status == StepStatus::Passed || step.step == StepName::Tls;
        ensure!(
            passed && step.status != StepStatus::Failed,
            "the step {:?} is {:?}: {}",
            step.step,
            step.status,
            step.detail
        );
    }
    Ok(())
}

async fn nobody(subject: &Subject) -> Checked {
    let agency = subject.agency(0).open().await?;
    let steps = steps(&agency).await?;
    let failed = steps.iter().find(|step| step.status == StepStatus::Failed);
    ensure!(failed.is_none(), "a step failed: {failed:?}");
    Ok(())
}

/// The step that failed.
async fn failing(agency: &Agency<'_>) -> Checked<VerifyStep> {
    let steps = steps(agency).await?;
    let found = steps
        .into_iter()
        .find(|step| step.status == StepStatus::Failed);
    match found {
        Some(step) => Ok(step),
        None => failed("no step failed"),
    }
}

async fn refused(subject: &Subject) -> Checked {
    let agency = subject.agency(20).open().await?;
    agency.crm.change_access(&AccessChange::Revoke);
    let step = failing(&agency).await?;
    let kind = step.error.as_ref().map(|error| error.kind);
    let about_credentials = matches!(
        kind,
        Some(ErrorKind::AuthInvalid | ErrorKind::AuthRevoked | ErrorKind::AuthExpired)
    );
    ensure!(
        matches!(step.step, StepName::Credentials | StepName::Authenticate) && about_credentials,
        "the step {:?} failed with {kind:?}",
        step.step
    );
    Ok(())
}

async fn forbidden(subject: &Subject) -> Checked {
    let agency = subject.agency(20).open().await?;
    agency.spoil("*.list:missingScope")?;
    let step = failing(&agency).await?;
    let kind = step.error.as_ref().map(|error| error.kind);
    ensure!(
        matches!(step.step, StepName::Permissions | StepName::ReadContact)
            && kind == Some(ErrorKind::ScopeMissing),
        "the step {:?} failed with {kind:?}",
        step.step
    );
    Ok(())
}

async fn broken(subject: &Subject) -> Checked {
    let agency = subject.agency(20).open().await?;
    agency.spoil("*:status=500")?;
    let step = failing(&agency).await?;
    ensure!(
        step.step >= StepName::Credentials,
        "the step {:?} failed, which asks nothing of the CRM",
        step.step
    );
    Ok(())
}
