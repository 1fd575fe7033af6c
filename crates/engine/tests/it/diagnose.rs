//! Explaining a failed run.

use std::sync::Arc;

use nurturehub_adapter_kit::SystemClock;
use nurturehub_adapter_kit::testing::ManualClock;
use nurturehub_engine::{PushOptions, State, SyncOptions};
use nurturehub_port::{Clock, ErrorKind, Owner, Secret, StepName};
use nurturehub_sandbox::{AccessChange, Faults, Sandbox, SandboxConfig};
use tokio_util::sync::CancellationToken;

use crate::desk::Desk;

const PROVIDER: &str = "agentos";

async fn failing(desk: &Desk, connection: &str, fault: &str) {
    desk.sandbox.add_faults(Faults::parse(fault).unwrap());
    let options = SyncOptions::default();
    desk.sync_with(connection, options).await.unwrap_err();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_did_not_fail_needs_no_explanation() {
    let desk = Desk::new(5).await;
    let connection = desk.connect(PROVIDER).await;
    let none = desk.engine.diagnose(&connection, &|_| {}).await.unwrap();
    assert!(none.is_none(), "nothing was done yet");
    desk.sync(&connection).await;
    let none = desk.engine.diagnose(&connection, &|_| {}).await.unwrap();
    assert!(none.is_none(), "all went well");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_diagnosis_names_the_step_and_changes_nothing() {
    let desk = Desk::new(5).await;
    let connection = desk.connect(PROVIDER).await;
    desk.sync(&connection).await;
    desk.sandbox.change_access(PROVIDER, &AccessChange::Revoke);
    desk.sync_with(&connection, SyncOptions::default())
        .await
        .unwrap_err();
    let before = desk.engine.health(&connection).await.unwrap();
    let diagnosis = desk.engine.diagnose(&connection, &|_| {}).await.unwrap();
    let cause = diagnosis.unwrap().cause;
    assert_eq!(
        (cause.kind, cause.step),
        (ErrorKind::AuthInvalid, Some(StepName::Authenticate))
    );
    assert_eq!(
        desk.engine.health(&connection).await.unwrap(),
        before,
        "it neither adds to a failure nor ends it"
    );
    let runs = desk.engine.runs(&connection, 1).await.unwrap();
    assert_eq!(runs[0].kind.as_str(), "verify", "it is kept: {runs:?}");

    // The trouble passes at once; the sync has failed all the same.
    desk.sandbox
        .change_access(PROVIDER, &AccessChange::Reinstate);
    let diagnosis = desk.engine.diagnose(&connection, &|_| {}).await.unwrap();
    let diagnosis = diagnosis.unwrap();
    assert!(diagnosis.verification.unwrap().ok, "the way is free again");
    assert_eq!(diagnosis.cause.step, None, "the run itself says why");
    let after = desk.engine.health(&connection).await.unwrap();
    assert_eq!(after.state, State::NeedsReauth, "which it does not hide");
    desk.engine.verify(&connection, &|_| {}).await.unwrap();
    let after = desk.engine.health(&connection).await.unwrap();
    assert_eq!(
        after.state,
        State::Healthy,
        "a person's own verification does"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crm_that_wants_fewer_requests_is_asked_nothing() {
    let desk = Desk::new(5).await;
    let connection = desk.connect(PROVIDER).await;
    failing(
        &desk,
        &connection,
        "agentos.list:status=429,retryAfter=86400",
    )
    .await;
    desk.sandbox.clear_requests();
    let diagnosis = desk.engine.diagnose(&connection, &|_| {}).await.unwrap();
    let diagnosis = diagnosis.unwrap();
    assert_eq!(diagnosis.cause.kind, ErrorKind::QuotaExhausted);
    assert!(diagnosis.verification.is_none() && diagnosis.not_asked.is_some());
    assert_eq!(
        desk.sandbox.requests(|_| true).len(),
        0,
        "asking again would make it worse"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failed_run_is_looked_into_once_and_what_is_found_stays_with_it() {
    let desk = Desk::new(5).await;
    let connection = desk.connect(PROVIDER).await;
    desk.sync(&connection).await;
    let looked = desk.engine.look_into_failure(&connection).await.unwrap();
    assert!(!looked, "nothing failed");
    desk.sandbox.change_access(PROVIDER, &AccessChange::Revoke);
    desk.sync_with(&connection, SyncOptions::default())
        .await
        .unwrap_err();
    let found = desk.engine.finding(&connection).await.unwrap().unwrap();
    assert_eq!(found.at, None, "nobody has looked yet");
    assert!(desk.engine.look_into_failure(&connection).await.unwrap());
    let row = desk.engine.connection_row(&connection).await.unwrap();
    let found = row.finding.expect("the list of connections shows it");
    let steps = found.verification.unwrap();
    assert!(found.at.is_some(), "with its time");
    assert_eq!(steps.error().unwrap().kind, ErrorKind::AuthInvalid);
    let again = desk.engine.look_into_failure(&connection).await.unwrap();
    assert!(!again, "once is enough");

    desk.sandbox
        .change_access(PROVIDER, &AccessChange::Reinstate);
    desk.sync(&connection).await;
    let row = desk.engine.connection_row(&connection).await.unwrap();
    assert_eq!(row.finding, None, "the failure is past");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_whose_failure_has_nothing_to_do_with_the_way_says_why_it_was_not_looked_into() {
    let desk = Desk::new(5).await;
    let connection = desk.connect(PROVIDER).await;
    failing(
        &desk,
        &connection,
        "agentos.list:status=429,retryAfter=86400",
    )
    .await;
    assert!(!desk.engine.look_into_failure(&connection).await.unwrap());
    let found = desk.engine.finding(&connection).await.unwrap().unwrap();
    assert!(found.verification.is_none() && found.not_asked.is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_want_of_network_is_looked_into_once_for_all_the_runs_that_it_fails() {
    let sandbox = Sandbox::start(SandboxConfig {
        contacts: 0,
        ..SandboxConfig::default()
    });
    let sandbox = Arc::new(sandbox.await.unwrap());
    // Its waits take no time, those between attempts among them.
    let clock = Arc::new(ManualClock::new(SystemClock::new().now()));
    let desk = Desk::with_clock(sandbox, clock).await;
    let away = [("baseUrl", "http://127.0.0.1:1")];
    let connection = desk.connect_with(PROVIDER, &away).await.unwrap();
    for first in [true, false] {
        desk.sync_with(&connection, SyncOptions::default())
            .await
            .unwrap_err();
        let looked = desk.engine.look_into_failure(&connection).await.unwrap();
        assert_eq!(looked, first);
        let found = desk.engine.finding(&connection).await.unwrap().unwrap();
        let kind = found.verification.unwrap().error().unwrap().kind;
        assert_eq!(kind, ErrorKind::NetworkConnect, "it is shown with both");
    }
}

/// A desk on which waits take no time, with contacts that a push would send.
async fn ready_to_push() -> (Desk, String) {
    let sandbox = Sandbox::start(SandboxConfig {
        contacts: 5,
        limits: false,
        ..SandboxConfig::default()
    });
    let clock = Arc::new(ManualClock::new(SystemClock::new().now()));
    let desk = Desk::with_clock(Arc::new(sandbox.await.unwrap()), clock).await;
    let connection = desk.connect(PROVIDER).await;
    desk.sync(&connection).await;
    (desk, connection)
}

async fn push_fails(desk: &Desk, connection: &str) -> ErrorKind {
    let cancel = CancellationToken::new();
    let pushed = desk
        .engine
        .push(connection, PushOptions::default(), &|_| {}, &cancel);
    pushed.await.unwrap_err().kind()
}

async fn set_platform(desk: &Desk, url: &str, token: &str) {
    let token = Secret::new(token.to_owned());
    desk.engine.set_platform(url, token).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failed_push_is_looked_into_on_the_way_to_the_platform() {
    let (desk, connection) = ready_to_push().await;
    let platform = desk.sandbox.describe().platform;
    for (url, token, kind, step, owner) in [
        (
            "http://127.0.0.1:1/platform",
            platform.token.as_str(),
            ErrorKind::PlatformDown,
            StepName::Connect,
            Owner::Nurturehub,
        ),
        (
            platform.url.as_str(),
            "another",
            ErrorKind::AuthInvalid,
            StepName::Authenticate,
            Owner::Agency,
        ),
    ] {
        set_platform(&desk, url, token).await;
        assert_eq!(push_fails(&desk, &connection).await, kind);
        let before = desk.engine.health(&connection).await.unwrap();
        assert!(desk.engine.look_into_failure(&connection).await.unwrap());
        let found = desk.engine.finding(&connection).await.unwrap().unwrap();
        let seen = found.verification.unwrap();
        assert!(seen.of_platform, "not the way to the CRM: {seen:?}");
        let names: Vec<StepName> = seen.steps.iter().map(|step| step.step).collect();
        assert_eq!(names, StepName::ALL, "every step once and in order");
        let failed = seen.steps.iter().find(|step| step.error.is_some()).unwrap();
        assert_eq!((failed.step, failed.owner), (step, Some(owner)));
        assert!(
            failed
                .remedy
                .as_ref()
                .is_some_and(|remedy| !remedy.is_empty())
        );
        assert!(!failed.detail.contains("CRM"), "{}", failed.detail);
        let kept = desk.engine.run(&found.run.run_id).await.unwrap();
        assert_eq!(
            kept.look.unwrap().verification,
            seen,
            "it is shown with the run"
        );
        assert_eq!(
            desk.engine.health(&connection).await.unwrap(),
            before,
            "it neither adds to a failure nor ends it"
        );
        let again = desk.engine.look_into_failure(&connection).await.unwrap();
        assert!(!again, "once is enough");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_platform_that_wants_fewer_requests_is_asked_nothing() {
    let (desk, connection) = ready_to_push().await;
    for fault in ["platform.batch:status=429", "platform.batch:status=422"] {
        desk.sandbox.clear_faults();
        desk.sandbox.add_faults(Faults::parse(fault).unwrap());
        push_fails(&desk, &connection).await;
        desk.sandbox.clear_requests();
        let looked = desk.engine.look_into_failure(&connection).await.unwrap();
        assert!(!looked, "{fault}");
        let found = desk.engine.finding(&connection).await.unwrap().unwrap();
        let why = found.not_asked.expect("it says why");
        assert!(why.contains("NurtureHub"), "{fault}: {why}");
        assert_eq!(desk.sandbox.requests(|_| true).len(), 0, "{fault}");
    }
}
