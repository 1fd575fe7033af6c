//! The steps of a verification.

use futures_util::StreamExt;
use nurturehub_port::{ErrorKind, StepName, StepStatus, VerifyStep};

use super::scripted::{AgentOs, Answer, Script, start, tenants};

async fn steps(agentos: &AgentOs) -> Vec<VerifyStep> {
    let steps: Vec<VerifyStep> = agentos.adapter.verify_connection().collect().await;
    let names: Vec<StepName> = steps.iter().map(|step| step.step).collect();
    assert_eq!(names, StepName::ALL, "every step once and in order");
    steps
}

fn failed(steps: &[VerifyStep]) -> (StepName, ErrorKind) {
    let step = steps
        .iter()
        .find(|step| step.status == StepStatus::Failed)
        .expect("one step fails");
    (step.step, step.error.as_ref().unwrap().kind)
}

fn script() -> Script {
    let mut script = Script::default();
    script.lists.insert("vendors", tenants(1));
    script
}

#[tokio::test]
async fn a_good_connection_passes_within_a_few_requests() {
    let agentos = start(script(), &[]).await;
    let steps = steps(&agentos).await;
    for step in &steps {
        let skipped = step.step == StepName::Tls;
        let expected = if skipped {
            StepStatus::Skipped
        } else {
            StepStatus::Passed
        };
        assert_eq!(step.status, expected, "{:?}: {}", step.step, step.detail);
    }
    assert!(
        agentos.http.requests() <= 8,
        "{} requests are too many for so low a limit",
        agentos.http.requests()
    );
}

#[tokio::test]
async fn a_closed_tier_is_told_apart_from_a_wrong_key() {
    let mut off = script();
    off.closed = vec!["/v4/contacts/"];
    let agentos = start(off, &[]).await;
    assert_eq!(
        failed(&steps(&agentos).await),
        (StepName::Permissions, ErrorKind::ScopeMissing)
    );

    let mut wrong = script();
    wrong.closed = vec!["/v4/"];
    let agentos = start(wrong, &[]).await;
    assert_eq!(
        failed(&steps(&agentos).await),
        (StepName::Authenticate, ErrorKind::AuthInvalid)
    );
}

#[tokio::test]
async fn a_wrong_short_name_is_the_agencys_to_correct() {
    let agentos = start(script(), &[("shortName", "nobody")]).await;
    assert_eq!(
        failed(&steps(&agentos).await),
        (StepName::Authenticate, ErrorKind::TenantUnknown)
    );
}

#[tokio::test]
async fn a_contact_that_cannot_be_understood_fails_the_last_step() {
    let mut odd = script();
    odd.instead = vec![(
        "vendors",
        [Answer::Body(r#"{"Count":1,"Data":["odd"]}"#.to_owned())].into(),
    )];
    let agentos = start(odd, &[]).await;
    assert_eq!(
        failed(&steps(&agentos).await),
        (StepName::ReadContact, ErrorKind::Mapping)
    );
}
