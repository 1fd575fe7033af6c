//! Health as a function of recorded facts.

use jiff::{SignedDuration, Timestamp};
use nurturehub_engine::{HealthInputs, RunFact, State, evaluate};
use nurturehub_port::ErrorKind;

const START: i64 = 1_800_000_000;

fn at(minutes: i64) -> Timestamp {
    Timestamp::from_second(START + minutes * 60).unwrap()
}

fn failed(minutes: i64, kind: ErrorKind) -> RunFact {
    let facts = kind.facts();
    RunFact {
        is_sync: true,
        at: at(minutes),
        succeeded: false,
        partial: false,
        cancelled: false,
        error: Some((kind, facts.title.into(), facts.remedy.into(), facts.owner)),
    }
}

fn succeeded(minutes: i64) -> RunFact {
    RunFact {
        is_sync: true,
        at: at(minutes),
        succeeded: true,
        partial: false,
        cancelled: false,
        error: None,
    }
}

/// Health at a minute, after these runs, oldest first.
fn health(now: i64, mut runs: Vec<RunFact>) -> nurturehub_engine::Health {
    runs.reverse();
    evaluate(&HealthInputs {
        now: at(now),
        created_at: at(0),
        paused_at: None,
        runs,
        running: false,
        stale_after: SignedDuration::from_hours(24),
        token_expires: None,
        signed_in_at: None,
        quota: None,
    })
}

#[test]
fn a_streak_counts_outages_and_not_attempts() {
    let down = ErrorKind::ProviderDown;
    let burst = vec![
        succeeded(0),
        failed(10, down),
        failed(12, down),
        failed(15, down),
    ];
    let after = health(16, burst.clone());
    assert_eq!(
        (after.failure_streak, after.state),
        (1, State::Degraded),
        "one outage"
    );
    let mut lasting = burst;
    lasting.extend([failed(21, down), failed(32, down)]);
    let after = health(33, lasting.clone());
    assert_eq!((after.failure_streak, after.state), (3, State::Failing));
    assert_eq!(after.since, at(10), "since it began");
    lasting.push(succeeded(40));
    let healed = health(41, lasting);
    assert_eq!((healed.failure_streak, healed.state), (0, State::Healthy));
    assert_eq!(healed.since, at(40), "healthy since it recovered");
    assert_eq!(healed.last_error_at, Some(at(32)), "and it remembers");
}

#[test]
fn a_cancel_changes_nothing() {
    let mut cancelled = failed(20, ErrorKind::Cancelled);
    cancelled.cancelled = true;
    cancelled.error = None;
    let after = health(21, vec![succeeded(0), cancelled.clone()]);
    assert_eq!(
        after.state,
        State::Healthy,
        "a person's own cancel is no failure"
    );
    let still = health(
        21,
        vec![succeeded(0), failed(10, ErrorKind::ProviderDown), cancelled],
    );
    assert_eq!(still.state, State::Degraded, "nor does it heal one");
}

#[test]
fn the_first_state_that_matches_wins() {
    let states = |kind| health(11, vec![succeeded(0), failed(10, kind)]).state;
    assert_eq!(states(ErrorKind::AuthRevoked), State::NeedsReauth);
    assert_eq!(states(ErrorKind::ScopeMissing), State::ActionNeeded);
    assert_eq!(states(ErrorKind::SchemaChanged), State::ActionNeeded);
    assert_eq!(
        states(ErrorKind::StorageFull),
        State::Failing,
        "it will not go away by itself"
    );
    assert_eq!(states(ErrorKind::NetworkTimeout), State::Degraded);
    assert_eq!(health(60 * 24 + 1, vec![succeeded(0)]).state, State::Stale);
    assert_eq!(health(5, vec![]).state, State::New);
}
