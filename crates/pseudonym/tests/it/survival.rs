//! No planted secret and no planted person survives, whatever the document; its shape does.

use nurturehub_pseudonym::Pseudonyms;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use serde_json::{Value, json};

/// What is planted of a person, and a secret.
#[derive(Debug, Clone)]
struct Planted {
    name: String,
    email: String,
    phone: String,
    postcode: String,
    street: String,
    id: String,
    secret: String,
}

impl Planted {
    fn all(&self) -> [&str; 7] {
        [
            &self.name,
            &self.email,
            &self.phone,
            &self.postcode,
            &self.street,
            &self.id,
            &self.secret,
        ]
    }
}

/// A family name that is nobody's word, in several scripts.
fn surname() -> impl Strategy<Value = String> {
    prop_oneof![
        "[B-DF-HJ-NP-TV-Z][a-z]{6,12}q",
        "[A-Z]'[A-Z][a-z]{6,10}q",
        "[Ж-Я][а-я]{6,12}",
        "[\u{4e00}-\u{9f00}]{5,6}",
        "[A-Z][a-zà-ö]{6,12}ñq",
    ]
}

fn planted() -> impl Strategy<Value = Planted> {
    (
        surname(),
        "[A-Z][a-z]{5,9}z",
        "[a-z]{6,12}q",
        "[1-9][0-9]{5}",
        "[A-Z]{2}[1-9][0-9]? [1-9][A-Z]{2}",
        "[A-Z][a-z]{6,9}x",
        "[A-Z]{3}[1-9][0-9]{7}",
        "[A-Za-z0-9_-]{20,40}",
    )
        .prop_map(
            |(surname, first, mail, phone, postcode, street, id, secret)| Planted {
                email: format!("{mail}.{}@{mail}.co.uk", first.to_lowercase()),
                name: format!("{first} {surname}"),
                phone: format!("07700 {phone}"),
                postcode,
                street: format!(
                    "{} {street} Road",
                    phone.chars().take(2).collect::<String>()
                ),
                id,
                secret,
            },
        )
}

/// Where it is planted: fields that say what they hold, and some that do not.
fn record(person: &Planted, field: &str) -> Value {
    json!({
        "id": person.id, "fullName": person.name, "created": "2026-03-01T12:00:00Z",
        "type": "applicant", "page": 3, "active": true, "nothing": null, "share": 0.25,
        "primaryAddress": { "line1": person.street, "postcode": person.postcode },
        "emails": [{ "type": "home", "address": person.email }],
        "mobilePhone": person.phone,
        field: format!("{} of {} ({})", person.name, person.street, person.phone),
        "description": format!("No contact {} at {} for {}", person.name, person.postcode, person.email),
        "message": format!("Invalid key {}", person.secret),
        "next": format!("https://crm.example/contacts/{}?email={}&token={}", person.id, person.email, person.secret),
    })
}

fn pseudonyms(key: [u8; 32], person: &Planted, body: &[u8]) -> Pseudonyms {
    let mut pseudonyms = Pseudonyms::new(key);
    pseudonyms.never(&person.secret);
    pseudonyms.learn(body);
    pseudonyms
}

fn survives(person: &Planted, written: &[u8]) -> Option<String> {
    let written = String::from_utf8_lossy(written);
    let words = person.all().into_iter().flat_map(|text| {
        std::iter::once(text).chain(
            text.split([' ', '@', '.'])
                .filter(|word| word.chars().count() >= 6),
        )
    });
    words
        .filter(|word| written.contains(word))
        .map(str::to_owned)
        .next()
}

