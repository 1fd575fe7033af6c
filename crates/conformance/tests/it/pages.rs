//! Pages, records and answers, spoilt.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::Timestamp;
use nurturehub_port::{
    AdapterError, Category, Consent, ConsentState, Contact, ContactPage, Cursor, ErrorKind,
    Lifecycle, MappedContact, PageRecord, SyncStart,
};

use crate::broken::{Break, FAITHFUL, Item};

/// Numbers that never come twice.
pub(crate) fn next_number() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// When the CRM's time stands still.
fn opened() -> Timestamp {
    "2025-07-10T12:00:00Z".parse().unwrap()
}

const fn is_incremental(start: &SyncStart) -> bool {
    matches!(start, SyncStart::Incremental { .. })
}

/// Each page changed.
fn page(item: Item, change: impl FnOnce(&mut ContactPage)) -> Option<Item> {
    Some(item.map(|mut page| {
        change(&mut page);
        page
    }))
}

/// Each contact changed, and sealed anew.
fn contacts(item: Item, change: impl Fn(&mut Contact)) -> Option<Item> {
    page(item, |page| {
        for record in &mut page.records {
            if let PageRecord::Mapped(mapped) = record {
                let mut contact = mapped.contact.clone().into_contact();
                change(&mut contact);
                mapped.contact = contact.sealed();
            }
        }
    })
}

/// Only the contacts that a test is true of, and all rejected records.
fn only(item: Item, keep: impl Fn(&MappedContact) -> bool) -> Option<Item> {
    page(item, |page| {
        page.records.retain(|record| match record {
            PageRecord::Mapped(mapped) => keep(mapped),
            PageRecord::Rejected(_) => true,
        });
    })
}

fn age(mapped: &MappedContact) -> i64 {
    let from = &mapped.contact.provenance;
    let changed = from.updated_at.unwrap_or(from.fetched_at);
    from.fetched_at.duration_since(changed).as_secs()
}

const fn spoils(item: fn(&SyncStart, usize, Item) -> Option<Item>) -> Break {
    Break { item, ..FAITHFUL }
}

const fn begins(start: fn(SyncStart) -> SyncStart) -> Break {
    Break { start, ..FAITHFUL }
}

pub(crate) const LOSES_ONE: Break = spoils(|_, number, item| {
    page(item, |page| {
        if number == 0 && !page.records.is_empty() {
            page.records.remove(0);
        }
    })
});

pub(crate) const NEVER_COMPLETE: Break =
    spoils(|_, _, item| page(item, |page| page.complete = false));

pub(crate) const TAKES_A_HUNDRED: Break =
    spoils(|_, _, item| page(item, |page| page.records.truncate(100)));

pub(crate) const REPEATS_ONE: Break = spoils(|_, _, item| {
    page(item, |page| {
        let again = page.records.iter().find_map(|record| match record {
            PageRecord::Mapped(mapped) => Some(MappedContact {
                contact: mapped.contact.clone(),
                raw: mapped.raw.clone(),
                issues: Vec::new(),
            }),
            PageRecord::Rejected(_) => None,
        });
        page.records
            .extend(again.map(|mapped| PageRecord::Mapped(Box::new(mapped))));
    })
});

pub(crate) const RANDOM_IDS: Break =
    spoils(|_, _, item| contacts(item, |contact| contact.id = next_number().to_string()));

pub(crate) const MISCOUNTS: Break = spoils(|_, _, item| {
    page(item, |page| {
        page.source_total = page.source_total.map(|total| total + 1);
    })
});

pub(crate) const ALL_OTHER: Break = spoils(|_, _, item| {
    contacts(item, |contact| {
        contact.category = Category::Other;
        contact.categories.clear();
    })
});

pub(crate) const ASCII_ALONE: Break = spoils(|_, _, item| {
    contacts(item, |contact| {
        let plain = |text: &String| -> String {
            text.chars()
                .map(|c| if c.is_ascii() { c } else { '?' })
                .collect()
        };
        let text = serde_json::to_string(&contact).unwrap();
        *contact = serde_json::from_str(&plain(&text)).unwrap();
    })
});

pub(crate) const HIDES_REJECTED: Break = spoils(|_, _, item| {
    page(item, |page| {
        page.records
            .retain(|record| matches!(record, PageRecord::Mapped(_)));
    })
});

pub(crate) const STRICT: Break = spoils(|_, _, item| {
    let page = match item {
        Ok(page) => page,
        error => return Some(error),
    };
    let odd = page
        .records
        .iter()
        .any(|record| matches!(record, PageRecord::Rejected(_)));
    Some(if odd {
        Err(AdapterError::new(
            ErrorKind::SchemaChanged,
            "A record is odd.",
        ))
    } else {
        Ok(page)
    })
});

pub(crate) const SKIPS_ON_RESUME: Break = spoils(|start, number, item| {
    let complete = item.as_ref().is_ok_and(|page| page.complete);
    let skipped = matches!(start, SyncStart::Resume { .. }) && number == 0 && !complete;
    (!skipped).then_some(item)
});

