//! Makes the checks, one after the other.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt;
use serde::Serialize;

use crate::checks::{self, Check};
use crate::report::{Finding, Report, Verdict};
use crate::subject::Subject;
use crate::verdict::Stop;

/// A check that takes longer hangs. No check that ends waits for anything but loopback.
const PATIENCE: Duration = Duration::from_secs(60);

/// A check, as the specification has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Promise {
    /// The check's id.
    pub id: &'static str,
    /// The chapter that it belongs to.
    pub chapter: &'static str,
    /// The promise, as a sentence.
    pub title: &'static str,
}

/// All checks, in the order of the specification.
pub fn promises() -> impl Iterator<Item = Promise> {
    checks::all().map(|check| Promise {
        id: check.id,
        chapter: check.chapter,
        title: check.title,
    })
}

/// Makes every check.
pub async fn check(subject: &Subject) -> Report {
    made(subject, checks::all()).await
}

/// Makes the checks of these ids; an id that no check has is left out.
pub async fn check_only(subject: &Subject, ids: &[&str]) -> Report {
    made(
        subject,
        checks::all().filter(|check| ids.contains(&check.id)),
    )
    .await
}

async fn made(subject: &Subject, checks: impl Iterator<Item = &'static Check>) -> Report {
    let mut findings = Vec::new();
    for check in checks {
        findings.push(Finding {
            id: check.id,
            chapter: check.chapter,
            title: check.title,
            verdict: verdict(subject, check).await,
        });
    }
    Report {
        provider: subject.spec.id.to_string(),
        name: subject.spec.name.to_owned(),
        checks: findings,
    }
}

async fn verdict(subject: &Subject, check: &Check) -> Verdict {
    if let Err(why) = (check.applies)(subject) {
        return Verdict::DoesNotApply { why };
    }
    let run = AssertUnwindSafe((check.run)(subject)).catch_unwind();
    match tokio::time::timeout(PATIENCE, run).await {
        Ok(Ok(Ok(()))) => Verdict::Passed,
        Ok(Ok(Err(Stop::Failed(why)))) => Verdict::Failed { why },
        Ok(Ok(Err(Stop::NotHere(why)))) => Verdict::DoesNotApply { why },
        Ok(Err(_)) => Verdict::Failed {
            why: "The adapter panicked; nothing that comes from outside may do that.".to_owned(),
        },
        Err(_) => Verdict::Failed {
            why: "It did not come to an end.".to_owned(),
        },
    }
}
