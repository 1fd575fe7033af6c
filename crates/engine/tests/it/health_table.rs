//! Health as a function of recorded facts.

use jiff::{SignedDuration, Timestamp};
use nurturehub_engine::{GoingOn, HealthInputs, RunFact, RunWork, State, Trouble, evaluate};
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
    evaluate(&facts(now, runs))
}

/// The facts of these runs, newest first.
fn facts(now: i64, runs: Vec<RunFact>) -> HealthInputs {
    HealthInputs {
        now: at(now),
        created_at: at(0),
        paused_at: None,
        runs,
        refused: 0,
        going_on: GoingOn::Nothing,
        stale_after: SignedDuration::from_hours(24),
        token_expires: None,
        signed_in_at: None,
        entered_at: None,
        quota: None,
    }
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

#[test]
fn what_only_a_person_mends_is_not_over_because_something_else_fails() {
    let after = |first, second| {
        let runs = vec![succeeded(0), failed(10, first), failed(30, second)];
        health(31, runs)
    };
    let offline = after(ErrorKind::AuthRevoked, ErrorKind::NetworkDns);
    assert_eq!(
        offline.state,
        State::NeedsReauth,
        "the network is away, too"
    );
    let kinds: Vec<ErrorKind> = offline.issues.iter().map(|issue| issue.kind).collect();
    assert_eq!(
        kinds,
        [ErrorKind::AuthRevoked, ErrorKind::NetworkDns],
        "both are wrong, and what asks most comes first"
    );
    assert_eq!(offline.issues[0].opened_at, at(10));
    assert_eq!(offline.issues[1].opened_at, at(30));
    assert_eq!(offline.last_error_kind, Some(ErrorKind::NetworkDns));
    for (first, second, state) in [
        (
            ErrorKind::SchemaChanged,
            ErrorKind::ProviderDown,
            State::ActionNeeded,
        ),
        (ErrorKind::NetworkTls, ErrorKind::NetworkDns, State::Failing),
        (
            ErrorKind::StorageFull,
            ErrorKind::NetworkTimeout,
            State::Failing,
        ),
    ] {
        assert_eq!(after(first, second).state, state, "{first}, then {second}");
    }
}

#[test]
fn a_failure_that_came_further_ends_what_stood_before_it() {
    let after = |first, second| {
        let runs = vec![succeeded(0), failed(10, first), failed(30, second)];
        health(31, runs)
    };
    for (first, second, state) in [
        (
            ErrorKind::AuthInvalid,
            ErrorKind::ScopeMissing,
            State::ActionNeeded,
        ),
        (
            ErrorKind::AuthInvalid,
            ErrorKind::SchemaChanged,
            State::ActionNeeded,
        ),
        (
            ErrorKind::NetworkTls,
            ErrorKind::ProviderDown,
            State::Degraded,
        ),
        (
            ErrorKind::VaultLocked,
            ErrorKind::NetworkTimeout,
            State::Degraded,
        ),
        (
            ErrorKind::NetworkDns,
            ErrorKind::NetworkTimeout,
            State::Degraded,
        ),
    ] {
        let health = after(first, second);
        assert_eq!(health.state, state, "{first}, then {second}");
        assert_eq!(health.issues.len(), 1, "{first}, then {second}");
        assert_eq!(health.issues[0].kind, second);
        assert_eq!(health.failure_streak, 2, "it is a failure all the same");
    }
}

#[test]
fn what_was_entered_wrongly_is_over_once_it_is_entered_anew() {
    let with = |kind, entered_at| {
        let mut facts = facts(31, vec![failed(10, kind), succeeded(0)]);
        facts.entered_at = entered_at;
        evaluate(&facts).state
    };
    for kind in [ErrorKind::AuthInvalid, ErrorKind::Configuration] {
        assert_eq!(with(kind, Some(at(20))), State::Healthy, "{kind}");
        assert_ne!(with(kind, Some(at(5))), State::Healthy, "{kind}: before");
        assert_ne!(with(kind, None), State::Healthy, "{kind}: never");
    }
    assert_eq!(
        with(ErrorKind::SchemaChanged, Some(at(20))),
        State::ActionNeeded,
        "no key mends the CRM's data"
    );
}

#[test]
fn a_connection_that_was_never_synced_becomes_stale_too() {
    assert_eq!(health(60 * 24 + 1, vec![]).state, State::Stale);
}

#[test]
fn a_write_back_that_fails_is_seen_until_one_succeeds_or_its_cause_is_shown_to_be_gone() {
    let back = |run: RunFact| RunFact {
        work: RunWork::WriteBack,
        ..run
    };
    let after = |kind, later: RunFact| {
        let runs = vec![succeeded(0), back(failed(10, kind)), later];
        health(31, runs)
    };
    let synced = || succeeded(20);
    let written = || back(succeeded(20));
    let missing = after(ErrorKind::ScopeMissing, synced());
    assert_eq!(
        (missing.state, missing.issues.len()),
        (State::ActionNeeded, 1),
        "that contacts may be read says nothing about writing"
    );
    assert_eq!(
        after(ErrorKind::ScopeMissing, written()).state,
        State::Healthy
    );
    assert_eq!(
        after(ErrorKind::ProviderDown, synced()).state,
        State::Healthy,
        "the CRM is there again"
    );
    let lasting = vec![succeeded(0), back(failed(10, ErrorKind::ProviderDown))];
    assert_eq!(health(11, lasting).state, State::Degraded);
    let mut in_part = back(succeeded(10));
    in_part.partial = true;
    in_part.trouble = failed(10, ErrorKind::ProviderRejected).trouble;
    let refused = health(31, vec![succeeded(0), in_part, synced()]);
    assert_eq!((refused.state, refused.issues.len()), (State::Degraded, 1));
    let revoked = health(
        11,
        vec![succeeded(0), back(failed(10, ErrorKind::AuthRevoked))],
    );
    assert_eq!(revoked.state, State::NeedsReauth, "it is the CRM's sign-in");
}
