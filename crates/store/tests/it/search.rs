//! Looking through contacts.

use nurturehub_port::{Category, DataIssue, Email, Lifecycle, MappedContact, Phone};
use nurturehub_store::Store;
use nurturehub_store::contacts::{self, Answered, ChangeKind, ContactFilter};

use crate::desk::{Desk, ONCE, at, contact, key, prepared};

async fn find(desk: &Desk, filter: ContactFilter, limit: u32, offset: u64) -> (u64, Vec<String>) {
    let connection = desk.connection;
    let page = desk
        .store
        .find(connection, filter, limit, offset)
        .await
        .unwrap();
    let ids = page
        .contacts
        .iter()
        .map(|text| {
            let contact: nurturehub_port::Contact = serde_json::from_str(text).unwrap();
            contact.provenance.external_id.as_str().to_owned()
        })
        .collect();
    (page.total, ids)
}

fn search(text: &str) -> ContactFilter {
    ContactFilter {
        search: Some(text.to_owned()),
        ..ContactFilter::default()
    }
}

fn named(id: &str, name: &str) -> MappedContact {
    let mut contact = contact(id);
    contact.identity.full_name = name.to_owned();
    prepared(contact, "{}")
}

#[tokio::test]
async fn wildcards_are_taken_literally() {
    let desk = Desk::new().await;
    let names = [
        ("1", "100% Homes"),
        ("2", "100 Homes"),
        ("3", "a_b"),
        ("4", "aXb"),
        ("5", r"c\d"),
    ];
    desk.sync(names.map(|(id, name)| named(id, name)).into(), ONCE)
        .await;
    for (text, expected) in [
        ("0%", vec!["1"]),
        ("a_b", vec!["3"]),
        (r"\", vec!["5"]),
        (r"c\d", vec!["5"]),
        ("%%", vec![]),
    ] {
        assert_eq!(
            find(&desk, search(text), 10, 0).await.1,
            expected,
            "`{text}`"
        );
    }
}

#[tokio::test]
async fn names_companies_addresses_and_numbers_are_found_in_any_case() {
    let desk = Desk::new().await;
    let mut person = contact("1");
    person.identity.full_name = "Zoë Ångström".into();
    person.identity.company_name = Some("Hart & Sons".into());
    person.emails.push(Email {
        address: "Zoe@example.com".into(),
        label: None,
        primary: true,
        valid: true,
    });
    person.phones.push(Phone {
        e164: Some("+447700900123".into()),
        raw: "07700 900123".into(),
        label: None,
        primary: true,
    });
    desk.sync(vec![prepared(person, "{}"), named("2", "Else")], ONCE)
        .await;
    for text in [
        "ZOË",
        "ångström",
        "hart &",
        "ZOE@EXAMPLE",
        "7700900123",
        "  zoë  ",
    ] {
        assert_eq!(
            find(&desk, search(text), 10, 0).await,
            (1, vec!["1".into()]),
            "`{text}`"
        );
    }
    assert_eq!(
        find(&desk, search("  "), 10, 0).await.0,
        2,
        "blank is no search"
    );
    assert_eq!(find(&desk, search("nobody"), 10, 0).await, (0, vec![]));
}

#[tokio::test]
async fn a_search_of_any_length_is_answered() {
    let desk = Desk::new().await;
    let long = "ü".repeat(300);
    desk.sync(vec![named("1", &long), named("2", "short")], ONCE)
        .await;
    assert_eq!(
        find(&desk, search(&"ü".repeat(150)), 10, 0).await.0,
        1,
        "as much as is kept of a name"
    );
    assert_eq!(
        find(&desk, search(&"x%".repeat(200_000)), 10, 0).await,
        (0, vec![])
    );
    assert_eq!(
        find(&desk, search("no\u{0}where"), 10, 0).await,
        (0, vec![]),
        "a NUL ends no pattern"
    );
}

#[tokio::test]
async fn filters_combine_and_pages_add_up() {
    let desk = Desk::new().await;
    let mut records = Vec::new();
    for number in 0..10 {
        let mut contact = contact(&number.to_string());
        if number % 2 == 0 {
            contact.category = Category::Vendor;
        }
        if number == 4 {
            contact.lifecycle = Lifecycle::Archived;
        }
        let issues = (number == 6).then(|| DataIssue {
            code: "odd".into(),
            field: "tags".into(),
            message: "Odd.".into(),
        });
        records.push(MappedContact {
            contact: contact.sealed(),
            raw: "{}".into(),
            issues: issues.into_iter().collect(),
        });
    }
    desk.sync(records, ONCE).await;
    for row in desk
        .waiting()
        .await
        .into_iter()
        .filter(|row| row.external_id != "8")
    {
        desk.accept(row).await;
    }
    let vendors = ContactFilter {
        category: Some(Category::Vendor),
        ..ContactFilter::default()
    };
    assert_eq!(
        find(&desk, vendors.clone(), 10, 0).await,
        (5, ["0", "2", "4", "6", "8"].map(String::from).into())
    );
    assert_eq!(
        find(&desk, vendors.clone(), 2, 2).await,
        (5, vec!["4".into(), "6".into()]),
        "the total is that of all pages"
    );
    assert_eq!(find(&desk, vendors.clone(), 0, 0).await, (5, vec![]));
    assert_eq!(
        find(&desk, vendors.clone(), 10, u64::MAX).await,
        (5, vec![])
    );
    let with = |change: fn(&mut ContactFilter)| {
        let mut filter = vendors.clone();
        change(&mut filter);
        filter
    };
    let cases = [
        (with(|filter| filter.change = Some(ChangeKind::Create)), "8"),
        (
            with(|filter| filter.lifecycle = Some(Lifecycle::Archived)),
            "4",
        ),
        (with(|filter| filter.with_issues = true), "6"),
        (with(|filter| filter.search = Some("person 2".into())), "2"),
    ];
    for (filter, expected) in cases {
        assert_eq!(
            find(&desk, filter.clone(), 10, 0).await,
            (1, vec![expected.into()]),
            "{filter:?}"
        );
    }
    let both = with(|filter| {
        filter.change = Some(ChangeKind::Create);
        filter.with_issues = true;
    });
    assert_eq!(find(&desk, both, 10, 0).await, (0, vec![]));
}

#[tokio::test]
async fn a_list_shows_what_has_changed_since_it_was_last_asked_for() {
    let desk = Desk::new().await;
    desk.sync(vec![named("1", "Ada"), named("2", "Grace")], ONCE)
        .await;
    assert_eq!(
        find(&desk, search("ada"), 10, 0).await,
        (1, vec!["1".into()])
    );
    let unsent = ContactFilter {
        change: Some(ChangeKind::Create),
        ..ContactFilter::default()
    };
    assert_eq!(find(&desk, unsent.clone(), 10, 0).await.0, 2);

    desk.sync(vec![named("1", "Alan"), named("2", "Grace")], ONCE)
        .await;
    assert_eq!(find(&desk, search("ada"), 10, 0).await, (0, vec![]));
    assert_eq!(
        find(&desk, search("alan"), 10, 0).await,
        (1, vec!["1".into()])
    );

    // Another program has its own connections to the same file.
    let other = Store::open(&desk.path(), key(7)).await.unwrap();
    let row = desk.waiting().await.remove(0);
    let connection = desk.connection;
    other
        .write(move |tx| {
            let answered = Answered {
                at: at(1),
                run: "elsewhere",
            };
            contacts::accept(tx, connection, &row, answered)
        })
        .await
        .unwrap();
    assert_eq!(find(&desk, unsent, 10, 0).await, (1, vec!["2".into()]));

    desk.store.forget_unused_lists().await.unwrap();
    desk.store.forget_unused_lists().await.unwrap();
    assert_eq!(
        find(&desk, search("grace"), 10, 0).await,
        (1, vec!["2".into()])
    );
}

#[tokio::test]
async fn a_search_that_was_prepared_finds_what_has_changed_since() {
    let desk = Desk::new().await;
    desk.sync(vec![named("1", "ada")], ONCE).await;
    desk.store.prepare_search(desk.connection).await.unwrap();
    desk.sync(vec![named("1", "grace"), named("2", "ada")], ONCE)
        .await;
    desk.store.prepare_search(desk.connection).await.unwrap();
    let found = find(&desk, search("ada"), 10, 0).await;
    assert_eq!(found, (1, vec!["2".into()]));
}

#[tokio::test]
async fn a_list_is_brought_up_to_date_as_if_it_were_read_anew() {
    let desk = Desk::new().await;
    let ids: Vec<String> = (0..9).map(|id: u8| id.to_string()).collect();
    let first = ids.iter().map(|id| named(id, &format!("first {id}")));
    desk.sync(first.collect(), ONCE).await;
    let before = find(&desk, search("first"), 20, 0).await;
    assert_eq!(before, (9, ids.clone()), "all are in memory now");

    // Neighbours, both ends, longer and shorter texts, and some that are new.
    let changed = [
        ("0", ""),
        ("3", "second, and a good deal longer"),
        ("4", "second"),
        ("8", "second 8"),
        ("9", "second 9"),
        ("10", "second 10"),
    ];
    let records = changed.map(|(id, name)| named(id, name));
    desk.webhook(1, records.into()).await;
    let fresh = Store::open(&desk.path(), key(7)).await.unwrap();
    for text in [
        "first", "second", "second 1", "first 2", "first 7", "nobody",
    ] {
        let kept = find(&desk, search(text), 20, 0).await;
        let connection = desk.connection;
        let read = fresh.find(connection, search(text), 20, 0).await.unwrap();
        assert_eq!(kept.0, read.total, "`{text}`");
    }
    let (total, found) = find(&desk, search("second"), 20, 0).await;
    assert_eq!(
        (total, found),
        (5, ["3", "4", "8", "9", "10"].map(String::from).into())
    );
}

#[tokio::test]
async fn pages_from_the_end_are_in_the_same_order() {
    let desk = Desk::new().await;
    let ids: Vec<String> = (0..9).map(|id: u8| id.to_string()).collect();
    let records = ids.iter().map(|id| named(id, "Somebody"));
    desk.sync(records.collect(), ONCE).await;
    for offset in 0..10_u64 {
        let from = usize::try_from(offset).unwrap();
        let expected: Vec<String> = ids.iter().skip(from).take(2).cloned().collect();
        let page = find(&desk, ContactFilter::default(), 2, offset).await;
        assert_eq!(page, (9, expected.clone()), "contacts after {offset}");
        let connection = desk.connection;
        let changes = desk.store.preview(connection, None, 2, offset).await;
        let changes = changes.unwrap().1.into_iter();
        let shown: Vec<String> = changes.map(|change| change.external_id).collect();
        assert_eq!(shown, expected, "changes after {offset}");
    }
}

#[tokio::test]
async fn a_text_is_looked_for_in_each_contact_alone() {
    let desk = Desk::new().await;
    let names = ["anna", "hannah", "ann", "", "nan", "na"];
    let records = names
        .iter()
        .enumerate()
        .map(|(at, name)| named(&at.to_string(), name))
        .collect();
    desk.sync(records, ONCE).await;
    for text in ["a", "n", "an", "na", "nn", "ann", "anna", "nana", "nanna"] {
        let expected: Vec<String> = names
            .iter()
            .enumerate()
            .filter(|(_, name)| name.contains(text))
            .map(|(at, _)| at.to_string())
            .collect();
        assert_eq!(
            find(&desk, search(text), 10, 0).await.1,
            expected,
            "`{text}`"
        );
    }
}
