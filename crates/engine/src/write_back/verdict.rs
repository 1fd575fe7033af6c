//! What an answer means for an activity: it is settled, or it is tried again, and when.

use jiff::{SignedDuration, Timestamp};
use nurturehub_port::{
    ActivityOutcome, AdapterError, ErrorKind, Owner, Retry, Scope, WriteBackStatus,
};
use nurturehub_store::write_back::WriteBackState;
use serde_json::json;

use crate::{EngineError, ErrorReport};

/// How long to wait after each attempt that failed; after the one that follows there is no other.
const WAITS: [SignedDuration; 5] = [
    SignedDuration::from_mins(1),
    SignedDuration::from_mins(5),
    SignedDuration::from_mins(30),
    SignedDuration::from_hours(2),
    SignedDuration::from_hours(6),
];

/// When an answer came, and to which attempt.
#[derive(Debug, Clone, Copy)]
pub(super) struct Attempt {
    /// When.
    pub(super) answered_at: Timestamp,
    /// Its number, from 1.
    pub(super) number: u32,
    /// Spreads the waits of those who failed together: any number.
    pub(super) jitter: u64,
    /// A person asked for it with a file, which a later pull may know nothing of.
    pub(super) by_hand: bool,
}

/// What an answer means for an activity.
#[derive(Debug)]
pub(super) struct Verdict {
    pub(super) state: WriteBackState,
    pub(super) reference: Option<String>,
    pub(super) error: Option<ErrorReport>,
    /// Attempts so far.
    pub(super) attempts: u32,
}

/// The answer for one activity.
pub(super) fn of_outcome(outcome: &ActivityOutcome, attempt: Attempt) -> Verdict {
    let state = match (outcome.status, &outcome.error) {
        // Found in the CRM: it is there, however it came there.
        (WriteBackStatus::Written | WriteBackStatus::Duplicate, _) => WriteBackState::Written,
        (WriteBackStatus::Unsupported, _) => WriteBackState::Unsupported,
        (WriteBackStatus::Rejected, Some(error)) => return of_refusal(error, false, attempt),
        (WriteBackStatus::Rejected, None) => WriteBackState::Rejected,
    };
    Verdict {
        state,
        reference: outcome.reference.clone(),
        error: outcome.error.clone().map(report),
        attempts: attempt.number,
    }
}

/// The same answer for each activity of a call, which failed as a whole.
pub(super) fn of_whole_call(error: &AdapterError, attempt: Attempt) -> Verdict {
    if error.kind == ErrorKind::Unsupported {
        return Verdict {
            state: WriteBackState::Unsupported,
            reference: None,
            error: Some(report(error.clone())),
            attempts: attempt.number,
        };
    }
    of_refusal(error, true, attempt)
}

/// Whether somebody at the agency must act before anything can be sent over this connection. That is
/// no failure of an activity: it waits for that person for as long as it takes.
pub(super) fn needs_a_person(error: &AdapterError) -> bool {
    match error.retry {
        Retry::AfterSignIn => true,
        Retry::No => error.scope == Scope::Connection && error.owner == Owner::Agency,
        Retry::Backoff | Retry::At(_) => false,
    }
}

fn of_refusal(error: &AdapterError, whole_call: bool, attempt: Attempt) -> Verdict {
    let Attempt {
        answered_at,
        number,
        ..
    } = attempt;
    let mut report = report(error.clone());
    let (state, attempts) = if needs_a_person(error) {
        let then = match (attempt.by_hand, error.kind) {
            (true, ErrorKind::Cancelled) => "Push it again.",
            (true, _) => "Push it again once that is mended.",
            (false, ErrorKind::Cancelled) => "It is sent with the next pull.",
            (false, _) => "It is sent with the next pull once that is mended.",
        };
        report.message = format!("{} {then}", report.message);
        let until = answered_at;
        (WriteBackState::Waiting { until }, number.saturating_sub(1))
    } else if error.retry == Retry::No && !whole_call {
        (WriteBackState::Rejected, number)
    } else if let Some(until) = next_attempt(error.retry, attempt) {
        let then = if attempt.by_hand {
            format!("Push it again, or leave it to a pull from {until:.0} on.")
        } else {
            format!("It is tried again with the first pull from {until:.0} on.")
        };
        report.message = format!("{} {then}", report.message);
        (WriteBackState::Waiting { until }, number)
    } else {
        report.message = format!(
            "{} It was tried {number} times and no pull tries it again.",
            report.message
        );
        "Once the CRM takes it, send it again by hand.".clone_into(&mut report.remedy);
        (WriteBackState::Rejected, number)
    };
    report.retryable = false;
    if let WriteBackState::Waiting { until } = state {
        report.retryable = true;
        report.detail["nextAttemptAt"] = json!(until);
    }
    report.detail["attempts"] = json!(attempts);
    Verdict {
        state,
        reference: None,
        error: Some(report),
        attempts,
    }
}

