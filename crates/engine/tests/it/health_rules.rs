//! The rules of health and alerts, for facts of every kind.

use jiff::{SignedDuration, Timestamp};
use nurturehub_engine::{
    AlertEvent, Episode, GoingOn, Health, HealthActivity, HealthInputs, RunFact, RunWork, State,
    TokenExpiry, Trouble, evaluate, judge,
};
use nurturehub_port::ErrorKind;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

fn at(minutes: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + minutes * 60).unwrap()
}

fn trouble(kind: ErrorKind) -> Trouble {
    let facts = kind.facts();
    Trouble {
        kind,
        title: facts.title.into(),
        message: facts.title.into(),
        remedy: facts.remedy.into(),
        owner: facts.owner,
        since: None,
    }
}

fn kind() -> impl Strategy<Value = ErrorKind> {
    (0..ErrorKind::ALL.len()).prop_map(|at| ErrorKind::ALL[at])
}

/// A run without its time.
fn run() -> impl Strategy<Value = RunFact> {
    let work = prop_oneof![
        4 => Just(RunWork::Sync),
        1 => Just(RunWork::Verify),
        1 => Just(RunWork::Push),
        1 => Just(RunWork::WriteBack)
    ];
    (work, 0..4_u8, kind()).prop_map(|(work, ended, kind)| RunFact {
        work,
        at: at(0),
        succeeded: ended < 2,
        partial: ended == 1 && work == RunWork::Sync,
        cancelled: ended == 3,
        trouble: (ended == 2 || (ended == 1 && work == RunWork::Sync)).then(|| trouble(kind)),
    })
}

/// Runs at growing times, newest first, and the minute after the last.
fn facts() -> impl Strategy<Value = HealthInputs> {
    let runs = prop::collection::vec((run(), 1..400_i64), 0..12);
    let minutes = prop::option::of(0..5000_i64);
    (
        runs,
        minutes.clone(),
        (minutes.clone(), minutes.clone()),
        minutes,
        0..3_u64,
        0..3000_i64,
    )
        .prop_map(
            |(runs, paused, (signed_in, entered), expires, refused, later)| {
                let mut minute = 0;
                let mut timed: Vec<RunFact> = Vec::new();
                for (run, gap) in runs {
                    minute += gap;
                    timed.push(RunFact {
                        at: at(minute),
                        ..run
                    });
                }
                timed.reverse();
                HealthInputs {
                    now: at(minute + later),
                    created_at: at(0),
                    // Nobody paused or signed in tomorrow.
                    paused_at: paused.map(|paused| at(paused.min(minute + later))),
                    runs: timed,
                    refused,
                    going_on: GoingOn::Nothing,
                    stale_after: SignedDuration::from_hours(24),
                    token_expires: expires.map(|end| TokenExpiry {
                        at: at(end),
                        why: "It ends.".into(),
                    }),
                    signed_in_at: signed_in.map(|signed_in| at(signed_in.min(minute + later))),
                    entered_at: entered.map(|entered| at(entered.min(minute + later))),
                    quota: None,
                }
            },
        )
}

fn going_on() -> impl Strategy<Value = GoingOn> {
    let waiting = (0..9000_i64).prop_map(|until| GoingOn::Waiting {
        until: at(until),
        why: "The CRM asked to wait.".into(),
    });
    prop_oneof![
        Just(GoingOn::Nothing),
        Just(GoingOn::Running),
        Just(GoingOn::Cancelling),
        waiting,
    ]
}

/// The same with one more run, a minute after now.
fn then(facts: &HealthInputs, run: RunFact) -> HealthInputs {
    let mut after = facts.clone();
    after.now += SignedDuration::from_mins(1);
    after.runs.insert(
        0,
        RunFact {
            at: after.now,
            ..run
        },
    );
    after
}

fn success() -> RunFact {
    RunFact {
        work: RunWork::Sync,
        at: at(0),
        succeeded: true,
        partial: false,
        cancelled: false,
        trouble: None,
    }
}

fn without_time(health: &Health) -> Health {
    Health {
        since: at(0),
        stale_after: at(0),
        ..health.clone()
    }
}

/// Whether a failure of this kind lasts until a person acts.
fn asks_for_a_person(kind: ErrorKind) -> bool {
    !matches!(
        kind.facts().retry,
        nurturehub_port::Retry::Backoff | nurturehub_port::Retry::At(_)
    )
}

