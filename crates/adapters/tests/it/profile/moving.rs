//! Listings while people work in the CRM.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use nurturehub_port::{ErrorKind, SyncStart};
use serde_json::{Value, json};

use super::server::{Crm, ids, list, people, profile, start};

type Edit = Box<dyn FnMut(usize, &mut Vec<Value>) + Send>;

/// A list of 30 people, five to a page, that `edit` may change before each answer.
async fn edited(style: &str, mut edit: Edit) -> Crm {
    let paging = match style {
        "pageNumber" => json!({"style": style, "page": "p", "size": "n", "records": 5}),
        _ => json!({"style": style, "offset": "p", "size": "n", "records": 5}),
    };
    let by_number = style == "pageNumber";
    let all = Arc::new(Mutex::new(people(0..30)));
    start(&profile(paging), move |asked| {
        let mut all = all.lock().unwrap();
        edit(asked.number, &mut all);
        let place = asked.number_of("p");
        let from = if by_number { (place - 1) * 5 } else { place };
        let page: Vec<&Value> = all.iter().skip(from).take(5).collect();
        (200, json!({"items": page, "total": all.len()}).to_string())
    })
    .await
}

async fn assert_all_of(crm: &Crm, held: impl IntoIterator<Item = usize>, why: &str) {
    let (pages, error) = list(crm.adapter.as_ref(), SyncStart::Full).await;
    assert_eq!(error, None, "{why}");
    assert!(pages.last().unwrap().complete, "{why}");
    let seen: BTreeSet<String> = ids(&pages).into_iter().collect();
    for number in held {
        assert!(
            seen.contains(&format!("person/{number}")),
            "{number} was there all the time and must be listed: {why}"
        );
    }
}

#[tokio::test]
async fn nobody_slips_past_when_records_vanish_from_the_front() {
    for style in ["pageNumber", "offset"] {
        for gone in [1, 4, 7] {
            let edit = move |number: usize, all: &mut Vec<Value>| {
                if number == 3 {
                    all.drain(0..gone);
                }
            };
            let crm = edited(style, Box::new(edit)).await;
            assert_all_of(&crm, gone..30, &format!("{style}, {gone} gone")).await;
        }
    }
}

#[tokio::test]
async fn nobody_slips_past_when_one_record_vanishes_before_every_page() {
    for style in ["pageNumber", "offset"] {
        let edit = |number: usize, all: &mut Vec<Value>| {
            if (1..10).contains(&number) {
                all.remove(0);
            }
        };
        let crm = edited(style, Box::new(edit)).await;
        assert_all_of(&crm, 9..30, style).await;
    }
}

#[tokio::test]
async fn a_list_that_shrinks_below_the_next_page_is_looked_at_again() {
    for style in ["pageNumber", "offset"] {
        let edit = |number: usize, all: &mut Vec<Value>| {
            if number == 4 {
                // What is left ends before the page that is asked for next.
                all.drain(0..22);
            }
        };
        let crm = edited(style, Box::new(edit)).await;
        assert_all_of(&crm, 22..30, style).await;
    }
}

#[tokio::test]
async fn people_who_are_entered_meanwhile_disturb_nothing() {
    for style in ["pageNumber", "offset"] {
        for at_front in [true, false] {
            let edit = move |number: usize, all: &mut Vec<Value>| {
                if (1..4).contains(&number) {
                    let place = if at_front { 0 } else { all.len() };
                    all.insert(place, people([100 + number]).remove(0));
                }
            };
            let crm = edited(style, Box::new(edit)).await;
            assert_all_of(&crm, 0..30, &format!("{style}, at the front: {at_front}")).await;
        }
    }
}

#[tokio::test]
async fn a_list_whose_total_never_stands_still_ends_with_an_error() {
    let crm = start(
        &profile(json!({"style": "pageNumber", "page": "p", "records": 2})),
        |asked| {
            let from = asked.number_of("p") * 2;
            let total = 1_000_000 - asked.number;
            (
                200,
                json!({"items": people(from..from + 2), "total": total}).to_string(),
            )
        },
    )
    .await;
    let (_, error) = list(crm.adapter.as_ref(), SyncStart::Full).await;
    assert_eq!(
        error.expect("it cannot be known to be whole").kind,
        ErrorKind::IncompleteListing
    );
    assert!(crm.requests() < 200, "{} requests", crm.requests());
}
