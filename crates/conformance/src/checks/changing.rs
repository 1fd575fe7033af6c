//! What changed since the last sync.

use std::collections::BTreeSet;

use nurturehub_port::{Lifecycle, SyncStart};
use nurturehub_sandbox::{Change, Mutation};

use super::checks;
use super::listing::is_active;
use crate::agency::Agency;
use crate::book::{Book, is_of};
use crate::listed::Listed;
use crate::subject::Subject;
use crate::verdict::{Checked, Stop, ensure};

checks! {
    "Changes":
    incremental, changed_since, "incremental-sync", "An incremental sync brings who was edited and who was entered since.";
    no_change, always, "no-change", "A second sync of an agency in which nothing happened changes nothing, full or incremental.";
    agree, always, "full-and-incremental-agree", "What an incremental sync makes of the contacts is what a full one makes of them, record for record.";
    little, changed_since, "incremental-is-cheap", "An incremental sync of few changes does not read everybody.";
    equal, changed_since, "equal-timestamps", "Many changes at the same moment, over several pages, lose nobody, also where the sync stops between them.";
    same_moment, changed_since, "same-moment-as-the-last-sync", "A change at the very moment of the last sync comes with the next.";
    late, changed_since, "late-commit", "A change that was written down late, with a time before the last sync, comes with the next.";
    archived, always, "archived-contact", "Who is set aside in the CRM is not listed as in use any more.";
    erased, always, "erased-contact", "Who is erased in the CRM is in no later full listing.";
    removed, lists_removed, "listed-removals", "Who is deleted in the CRM comes with an incremental sync a day later at most, as gone.";
    restored, always, "restored-contact", "Who comes back is listed as in use again.";
    consent_withdrawn, consent, "consent-withdrawn", "Who takes consent back is not shown with that consent any more.";
}

/// A day and a little, in seconds.
const A_DAY: u64 = 25 * 3_600;

/// What a later sync must show of records that changed: everyone of them, as in use.
fn shows(listed: &Listed, changed: &[String], what: &str) -> Checked {
    let book = listed.book();
    let missing: Vec<&String> = changed
        .iter()
        .filter(|own| book.find(own).is_none())
        .collect();
    ensure!(
        missing.is_empty(),
        "of {} {what}, {} did not come: {missing:?}",
        changed.len(),
        missing.len()
    );
    Ok(())
}

async fn incremental(subject: &Subject) -> Checked {
    let agency = subject.many().open().await?;
    let first = agency.full().await?;
    let mut book = first.book();
    agency.pass(3_600);
    let edited = agency.mutate(&Mutation::of(Change::Edit, 4))?;
    let entered = agency.mutate(&Mutation::of(Change::Create, 3))?;
    let listed = agency.since(&first.end()?).await?;
    shows(&listed, &edited, "edited records")?;
    shows(&listed, &entered, "new records")?;
    let changes = book.take(&listed.pages);
    let is_known = |id: &String, own: &[String]| own.iter().any(|own| is_of(id, own));
    ensure!(
        edited
            .iter()
            .all(|own| changes.updated.iter().any(|id| is_of(id, own))),
        "not each edit made another contact: {:?}",
        changes.updated
    );
    ensure!(
        changes.created.iter().all(|id| is_known(id, &entered)),
        "others came than were entered: {:?}",
        changes.created
    );
    // Changes do not run out: the next round begins where this one ended.
    agency.pass(3_600);
    let later = agency.mutate(&Mutation::of(Change::Edit, 2))?;
    let listed = agency.since(&listed.end()?).await?;
    shows(&listed, &later, "records edited later")
}

async fn no_change(subject: &Subject) -> Checked {
    let agency = subject.many().open().await?;
    let first = agency.full().await?;
    let mut book = first.book();
    agency.pass(3_600);
    let again = agency.full().await?;
    let changes = book.take(&again.pages);
    ensure!(
        changes.none(),
        "a second full sync changed something: {changes:?}"
    );
    ensure!(
        again.ids() == book.ids(),
        "a second full sync misses somebody"
    );
    let mut cursor = again.end()?;
    for round in 1..=2 {
        agency.pass(3_600);
        let listed = agency.since(&cursor).await?;
        let changes = book.take(&listed.pages);
        ensure!(
            changes.none(),
            "incremental sync {round} changed something: {changes:?}"
        );
        cursor = listed.end()?;
    }
    Ok(())
}

