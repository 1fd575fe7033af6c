//! Failures that pass.

use std::time::Duration;

use nurturehub_port::SyncStart;
use nurturehub_sandbox::PathKind;

use super::checks;
use super::listing::holds_everything;
use crate::agency::Agency;
use crate::subject::Subject;
use crate::verdict::{Checked, ensure};

checks! {
    "Failures that pass":
    renewed, renewable, "token-renewed", "A token that has run out in the middle of a listing is renewed once, and nothing is lost.";
    seconds, always, "retry-after-seconds", "`Retry-After` in seconds is waited for, and the listing goes on.";
    date, always, "retry-after-date", "`Retry-After` as a date is waited for, whatever our clock says.";
    unsaid, always, "too-many-requests", "A 429 that does not say how long is followed by at least the wait that the provider's limits give.";
    recovers, always, "crm-recovers", "A CRM that fails for a moment is asked again, and nothing is lost.";
    answers_late, always, "late-answer", "A request that is not answered in time is sent again, and nothing is lost.";
    cut, always, "cut-inside-a-body", "A connection that is cut inside a body is tried again, and nothing is lost.";
    lookups, always, "lookup-recovers", "What goes wrong for a moment where more is asked about a page's records spoils nobody.";
}

/// Lists an agency of which a request in the middle meets a fault, and sees that nobody is missing.
async fn passes<'a>(subject: &'a Subject, fault: &str) -> Checked<Agency<'a>> {
    let plan = subject.many().tuned(|config| {
        config.limits.windows.clear();
        config.read_timeout = Duration::from_millis(500);
    });
    let agency = plan.open().await?;
    let undisturbed = agency.full().await?.ids_by_page();
    agency.spoil(fault)?;
    let listed = agency.list(SyncStart::Full).await?.whole()?;
    ensure!(agency.crm.struck() > 0, "the fault `{fault}` met nothing");
    holds_everything(&agency, &listed)?;
    ensure!(
        listed.ids_by_page() == undisturbed,
        "with `{fault}`, the listing has other pages than without"
    );
    Ok(agency)
}

async fn renewed(subject: &Subject) -> Checked {
    let agency = passes(subject, "*.list:expireToken,after=2,times=1").await?;
    let tokens = agency.crm.requests();
    let issued = tokens
        .iter()
        .filter(|request| request.kind == PathKind::Token)
        .count();
    ensure!(
        issued == 2,
        "two tokens are enough, and {issued} were asked for"
    );
    Ok(())
}

async fn waits(subject: &Subject, option: &str, least: u64) -> Checked {
    let fault = format!("*.list:status=429,after=1,times=1{option}");
    let agency = passes(subject, &fault).await?;
    let waited = agency.clock.waited();
    ensure!(
        waited >= Duration::from_secs(least),
        "{least} seconds were asked for, and {waited:?} were waited"
    );
    Ok(())
}

async fn seconds(subject: &Subject) -> Checked {
    waits(subject, ",retryAfter=37", 37).await
}

async fn date(subject: &Subject) -> Checked {
    waits(subject, ",retryAfterDate=37", 36).await
}

async fn unsaid(subject: &Subject) -> Checked {
    waits(subject, "", subject.spec.limits.wait_after_429_seconds).await
}

async fn recovers(subject: &Subject) -> Checked {
    for status in [500, 502, 503, 504] {
        passes(subject, &format!("*.list:status={status},after=1,times=2")).await?;
    }
    Ok(())
}

async fn answers_late(subject: &Subject) -> Checked {
    passes(subject, "*.list:hang,after=1,times=1").await?;
    Ok(())
}

async fn cut(subject: &Subject) -> Checked {
    passes(subject, "*.list:cut,after=1,times=1").await?;
    passes(subject, "*.list:cut,times=1").await?;
    Ok(())
}

async fn lookups(subject: &Subject) -> Checked {
    let agency = subject.many().open().await?;
    let undisturbed = agency.full().await?.book();
    let mut kinds: Vec<PathKind> = agency.requests().iter().map(|one| one.kind).collect();
    kinds.retain(|kind| *kind != PathKind::List);
    kinds.sort_unstable();
    kinds.dedup();
    for kind in kinds {
        for fault in ["status=503", "cut"] {
            agency.spoil(&format!("*.{kind}:{fault},times=1"))?;
        }
    }
    let mut book = undisturbed.clone();
    let listed = agency.full().await?;
    let changes = book.take(&listed.pages);
    ensure!(
        changes.none() && listed.ids() == undisturbed.ids(),
        "what was asked beside the pages failed for a moment, and contacts changed: {changes:?}"
    );
    Ok(())
}
