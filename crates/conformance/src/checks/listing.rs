//! A full listing.

use std::collections::{BTreeMap, BTreeSet};

use nurturehub_port::{ConnectionId, Contact, Lifecycle};

use super::checks;
use crate::agency::{Agency, CONNECTION};
use crate::listed::Listed;
use crate::subject::Subject;
use crate::verdict::{Checked, Stop, ensure};

checks! {
    "A full listing":
    full, always, "full-sync", "A full sync lists every record that the CRM holds, and says once and at its end that it is complete.";
    empty, always, "empty-agency", "An agency without contacts is listed as complete and empty.";
    one, always, "one-contact", "An agency with one contact is listed with that one.";
    largest, always, "largest-page", "Pages of the largest size are read whole.";
    duplicates, always, "no-duplicates", "Nobody comes twice in a listing that nothing disturbs.";
    sealed, always, "contacts-are-sealed", "Each contact has a name, an id that follows from connection and record, and the CRM's own record beside it.";
    totals, total, "total", "The total that the CRM gives is handed on, and it is the number of records listed.";
    categories, always, "categories", "Each contact has the category that the CRM gives it.";
    unicode, always, "unicode", "Names keep their letters, whatever alphabet or emoji they are of.";
    unmappable, always, "unmappable-record", "A record that cannot become a contact is kept and reported, and the rest of its page is listed.";
    odd_record, always, "odd-record", "A record of which a field has another type than promised spoils nobody else.";
}

/// Whether a listing holds what the CRM holds.
pub(super) fn holds_everything(agency: &Agency<'_>, listed: &Listed) -> Checked {
    let truth = agency.crm.truth();
    let ids = listed.ids();
    ensure!(
        ids.len() == truth.mappable,
        "the CRM holds {} contacts, and {} were listed",
        truth.mappable,
        ids.len()
    );
    Ok(())
}

async fn full(subject: &Subject) -> Checked {
    let agency = subject.many().open().await?;
    let listed = agency.full().await?;
    holds_everything(&agency, &listed)?;
    ensure!(
        agency.crm.truth().mappable > 0 && listed.pages.len() > 1,
        "the simulated CRM gave {} pages, which shows nothing",
        listed.pages.len()
    );
    let truth = agency.crm.truth();
    let active = listed.book().active().count();
    ensure!(
        active == truth.active,
        "{} contacts are in use, and {active} are listed as such",
        truth.active
    );
    Ok(())
}

async fn empty(subject: &Subject) -> Checked {
    let agency = subject.agency(0).open().await?;
    let listed = agency.full().await?;
    ensure!(
        listed.ids().is_empty() && listed.rejected().count() == 0,
        "nobody is there, and {} were listed",
        listed.ids().len()
    );
    let again = agency.since(&listed.end()?).await?;
    ensure!(
        again.ids().is_empty(),
        "an incremental sync after it listed somebody"
    );
    Ok(())
}

async fn one(subject: &Subject) -> Checked {
    let agency = subject.agency(1).open().await?;
    let listed = agency.full().await?;
    holds_everything(&agency, &listed)?;
    let again = agency.full().await?;
    ensure!(again.ids() == listed.ids(), "the second listing differs");
    Ok(())
}

async fn largest(subject: &Subject) -> Checked {
    let (_, max) = subject
        .page_bounds()
        .unwrap_or((1, subject.usual_page as u64));
    let contacts = usize::try_from(max * 4).unwrap_or(usize::MAX).min(4_000);
    let agency = subject.agency(contacts).pages_of(max).open().await?;
    let listed = agency.full().await?;
    holds_everything(&agency, &listed)?;
    let largest = listed.pages.iter().map(|page| page.records.len()).max();
    ensure!(
        largest.is_some_and(
            |most| most <= contacts && most * 2 >= usize::try_from(max).unwrap_or(0).min(100)
        ),
        "the largest page has {largest:?} records of {max}"
    );
    Ok(())
}

async fn duplicates(subject: &Subject) -> Checked {
    let agency = subject.many().open().await?;
    let listed = agency.full().await?;
    let mut seen = BTreeSet::new();
    for id in listed.ids_by_page().into_iter().flatten() {
        ensure!(seen.insert(id.clone()), "`{id}` was listed twice");
    }
    Ok(())
}

async fn sealed(subject: &Subject) -> Checked {
    let agency = subject.agency(60).open().await?;
    let listed = agency.full().await?;
    let connection =
        ConnectionId::parse(CONNECTION).map_err(|error| Stop::Failed(error.to_string()))?;
    for mapped in listed.contacts() {
        let contact = &mapped.contact;
        let from = &contact.provenance;
        let id = &from.external_id;
        ensure!(
            !contact.identity.full_name.trim().is_empty(),
            "`{id}` has no name"
        );
        ensure!(
            contact.id == Contact::derive_id(&connection, id),
            "the id of `{id}` does not follow from connection and record"
        );
        ensure!(
            from.provider == subject.spec.id && from.connection_id == connection,
            "`{id}` says that it comes from elsewhere"
        );
        let resealed = contact.clone().into_contact().sealed();
        ensure!(
            resealed.provenance.content_hash == from.content_hash,
            "the hash of `{id}` is not that of its content"
        );
        ensure!(
            serde_json::from_str::<serde_json::Value>(&mapped.raw).is_ok(),
            "what is kept of `{id}` is not the CRM's record"
        );
    }
    Ok(())
}

