//! Whatever of a run goes into a bundle, nobody who was planted in it survives, and no secret does.
#![allow(clippy::unwrap_used, reason = "a test's helpers fail as its body does")]

use std::collections::BTreeMap;

use http::{HeaderMap, HeaderValue};
use jiff::Timestamp;
use nurturehub_adapter_kit::http::{Came, Exchange, Failure, Taken};
use nurturehub_adapters::registry;
use nurturehub_port::{
    Activity, Cursor, ErrorKind, Retry, Secret, StepName, StepStatus, SyncStart,
};
use nurturehub_pseudonym::Pseudonyms;
use nurturehub_store::recordings::RecordingRow;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use serde_json::{Value, json};

use super::keeping::{self, Heard};
use super::masking;
use super::recorded::Operation;
use crate::{EngineError, ErrorReport, Finding, RunKind, RunStatus, RunSummary};
use crate::{SpentReport, VerifyReport, VerifyStepReport};

/// A person, with a family name that may be a word, too, and a secret.
#[derive(Debug, Clone)]
struct Planted {
    given: String,
    surname: String,
    email: String,
    phone: String,
    postcode: String,
    id: String,
    secret: String,
}

impl Planted {
    fn name(&self) -> String {
        format!("{} {}", self.given, self.surname)
    }

    /// What a CRM says about the person in an error.
    fn said(&self) -> String {
        format!(
            "Contact {} ({}, {}) of {} is locked, ask {}",
            self.name(),
            self.email,
            self.phone,
            self.postcode,
            self.surname
        )
    }

    fn survivors(&self, text: &str) -> Vec<&str> {
        let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).collect();
        let whole = [&self.surname, &self.given];
        let within = [
            &self.email,
            &self.phone,
            &self.postcode,
            &self.id,
            &self.secret,
        ];
        let whole = whole
            .into_iter()
            .filter(|name| words.contains(&name.as_str()));
        let within = within
            .into_iter()
            .filter(|planted| text.contains(planted.as_str()));
        whole.chain(within).map(String::as_str).collect()
    }
}

fn planted() -> impl Strategy<Value = Planted> {
    let word = [
        "Long", "Lock", "Parent", "Post", "Still", "Field", "Button", "Guest",
    ];
    let surname = prop_oneof![
        proptest::sample::select(word.to_vec()).prop_map(str::to_owned),
        "[B-DF-HJ-NP-TV-Z][a-z]{6,10}q",
        "[Ж-Я][а-я]{6,10}",
    ];
    (
        surname,
        prop_oneof![
            Just("Jane".to_owned()),
            Just("Zebulon".to_owned()),
            "[A-Z][a-z]{5,8}z"
        ],
        "[a-z]{6,12}q",
        "[1-9][0-9]{5}",
        "[A-Z]{2}[1-9][0-9]? [1-9][A-Z]{2}",
        "[A-Z]{3}[1-9][0-9]{7}",
        "[b-y][A-Z][2-9][A-Za-z0-9]{20,32}",
    )
        .prop_map(
            |(surname, given, mail, phone, postcode, id, secret)| Planted {
                email: format!("{mail}@{mail}x.co.uk"),
                phone: format!("07700 {phone}"),
                given,
                surname,
                postcode,
                id,
                secret,
            },
        )
}

fn exchange(person: &Planted, came: Came) -> Exchange {
    Exchange {
        at: Timestamp::UNIX_EPOCH,
        method: "GET".into(),
        template: "/contacts/{id}".into(),
        path: format!("/contacts/{}", person.id),
        query: format!("email={}&q={}", person.email, person.surname),
        header_names: vec!["authorization".into()],
        body: Some(json!({ "note": person.said() }).to_string().into()),
        attempt: 1,
        came,
    }
}

fn answer(person: &Planted) -> Came {
    let mut headers = HeaderMap::new();
    let name = person.name();
    for header in [
        "x-request-id",
        "x-served-to",
        "www-authenticate",
        "set-cookie",
    ] {
        let value = HeaderValue::from_bytes(name.as_bytes()).unwrap();
        headers.insert(header, value);
    }
    headers.insert("x-key", HeaderValue::from_str(&person.secret).unwrap());
    let record = json!({
        "id": person.id, "fullName": name, "email": person.email, "mobilePhone": person.phone,
        "primaryAddress": { "postcode": person.postcode }, "remarks": person.said(),
        "anything": person.surname, "key": person.secret,
    });
    Came::Answer {
        status: 400,
        headers,
        body: record.to_string().into(),
    }
}

fn report(person: &Planted) -> ErrorReport {
    let message = format!("The CRM refused the request (400): “{}”.", person.said());
    EngineError::new(ErrorKind::ProviderRejected, message).report()
}

fn step(person: &Planted) -> VerifyStepReport {
    VerifyStepReport {
        step: StepName::Credentials,
        status: StepStatus::Failed,
        detail: report(person).message,
        duration_ms: 12,
        remedy: Some(format!("Read what it said: “{}”.", person.said())),
        owner: None,
        error: Some(report(person)),
    }
}