/// Whether a failure of this kind is met before a host's name is asked for.
fn is_before_names(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::VaultLocked | ErrorKind::VaultUnavailable | ErrorKind::VaultRefused
    )
}

/// Whether people have something to do by these issues.
fn alerting(state: State) -> bool {
    matches!(
        state,
        State::NeedsReauth | State::ActionNeeded | State::Failing | State::Stale | State::Expiring
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, rng_seed: RngSeed::Fixed(17), ..ProptestConfig::default() })]

    #[test]
    fn a_green_light_needs_a_whole_success_with_nothing_wrong_since(facts in facts()) {
        let health = evaluate(&facts);
        if health.state == State::Healthy {
            let last = facts.runs.iter().find(|run| run.work == RunWork::Sync && run.succeeded);
            prop_assert!(last.is_some_and(|run| !run.partial), "a sync has succeeded, and wholly");
            prop_assert_eq!(health.failure_streak, 0);
            prop_assert!(health.issues.is_empty(), "{:?}", health.issues);
            prop_assert!(facts.now <= health.stale_after && facts.paused_at.is_none() && facts.refused == 0);
        }
        if matches!(health.state, State::NeedsReauth | State::ActionNeeded | State::Failing) {
            prop_assert!(!health.issues.is_empty(), "trouble says what it is");
        }
        for issue in &health.issues {
            prop_assert!(!issue.remedy.is_empty() && !issue.title.is_empty());
            prop_assert!(issue.opened_at <= facts.now);
        }
        prop_assert!(health.since <= facts.now, "nothing is so since tomorrow");
        prop_assert_eq!(evaluate(&facts), health, "the same facts, the same health");
    }

    #[test]
    fn a_cancel_changes_nothing(facts in facts(), push in any::<bool>()) {
        let mut later = facts.clone();
        later.now += SignedDuration::from_mins(1);
        let work = if push { RunWork::Push } else { RunWork::Sync };
        let cancel = RunFact { work, succeeded: false, cancelled: true, ..success() };
        prop_assert_eq!(evaluate(&then(&facts, cancel)), evaluate(&later));
    }

    #[test]
    fn what_is_going_on_hides_nothing(facts in facts(), going_on in going_on()) {
        let at_work = evaluate(&HealthInputs { going_on: going_on.clone(), ..facts.clone() });
        let waits = matches!(going_on, GoingOn::Waiting { until, .. } if until > facts.now);
        prop_assert_eq!(at_work.activity == HealthActivity::Waiting, waits, "a wait ends with its time");
        prop_assert_eq!(at_work.activity_until.is_some() && at_work.activity_why.is_some(), waits);
        prop_assert_eq!(at_work.activity == HealthActivity::Idle, going_on == GoingOn::Nothing);
        let idle = Health { activity: HealthActivity::Idle, activity_until: None, activity_why: None, ..at_work };
        prop_assert_eq!(idle, evaluate(&facts), "all else is as if nothing went on");
    }

    #[test]
    fn one_outage_is_one_failure(facts in facts(), kind in kind(), again in 1..9_i64) {
        let failure = RunFact { succeeded: false, trouble: Some(trouble(kind)), ..success() };
        let mut healed = then(&facts, success());
        healed.signed_in_at = None;
        healed.entered_at = None;
        healed.runs.retain(|run| !matches!(run.work, RunWork::Push | RunWork::WriteBack));
        let once = then(&healed, failure.clone());
        let mut twice = once.clone();
        twice.now += SignedDuration::from_mins(again);
        twice.runs.insert(0, RunFact { at: twice.now, ..failure });
        prop_assert_eq!(evaluate(&once).failure_streak, 1);
        prop_assert_eq!(evaluate(&twice).failure_streak, 1, "{} minutes later it is the same outage", again);
    }

    #[test]
    fn a_whole_sync_closes_every_issue_of_the_crm(facts in facts()) {
        let mut facts = then(&facts, success());
        facts.runs.retain(|run| !matches!(run.work, RunWork::Push | RunWork::WriteBack));
        facts.refused = 0;
        facts.token_expires = None;
        facts.paused_at = None;
        let health = evaluate(&facts);
        prop_assert_eq!(health.state, State::Healthy);
        prop_assert!(health.issues.is_empty());
    }

    #[test]
    fn one_more_failure_never_makes_it_better(facts in facts(), kind in kind()) {
        let mut later = facts.clone();
        later.now += SignedDuration::from_mins(1);
        let before = evaluate(&later);
        let after = evaluate(&then(&facts, RunFact { succeeded: false, trouble: Some(trouble(kind)), ..success() }));
        prop_assert!(after.failure_streak >= before.failure_streak);
        prop_assert!(!matches!(after.state, State::Healthy | State::New | State::Stale | State::Expiring), "{:?}", after.state);
        // A failure that says nothing of the way to the CRM ends nothing that asked for a person.
        if kind == ErrorKind::NetworkDns {
            let later = |issue: &nurturehub_engine::Issue| issue.kind == ErrorKind::NetworkDns || is_before_names(issue.kind);
            for issue in before.issues.iter().filter(|issue| asks_for_a_person(issue.kind) && !later(issue)) {
                prop_assert!(after.issues.iter().any(|still| still.kind == issue.kind), "{:?} was closed by a failure", issue.kind);
            }
            prop_assert!(after.state <= before.state || !matches!(before.state, State::NeedsReauth | State::ActionNeeded), "{:?} after {:?}", after.state, before.state);
        }
    }

    #[test]
    fn time_alone_makes_stale_or_expiring_and_nothing_else(facts in facts(), hours in 1..2000_i64) {
        let before = evaluate(&facts);
        let mut later = facts.clone();
        later.now += SignedDuration::from_hours(hours);
        let after = evaluate(&later);
        if after.state == before.state {
            prop_assert_eq!(without_time(&after).failure_streak, before.failure_streak);
        } else {
            prop_assert!(matches!(before.state, State::Healthy | State::New | State::Expiring), "{:?}", before.state);
            prop_assert!(matches!(after.state, State::Stale | State::Expiring), "{:?}", after.state);
        }
    }

    #[test]
    fn an_episode_opens_once_and_recovers_once(all in prop::collection::vec(facts(), 1..12)) {
        let mut open: Option<Episode> = None;
        for facts in all {
            let health = evaluate(&facts);
            let event = judge(open.as_ref(), &health);
            match event {
                Some(AlertEvent::Opened) => {
                    prop_assert!(alerting(health.state));
                    open = Some(Episode { state: health.state, opened_at: health.since });
                }
                Some(AlertEvent::Recovered) => {
                    prop_assert!(open.is_some() && !alerting(health.state));
                    open = None;
                }
                None => prop_assert!(!(open.is_none() && alerting(health.state)), "trouble is told of"),
            }
            prop_assert_eq!(judge(open.as_ref(), &health), None, "and asked again, there is nothing to tell");
        }
    }
}

