//! The proof that each run gives of its own sight.

use nurturehub_spec_check::{Exchange, bend};

use super::invented::{checker, checker_of, description, listing, note};

#[test]
fn a_close_description_lets_no_bend_pass() {
    let bends = bend(&mut checker(), &[listing(), note()]).unwrap();
    // Of the list: three parameters; the whole, the list, a person and four members; and a member
    // more in the whole and in a person. Of the note: the whole, its text and a member more.
    assert_eq!(
        bends.made,
        3 + 9 + 3,
        "one of each place, however often it comes"
    );
    assert_eq!(bends.missed, [] as [&str; 0]);
}

#[test]
fn what_is_described_loosely_is_told() {
    let mut loose = description();
    loose["components"]["schemas"]["Person"] = serde_json::json!({
        "type": "object", "properties": { "id": { "type": "string" }, "name": {} },
        "additionalProperties": true,
    });
    let exchanges: [Exchange; 1] = [listing()];
    let bends = bend(&mut checker_of(loose), &exchanges).unwrap();
    assert_eq!(
        bends.missed,
        [
            "GET /people: answer 200 /people/*",
            "GET /people: answer 200 /people/*/consent",
            "GET /people: answer 200 /people/*/created",
            "GET /people: answer 200 /people/*/name",
        ],
        "an open object may gain a member, and what has no schema may be anything"
    );
    assert_eq!(bends.caught(), 8);
}