pub(crate) const RESUMES_AT_THE_BEGINNING: Break = begins(|start| match start {
    SyncStart::Resume { .. } => SyncStart::Full,
    other => other,
});

pub(crate) const ALWAYS_FULL: Break = begins(|_| SyncStart::Full);

pub(crate) const STANDING_CURSOR: Break =
    spoils(|_, _, item| page(item, |page| page.cursor = Cursor::from_stored("{}".into())));

pub(crate) const TALKING_CURSOR: Break = spoils(|_, _, item| {
    page(item, |page| {
        let mut mails = page.records.iter().filter_map(|record| match record {
            PageRecord::Mapped(mapped) => Some(mapped.contact.emails.first()?.address.clone()),
            PageRecord::Rejected(_) => None,
        });
        let last = mails.next_back().unwrap_or_default();
        page.cursor = Cursor::from_stored(format!("{}{last}", page.cursor.as_str()));
    })
});

pub(crate) const DEAF_TO_CHANGES: Break = spoils(|start, _, item| {
    page(item, |page| {
        if is_incremental(start) {
            page.records.clear();
        }
    })
});

pub(crate) const NEVER_THE_SAME: Break = spoils(|_, _, item| {
    contacts(item, |contact| {
        contact
            .attributes
            .insert("seen".into(), next_number().into());
    })
});

pub(crate) const MARKS_CHANGES: Break = spoils(|start, _, item| {
    let incremental = is_incremental(start);
    contacts(item, |contact| {
        if incremental {
            contact.tags.push("changed".into());
        }
    })
});

pub(crate) const ONE_OF_A_MOMENT: Break = spoils(|start, _, item| {
    if !is_incremental(start) {
        return Some(item);
    }
    let seen = std::sync::Mutex::new(BTreeSet::new());
    only(item, |mapped| {
        let at = mapped.contact.provenance.updated_at;
        seen.lock().unwrap().insert(at)
    })
});

pub(crate) const AFTER_THE_MOMENT: Break = spoils(|start, _, item| {
    if !is_incremental(start) {
        return Some(item);
    }
    only(item, |mapped| {
        mapped
            .contact
            .provenance
            .updated_at
            .is_some_and(|at| at > opened())
    })
});

pub(crate) const NO_OVERLAP: Break = spoils(|start, _, item| {
    if !is_incremental(start) {
        return Some(item);
    }
    only(item, |mapped| age(mapped) < 100)
});

pub(crate) const OWN_CLOCK: Break = spoils(|start, _, item| {
    if !is_incremental(start) {
        return Some(item);
    }
    only(item, |mapped| (0..300).contains(&age(mapped)))
});

pub(crate) const ALL_IN_USE: Break =
    spoils(|_, _, item| contacts(item, |contact| contact.lifecycle = Lifecycle::Active));

pub(crate) const ALL_SET_ASIDE: Break =
    spoils(|_, _, item| contacts(item, |contact| contact.lifecycle = Lifecycle::Archived));

pub(crate) const ALL_AGREE: Break = spoils(|_, _, item| {
    contacts(item, |contact| {
        contact.consent = Consent::uniform(ConsentState::Granted);
    })
});

pub(crate) const LOSES_ONE_LATER: Break = spoils(|_, _, item| {
    page(item, |page| {
        let later = page.records.iter().position(|record| match record {
            PageRecord::Mapped(mapped) => mapped.contact.provenance.fetched_at > opened(),
            PageRecord::Rejected(_) => false,
        });
        if let Some(at) = later {
            page.records.remove(at);
        }
    })
});

pub(crate) const NEEDS_A_ZONE: Break =
    spoils(|_, _, item| only(item, |mapped| mapped.raw.contains("Z\"")));

pub(crate) const NO_UNKNOWN_FIELDS: Break =
    spoils(|_, _, item| only(item, |mapped| !mapped.raw.contains("xNewSince2027")));

pub(crate) const NEEDS_A_MAIL: Break =
    spoils(|_, _, item| only(item, |mapped| !mapped.contact.emails.is_empty()));

pub(crate) const NEEDS_AN_ADDRESS: Break =
    spoils(|_, _, item| only(item, |mapped| !mapped.contact.addresses.is_empty()));

pub(crate) const OUR_OWN_MISTAKE: Break = spoils(|_, _, item| {
    Some(item.map_err(|error| AdapterError::new(ErrorKind::Internal, error.message)))
});

pub(crate) const TAKES_ERRORS_FOR_THE_END: Break = spoils(|_, _, item| {
    Some(Ok(item.unwrap_or_else(|_| ContactPage {
        records: Vec::new(),
        removals: Vec::new(),
        cursor: Cursor::from_stored("{}".into()),
        source_total: None,
        complete: true,
        mapping_us: 0,
    })))
});
