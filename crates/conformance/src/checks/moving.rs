//! Listings of an agency that goes on working.

use std::collections::BTreeSet;

use nurturehub_port::SyncStart;
use nurturehub_sandbox::{Change, Mutation};

use super::checks;
use crate::agency::Agency;
use crate::book::is_of;
use crate::listed::Listed;
use crate::subject::Subject;
use crate::verdict::{Checked, Stop, ensure};

checks! {
    "Listings of an agency at work":
    edited, always, "edited-while-listing", "Records that are edited while they are listed push nobody off the list.";
    removed, always, "removed-while-listing", "Records that vanish while they are listed take nobody with them.";
    created, always, "created-while-listing", "Records that are entered while the list is read do not keep it from its end.";
    edited_changes, changed_since, "edited-while-listing-changes", "Records that are edited again while the changes are listed push nobody off that list.";
    mixed, always, "at-work", "Edits, new records, archiving and erasure together make nobody count as gone who was there throughout.";
}

/// Lists everybody while changes happen after each page, and sees that all are listed that were
/// there throughout.
async fn throughout(subject: &Subject, changes: &[Change]) -> Checked {
    let agency = subject.many().open().await?;
    let everybody = agency.full().await?.ids();
    agency.pass(60);
    let mut touched: Vec<String> = Vec::new();
    let listed = list_at_work(&agency, SyncStart::Full, changes, &mut touched).await?;
    let mut seen = listed.ids();
    // Who is missing once is gone only where the provider says that one listing is proof.
    for _ in 1..subject.spec.absence.listings {
        seen.extend(agency.full().await?.ids());
    }
    let gone: Vec<&String> = everybody
        .difference(&seen)
        .filter(|id| !touched.iter().any(|own| is_of(id, own)))
        .collect();
    ensure!(
        gone.is_empty(),
        "{} of {} were there throughout and were not listed: {gone:?}",
        gone.len(),
        everybody.len()
    );
    Ok(())
}

/// A listing during which each of the changes happens after each of the first pages. `taken` are
/// the records that vanished.
async fn list_at_work(
    agency: &Agency<'_>,
    start: SyncStart,
    changes: &[Change],
    taken: &mut Vec<String>,
) -> Checked<Listed> {
    let mut happened = 0;
    let listed = agency
        .list_while(start, |page| {
            if page > 5 {
                return;
            }
            agency.pass(1);
            for change in changes {
                let ids = agency.crm.mutate(&Mutation::of(*change, 3));
                happened += ids.len();
                if matches!(change, Change::Erase | Change::Archive) {
                    taken.extend(ids);
                }
            }
        })
        .await?
        .whole()?;
    if happened == 0 {
        return Err(Stop::NotHere(format!(
            "The simulated CRM has no such changes as {changes:?}."
        )));
    }
    Ok(listed)
}

async fn edited(subject: &Subject) -> Checked {
    throughout(subject, &[Change::Edit]).await
}

async fn removed(subject: &Subject) -> Checked {
    throughout(subject, &[Change::Erase]).await
}

async fn created(subject: &Subject) -> Checked {
    throughout(subject, &[Change::Create]).await
}

async fn mixed(subject: &Subject) -> Checked {
    let all = [Change::Edit, Change::Create, Change::Archive, Change::Erase];
    throughout(subject, &all).await
}

async fn edited_changes(subject: &Subject) -> Checked {
    let agency = subject.many().open().await?;
    let first = agency.full().await?;
    agency.pass(3_600);
    let changed = agency.mutate(&Mutation::of(Change::Edit, 45))?;
    let since = first.end()?;
    let mut nobody = Vec::new();
    let start = SyncStart::Incremental { since };
    let listed = list_at_work(&agency, start, &[Change::Edit], &mut nobody).await?;
    // Who was edited again may come with the sync after this one.
    let next = agency.since(&listed.end()?).await?;
    let seen: BTreeSet<String> = listed.ids().union(&next.ids()).cloned().collect();
    let lost = changed
        .iter()
        .filter(|own| !seen.iter().any(|id| is_of(id, own)))
        .count();
    ensure!(
        lost == 0,
        "{lost} of {} changes came neither with this sync nor with the next",
        changed.len()
    );
    Ok(())
}
