//! Each way in which an exchange can break a description is found where it is.

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};
use nurturehub_spec_check::{Exchange, Finding, Sender, Side};
use serde_json::{Value, json};

use super::invented::{body, checker, found, headers, listing, note};

#[test]
fn what_is_as_described_passes() {
    for exchange in [listing(), note()] {
        assert_eq!(found(&exchange), [], "{}", exchange.path);
    }
}

#[test]
fn a_request_that_is_bent_is_found_where_it_is_bent() {
    type Bend = fn(&mut Exchange);
    let cases: [(&str, Finding, Bend); 11] = [
        ("request", Finding::UnknownPath, |e| {
            e.path = "/persons".into();
        }),
        ("request", Finding::UnknownPath, |e| {
            e.path = "/people/".into();
        }),
        ("request", Finding::UnknownMethod, |e| {
            e.method = Method::DELETE;
        }),
        ("query Size", Finding::UnknownParameter, |e| {
            e.query.push(("Size".into(), "50".into()));
        }),
        ("query size", Finding::BadParameter, |e| {
            e.query[1].1 = "101".into();
        }),
        ("query size", Finding::BadParameter, |e| {
            e.query[1].1 = "many".into();
        }),
        ("query role", Finding::BadParameter, |e| {
            e.query[2].1 = "buyer,vendor".into();
        }),
        ("query since", Finding::Missing, |e| drop(e.query.remove(0))),
        ("query since", Finding::BadParameter, |e| {
            e.query[0].1 = "2025-07-10".into();
        }),
        ("headers", Finding::NotSignedIn, |e| {
            e.request
                .headers
                .insert("authorization", "Basic abc".parse().unwrap());
        }),
        ("header agency", Finding::Missing, |e| {
            e.request.headers.remove("agency");
        }),
    ];
    for (place, finding, bend) in cases {
        let mut exchange = listing();
        bend(&mut exchange);
        assert_eq!(found(&exchange), [(place.to_owned(), finding)], "{place}");
    }
}

#[test]
fn a_parameter_given_twice_is_no_list() {
    let mut exchange = listing();
    exchange.query.push(("size".into(), "50".into()));
    assert_eq!(
        found(&exchange),
        [("query size".to_owned(), Finding::BadParameter)]
    );
}

#[test]
fn a_body_that_is_bent_is_found_where_it_is_bent() {
    for (place, finding, sent) in [
        ("body ", Finding::Shape, json!({ "pinned": true })),
        (
            "body /text",
            Finding::Shape,
            json!({ "text": "longer than ten" }),
        ),
        ("body /text", Finding::Null, json!({ "text": null })),
        (
            "body /Pinned",
            Finding::UnknownField,
            json!({ "text": "a", "Pinned": true }),
        ),
    ] {
        let mut exchange = note();
        exchange.request.body = body(&sent);
        assert_eq!(found(&exchange), [(place.to_owned(), finding)], "{sent}");
    }
    let mut exchange = note();
    exchange.request.body = Bytes::new();
    assert_eq!(found(&exchange), [("body".to_owned(), Finding::Missing)]);
    let mut exchange = note();
    exchange.request.headers = headers(&[
        ("authorization", "Bearer abc"),
        ("content-type", "text/plain"),
    ]);
    assert_eq!(found(&exchange), [("body".to_owned(), Finding::MediaType)]);
    let mut exchange = listing();
    exchange.request.body = body(&json!({}));
    assert_eq!(
        found(&exchange),
        [("body".to_owned(), Finding::UnexpectedBody)]
    );
}

#[test]
fn an_answer_that_is_bent_is_found_where_it_is_bent() {
    let person = |member: &str, value: Value| {
        let mut person = json!({ "id": "1" });
        person[member] = value;
        json!({ "people": [{ "id": "0" }, person] })
    };
    for (place, finding, answered) in [
        (
            "answer 200 /people/*/nmae",
            Finding::UnknownField,
            person("nmae", json!("Jo")),
        ),
        (
            "answer 200 /people/*/name",
            Finding::Shape,
            person("name", json!(1)),
        ),
        (
            "answer 200 /people/*/consent",
            Finding::Shape,
            person("consent", json!("maybe")),
        ),
        (
            "answer 200 /people/*/consent",
            Finding::Null,
            person("consent", json!(null)),
        ),
        (
            "answer 200 /people/*/created",
            Finding::Shape,
            person("created", json!("1 May")),
        ),
        (
            "answer 200 /people/*",
            Finding::Shape,
            json!({ "people": [{ "name": "Jo" }] }),
        ),
        ("answer 200 ", Finding::Shape, json!([])),
    ] {
        let mut exchange = listing();
        exchange.answer.body = body(&answered);
        assert_eq!(
            found(&exchange),
            [(place.to_owned(), finding)],
            "{answered}"
        );
    }
}

#[test]
fn status_and_media_type_are_held_to_the_description() {
    let mut exchange = listing();
    exchange.status = StatusCode::IM_A_TEAPOT;
    assert_eq!(
        found(&exchange),
        [("answer 418".to_owned(), Finding::UnknownStatus)]
    );
    let mut exchange = listing();
    exchange.answer.headers = HeaderMap::new();
    assert_eq!(
        found(&exchange),
        [("answer 200".to_owned(), Finding::MediaType)]
    );
    let mut exchange = listing();
    exchange.answer.body = Bytes::new();
    assert_eq!(
        found(&exchange),
        [("answer 200".to_owned(), Finding::Missing)]
    );
    let mut exchange = listing();
    exchange.status = StatusCode::FORBIDDEN;
    assert_eq!(
        found(&exchange),
        [],
        "what a refusal holds is not described"
    );
    let mut exchange = note();
    exchange.answer.body = body(&json!({}));
    assert_eq!(
        found(&exchange),
        [("answer 204".to_owned(), Finding::UnexpectedBody)]
    );
}

#[test]
fn a_request_of_the_check_itself_is_nobodys_fault() {
    let mut exchange = listing();
    exchange.query.clear();
    exchange.sender = Sender::Check;
    assert_eq!(found(&exchange), [], "only its answer counts");
    exchange.answer.body = body(&json!({ "persons": [] }));
    let violations = checker().check(&exchange).unwrap();
    let [violation] = violations.as_slice() else {
        panic!("one difference, not {violations:?}");
    };
    assert_eq!(violation.side, Side::Simulator);
    assert_eq!(violation.operation, "GET /people");
}
