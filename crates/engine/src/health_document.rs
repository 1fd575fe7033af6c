//! The whole table of health, written out by asking the function itself.

use std::fmt::Write;

use jiff::{SignedDuration, Timestamp};
use nurturehub_port::ErrorKind;
use serde::Serialize;

use crate::health::{GoingOn, HealthInputs, RunFact, RunWork, TokenExpiry, Trouble, evaluate};
use crate::{AlertEvent, Health, State, judge};

/// The page `docs/health.md`.
#[must_use]
pub fn health_document() -> String {
    let mut page = String::from(HEAD);
    page.push_str("\n## States\n\n| state | when | `since` counts from | what to do | people are told |\n| --- | --- | --- | --- | --- |\n");
    for state in State::ALL {
        let health = Health {
            state,
            ..after(vec![ok(0)], |_| {})
        };
        let told = judge(None, &health) == Some(AlertEvent::Opened);
        let _ = writeln!(
            page,
            "| `{}` | {} | {} | {} | {} |",
            word(&state),
            state.meaning(),
            state.counts_from(),
            state.remedy(),
            if told { "yes" } else { "no" }
        );
    }
    page.push_str(KINDS);
    for &kind in ErrorKind::ALL {
        let states = [
            after(vec![ok(0), bad(60, kind)], |_| {}),
            after(
                vec![ok(0), bad(60, kind), bad(70, kind), bad(80, kind)],
                |_| {},
            ),
            after(vec![ok(0), bad(60, kind)], |facts| {
                facts.paused_at = Some(at(61));
            }),
            after(vec![ok(0), bad(60, kind), checked(70)], |_| {}),
            after(vec![ok(0), bad(60, kind), ok(70)], |_| {}),
            after(vec![ok(0), bad(60, kind)], |facts| {
                facts.signed_in_at = Some(at(70));
            }),
            after(vec![ok(0), done_as(RunWork::Push, bad(60, kind))], |_| {}),
            after(
                vec![ok(0), done_as(RunWork::WriteBack, bad(60, kind))],
                |_| {},
            ),
        ];
        let _ = write!(page, "| `{}` |", kind.as_str());
        for health in states {
            let _ = write!(page, " {} |", word(&health.state));
        }
        page.push('\n');
    }
    page.push_str(CASES);
    for (what, health) in cases() {
        let _ = writeln!(
            page,
            "| {what} | {} | {} | {} |",
            word(&health.state),
            health.failure_streak,
            if health.flapping { "yes" } else { "no" }
        );
    }
    page
}

const HEAD: &str = "# Health

<!-- Written by `health_document` in crates/engine. Do not edit: a test holds it against the code, and
`NURTUREHUB_WRITE_DOCS=1 cargo test -p nurturehub-engine --test it health_document` writes it anew. -->

How a connection stands is computed from what is recorded each time that somebody asks, by one function
without side effects (`evaluate` in `crates/engine/src/health.rs`). No state is stored, so none goes out
of date. The state is the first of the table below that matches. Beside it stands what is going on
(`activity`), which never hides it: `idle`, `queued` (nothing queues now), `running`, `waiting` (a request
is held back for longer than a second; `activityUntil` and `activityWhy` say until when and why) or
`cancelling`. It is that of whatever process runs: the holder of the run's lease notes it beside the lock,
and the note is believed only while the lease is taken.

- **A streak** counts failures at least ten minutes apart, so that one outage is one failure however
  often it was tried in it.
- **A cancel** changes nothing: neither does it fail, nor does it heal.
- **An issue closes itself** on the first success that disproves it: a sync disproves everything about
  the CRM, a verification whatever it would meet again, a sign-in what only a sign-in mends, new
  credentials or settings what was wrong with the old ones, a push what befell pushes, a write-back what
  befell write-backs (a sync or verification does so, too, where only the way to the CRM was in question).
- **Another failure closes no issue** that waits for a person, unless it came further on the way to the
  CRM's data than where that one stood: a sign-in that was withdrawn is still withdrawn while the network
  is away. Each kind is said once, what asks most of people first.
- **Stale** goes by the connection's schedule.
- **A lost field** (`schemaChanged` beside a sync that came to its end) is one that at least 30 in a
  hundred contacts had in the last full listing and that less than a tenth of them have in a listing of
  at least 200. It is said until it is back, for two weeks at most: then that is how it is.
- **Flapping** says that syncs have turned between success and failure at least four times within 24
  hours. It is said beside the state and hides none.
- **Alerts** are given once for each episode and each who is told (the desktop, scripts, the webhook): when
  trouble begins, and once when it is over, across processes and restarts. Trouble that comes to ask more of people than they were told (`stale`, `expiring`
  < `failing` < `actionNeeded` < `needsReauth`) begins an episode of its own in the place of the first, so
  that nobody who was told `stale` misses `needsReauth`. Trouble of a connection that is flapping is not
  called over.
";

const KINDS: &str = "
## Kinds of error

The state after a good sync and then a failure of this kind: once; three times ten minutes apart; once
with the connection paused; once, and then a verification that passes; once, and then a sync that
succeeds; once, and then a new sign-in; once in a push rather than a sync; once in a write-back. A run that
could not be written down (`alreadyRunning`, and most of `storageFull`, `storageCorrupt` and `storageBusy`)
changes no state: whoever asked for it is told.