async fn agree(subject: &Subject) -> Checked {
    let agency = subject.many().open().await?;
    let first = agency.full().await?;
    let mut book = first.book();
    agency.pass(3_600);
    agency.mutate(&Mutation::of(Change::Edit, 12))?;
    agency.mutate(&Mutation::of(Change::Create, 4))?;
    agency.crm.mutate(&Mutation::of(Change::Archive, 3));
    agency.pass(A_DAY);
    agency.crm.mutate(&Mutation::of(Change::Restore, 1));
    let since = first.end()?;
    let listed = agency
        .list(SyncStart::Incremental { since })
        .await?
        .whole()?;
    book.take(&listed.pages);
    let fresh = agency.full().await?.book();
    let mut compared = 0;
    for contact in fresh.contacts() {
        let id = &contact.provenance.external_id;
        let Some(ours) = book
            .contacts()
            .find(|one| one.provenance.external_id == *id)
        else {
            return Err(Stop::Failed(format!(
                "`{id}` is in a full listing, and no incremental one brought it"
            )));
        };
        ensure!(
            ours.provenance.content_hash == contact.provenance.content_hash,
            "`{id}` differs: an incremental sync left {}, a full one gives {}",
            told(ours),
            told(contact)
        );
        compared += 1;
    }
    ensure!(compared > 0, "nobody was listed");
    Ok(())
}

fn told(contact: &nurturehub_port::Contact) -> String {
    serde_json::to_string(contact).unwrap_or_default()
}

async fn little(subject: &Subject) -> Checked {
    let agency = subject.many().open().await?;
    let first = agency.full().await?;
    agency.pass(86_400);
    agency.mutate(&Mutation::of(Change::Edit, 2))?;
    let listed = agency.since(&first.end()?).await?;
    let read = listed.ids().len();
    ensure!(
        read * 2 < first.ids().len(),
        "two of {} records changed, and {read} were read",
        first.ids().len()
    );
    Ok(())
}

async fn equal(subject: &Subject) -> Checked {
    let agency = subject.many().open().await?;
    let first = agency.full().await?;
    agency.pass(3_600);
    let edited = agency.mutate(&Mutation::of(Change::Edit, 45))?;
    let listed = agency.since(&first.end()?).await?;
    shows(&listed, &edited, "records edited at the same moment")?;
    ensure!(
        listed
            .pages
            .iter()
            .filter(|page| !page.records.is_empty())
            .count()
            > 1,
        "the changes fit on one page, which shows nothing"
    );
    for at in [0, 1, 2] {
        let Some(page) = listed.pages.get(at) else {
            break;
        };
        let mut whole = Listed::default();
        let rest = agency.resume(&page.cursor).await?;
        let mut book = Book::default();
        book.take(listed.pages.get(..=at).unwrap_or_default());
        book.take(&rest.pages);
        whole.pages = rest.pages;
        let missing = edited.iter().filter(|own| book.find(own).is_none()).count();
        ensure!(
            missing == 0,
            "stopped after page {}, the sync lost {missing} of them",
            at + 1
        );
    }
    Ok(())
}

async fn same_moment(subject: &Subject) -> Checked {
    let agency = subject.many().open().await?;
    agency.mutate(&Mutation::of(Change::Edit, 2))?;
    let first = agency.full().await?;
    let edited = agency.mutate(&Mutation::of(Change::Edit, 3))?;
    let second = agency.since(&first.end()?).await?;
    shows(
        &second,
        &edited,
        "records edited at the moment of the last sync",
    )?;
    let edited = agency.mutate(&Mutation::of(Change::Edit, 3))?;
    let third = agency.since(&second.end()?).await?;
    shows(
        &third,
        &edited,
        "records edited at the moment of the last sync",
    )
}

async fn late(subject: &Subject) -> Checked {
    let agency = subject.many().open().await?;
    let first = agency.full().await?;
    agency.pass(3_600);
    agency.mutate(&Mutation::of(Change::Edit, 3))?;
    let second = agency.since(&first.end()?).await?;
    agency.pass(60);
    let edited = agency.mutate(&Mutation::of(Change::Edit, 3).backdated(120))?;
    let third = agency.since(&second.end()?).await?;
    shows(&third, &edited, "records with a time before the last sync")
}

