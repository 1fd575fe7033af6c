//! Answers that cannot be trusted.

use std::collections::BTreeMap;

use nurturehub_port::{AdapterError, ErrorKind, SyncStart};

use super::checks;
use crate::agency::{Agency, Plan, is_one_of};
use crate::book::Book;
use crate::listed::Listed;
use crate::subject::Subject;
use crate::trap::Trap;
use crate::verdict::{Checked, ensure, failed};

checks! {
    "Answers that cannot be trusted":
    redirected, always, "redirect", "A redirect to another host is not followed: nothing is sent there, and least of all the credentials.";
    bomb, always, "gzip-bomb", "A small body that unpacks to an enormous one is given up at the limit.";
    flood, always, "endless-body", "A body without an end is given up at the limit.";
    extra_fields, always, "unknown-fields", "Fields that nobody knows change nothing.";
    null_values, always, "null-values", "Null in the place of every value but the id is read as nothing said.";
    null_objects, always, "null-objects", "Null in the place of every object and list is read as nothing said, or the record is refused.";
    comes_again, always, "page-comes-again", "A page that comes a second time costs nobody else their place.";
    to_itself, always, "page-leads-to-itself", "A list whose pages lead back to its first page ends with an error, and not in a circle.";
    lags, always, "pages-lag", "A list that always gives the page before ends with an error, or with everybody.";
    skips, total, "page-is-skipped", "A list that skips pages ends with an error.";
    grows, total, "total-grows", "A total that grows with every page ends with an error, and not in an endless search.";
    short, total, "list-cut-short", "A list that ends before its total is `incompleteListing`, wherever it ends.";
    emptied, total, "list-emptied", "A list that turns empty before its total was reached is not taken for complete.";
}

async fn redirected(subject: &Subject) -> Checked {
    let trap = Trap::set().await?;
    let agency = subject.agency(20).open().await?;
    agency.spoil(&format!("*:redirect={}/login", trap.address()))?;
    let adapter = agency.adapter()?;
    let mut stream = adapter.sync_contacts(SyncStart::Full);
    let first = futures_util::StreamExt::next(&mut stream).await;
    ensure!(
        trap.visitors() == 0,
        "the redirect was followed to another host"
    );
    match first {
        Some(Err(error)) => is_one_of(
            &error,
            &[
                ErrorKind::Protocol,
                ErrorKind::NetworkProxy,
                ErrorKind::AuthRevoked,
            ],
        ),
        Some(Ok(_)) | None => failed("a redirect was taken for a page"),
    }
}

/// Small enough to be reached quickly.
const BODY_LIMIT: usize = 256 * 1024;

fn with_a_limit(subject: &Subject) -> Plan<'_> {
    subject.agency(20).tuned(|config| {
        config.limits.windows.clear();
        config.max_body = BODY_LIMIT;
    })
}

async fn bomb(subject: &Subject) -> Checked {
    too_large(subject, "gzipBomb=2").await
}

async fn flood(subject: &Subject) -> Checked {
    too_large(subject, "oversized=2").await
}

async fn too_large(subject: &Subject, fault: &str) -> Checked {
    let agency = with_a_limit(subject).open().await?;
    agency.spoil(&format!("*.list:{fault}"))?;
    let error = agency.refused().await?;
    is_one_of(&error, &[ErrorKind::Protocol])?;
    let most = agency.traces().iter().map(|entry| entry.bytes).max();
    ensure!(
        most.is_some_and(|most| most <= BODY_LIMIT as u64),
        "{most:?} bytes were read where {BODY_LIMIT} are the limit"
    );
    Ok(())
}

async fn extra_fields(subject: &Subject) -> Checked {
    let agency = subject.agency(60).open().await?;
    let plain = said(&agency.full().await?);
    for part in ["list", "record", "roles", "reference"] {
        agency.spoil(&format!("*.{part}:extraFields"))?;
    }
    let listed = agency.full().await?;
    ensure!(
        listed.rejected().count() == 0,
        "records were refused for fields that nobody knows"
    );
    let with = said(&listed);
    for (id, said) in &plain {
        ensure!(
            with.get(id) == Some(said),
            "`{id}` changed with fields that nobody knows: {said} became {:?}",
            with.get(id)
        );
    }
    Ok(())
}

/// What contacts say, attributes aside: what nobody knows may be kept there.
fn said(listed: &Listed) -> BTreeMap<String, String> {
    let texts = listed.contacts().map(|mapped| {
        let contact = &mapped.contact;
        let said = serde_json::json!([
            contact.identity,
            contact.emails,
            contact.phones,
            contact.addresses,
            contact.categories,
            contact.consent,
            contact.lifecycle,
            contact.provenance.updated_at,
        ]);
        (contact.provenance.external_id.to_string(), said.to_string())
    });
    texts.collect()
}

