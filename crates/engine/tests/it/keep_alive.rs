//! Sign-ins that nobody uses, and those that have ended.

use jiff::SignedDuration;
use nurturehub_engine::{EngineError, KeptAlive, RunKind, State, SyncOptions, SyncReport};
use nurturehub_port::ErrorKind;
use nurturehub_sandbox::reapit::ConsentPage;
use nurturehub_sandbox::{Faults, Sandbox, SandboxConfig, Time};
use tokio_util::sync::CancellationToken;

use crate::person::{Office, START, approving, at_sandbox, borrowed};

/// A CRM and an office with the same time, and a sign-in that was just made.
struct Days {
    office: Office,
    sandbox: Sandbox,
    conn: String,
}

impl Days {
    async fn new() -> Self {
        let config = SandboxConfig {
            contacts: 5,
            limits: false,
            time: Time::Fixed(START.parse().unwrap()),
            ..SandboxConfig::default()
        };
        let sandbox = Sandbox::start(config).await.unwrap();
        sandbox.reapit().set_consent_page(ConsentPage::Approve);
        let office = Office::new().await;
        let settings = at_sandbox(&sandbox);
        let made = office.connect(&borrowed(&settings), &approving()).await;
        let conn = made.unwrap().id.to_string();
        sandbox.clear_requests();
        Self {
            office,
            sandbox,
            conn,
        }
    }

    fn pass(&self, days: u32) {
        let hours = u64::from(days) * 24;
        self.sandbox
            .advance_time(std::time::Duration::from_secs(hours * 3600));
        self.office
            .time
            .advance(SignedDuration::from_hours(i64::from(days) * 24));
    }

    async fn keep_alive(&self) -> KeptAlive {
        let all = self.office.engine.keep_all_alive().await.unwrap();
        assert_eq!(all.len(), 1, "one for each connection");
        all[0].outcome
    }

    async fn sync(&self) -> Result<SyncReport, EngineError> {
        let (options, none) = (SyncOptions::default(), CancellationToken::new());
        let engine = &self.office.engine;
        engine.sync(&self.conn, options, &|_| {}, &none).await
    }

    async fn state(&self) -> State {
        self.office.engine.health(&self.conn).await.unwrap().state
    }

    /// Requests to the token address since the last look.
    fn asked(&self) -> usize {
        let asked = self
            .sandbox
            .requests(|request| request.path() == "/oauth/token");
        self.sandbox.clear_requests();
        asked.len()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sign_in_that_nobody_uses_is_renewed_before_it_dies_of_idleness() {
    let days = Days::new().await;
    let mut renewed = Vec::new();
    for day in 1..=24 {
        days.pass(1);
        match days.keep_alive().await {
            KeptAlive::Renewed => renewed.push(day),
            other => assert_eq!(other, KeptAlive::NotDue, "day {day}"),
        }
    }
    assert_eq!(renewed, [8, 16, 24], "at half of the fifteen idle days");
    assert_eq!(days.asked(), 3, "and the CRM is asked no more often");
    days.sync().await.expect("after 24 days it still works");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_it_the_sign_in_is_said_to_expire_and_then_to_have_ended() {
    let days = Days::new().await;
    days.sync().await.unwrap();
    days.pass(13);
    // So that only the sign-in is old, not the data.
    let health = days.office.engine.health(&days.conn).await.unwrap();
    let expiry = health.token_expires.unwrap();
    assert!(
        expiry.why.contains("15 days"),
        "by which rule: {}",
        expiry.why
    );
    assert_eq!(
        health.state,
        State::Stale,
        "data that nobody synced come first"
    );

    days.pass(3);
    assert_eq!(days.keep_alive().await, KeptAlive::NeedsSignIn, "too late");
    assert_eq!(days.asked(), 1, "which the CRM said, once");
    assert_eq!(days.state().await, State::NeedsReauth);
    for _ in 0..3 {
        assert_eq!(days.keep_alive().await, KeptAlive::NeedsSignIn);
    }
    assert_eq!(days.asked(), 0, "and is not asked over and over");
    let error = days.sync().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AuthExpired, "{error}");
    assert_eq!(
        days.asked(),
        1,
        "a person may try once more, with one request"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_overall_limit_is_forecast_as_expiring_however_often_it_is_renewed() {
    let days = Days::new().await;
    for day in 1..=28 {
        days.pass(1);
        days.keep_alive().await;
        days.sync().await.unwrap();
        let expected = if day <= 27 {
            State::Healthy
        } else {
            State::Expiring
        };
        assert_eq!(days.state().await, expected, "day {day} of 30");
    }
    let health = days.office.engine.health(&days.conn).await.unwrap();
    let [issue] = &health.issues[..] else {
        panic!("it says what to do: {health:?}");
    };
    assert!(
        issue.remedy.contains("Sign in again") && issue.remedy.contains("30 days"),
        "{issue:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_paused_connection_is_kept_alive_and_a_disconnected_one_is_not() {
    let days = Days::new().await;
    days.office.engine.pause(&days.conn).await.unwrap();
    days.pass(9);
    assert_eq!(
        days.keep_alive().await,
        KeptAlive::Renewed,
        "a pause must not cost a sign-in"
    );
    days.office
        .engine
        .disconnect(&days.conn, false)
        .await
        .unwrap();
    let none = days.office.engine.keep_all_alive().await.unwrap();
    assert!(none.is_empty(), "there is nothing to keep: {none:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_renewal_says_where_its_time_went_whether_or_not_it_came_about() {
    let days = Days::new().await;
    let engine = &days.office.engine;
    let renewed = async || engine.keep_all_alive().await.unwrap().remove(0);
    let early = renewed().await;
    assert_eq!((early.outcome, early.spent), (KeptAlive::NotDue, None));
    days.pass(8);
    days.office.time.pass_at_each_look(1_000);
    let down = Faults::parse("reapit.token:status=503").unwrap();
    for (fault, outcome) in [(Some(down), KeptAlive::Failed), (None, KeptAlive::Renewed)] {
        days.sandbox.clear_faults();
        if let Some(fault) = fault {
            days.sandbox.add_faults(fault);
        }
        let report = renewed().await;
        assert_eq!(report.outcome, outcome);
        let spent = report.spent.expect("it was tried");
        assert!(spent.waiting_ms >= 1_000, "the CRM was asked: {spent:?}");
        assert_eq!(
            spent.storing_us > 0,
            outcome == KeptAlive::Renewed,
            "new tokens are stored: {spent:?}"
        );
        let newest = engine.runs(&days.conn, 1).await.unwrap();
        assert_eq!(newest[0].kind, RunKind::KeepAlive);
        let kept = engine.run(&newest[0].run_id).await.unwrap();
        assert_eq!(
            kept.report["spent"],
            serde_json::to_value(spent).unwrap(),
            "the run's record says the same"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crm_that_is_down_is_no_reason_to_sign_in_again() {
    let days = Days::new().await;
    days.sync().await.unwrap();
    days.pass(8);
    let down = nurturehub_sandbox::Faults::parse("reapit.token:status=503").unwrap();
    days.sandbox.add_faults(down);
    assert_eq!(days.keep_alive().await, KeptAlive::Failed);
    assert_ne!(days.state().await, State::NeedsReauth);
    days.sandbox.clear_faults();
    assert_eq!(
        days.keep_alive().await,
        KeptAlive::Renewed,
        "the next time does it"
    );
}
