//! What a complete listing did not show.

use nurturehub_port::{AbsencePolicy, Consent, Lifecycle, MappedContact};
use nurturehub_store::contacts::{self, Blocked, ChangeKind};

use crate::desk::{Desk, ONCE, TWICE, at, look_inside, removal, version};

fn people(count: usize) -> Vec<MappedContact> {
    (0..count)
        .map(|number| version(&number.to_string(), "1"))
        .collect()
}

/// The counts by state that are kept beside the contacts are those of the contacts.
fn assert_counted(desk: &Desk) {
    let inside = look_inside(&desk.path());
    let counts = |sql: &str| -> Vec<(i64, i64, i64)> {
        let mut statement = inside.prepare(sql).unwrap();
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
        rows.unwrap().collect::<Result<_, _>>().unwrap()
    };
    assert_eq!(
        counts("SELECT connection_id, pending, contacts FROM contact_count WHERE contacts <> 0"),
        counts("SELECT connection_id, pending, count(*) FROM contact GROUP BY 1, 2"),
    );
}

#[tokio::test]
async fn a_kill_between_two_batches_loses_and_repeats_nothing() {
    let mut desk = Desk::new().await;
    desk.sync(people(7), TWICE).await;
    let (listing, _) = desk.list(people(1)).await;
    let (connection, number) = (desk.connection, listing.number);
    let first = desk
        .store
        .write(move |tx| contacts::apply_absences(tx, connection, number, &TWICE, 4, at(9)))
        .await
        .unwrap();
    assert_eq!((first.removed, first.waiting), (0, 4));

    desk.reopen().await;
    assert_eq!(
        desk.settle(number, TWICE).await,
        (0, 2),
        "only those that the first batch did not reach"
    );
    assert_eq!(
        desk.settle(number, TWICE).await,
        (0, 0),
        "an absence counts once for each listing"
    );
    desk.close(true).await;

    let (listing, _) = desk.list(people(2)).await;
    assert_eq!(
        desk.settle(listing.number, TWICE).await,
        (5, 0),
        "missing from two listings in a row; the one that came back is not"
    );
    let back = desk.stored("1").await;
    assert_eq!(back.lifecycle, Lifecycle::Active);
    assert_ne!(back.consent, Consent::default(), "its consent is back, too");
}

#[tokio::test]
async fn consent_ends_with_the_first_absence_whatever_the_count() {
    let at_once = AbsencePolicy {
        listings: 1,
        ..TWICE
    };
    for policy in [TWICE, at_once] {
        let desk = Desk::new().await;
        desk.sync(people(1), policy).await;
        desk.accept_all().await;
        desk.sync(Vec::new(), policy).await;
        assert_eq!(
            desk.stored("0").await.consent,
            Consent::default(),
            "missing once, with {} listings needed",
            policy.listings
        );
        assert_eq!(
            desk.waiting().await.len(),
            1,
            "the platform must hear of it"
        );
    }
}

#[tokio::test]
async fn a_contact_that_only_waits_is_no_longer_held() {
    let policy = AbsencePolicy {
        withdraws_consent: false,
        ..TWICE
    };
    let desk = Desk::new().await;
    desk.sync(people(1), policy).await;
    let (listing, _) = desk.list(Vec::new()).await;
    assert_eq!(desk.hold(listing.number, policy).await, 1);
    assert_counted(&desk);
    desk.close(true).await;
    desk.sync(Vec::new(), policy).await;
    assert_counted(&desk);
    let detail = desk.detail("0").await;
    assert_eq!(
        (detail.change, detail.blocked),
        (ChangeKind::Create, None),
        "the listing is believed, and no removal is waiting for a person"
    );
}

#[tokio::test]
async fn an_absence_that_changes_nothing_keeps_a_refusal_and_no_old_body() {
    let desk = Desk::new().await;
    let mut person = crate::desk::contact("0");
    person.consent = Consent::default();
    let listed = || vec![crate::desk::prepared(person.clone(), "{}")];
    desk.sync(listed(), TWICE).await;
    let row = desk.waiting().await.remove(0);
    desk.reject(row.clone()).await;
    desk.sync(Vec::new(), TWICE).await;
    assert!(
        matches!(
            desk.detail("0").await.blocked,
            Some(Blocked::Refused { .. })
        ),
        "its content is still the one that the platform refused"
    );
    desk.accept(row).await;
    desk.sync(listed(), TWICE).await;
    desk.sync(Vec::new(), TWICE).await;
    let bodies: i64 = look_inside(&desk.path())
        .query_row("SELECT count(accepted_block_id) FROM contact", [], |row| {
            row.get(0)
        })
        .unwrap();
    assert_eq!(bodies, 0, "the accepted content is the stored one");
    assert_counted(&desk);
}

#[tokio::test]
async fn a_refused_contact_that_was_held_is_refused_again_afterwards() {
    let desk = Desk::new().await;
    desk.sync(people(1), ONCE).await;
    let row = desk.waiting().await.remove(0);
    desk.reject(row).await;
    let (listing, _) = desk.list(Vec::new()).await;
    desk.hold(listing.number, ONCE).await;
    desk.close(true).await;
    assert_eq!(desk.detail("0").await.blocked, Some(Blocked::RemovalHeld));
    assert_counted(&desk);

    desk.sync(people(1), ONCE).await;
    assert_counted(&desk);
    assert!(
        matches!(
            desk.detail("0").await.blocked,
            Some(Blocked::Refused { .. })
        ),
        "this very content was refused, and nobody has asked to try again"
    );
    assert_eq!(desk.waiting().await.len(), 0);
}

#[tokio::test]
async fn what_is_missing_is_counted_as_far_as_the_policy_can_end_it() {
    let desk = Desk::new().await;
    desk.sync(people(4), ONCE).await;
    let connection = desk.connection;
    desk.store
        .write(move |tx| {
            let gone = [
                removal("0", Lifecycle::Archived),
                removal("1", Lifecycle::Deleted),
            ];
            contacts::remove(tx, connection, &gone, at(1))
        })
        .await
        .unwrap();
    let (listing, _) = desk.list(vec![version("2", "1")]).await;
    let number = listing.number;
    let population = |policy: AbsencePolicy| {
        desk.store
            .read(move |db| contacts::population(db, connection, number, &policy))
    };
    let deletes = population(ONCE).await.unwrap();
    assert_eq!(
        (deletes.living, deletes.absent),
        (3, 2),
        "all but the deleted"
    );
    let archives = population(TWICE).await.unwrap();
    assert_eq!(
        (archives.living, archives.absent),
        (2, 1),
        "the active alone"
    );
}

#[tokio::test]
async fn another_connections_contacts_are_never_absent_here() {
    let desk = Desk::new().await;
    desk.sync(people(3), ONCE).await;
    let (other, _) = crate::desk::connect(&desk.store, "two").await;
    desk.store
        .write(move |tx| {
            nurturehub_store::listings::begin(tx, other, true, at(0))?;
            nurturehub_store::listings::begin(tx, other, true, at(0))?;
            contacts::apply_absences(tx, other, 2, &ONCE, 100, at(0))
        })
        .await
        .map(|batch| assert!(batch.is_empty()))
        .unwrap();
    assert_eq!(desk.stored("2").await.lifecycle, Lifecycle::Active);
}