/// When the next attempt is due; none after the last.
fn next_attempt(retry: Retry, attempt: Attempt) -> Option<Timestamp> {
    let before = usize::try_from(attempt.number.saturating_sub(1)).ok()?;
    let wait = WAITS.get(before)?;
    if let Retry::At(at) = retry
        && at > attempt.answered_at
    {
        return Some(at);
    }
    let milliseconds = u64::try_from(wait.as_millis()).unwrap_or(0);
    let spread = (u128::from(attempt.jitter) * u128::from(milliseconds / 4)) >> 64;
    let wait = milliseconds.saturating_add(u64::try_from(spread).unwrap_or(0));
    let wait = i64::try_from(wait).unwrap_or(i64::MAX);
    let at = attempt.answered_at.as_millisecond().saturating_add(wait);
    Some(Timestamp::from_millisecond(at).unwrap_or(Timestamp::MAX))
}

/// Whoever sent it died before the answer came, and the CRM cannot be asked.
pub(super) fn in_doubt(attempts: u32) -> ErrorReport {
    let error = AdapterError::new(
        ErrorKind::NetworkInterrupted,
        "It is not known whether it reached the CRM: the program ended before the CRM's answer came.",
    )
    .retry(Retry::No)
    .owner(Owner::Agency)
    .scope(Scope::Record)
    .remedy("Look in the CRM. If it is not there, send it again by hand.");
    let mut report = report(error);
    report.detail["attempts"] = json!(attempts);
    report
}

/// Nothing more is sent in this run.
pub(super) fn not_sent(stopped: &AdapterError) -> ErrorReport {
    let mut report = report(stopped.clone());
    report.message = format!("Not sent: {}", report.message);
    report.retryable = true;
    report
}

/// An activity that this version cannot read: it must not wait for ever.
pub(super) fn unreadable() -> ErrorReport {
    let error = AdapterError::new(
        ErrorKind::Protocol,
        "This version of NurtureHub Connect does not know this kind of activity.",
    )
    .retry(Retry::No)
    .owner(Owner::Nurturehub)
    .scope(Scope::Record)
    .remedy("Install the newest version, then send it again by hand.");
    report(error)
}

fn report(error: AdapterError) -> ErrorReport {
    EngineError::from(error).report()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attempt(number: u32, jitter: u64) -> Attempt {
        Attempt {
            answered_at: Timestamp::UNIX_EPOCH,
            number,
            jitter,
            by_hand: false,
        }
    }

    fn waits(error: &AdapterError, attempt: Attempt) -> Option<i64> {
        match of_whole_call(error, attempt).state {
            WriteBackState::Waiting { until } => Some(until.as_second()),
            _ => None,
        }
    }

    #[test]
    fn waits_grow_are_spread_and_end() {
        let down = AdapterError::new(ErrorKind::ProviderDown, "Down.");
        for (number, seconds) in [(1, 60), (2, 300), (3, 1800), (4, 7200), (5, 21_600)] {
            assert_eq!(waits(&down, attempt(number, 0)), Some(seconds));
            let latest = waits(&down, attempt(number, u64::MAX)).unwrap();
            assert!(
                latest > seconds && latest <= seconds + seconds / 4,
                "attempt {number}: up to a quarter more, not {latest}"
            );
        }
        let last = of_whole_call(&down, attempt(6, 0));
        assert_eq!(last.state, WriteBackState::Rejected, "there is an end");
        let error = last.error.unwrap();
        assert!(error.message.contains("6 times"), "{}", error.message);
        assert!(!error.retryable, "nothing happens by itself any more");
    }

    #[test]
    fn a_moment_that_the_crm_names_is_kept() {
        let at = Timestamp::from_second(12).unwrap();
        let limited = AdapterError::new(ErrorKind::RateLimited, "Slow.").retry(Retry::At(at));
        assert_eq!(waits(&limited, attempt(4, u64::MAX)), Some(12));
        let past = Timestamp::from_second(-12).unwrap();
        let limited = limited.retry(Retry::At(past));
        assert_eq!(
            waits(&limited, attempt(1, 0)),
            Some(60),
            "one that has passed says nothing"
        );
    }

    #[test]
    fn what_only_a_person_can_mend_uses_up_no_attempts() {
        for kind in [
            ErrorKind::AuthExpired,
            ErrorKind::ScopeMissing,
            ErrorKind::Configuration,
        ] {
            let verdict = of_whole_call(&AdapterError::new(kind, "No."), attempt(6, 0));
            assert!(
                matches!(verdict.state, WriteBackState::Waiting { until } if until == Timestamp::UNIX_EPOCH),
                "{kind}: due with the next pull"
            );
            assert_eq!(verdict.attempts, 5, "{kind}");
        }
    }

    #[test]
    fn what_is_wrong_with_one_activity_ends_it_and_what_is_wrong_with_a_call_does_not() {
        let refused = AdapterError::new(ErrorKind::ProviderRejected, "No.");
        let outcome = ActivityOutcome {
            id: "a".into(),
            status: WriteBackStatus::Rejected,
            reference: None,
            error: Some(refused.clone()),
        };
        let verdict = of_outcome(&outcome, attempt(1, 0));
        assert_eq!(verdict.state, WriteBackState::Rejected);
        assert_eq!(
            waits(&refused, attempt(1, 0)),
            Some(60),
            "which of the call's activities it was is not known, so each gets another chance"
        );
    }
}