fn settings(person: &Planted) -> BTreeMap<String, String> {
    BTreeMap::from([
        ("customerId".to_owned(), person.surname.clone()),
        ("clientId".to_owned(), person.id.clone()),
        (
            "baseUrl".to_owned(),
            format!(
                "https://{}:{}@crm.example/v1?for={}",
                person.given, person.secret, person.id
            ),
        ),
        ("somethingElse".to_owned(), person.email.clone()),
    ])
}

fn activity(person: &Planted) -> Activity {
    serde_json::from_value(json!({
        "id": person.id, "kind": "note", "occurredAt": "2025-07-10T08:00:00Z",
        "source": { "system": "nurturehub", "reference": person.id },
        "contact": { "externalId": person.id },
        "subject": person.name(), "body": person.said(),
        "link": format!("https://app.example/c?email={}", person.email),
        "attributes": { "name": person.name(), "text": person.said() },
    }))
    .unwrap()
}

fn heard(person: &Planted) -> Heard {
    let failure = Failure {
        kind: ErrorKind::ProviderRejected,
        message: report(person).message,
        retry: Retry::No,
    };
    let secret = Secret::new(person.secret.clone());
    let spec = registry::all().first().map(|entry| (entry.spec)()).unwrap();
    let position = json!({ "v": 1, "next": person.id, "name": person.name() });
    Heard {
        operation: Operation::Sync,
        spec,
        settings: settings(person),
        started_at: Timestamp::UNIX_EPOCH,
        used_today: 3,
        start: SyncStart::Resume {
            at: Cursor::from_stored(position.to_string()),
        },
        steps: vec![step(person)],
        activities: vec![activity(person)],
        before: false,
        judged: None,
        taken: Taken {
            exchanges: vec![
                exchange(person, answer(person)),
                exchange(
                    person,
                    Came::Failure {
                        failure,
                        reached: true,
                    },
                ),
            ],
            aside: vec![exchange(person, answer(person))],
            tokens: vec![secret.clone()],
            ..Taken::default()
        },
        secrets: BTreeMap::from([("clientSecret".to_owned(), secret)]),
    }
}

/// What a run says of itself: of people only by their ids, and by what the CRM said between quotes.
fn run_report(person: &Planted) -> Value {
    let position = json!({ "next": person.id, "name": person.name() }).to_string();
    json!({
        "error": report(person), "cursorBefore": position, "cursorAfter": position,
        "rejections": [{ "externalId": person.id, "code": "invalid", "message": person.said() }],
        "results": [{ "id": person.id, "reference": person.id, "error": report(person) }],
    })
}

fn finding(person: &Planted) -> Finding {
    Finding {
        run: RunSummary {
            run_id: "run".into(),
            kind: RunKind::Sync,
            status: RunStatus::Failed,
            started_at: Timestamp::UNIX_EPOCH,
            ended_at: None,
            contacts: 0,
            error_kind: None,
        },
        at: Some(Timestamp::UNIX_EPOCH),
        verification: Some(VerifyReport {
            of_platform: false,
            spent: SpentReport::default(),
            ok: false,
            steps: vec![step(person)],
            unconfirmed: None,
        }),
        not_asked: None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, rng_seed: RngSeed::Fixed(31), ..ProptestConfig::default() })]

    #[test]
    fn nobody_survives_in_what_is_recorded_of_a_run(person in planted(), key in any::<[u8; 32]>()) {
        let content = keeping::write(heard(&person), "listing", &report(&person), key).unwrap();
        let recording = keeping::unpack(&RecordingRow { key, content }).unwrap();
        let text = serde_json::to_string_pretty(&recording).unwrap();
        prop_assert_eq!(person.survivors(&text), Vec::<&str>::new(), "{}", text);
        prop_assert_eq!(recording.exchanges.len(), 2, "what was said is there");
        prop_assert!(text.contains("The CRM refused the request (400)"), "and can be read");
    }

    #[test]
    fn nobody_survives_in_what_else_a_bundle_says(person in planted(), key in any::<[u8; 32]>()) {
        // By the key alone: who stood in the answers is not known any more when a bundle is made.
        let pseudonyms = Pseudonyms::new(key);
        let spec = registry::all().first().map(|entry| (entry.spec)()).unwrap();
        let mut run = run_report(&person);
        masking::masked(&mut run, "report", &pseudonyms);
        let found = masking::finding(finding(&person), &pseudonyms);
        let settings = masking::settings(&spec, &settings(&person), &pseudonyms);
        let text = json!({ "run": run, "finding": found, "settings": settings }).to_string();
        prop_assert_eq!(person.survivors(&text), Vec::<&str>::new(), "{}", text);
        prop_assert!(text.contains("https://crm.example/v1"), "addresses stay: {}", text);
    }
}
