//! Health as a function of recorded facts.

use jiff::{SignedDuration, Timestamp};
use nurturehub_engine::{HealthInputs, RunFact, RunWork, State, Trouble, evaluate};
use nurturehub_port::ErrorKind;

const START: i64 = 1_800_000_000;

fn at(minutes: i64) -> Timestamp {
    Timestamp::from_second(START + minutes * 60).unwrap()
}

fn failed(minutes: i64, kind: ErrorKind) -> RunFact {
    let facts = kind.facts();
    RunFact {
        work: RunWork::Sync,
        at: at(minutes),
        succeeded: false,
        partial: false,
        cancelled: false,
        trouble: Some(Trouble {
            kind,
            title: facts.title.into(),
            message: facts.title.into(),
            remedy: facts.remedy.into(),
            owner: facts.owner,
            since: None,
        }),
    }
}

fn succeeded(minutes: i64) -> RunFact {
    RunFact {
        work: RunWork::Sync,
        at: at(minutes),
        succeeded: true,
        partial: false,
        cancelled: false,
        trouble: None,
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
        refused: 0,
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
    cancelled.trouble = None;
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

#[test]
fn a_verification_disproves_what_it_would_have_met_and_nothing_else() {
    let verified = RunFact {
        work: RunWork::Verify,
        ..succeeded(20)
    };
    let after = |kind| {
        let runs = vec![succeeded(0), failed(10, kind), verified.clone()];
        health(21, runs).state
    };
    assert_eq!(
        after(ErrorKind::AuthInvalid),
        State::Healthy,
        "it let us in"
    );
    assert_eq!(after(ErrorKind::NetworkDns), State::Healthy);
    assert_eq!(
        after(ErrorKind::StorageFull),
        State::Failing,
        "the CRM knows nothing of the disk"
    );
    assert_eq!(
        after(ErrorKind::SchemaChanged),
        State::ActionNeeded,
        "one contact that can be read is not all of them"
    );
    assert_eq!(after(ErrorKind::IncompleteListing), State::Degraded);
}

#[test]
fn a_push_that_fails_is_seen_and_neither_a_sync_nor_a_verification_hides_it() {
    let push = |run: RunFact| RunFact {
        work: RunWork::Push,
        ..run
    };
    let with = |kind| {
        let runs = vec![succeeded(0), push(failed(10, kind)), succeeded(20)];
        health(21, runs)
    };
    let down = with(ErrorKind::PlatformDown);
    assert_eq!((down.state, down.issues.len()), (State::Degraded, 1));
    assert_eq!(
        with(ErrorKind::AuthInvalid).state,
        State::ActionNeeded,
        "the platform's token is no sign-in to the CRM"
    );
    let healed = vec![
        succeeded(0),
        push(failed(10, ErrorKind::PlatformDown)),
        push(succeeded(30)),
    ];
    assert_eq!(health(31, healed).state, State::Healthy);
}