| kind | once | three times | paused | verified | synced | signed in | push | write-back |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
";

const CASES: &str = "
## Cases

| what happened | state | failures in a row | flapping |
| --- | --- | --- | --- |
";

fn cases() -> Vec<(&'static str, Health)> {
    let down = ErrorKind::ProviderDown;
    let half_hours = |count: i64| -> Vec<RunFact> {
        (0..count)
            .map(|at| match at % 2 {
                0 => ok(at * 30),
                _ => bad(at * 30, down),
            })
            .collect()
    };
    let day = 24 * 60;
    vec![
        ("nothing yet", after(vec![], |_| {})),
        ("a sync", after(vec![ok(0)], |_| {})),
        (
            "a sync of which records were refused",
            after(vec![partial(0)], |_| {}),
        ),
        (
            "three failures within one outage",
            after(
                vec![ok(0), bad(60, down), bad(63, down), bad(66, down)],
                |_| {},
            ),
        ),
        (
            "three failures ten minutes apart",
            after(
                vec![ok(0), bad(60, down), bad(70, down), bad(80, down)],
                |_| {},
            ),
        ),
        (
            "the same, and then a success",
            after(
                vec![ok(0), bad(60, down), bad(70, down), bad(80, down), ok(90)],
                |_| {},
            ),
        ),
        (
            "a failure, and then a cancel",
            after(vec![ok(0), bad(60, down), cancelled(70)], |_| {}),
        ),
        (
            "a sync, and nothing for a day and an hour",
            after(vec![ok(0)], |facts| facts.now = at(day + 60)),
        ),
        (
            "the same, with a failure an hour ago",
            after(vec![ok(0), bad(day, down)], |facts| {
                facts.now = at(day + 60);
            }),
        ),
        (
            "a sync, and a sign-in that ends in two days",
            after(vec![ok(0)], |facts| {
                facts.token_expires = Some(TokenExpiry {
                    at: at(2 * day),
                    why: String::new(),
                });
            }),
        ),
        (
            "never a sync, and nothing for a day and an hour",
            after(vec![], |facts| facts.now = at(day + 60)),
        ),
        (
            "a sync, the sign-in withdrawn, and then the network away",
            after(
                vec![
                    ok(0),
                    bad(60, ErrorKind::AuthRevoked),
                    bad(80, ErrorKind::NetworkDns),
                ],
                |_| {},
            ),
        ),
        (
            "a sync, a certificate that is not trusted, and then the sign-in withdrawn",
            after(
                vec![
                    ok(0),
                    bad(60, ErrorKind::NetworkTls),
                    bad(80, ErrorKind::AuthRevoked),
                ],
                |_| {},
            ),
        ),
        (
            "a sync, a wrong key, and then another key entered",
            after(vec![ok(0), bad(60, ErrorKind::AuthInvalid)], |facts| {
                facts.entered_at = Some(at(70));
            }),
        ),
        (
            "a sync, and then a write-back of which some was refused",
            after(
                vec![ok(0), done_as(RunWork::WriteBack, partial(60))],
                |_| {},
            ),
        ),
        (
            "success and failure by turns, the last a success",
            after(half_hours(7), |_| {}),
        ),
        (
            "success and failure by turns, the last a failure",
            after(half_hours(8), |_| {}),
        ),
    ]
}

/// Minutes after the connection was made.
fn at(minutes: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + minutes * 60).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// Health one minute after the last of these runs, oldest first, with these facts bent.
fn after(mut runs: Vec<RunFact>, bend: impl FnOnce(&mut HealthInputs)) -> Health {
    runs.reverse();
    let last = runs.first().map_or(at(0), |run| run.at);
    let mut facts = HealthInputs {
        now: last
            .max(at(71))
            .saturating_add(SignedDuration::from_mins(1))
            .unwrap_or(last),
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
    };
    bend(&mut facts);
    evaluate(&facts)
}

fn ok(minutes: i64) -> RunFact {
    RunFact {
        work: RunWork::Sync,
        at: at(minutes),
        succeeded: true,
        partial: false,
        cancelled: false,
        trouble: None,
    }
}

fn partial(minutes: i64) -> RunFact {
    RunFact {
        partial: true,
        ..ok(minutes)
    }
}

fn checked(minutes: i64) -> RunFact {
    RunFact {
        work: RunWork::Verify,
        ..ok(minutes)
    }
}

fn cancelled(minutes: i64) -> RunFact {
    RunFact {
        succeeded: false,
        cancelled: true,
        ..ok(minutes)
    }
}

fn done_as(work: RunWork, run: RunFact) -> RunFact {
    RunFact { work, ..run }
}

fn bad(minutes: i64, kind: ErrorKind) -> RunFact {
    if kind == ErrorKind::Cancelled {
        return cancelled(minutes);
    }
    let facts = kind.facts();
    RunFact {
        succeeded: false,
        trouble: Some(Trouble {
            kind,
            title: facts.title.to_owned(),
            message: facts.title.to_owned(),
            remedy: facts.remedy.to_owned(),
            owner: facts.owner,
            since: None,
        }),
        ..ok(minutes)
    }
}

fn word<T: Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}