async fn totals(subject: &Subject) -> Checked {
    let agency = subject.many().open().await?;
    let listed = agency.full().await?;
    let last = listed.pages.last().and_then(|page| page.source_total);
    let truth = agency.crm.truth();
    ensure!(
        last == u64::try_from(truth.listed).ok(),
        "the CRM lists {} records, and the total that was handed on is {last:?}",
        truth.listed
    );
    Ok(())
}

async fn categories(subject: &Subject) -> Checked {
    let agency = subject.agency(150).open().await?;
    let listed = agency.full().await?;
    let truth = agency.crm.truth().categories;
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for contact in listed.book().contacts() {
        let mut all = BTreeSet::from([contact.category]);
        all.extend(contact.categories.iter().copied());
        for category in all {
            *seen.entry(category.as_str().to_owned()).or_default() += 1;
        }
    }
    ensure!(
        seen == truth,
        "by the CRM the categories are {truth:?}, by the contacts {seen:?}"
    );
    Ok(())
}

async fn unicode(subject: &Subject) -> Checked {
    let agency = subject.agency(300).open().await?;
    let listed = agency.full().await?;
    // Blanks and marks without a shape may go; letters and pictures may not.
    let shows = |c: &char| !c.is_ascii() && (c.is_alphabetic() || *c >= '\u{1f000}');
    let foreign = |text: &str| text.chars().filter(shows).collect::<BTreeSet<_>>();
    let (mut found, mut lost) = (0, 0);
    for mapped in listed.contacts() {
        let name = &mapped.contact.identity.full_name;
        ensure!(
            !name.contains('\u{fffd}'),
            "a name has letters that were lost on the way"
        );
        let raw: serde_json::Value = serde_json::from_str(&mapped.raw)
            .map_err(|error| Stop::Failed(format!("what is kept is not JSON: {error}")))?;
        let there = foreign(&raw.to_string());
        let ours = foreign(mapped.contact.canonical());
        ensure!(
            ours.is_subset(&there),
            "the contact `{}` has letters that its record does not have",
            mapped.contact.provenance.external_id
        );
        lost += usize::from(!there.is_empty() && ours.is_empty());
        found += usize::from(!ours.is_empty());
    }
    // A record may hold somebody else's name, too.
    ensure!(
        lost * 5 <= found,
        "{found} contacts have letters that are not ASCII, and {lost} have lost those of their record"
    );
    ensure!(found > 0, "no name of the simulated CRM shows anything");
    Ok(())
}

async fn unmappable(subject: &Subject) -> Checked {
    let agency = subject.agency(200).flawed().open().await?;
    let truth = agency.crm.truth();
    ensure!(truth.unmappable > 0, "the simulated CRM has no flaw");
    let listed = agency.full().await?;
    holds_everything(&agency, &listed)?;
    let kept: BTreeSet<&str> = listed.rejected().map(|rejected| &*rejected.raw).collect();
    ensure!(
        kept.len() == truth.unmappable,
        "{} records cannot become a contact, and {} were reported",
        truth.unmappable,
        kept.len()
    );
    for rejected in listed.rejected() {
        ensure!(
            !rejected.issue.code.is_empty() && !rejected.issue.message.trim().is_empty(),
            "a refused record does not say what is wrong with it"
        );
    }
    let agency = subject.many().open().await?;
    agency.spoil("*.list:unmappable=3,times=1")?;
    let listed = agency.list(nurturehub_port::SyncStart::Full).await?;
    ensure!(
        listed.rejected().count() >= 3,
        "three records were put on a page that are none, and {} were reported",
        listed.rejected().count()
    );
    Ok(())
}

async fn odd_record(subject: &Subject) -> Checked {
    let agency = subject.agency(60).open().await?;
    let undisturbed = agency.full().await?.ids();
    agency.spoil("*.list:recordWrongType,times=1")?;
    let listed = agency.full().await?;
    let missing = undisturbed.difference(&listed.ids()).count();
    ensure!(
        missing <= 1 && missing <= listed.rejected().count(),
        "one record was odd, and {missing} are missing of which {} were reported",
        listed.rejected().count()
    );
    Ok(())
}

/// Whether a contact is in use.
pub(super) fn is_active(contact: &Contact) -> bool {
    contact.lifecycle == Lifecycle::Active
}
