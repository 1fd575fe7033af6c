//! Cursors, and listings that go on where they stopped.

use std::collections::BTreeSet;

use nurturehub_port::{Cursor, ErrorKind, SyncStart};
use nurturehub_sandbox::{Change, Mutation};

use super::checks;
use crate::agency::{Agency, is_one_of};
use crate::listed::Listed;
use crate::subject::Subject;
use crate::verdict::{Checked, ensure, failed};

checks! {
    "Cursors":
    resumed, always, "resumed-sync", "A full sync that stopped after any page goes on with the next, and nothing is lost or read twice.";
    resumed_changes, changed_since, "resumed-incremental-sync", "An incremental sync that stopped after any page goes on with the next, and nothing is lost.";
    round_trip, always, "cursor-round-trip", "A cursor is all that a listing needs to go on: it survives being stored and a new adapter reads it.";
    monotony, always, "cursor-monotony", "A cursor moves with every page, and the listing that goes on from the last one has nothing left.";
    foreign, always, "foreign-cursor", "A cursor that cannot be read is an error of kind `protocol`, and never a silent beginning.";
    unfinished, changed_since, "unfinished-cursor", "The cursor of a listing that is not complete is no beginning for an incremental one.";
    impersonal, always, "cursor-is-impersonal", "A cursor is small, and holds neither a secret nor a person.";
}

/// Up to six places among so many pages.
fn places(pages: usize) -> impl Iterator<Item = usize> {
    (0..pages).step_by(pages.div_ceil(6).max(1))
}

async fn resumed(subject: &Subject) -> Checked {
    let agency = subject.many().open().await?;
    let listed = agency.full().await?;
    goes_on_anywhere(&agency, &listed).await
}

async fn resumed_changes(subject: &Subject) -> Checked {
    let agency = subject.many().open().await?;
    let start = agency.full().await?.end()?;
    agency.pass(3_600);
    agency.mutate(&Mutation::of(Change::Edit, 35))?;
    let listed = agency.since(&start).await?;
    goes_on_anywhere(&agency, &listed).await
}

async fn goes_on_anywhere(agency: &Agency<'_>, listed: &Listed) -> Checked {
    let everybody = listed.ids();
    let by_page = listed.ids_by_page();
    for at in places(listed.pages.len()) {
        let Some(page) = listed.pages.get(at) else {
            continue;
        };
        let rest = agency.resume(&page.cursor).await?;
        let mut seen: BTreeSet<String> = by_page.iter().take(at + 1).flatten().cloned().collect();
        let again: Vec<String> = rest.ids_by_page().into_iter().flatten().collect();
        let left: BTreeSet<&String> = by_page.iter().skip(at + 1).flatten().collect();
        let repeated = again.iter().filter(|id| !left.contains(id)).count();
        seen.extend(again.iter().cloned());
        let lost = everybody.difference(&seen).count();
        ensure!(
            lost == 0,
            "on from page {} of {}, {lost} contacts are lost",
            at + 1,
            listed.pages.len()
        );
        ensure!(
            repeated == 0,
            "on from page {} of {}, {repeated} contacts were read again",
            at + 1,
            listed.pages.len()
        );
    }
    Ok(())
}

async fn round_trip(subject: &Subject) -> Checked {
    let agency = subject.many().open().await?;
    let listed = agency.full().await?;
    let at = listed.pages.len() / 2;
    let Some(page) = listed.pages.get(at) else {
        return failed("the listing has no page");
    };
    let stored = Cursor::from_stored(page.cursor.as_str().to_owned());
    let rest = agency.resume(&stored).await?;
    let expected = listed.ids_by_page().split_off(at + 1);
    ensure!(
        rest.ids_by_page() == expected,
        "read again from page {}, the listing has other pages than without a break",
        at + 1
    );
    let ends = (rest.end()?, listed.end()?);
    ensure!(
        ends.0.as_str().len() == ends.1.as_str().len(),
        "it ends elsewhere: {:?} and {:?}",
        ends.0,
        ends.1
    );
    Ok(())
}

async fn monotony(subject: &Subject) -> Checked {
    let agency = subject.many().open().await?;
    let listed = agency.full().await?;
    let mut seen = BTreeSet::new();
    for page in &listed.pages {
        ensure!(
            seen.insert(page.cursor.as_str()),
            "two pages have the same cursor: {:?}",
            page.cursor
        );
    }
    let left = agency.resume(&listed.end()?).await?;
    ensure!(
        left.ids().is_empty(),
        "the listing was complete, and {} contacts came after its end",
        left.ids().len()
    );
    Ok(())
}

async fn foreign(subject: &Subject) -> Checked {
    let agency = subject.agency(20).open().await?;
    for text in ["", "17", "{\"v\":999}", "{\"version\":\"next\"}", "\u{0}"] {
        let at = Cursor::from_stored(text.to_owned());
        let listed = agency.list(SyncStart::Resume { at }).await?;
        let Some(error) = listed.error else {
            return failed(format!(
                "a listing went on from {text:?} and gave {} contacts",
                listed.ids().len()
            ));
        };
        is_one_of(&error, &[ErrorKind::Protocol])?;
    }
    Ok(())
}

async fn unfinished(subject: &Subject) -> Checked {
    let agency = subject.many().open().await?;
    let listed = agency.full().await?;
    let Some(first) = listed.pages.first().filter(|page| !page.complete) else {
        return failed("the listing has one page only");
    };
    let since = first.cursor.clone();
    let after = agency.list(SyncStart::Incremental { since }).await?;
    match after.error {
        Some(error) => is_one_of(&error, &[ErrorKind::Protocol]),
        None => failed("an incremental listing began at the cursor of a listing under way"),
    }
}

/// The longest cursor, in bytes.
const LONGEST: usize = 2_048;

async fn impersonal(subject: &Subject) -> Checked {
    let agency = subject.many().open().await?;
    let listed = agency.full().await?;
    let secrets = agency.all_secrets();
    let book = listed.book();
    for page in &listed.pages {
        let text = page.cursor.as_str();
        ensure!(
            text.len() <= LONGEST,
            "a cursor has {} bytes, more than {LONGEST}",
            text.len()
        );
        ensure!(
            !secrets.iter().any(|secret| text.contains(secret.as_str())),
            "a cursor holds a secret"
        );
        let personal = book.contacts().find(|contact| {
            let mails = contact.emails.iter().map(|email| email.address.as_str());
            let phones = contact.phones.iter().map(|phone| phone.raw.as_str());
            mails
                .chain(phones)
                .any(|reach| reach.len() > 5 && text.contains(reach))
        });
        ensure!(personal.is_none(), "a cursor holds how to reach somebody");
    }
    Ok(())
}