/// The same kinds of value in the same places, and the same length of each text.
fn same_shape(before: &Value, after: &Value) -> bool {
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => {
            before.len() == after.len()
                && before
                    .iter()
                    .zip(after)
                    .all(|(b, a)| b.0 == a.0 && same_shape(b.1, a.1))
        }
        (Value::Array(before), Value::Array(after)) => {
            before.len() == after.len() && before.iter().zip(after).all(|(b, a)| same_shape(b, a))
        }
        (Value::String(before), Value::String(after)) => {
            let class = |c: char| {
                (
                    c.is_alphabetic(),
                    c.is_numeric(),
                    c.is_uppercase(),
                    c.len_utf8(),
                )
            };
            before.starts_with("http") || before.chars().map(class).eq(after.chars().map(class))
        }
        (before, after) => before == after,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, rng_seed: RngSeed::Fixed(17), ..ProptestConfig::default() })]

    #[test]
    fn nobody_survives_and_the_shape_does(
        person in planted(),
        field in prop_oneof![Just("remarks".to_owned()), "[a-z]{3,10}"],
        key in any::<[u8; 32]>(),
    ) {
        let document = record(&person, &field);
        let body = document.to_string();
        let pseudonyms = pseudonyms(key, &person, body.as_bytes());
        let written = pseudonyms.body(body.as_bytes());
        prop_assert_eq!(survives(&person, &written), None, "{}", String::from_utf8_lossy(&written));
        let after: Value = serde_json::from_slice(&written).unwrap();
        prop_assert!(same_shape(&document, &after), "{document}\n{after}");
        prop_assert_eq!(&after["type"], "applicant", "a word of the protocol stays");
        prop_assert_eq!(&after["created"], "2026-03-01T12:00:00Z", "a time stays");
        prop_assert_eq!(&after["page"], 3, "a count stays");
        let again = pseudonyms.body(body.as_bytes());
        prop_assert_eq!(written, again, "the same person is the same again");
    }

    #[test]
    fn nobody_survives_where_a_document_is_cut_or_no_document(
        person in planted(),
        cut in 0.0..1.0_f64,
        key in any::<[u8; 32]>(),
    ) {
        let body = record(&person, "notes").to_string();
        let at = body.floor_char_boundary((body.len() as f64 * cut) as usize);
        let page = format!("<html><title>{}</title><p>Call {} or {}, {}</p></html>", person.name, person.phone, person.email, person.id);
        let cut = body.get(..at).unwrap_or_default();
        for body in [cut, &page] {
            let pseudonyms = pseudonyms(key, &person, body.as_bytes());
            let written = pseudonyms.body(body.as_bytes());
            prop_assert_eq!(survives(&person, &written), None, "{}", String::from_utf8_lossy(&written));
            let parses = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).is_ok();
            prop_assert_eq!(parses(body.as_bytes()), parses(&written), "what is broken stays broken");
        }
    }

    #[test]
    fn a_request_asks_for_what_the_answer_named(person in planted(), key in any::<[u8; 32]>()) {
        let body = record(&person, "notes").to_string();
        let pseudonyms = pseudonyms(key, &person, body.as_bytes());
        let after: Value = serde_json::from_slice(&pseudonyms.body(body.as_bytes())).unwrap();
        let path = pseudonyms.path("/contacts/{contactId}/notes/{offset}", &format!("/contacts/{}/notes/100", person.id));
        prop_assert_eq!(path, format!("/contacts/{}/notes/100", after["id"].as_str().unwrap()));
        let query = pseudonyms.query(&format!("id={}&embed=relationships&page%5Bsize%5D=50&from=2026-03-01T00%3A00%3A00Z", person.id));
        prop_assert_eq!(query, format!("id={}&embed=relationships&page%5Bsize%5D=50&from=2026-03-01T00%3A00%3A00Z", after["id"].as_str().unwrap()));
    }
}

fn plain() -> Pseudonyms {
    Pseudonyms::new([3; 32])
}

#[test]
fn the_same_person_is_the_same_however_written() {
    let made = plain();
    let national = made.field("mobile", "07700 900123");
    let foreign = made.field("telephone", "+44 7700 900123");
    let digits = |text: &str| {
        text.chars()
            .filter(char::is_ascii_digit)
            .collect::<String>()
    };
    assert_eq!(
        digits(&national).get(1..),
        digits(&foreign).get(2..),
        "one number in two forms"
    );
    assert!(
        national.starts_with("077") && foreign.starts_with("+44 77"),
        "{national} {foreign}"
    );
    assert_eq!(
        made.field("postcode", "OX1 2JD").replace(' ', ""),
        made.field("postcode", "OX12JD"),
        "with and without its blank"
    );
    let name = made.field("forename", "Philippa");
    let email = made.field("email", "philippa@Philippa.org");
    assert!(
        email.starts_with(&name.to_lowercase()) && email.ends_with(".org"),
        "a name is the same within an address: {name} {email}"
    );
    assert_ne!(
        made.field("name", "Philippa"),
        Pseudonyms::new([4; 32]).field("name", "Philippa"),
        "another key, another name"
    );
}

#[test]
fn what_an_error_says_can_still_be_read() {
    let made = plain();
    let said = made.body(br#"{"error":"invalid_grant","description":"The customer has not installed the application. Ask Zebulon."}"#);
    let said = String::from_utf8(said).unwrap();
    assert!(said.starts_with(r#"{"error":"invalid_grant","description":"The customer has not installed the application."#), "{said}");
    assert!(!said.contains("Zebulon"), "{said}");
}

#[test]
fn positions_stay_readable_for_the_adapter_that_wrote_them() {
    let made = plain();
    let position = r#"{"v":1,"pass":"people","page":4,"size":100,"to":"2026-03-01T12:00:00Z","list":"applicantLettings","counts":[12,null]}"#;
    assert_eq!(
        made.position(position),
        position,
        "nothing in it is about a person"
    );
    let token = made.position(r#"{"next":"MTIzNDU2Nzg5","done":false}"#);
    assert!(
        !token.contains("MTIzNDU2Nzg5"),
        "a token of the CRM's is replaced: {token}"
    );
}

#[test]
fn bytes_that_are_no_text_stay() {
    assert_eq!(
        plain().body(&[0xff, 0xfe, b'{', 0xff]),
        [0xff, 0xfe, b'{', 0xff]
    );
}

#[test]
fn what_somebody_else_said_within_a_sentence_of_ours_is_replaced() {
    let made = Pseudonyms::new([7; 32]);
    let message = "The CRM refused the request (400): “Contact Zebulon Quixley of 12 Rosewood Lane \
                   owes Brontefield, password=hunter2secret”. Nothing was changed.";
    let said = made.said(message);
    for planted in [
        "Zebulon",
        "Quixley",
        "Rosewood",
        "Brontefield",
        "hunter2secret",
    ] {
        assert!(!said.contains(planted), "{planted} survives: {said}");
    }
    assert!(
        said.starts_with("The CRM refused the request (400): “"),
        "{said}"
    );
    assert!(said.ends_with("”. Nothing was changed."), "{said}");
    let open = made.said("It said “Zebulon");
    assert!(!open.contains("Zebulon"), "an end that is missing: {open}");
    let nested = made.said("It said “a” Zebulon ”.");
    assert!(!nested.contains("Zebulon"), "one that is forged: {nested}");
}
