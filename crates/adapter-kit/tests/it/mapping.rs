//! The builder: what becomes of untidy records.
#![allow(clippy::unwrap_used, reason = "a test may fail where it stands")]

use jiff::Timestamp;
use nurturehub_adapter_kit::mapping::{
    AddressParts, Built, Channel, ContactBuilder, Lineage, Origin,
};
use nurturehub_port::{
    Category, ConnectionId, ConsentState, ExternalId, Lifecycle, ProviderId, SealedContact,
};
use serde_json::json;

fn build(explain: bool, fill: impl FnOnce(&mut ContactBuilder<'_>)) -> Built {
    let connection = ConnectionId::parse("north").unwrap();
    let provider = ProviderId::parse("some").unwrap();
    let origin = Origin {
        connection: &connection,
        provider: &provider,
        external_id: ExternalId::parse("A1").unwrap(),
        external_type: "contact",
        fetched_at: Timestamp::UNIX_EPOCH,
    };
    let mut builder = ContactBuilder::new(origin, explain);
    fill(&mut builder);
    builder.finish()
}

fn contact(fill: impl FnOnce(&mut ContactBuilder<'_>)) -> SealedContact {
    build(false, fill).contact
}

fn codes(built: &Built) -> Vec<(&str, &str)> {
    built
        .issues
        .iter()
        .map(|issue| (issue.code.as_str(), issue.field.as_str()))
        .collect()
}

#[test]
fn the_full_name_is_never_empty_and_comes_from_the_best_there_is() {
    let name =
        |fill: &dyn Fn(&mut ContactBuilder<'_>)| contact(fill).into_contact().identity.full_name;
    assert_eq!(
        name(&|builder| {
            builder
                .title("t", Some("Ms"))
                .first_name("f", Some("  Jane "))
                .last_name("l", Some("Doe"));
        }),
        "Jane Doe"
    );
    assert_eq!(
        name(&|builder| {
            builder
                .first_name("f", Some("\u{200B} "))
                .company_name("c", Some("Acme Ltd"))
                .email("e", Some("a@example.com"), None);
        }),
        "Acme Ltd",
        "a name of invisible characters is none"
    );
    assert_eq!(
        name(&|builder| {
            builder.email("e", Some("a@example.com"), None);
        }),
        "a@example.com"
    );
    let nameless = build(false, |_| {});
    assert_eq!(nameless.contact.identity.full_name, "Unnamed contact A1");
    assert_eq!(
        codes(&nameless),
        [("nameMissing", "identity.fullName")],
        "a made-up name must be said to be one"
    );
}

#[test]
fn the_same_address_and_the_same_number_stand_once() {
    let contact = contact(|builder| {
        builder
            .email("one", Some("Jane@Example.com; bad@"), Some("home"))
            .email("two", Some("jane@EXAMPLE.com"), Some("work"))
            .phone("mobile", Some("n/a"), None)
            .phone("mobile2", Some("07700 900123 (wife)"), Some("mobile"))
            .phone("home", Some("+44 (0)7700 900123 / 01632 960001"), None)
            .phone("work", Some("N/A"), None);
    });
    let emails: Vec<_> = contact
        .emails
        .iter()
        .map(|email| {
            (
                email.address.as_str(),
                email.valid,
                email.primary,
                email.label.as_deref(),
            )
        })
        .collect();
    assert_eq!(
        emails,
        [
            ("Jane@example.com", true, true, Some("home")),
            ("bad@", false, false, Some("home")),
        ]
    );
    let phones: Vec<_> = contact
        .phones
        .iter()
        .map(|phone| (phone.raw.as_str(), phone.e164.as_deref(), phone.primary))
        .collect();
    assert_eq!(
        phones,
        [
            ("n/a", None, false),
            ("07700 900123 (wife)", Some("+447700900123"), true),
            ("01632 960001", Some("+441632960001"), false),
        ],
        "an unreadable number is kept and is never the primary one"
    );
}

#[test]
fn addresses_are_settled_and_a_country_alone_is_none() {
    let built = build(false, |builder| {
        builder
            .full_name("name", Some("Jane Doe"))
            .address(
                "blank",
                AddressParts {
                    country: Some("GB"),
                    ..AddressParts::default()
                },
            )
            .address(
                "home",
                AddressParts {
                    lines: &[Some(" 1 High St "), None, Some("")],
                    town: Some("Guildford"),
                    county: Some("Surrey"),
                    postcode: Some("gu11aa"),
                    country: None,
                },
            )
            .address(
                "abroad",
                AddressParts {
                    lines: &[Some("1 rue Exemple")],
                    postcode: Some("75001"),
                    country: Some("France"),
                    ..AddressParts::default()
                },
            )
            .address(
                "odd",
                AddressParts {
                    lines: &[Some("Somewhere")],
                    postcode: Some("12345"),
                    country: Some("Narnia"),
                    ..AddressParts::default()
                },
            )
            .address_text("text", Some("12 Sample Road, London, SW1A 1AA"));
    });
    let codes = codes(&built);
    assert_eq!(
        codes,
        [
            ("countryUnknown", "addresses[2].country"),
            ("postcodeInvalid", "addresses[2].postcode"),
        ],
        "a French postcode is no fault"
    );
    let seen: Vec<_> = built
        .contact
        .addresses
        .iter()
        .map(|address| {
            (
                address.lines.join("|"),
                address.postcode.as_deref().unwrap_or("-"),
                address.country.as_deref().unwrap_or("-"),
                address.primary,
            )
        })
        .collect();
    assert_eq!(
        seen,
        [
            ("1 High St".to_owned(), "GU1 1AA", "GB", true),
            ("1 rue Exemple".to_owned(), "75001", "FR", false),
            ("Somewhere|Narnia".to_owned(), "12345", "-", false),
            ("12 Sample Road".to_owned(), "SW1A 1AA", "GB", false),
        ]
    );
}

#[test]
fn the_first_category_is_the_assigned_one_and_silence_is_no_consent() {
    let contact = contact(|builder| {
        builder
            .category("roles", Category::Landlord)
            .category("roles", Category::Buyer)
            .category("roles", Category::Landlord)
            .consent("sms", Channel::Sms, ConsentState::Denied)
            .lifecycle("archived", Lifecycle::Archived);
    });
    assert_eq!(contact.category, Category::Landlord);
    assert_eq!(contact.categories, [Category::Landlord, Category::Buyer]);
    assert_eq!(contact.consent.sms, ConsentState::Denied);
    assert_eq!(
        contact.consent.email,
        ConsentState::Unknown,
        "nobody said anything about e-mail"
    );
}

#[test]
fn endless_fields_are_cut_and_every_cut_is_an_issue() {
    let endless = "x".repeat(10_000_000);
    let addresses = "a@example.com;".repeat(700_000);
    let built = build(false, |builder| {
        builder
            .first_name("f", Some(&endless))
            .email("e", Some(&endless), None)
            .phone("p", Some(&"07700900123,".repeat(800_000)), None)
            .address_text("a", Some(&endless))
            .tag("t", Some(&endless))
            .attribute("k", "notes", json!(endless))
            .attribute("k", "list", json!(vec![0; 100_000]));
    });
    let size = built.contact.canonical().len();
    assert!(size < 20_000, "{size} bytes are too many for one contact");
    for field in [
        "identity.firstName",
        "emails",
        "phones",
        "addresses",
        "tags",
        "attributes.notes",
        "attributes.list",
    ] {
        assert!(
            codes(&built).contains(&("tooLong", field)),
            "the cut of {field} must be said"
        );
    }
    let many = contact(|builder| {
        builder.email("e", Some(&addresses), None);
    });
    assert_eq!(many.emails.len(), 1, "one address, however often");
}

#[test]
fn lineage_names_the_source_of_each_field_only_when_asked() {
    let fill = |builder: &mut ContactBuilder<'_>| {
        builder
            .first_name("forename", Some("Jane"))
            .last_name("surname", None)
            .email("email", Some("jane@example.com"), None)
            .attribute("source.id", "source", json!("web"))
            .consent("marketingConsent", Channel::All, ConsentState::Granted);
    };
    let explained = build(true, fill);
    let pairs: Vec<_> = explained
        .lineage
        .iter()
        .map(|Lineage { field, from }| (field.as_str(), from.as_str()))
        .collect();
    assert_eq!(
        pairs,
        [
            ("identity.firstName", "forename"),
            ("emails[0]", "email"),
            ("attributes.source", "source.id"),
            ("consent", "marketingConsent"),
            (
                "identity.fullName",
                "(identity.firstName, identity.lastName)"
            ),
        ],
        "a blank field has no lineage"
    );
    let plain = build(false, fill);
    assert!(plain.lineage.is_empty());
    assert_eq!(
        plain.contact, explained.contact,
        "explaining must not change the contact"
    );
}

#[test]
fn the_contact_is_sealed() {
    let contact = contact(|builder| {
        builder.first_name("f", Some("Jane"));
    });
    let again = contact.clone().into_contact().sealed();
    assert_eq!(contact, again, "nothing was changed after it was sealed");
}