async fn null_values(subject: &Subject) -> Checked {
    let (agency, listed) = with_nulls(subject, "values").await?;
    let truth = agency.crm.truth();
    ensure!(
        listed.ids().len() == truth.listed,
        "of {} records with nothing in them but an id, {} became contacts",
        truth.listed,
        listed.ids().len()
    );
    let nameless = listed
        .contacts()
        .filter(|mapped| mapped.contact.identity.full_name.trim().is_empty())
        .count();
    ensure!(nameless == 0, "{nameless} contacts have no name to show");
    Ok(())
}

async fn null_objects(subject: &Subject) -> Checked {
    let (agency, listed) = with_nulls(subject, "objects").await?;
    let truth = agency.crm.truth();
    let told = listed.ids().len() + listed.rejected().count();
    ensure!(
        told >= truth.listed,
        "of {} records, {told} were listed or refused",
        truth.listed
    );
    Ok(())
}

async fn with_nulls<'a>(subject: &'a Subject, which: &str) -> Checked<(Agency<'a>, Listed)> {
    let agency = subject.agency(40).open().await?;
    for part in ["list", "record", "roles", "reference"] {
        agency.spoil(&format!("*.{part}:nulls={which}"))?;
    }
    let listed = agency.full().await?;
    Ok((agency, listed))
}

/// How many requests a list may cost that is not what it says: a few for each page that it has.
fn most_requests(undisturbed: usize) -> usize {
    undisturbed * 4 + 120
}

/// Lists everybody from a CRM whose pages are not what they should be, and sees that it ends: with
/// an error that is one of these, or with everybody.
async fn ends(subject: &Subject, fault: &str) -> Checked<Option<AdapterError>> {
    let agency = subject.many().open().await?;
    let everybody = agency.full().await?.ids();
    let usual = agency.page_requests().len();
    agency.crm.forget_requests();
    agency.spoil(fault)?;
    let listed = agency.list(SyncStart::Full).await?;
    ensure!(agency.crm.struck() > 0, "the fault `{fault}` met nothing");
    let asked = agency.page_requests().len();
    ensure!(
        asked <= most_requests(usual),
        "the list has {usual} pages, and {asked} were asked for"
    );
    if let Some(error) = &listed.error {
        ensure!(
            !listed.is_complete(),
            "it failed and says that it is complete"
        );
        let kinds = [ErrorKind::Protocol, ErrorKind::IncompleteListing];
        is_one_of(error, &kinds)?;
        return Ok(listed.error);
    }
    let mut seen = Book::default();
    seen.take(&listed.whole()?.pages);
    let lost = everybody.difference(&seen.ids()).count();
    ensure!(
        lost == 0,
        "it says that it is complete, and {lost} of {} are missing",
        everybody.len()
    );
    Ok(None)
}

async fn comes_again(subject: &Subject) -> Checked {
    ends(subject, "*.list:repeatPage,after=3,times=1").await?;
    Ok(())
}

async fn must_fail(subject: &Subject, fault: &str) -> Checked {
    match ends(subject, fault).await? {
        Some(_) => Ok(()),
        None => failed("the list was taken for complete"),
    }
}

async fn to_itself(subject: &Subject) -> Checked {
    ends(subject, "*.list:firstPage,after=1").await?;
    Ok(())
}

async fn lags(subject: &Subject) -> Checked {
    ends(subject, "*.list:repeatPage,after=1").await?;
    Ok(())
}

async fn skips(subject: &Subject) -> Checked {
    must_fail(subject, "*.list:skipPage").await
}

async fn grows(subject: &Subject) -> Checked {
    must_fail(subject, "*.list:totalGrows=15").await
}

async fn short(subject: &Subject) -> Checked {
    let agency = subject.many().open().await?;
    let listed = agency.full().await?;
    let page = listed.pages.iter().map(|page| page.records.len()).max();
    let page = page.unwrap_or(1).max(1);
    let truth = agency.crm.truth();
    let longest = truth.lists.values().max().copied().unwrap_or(truth.active);
    // At the end of a page, within one, and before the last record of a list.
    let ends_of_lists = [truth.active.saturating_sub(1), longest.saturating_sub(1)];
    let mut noticed = 0;
    for at in [page, page + 1, page * 2 - 1]
        .into_iter()
        .chain(ends_of_lists)
    {
        if at >= truth.listed {
            continue;
        }
        // A list that is not as long as that is not cut short.
        if let Some(error) = ends(subject, &format!("*.list:shortListing={at}")).await? {
            is_one_of(&error, &[ErrorKind::IncompleteListing])?;
            noticed += 1;
        }
    }
    ensure!(noticed > 0, "no list was cut short, which shows nothing");
    Ok(())
}

async fn emptied(subject: &Subject) -> Checked {
    let agency = subject.many().open().await?;
    let everybody = agency.full().await?.ids();
    agency.spoil("*.list:shortListing=0,after=1")?;
    let listed = agency.list(SyncStart::Full).await?;
    ensure!(
        !listed.is_complete() || listed.ids() == everybody,
        "it says that it is complete with {} of {}",
        listed.ids().len(),
        everybody.len()
    );
    Ok(())
}
