//! What a sync costs the CRM, and this computer.

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::StreamExt;
use jiff::SignedDuration;
use nurturehub_port::{Clock, SyncStart};
use nurturehub_sandbox::PathKind;

use super::checks;
use crate::agency::Plan;
use crate::subject::Subject;
use crate::verdict::{Checked, Stop, ensure, failed};

checks! {
    "Limits and costs":
    kept, always, "limits-kept", "The provider's limits are kept: no span of time has more requests, and the CRM refuses none.";
    own_client, always, "own-client", "Every request goes through the client that the adapter was given.";
    pages_plus_one, always, "requests", "A listing costs one request a page and one more, and beside them no more than the CRM forces.";
    one_page, always, "one-page-at-a-time", "A page is fetched when it is asked for: memory does not grow with the number of contacts.";
    cancelled, always, "cancelled", "A listing that is dropped stops at once: the request under way is given up and none follows.";
}

/// As many requests as it takes to meet the limit.
fn busy(subject: &Subject) -> Plan<'_> {
    match subject.page_bounds() {
        Some((min, _)) => subject.agency(120).pages_of(min.max(2)),
        None => subject.agency(subject.usual_page * 5),
    }
}

async fn kept(subject: &Subject) -> Checked {
    let agency = busy(subject).tuned(|_| {}).open().await?;
    agency.crm.enforce_limits(true);
    let before = agency.clock.elapsed();
    agency.full().await?;
    let limits = &subject.spec.limits;
    let refused = agency
        .requests()
        .iter()
        .filter(|request| matches!(request.status, 429 | 403))
        .count();
    ensure!(
        refused == 0,
        "the CRM refused {refused} requests as too many"
    );
    let most = agency.crm.most_at_once();
    ensure!(
        most <= limits.concurrent,
        "{most} requests were under way at once, and {} may be",
        limits.concurrent
    );
    let mut sent: Vec<_> = agency
        .traces()
        .iter()
        .map(|entry| entry.started_at)
        .collect();
    sent.sort_unstable();
    for window in &limits.windows {
        let span = SignedDuration::from_secs(i64::from(window.seconds));
        let allowed = usize::try_from(window.requests).unwrap_or(usize::MAX);
        let crowded = sent
            .iter()
            .zip(sent.iter().skip(allowed))
            .any(|(first, next)| next.duration_since(*first) < span);
        ensure!(
            !crowded,
            "more than {allowed} requests were sent within {} seconds",
            window.seconds
        );
        ensure!(
            sent.len() > allowed,
            "{} requests do not meet the limit, which shows nothing",
            sent.len()
        );
    }
    let took = agency.clock.elapsed().saturating_sub(before);
    ensure!(
        limits.windows.is_empty() || took > Duration::ZERO,
        "nobody waited for anything"
    );
    Ok(())
}

async fn own_client(subject: &Subject) -> Checked {
    let agency = subject.many().open().await?;
    agency.full().await?;
    let there = agency.requests().len() as u64;
    let ours = agency.sent();
    ensure!(
        there == ours,
        "the CRM was asked {there} times, and {ours} of these went through the client"
    );
    Ok(())
}

/// Requests that a listing may make once, beside those for its pages: for staff, branches, codes.
const ONCE: usize = 8;

async fn pages_plus_one(subject: &Subject) -> Checked {
    let agency = subject.many().open().await?;
    let listed = agency.full().await?;
    let pages = listed.pages.len();
    let asked = agency.page_requests();
    ensure!(
        asked.len() <= pages + 1,
        "{pages} pages cost {} requests for pages",
        asked.len()
    );
    let distinct: BTreeSet<&str> = asked.iter().map(|request| &*request.target).collect();
    ensure!(
        distinct.len() == asked.len(),
        "a page was asked for twice, and nothing had changed"
    );
    let beside = agency.requests().len() - asked.len();
    let allowed = subject.lookups * pages + ONCE;
    ensure!(
        beside <= allowed,
        "{pages} pages cost {beside} requests beside those for pages; {} a page are declared",
        subject.lookups
    );
    Ok(())
}

async fn one_page(subject: &Subject) -> Checked {
    let agency = subject.many().open().await?;
    let adapter = agency.adapter()?;
    let mut stream = adapter.sync_contacts(SyncStart::Full);
    let mut taken = 0;
    while let Some(page) = stream.next().await {
        let page = page.map_err(|error| Stop::unexpected("the listing", &error))?;
        taken += 1;
        let asked = agency.page_requests().len();
        ensure!(
            asked <= taken + 1,
            "after {taken} pages were taken, {asked} had been fetched"
        );
        ensure!(
            page.records.len() <= subject.usual_page.max(100) * 2,
            "one page has {} records",
            page.records.len()
        );
    }
    ensure!(
        taken > 2,
        "the listing has {taken} pages, which shows nothing"
    );
    Ok(())
}

/// How long a request that was given up may take to be noticed; nobody waits for it otherwise.
const NOTICE: Duration = Duration::from_secs(5);

async fn cancelled(subject: &Subject) -> Checked {
    let agency = subject.many().open().await?;
    agency.spoil("*.list:hang,after=1")?;
    let adapter = agency.adapter()?;
    let mut stream = adapter.sync_contacts(SyncStart::Full);
    if let Some(Err(error)) = stream.next().await {
        return Err(Stop::unexpected("the first page", &error));
    }
    let under_way = async {
        while agency.crm.struck() == 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        biased;
        () = under_way => {}
        _ = stream.next() => return failed("a page came that was never given"),
    }
    drop(stream);
    drop(adapter);
    let given_up = async {
        loop {
            let requests = agency.crm.requests();
            let dropped = |status| status == 0;
            if requests
                .iter()
                .any(|one| one.kind == PathKind::List && dropped(one.status))
            {
                return;
            }
            tokio::task::yield_now().await;
        }
    };
    ensure!(
        tokio::time::timeout(NOTICE, given_up).await.is_ok(),
        "the request that was under way goes on after the listing was dropped"
    );
    ensure!(
        agency.crm.struck() == 1,
        "{} more requests followed",
        agency.crm.struck() - 1
    );
    // What was listed can be listed again.
    agency.crm.heal();
    agency.full().await?;
    Ok(())
}