#[test]
fn going_up_and_down_is_said_beside_the_state() {
    let runs = |count: i64, gap: i64| -> HealthInputs {
        let mut runs: Vec<RunFact> = (0..count)
            .map(|turn| RunFact {
                at: at(turn * gap),
                succeeded: turn % 2 == 0,
                trouble: (turn % 2 == 1).then(|| trouble(ErrorKind::ProviderDown)),
                ..success()
            })
            .collect();
        runs.reverse();
        HealthInputs {
            now: at(count * gap),
            created_at: at(0),
            paused_at: None,
            runs,
            refused: 0,
            going_on: GoingOn::Nothing,
            stale_after: SignedDuration::from_hours(240),
            token_expires: None,
            signed_in_at: None,
            entered_at: None,
            quota: None,
        }
    };
    let flapping = |count, gap| evaluate(&runs(count, gap)).flapping;
    assert!(!flapping(4, 30), "three turns are chance");
    assert!(flapping(5, 30), "four are not");
    assert_eq!(
        evaluate(&runs(5, 30)).state,
        State::Healthy,
        "and hide no state"
    );
    assert!(
        !flapping(9, 5),
        "tried again within minutes, it is one outage"
    );
    assert!(!flapping(5, 12 * 60), "over two days it is no flapping");
}

/// What can be the matter with a connection, what asks most of people first; and the state of one that
/// has this and nothing worse.
const MATTERS: [State; 8] = [
    State::NeedsReauth,
    State::ActionNeeded,
    State::Paused,
    State::Failing,
    State::Degraded,
    State::Stale,
    State::Expiring,
    State::New,
];