/// A full listing later, in which these records are.
async fn later_book(agency: &Agency<'_>) -> Checked<Book> {
    agency.pass(60);
    Ok(agency.full().await?.book())
}

async fn archived(subject: &Subject) -> Checked {
    let agency = subject.agency(60).open().await?;
    let before = agency.full().await?.book();
    let aside = agency.mutate(&Mutation::of(Change::Archive, 4))?;
    let after = later_book(&agency).await?;
    for own in &aside {
        ensure!(
            before.find(own).is_some(),
            "`{own}` was not listed in the first place"
        );
        ensure!(
            after.find(own).is_none_or(|contact| !is_active(contact)),
            "`{own}` was set aside, and is still listed as in use"
        );
    }
    Ok(())
}

async fn erased(subject: &Subject) -> Checked {
    let agency = subject.agency(60).open().await?;
    let mut book = agency.full().await?.book();
    let erased = agency.mutate(&Mutation::of(Change::Erase, 4))?;
    agency.pass(60);
    let listed = agency.full().await?;
    let gone = book.keep_only(&listed.ids());
    for own in &erased {
        ensure!(
            gone.iter().any(|id| is_of(id, own)),
            "`{own}` was erased, and is still listed"
        );
    }
    ensure!(
        gone.len() == erased.len(),
        "{} were erased, and {} are not listed any more",
        erased.len(),
        gone.len()
    );
    Ok(())
}

async fn removed(subject: &Subject) -> Checked {
    let agency = subject.agency(60).open().await?;
    let first = agency.full().await?;
    agency.pass(3_600);
    let deleted = agency.mutate(&Mutation::of(Change::Archive, 4))?;
    // Where being deleted is no change, the list of the deleted is read as a whole now and then.
    agency.pass(A_DAY);
    let listed = agency.since(&first.end()?).await?;
    let book = listed.book();
    let removals: BTreeSet<String> = listed
        .pages
        .iter()
        .flat_map(|page| &page.removals)
        .map(|removal| removal.external_id.to_string())
        .collect();
    for own in &deleted {
        let as_contact = book
            .find(own)
            .is_some_and(|contact| contact.lifecycle != Lifecycle::Active);
        ensure!(
            as_contact || removals.iter().any(|id| is_of(id, own)),
            "`{own}` was deleted, and the next sync did not say so"
        );
    }
    Ok(())
}

async fn restored(subject: &Subject) -> Checked {
    let agency = subject.agency(60).open().await?;
    let aside = agency.mutate(&Mutation::of(Change::Archive, 3))?;
    agency.full().await?;
    agency.pass(60);
    let back = agency.mutate(&Mutation::to(Change::Restore, aside))?;
    let after = later_book(&agency).await?;
    for own in &back {
        ensure!(
            after.find(own).is_some_and(is_active),
            "`{own}` came back, and is not listed as in use"
        );
    }
    Ok(())
}

async fn consent_withdrawn(subject: &Subject) -> Checked {
    let mut plan = subject.agency(60);
    // Where reading consent is a choice, it is made.
    if subject
        .spec
        .fields
        .iter()
        .any(|field| field.key == "consent")
    {
        plan = plan.set("consent", "on".to_owned());
    }
    let agency = plan.open().await?;
    let before = agency.full().await?.book();
    let withdrawn = agency.mutate(&Mutation::of(Change::WithdrawConsent, 5))?;
    let after = later_book(&agency).await?;
    let granted = |contact: &nurturehub_port::Contact| {
        let consent = &contact.consent;
        let states = [consent.email, consent.sms, consent.phone, consent.post];
        states.contains(&nurturehub_port::ConsentState::Granted)
    };
    ensure!(
        before.contacts().any(granted),
        "nobody's consent was read at all"
    );
    for own in &withdrawn {
        ensure!(
            after
                .find(own)
                .is_none_or(|contact| !is_active(contact) || !granted(contact)),
            "`{own}` took consent back, and it is shown as given"
        );
    }
    Ok(())
}
