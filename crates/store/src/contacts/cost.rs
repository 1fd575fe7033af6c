//! What goes batch by batch must not cost more for each batch the more contacts there are.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::Timestamp;
use nurturehub_port::{AbsencePolicy, Contact, Lifecycle, MappedContact, Secret};
use serde_json::json;

use super::{Records, apply_absences, changes, next_to_push, stage_records};
use crate::{DatabaseKey, StoreError, Write, listings, migrations, open};

const FEW: usize = 100;
const MANY: usize = 10 * FEW;

fn prepared(number: usize) -> MappedContact {
    let contact: Contact = serde_json::from_value(json!({
        "id": number.to_string(),
        "identity": { "fullName": "A" },
        "emails": [], "phones": [], "addresses": [], "tags": [],
        "category": "buyer",
        "consent": { "email": "granted", "sms": "granted", "phone": "granted", "post": "granted" },
        "assignment": {}, "lifecycle": "active", "attributes": {},
        "provenance": {
            "provider": "some", "connectionId": "one", "externalId": number.to_string(),
            "externalType": "contact", "fetchedAt": "2026-01-01T00:00:00Z", "contentHash": "",
        },
    }))
    .unwrap();
    MappedContact {
        contact: contact.sealed(),
        raw: "{}".into(),
        issues: Vec::new(),
    }
}

/// The virtual machine's steps that a later batch takes, with this many contacts before and after
/// it. They are the same on every machine, and at any load.
fn cost(contacts: usize, batch: impl Fn(&Write<'_>) -> Result<(), StoreError>) -> u64 {
    let folder = tempfile::tempdir().unwrap();
    let key = DatabaseKey::new(Secret::new(vec![7; DatabaseKey::LENGTH])).unwrap();
    let mut database = open::writer(&folder.path().join("store.db"), &key).unwrap();
    migrations::apply(&mut database).unwrap();
    let steps = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&steps);
    let count = move || {
        counter.fetch_add(1, Ordering::Relaxed);
        false
    };
    database.progress_handler(1, Some(count)).unwrap();

    let view = database.transaction().unwrap();
    let blocks = RefCell::default();
    let tx = Write::over(&view, &blocks);
    view.execute(
        "INSERT INTO connection (key, provider, tenant, name, settings, created_at)
         VALUES ('one', 'some', 'agency', 'One', '{}', 0)",
        [],
    )
    .unwrap();
    let records = (0..contacts).map(prepared).collect();
    let records = Records::pack(records).unwrap();
    stage_records(&tx, 1, 0, &records, &[], Timestamp::UNIX_EPOCH).unwrap();
    listings::begin(&tx, 1, true, Timestamp::UNIX_EPOCH).unwrap();
    tx.tally.write(&view).unwrap();
    for _ in 0..contacts / 20 {
        batch(&tx).unwrap();
    }
    let before = steps.load(Ordering::Relaxed);
    batch(&tx).unwrap();
    steps.load(Ordering::Relaxed) - before
}

fn assert_flat(what: &str, batch: impl Fn(&Write<'_>) -> Result<(), StoreError>) {
    let few = cost(FEW, &batch);
    let many = cost(MANY, &batch);
    assert!(few > 0, "{what}: there was something to do");
    assert!(
        many < few + few / 2,
        "{what}: a batch takes {few} steps among {FEW} contacts and {many} among {MANY}"
    );
}

#[test]
fn settling_absences() {
    assert_flat("settling absences", |tx| {
        let policy = AbsencePolicy {
            listings: 1,
            lifecycle: Lifecycle::Deleted,
            reason: "gone",
            withdraws_consent: false,
        };
        let batch = apply_absences(tx, 1, 1, &policy, 5, Timestamp::UNIX_EPOCH)?;
        assert_eq!(batch.removed, 5, "a batch in the middle is full");
        Ok(())
    });
}

#[test]
fn reading_what_a_push_sends() {
    assert_flat("reading what a push sends", |tx| {
        let rows = next_to_push(tx, 1, 50, 5, None)?;
        assert_eq!(rows.len(), 5, "a batch in the middle is full");
        Ok(())
    });
}

#[test]
fn showing_what_a_push_would_do() {
    assert_flat("showing what a push would do", |tx| {
        let shown = changes(tx, 1, None, 5, 20)?;
        assert_eq!(shown.len(), 5, "a page in the middle is full");
        Ok(())
    });
}