/// A connection with all of these the matter, each for a reason of its own that leaves the others be.
fn with_all_of(matters: &[State]) -> HealthInputs {
    let has = |state| matters.contains(&state);
    let failure = |minutes, work, kind| RunFact {
        work,
        at: at(minutes),
        succeeded: false,
        trouble: Some(trouble(kind)),
        ..success()
    };
    let runs = [
        (!has(State::New)).then(success),
        has(State::ActionNeeded).then(|| failure(10, RunWork::Sync, ErrorKind::ScopeMissing)),
        has(State::NeedsReauth).then(|| failure(20, RunWork::Sync, ErrorKind::AuthRevoked)),
        has(State::Failing).then(|| failure(30, RunWork::Push, ErrorKind::PlatformRejected)),
    ];
    let now = if has(State::Stale) { 25 * 60 } else { 60 };
    HealthInputs {
        now: at(now),
        created_at: at(0),
        paused_at: has(State::Paused).then(|| at(40)),
        runs: runs.into_iter().flatten().rev().collect(),
        refused: u64::from(has(State::Degraded)),
        going_on: GoingOn::Nothing,
        stale_after: SignedDuration::from_hours(24),
        token_expires: has(State::Expiring).then(|| TokenExpiry {
            at: at(now + 60),
            why: "It ends.".into(),
        }),
        signed_in_at: None,
        entered_at: None,
        quota: None,
    }
}

#[test]
fn of_all_that_is_the_matter_the_state_is_the_first() {
    for chosen in 0..1_u16 << MATTERS.len() {
        let matters: Vec<State> = MATTERS
            .into_iter()
            .enumerate()
            .filter(|(place, _)| chosen & 1 << place != 0)
            .map(|(_, state)| state)
            .collect();
        let health = evaluate(&with_all_of(&matters));
        let first = matters.first().copied().unwrap_or(State::Healthy);
        assert_eq!(health.state, first, "{matters:?}");
    }
}

/// How a connection stands, as far as alerts ask.
fn stands(state: State, failure_streak: u32, flapping: bool) -> Health {
    Health {
        state,
        failure_streak,
        flapping,
        ..evaluate(&with_all_of(&[]))
    }
}

#[test]
fn trouble_is_over_once_nothing_is_left_of_it_and_it_does_not_come_and_go() {
    let open = Episode {
        state: State::Failing,
        opened_at: at(0),
    };
    let told = |state, streak, flapping| judge(Some(&open), &stands(state, streak, flapping));
    assert_eq!(told(State::Healthy, 0, false), Some(AlertEvent::Recovered));
    assert_eq!(told(State::Degraded, 0, false), Some(AlertEvent::Recovered));
    assert_eq!(told(State::Healthy, 0, true), None, "it comes and goes");
    assert_eq!(told(State::Degraded, 1, false), None, "a failure is left");
    assert_eq!(told(State::Paused, 0, false), None, "a pause mends nothing");
}

#[test]
fn whoever_was_told_of_less_is_told_of_more_and_never_of_less() {
    // What a state asks of people, the most first. Two in a line ask as much.
    let asks: [&[State]; 4] = [
        &[State::NeedsReauth],
        &[State::ActionNeeded],
        &[State::Failing],
        &[State::Stale, State::Expiring],
    ];
    for (place, states) in asks.iter().enumerate() {
        for (told, &state) in states
            .iter()
            .flat_map(|state| (0..asks.len()).map(move |told| (told, state)))
        {
            for &before in asks[told] {
                let open = Episode {
                    state: before,
                    opened_at: at(0),
                };
                let event = judge(Some(&open), &stands(state, 1, false));
                let expected = (place < told).then_some(AlertEvent::Opened);
                assert_eq!(event, expected, "{state:?}, told of {before:?}");
            }
        }
        for &state in *states {
            let event = judge(None, &stands(state, 1, false));
            assert_eq!(event, Some(AlertEvent::Opened), "{state:?}");
        }
    }
    for quiet in [State::Paused, State::Degraded, State::New, State::Healthy] {
        assert_eq!(judge(None, &stands(quiet, 0, false)), None, "{quiet:?}");
    }
}
