//! Known differences: what they cover, and what becomes of an idle one.

use nurturehub_spec_check::{
    Amendment, Document, Exception, Finding, Side, Violation, amend, settle,
};

use super::invented::{TITLE, description};

fn violation(operation: &str, place: &str, finding: Finding, message: &str) -> Violation {
    Violation {
        side: Side::Simulator,
        operation: operation.to_owned(),
        place: place.to_owned(),
        finding,
        message: message.to_owned(),
    }
}

const NULLS: Exception = Exception {
    operation: "*",
    place: "answer 200 *",
    finding: Finding::Null,
    reason: "The description cannot say null.",
};

const STATUS: Exception = Exception {
    operation: "GET /people",
    place: "answer 401",
    finding: Finding::UnknownStatus,
    reason: "The prose has it.",
};

#[test]
fn an_exception_covers_what_it_names_and_nothing_else() {
    let settled = settle(
        vec![
            violation("GET /people", "answer 200 /a", Finding::Null, "null"),
            violation("GET /notes", "answer 200 /b", Finding::Null, "null"),
            violation(
                "GET /people",
                "answer 200 /a",
                Finding::Shape,
                "1 is no text",
            ),
            violation(
                "GET /people",
                "answer 200 /a",
                Finding::Shape,
                "2 is no text",
            ),
            violation("GET /people", "body /a", Finding::Null, "null"),
            violation("GET /people", "answer 401", Finding::UnknownStatus, "none"),
            violation("GET /notes", "answer 401", Finding::UnknownStatus, "none"),
        ],
        &[NULLS, STATUS],
    );
    assert_eq!(settled.used, [(NULLS, 2), (STATUS, 1)]);
    let left: Vec<_> = settled
        .violations
        .iter()
        .map(|(violation, count)| {
            (
                violation.operation.as_str(),
                violation.place.as_str(),
                *count,
            )
        })
        .collect();
    assert_eq!(
        left,
        [
            ("GET /people", "answer 200 /a", 2),
            ("GET /people", "body /a", 1),
            ("GET /notes", "answer 401", 1),
        ],
        "another way, another place, another operation; the same with another value is one"
    );
}

#[test]
fn an_exception_that_nothing_needs_is_told() {
    let settled = settle(Vec::new(), &[STATUS]);
    assert_eq!(settled.unused, [STATUS]);
}

#[test]
fn an_amendment_is_made_once_and_not_where_it_is_needless() {
    let amendment = Amendment {
        document: TITLE,
        pointer: "/components/schemas/Person/properties/name",
        json: r#"{"type": "integer"}"#,
        reason: "Names are numbers at Acme.",
    };
    let mut documents = [Document::parse(TITLE, description()).unwrap()];
    amend(&mut documents, &[amendment]).unwrap();
    let error = amend(&mut documents, &[amendment]).unwrap_err().to_string();
    assert!(error.contains("no amendment any more"), "{error}");
    for wrong in [
        Amendment {
            document: "another",
            ..amendment
        },
        Amendment {
            pointer: "/components/nowhere/name",
            ..amendment
        },
        Amendment {
            json: "{",
            ..amendment
        },
    ] {
        assert!(amend(&mut documents, &[wrong]).is_err(), "{wrong:?}");
    }
}
