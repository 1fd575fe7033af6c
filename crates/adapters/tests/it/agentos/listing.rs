//! Sweeps: whole, resumed, and while people work in the CRM.

use std::collections::BTreeSet;

use nurturehub_port::{Category, ErrorKind, PageRecord, SyncStart};
use serde_json::json;

use super::scripted::{Answer, Script, ids, list, start, tenant, tenants};

fn five_lists() -> Script {
    let mut script = Script::default();
    script.lists.insert("tenants", tenants(5));
    script.lists.insert("landlords", tenants(1));
    script.lists.insert("applicants/sales", tenants(3));
    script.lists.insert("vendors", tenants(2));
    script
}

const EVERYBODY: [&str; 11] = [
    "tenant/T0",
    "tenant/T1",
    "tenant/T2",
    "tenant/T3",
    "tenant/T4",
    "landlord/T0",
    "applicantSales/T0",
    "applicantSales/T1",
    "applicantSales/T2",
    "vendor/T0",
    "vendor/T1",
];

#[tokio::test]
async fn a_sweep_reads_every_list_to_its_end_and_knows_what_it_read() {
    let agentos = start(five_lists(), &[("pageSize", "2")]).await;
    let (pages, error) = list(&agentos, SyncStart::Full).await;
    assert_eq!(error, None);
    assert_eq!(ids(&pages), EVERYBODY);
    let complete: Vec<bool> = pages.iter().map(|page| page.complete).collect();
    assert_eq!(
        complete.iter().filter(|complete| **complete).count(),
        1,
        "only one page completes the listing: {complete:?}"
    );
    assert!(pages.last().unwrap().complete);
    assert_eq!(
        pages.last().unwrap().source_total,
        Some(11),
        "the total is the sum of the lists"
    );
    assert_eq!(
        pages.first().unwrap().source_total,
        None,
        "no total before every list has said its own"
    );
    let categories: BTreeSet<Category> = pages
        .iter()
        .flat_map(|page| &page.records)
        .filter_map(|record| match record {
            PageRecord::Mapped(mapped) => Some(mapped.contact.category),
            PageRecord::Rejected(_) => None,
        })
        .collect();
    assert_eq!(
        categories,
        BTreeSet::from([
            Category::Tenant,
            Category::Landlord,
            Category::Buyer,
            Category::Vendor
        ])
    );
}

#[tokio::test]
async fn a_sweep_goes_on_from_any_of_its_pages() {
    let agentos = start(five_lists(), &[("pageSize", "2")]).await;
    let (pages, _) = list(&agentos, SyncStart::Full).await;
    for (index, page) in pages.iter().enumerate() {
        let (rest, error) = list(
            &agentos,
            SyncStart::Resume {
                at: page.cursor.clone(),
            },
        )
        .await;
        assert_eq!(error, None);
        let mut all = ids(&pages[..=index]);
        all.extend(ids(&rest));
        assert_eq!(all, EVERYBODY, "resumed after page {index}");
        assert!(
            rest.last().unwrap().complete,
            "a resumed sweep completes, too (page {index})"
        );
        assert_eq!(rest.last().unwrap().source_total, Some(11));
    }
}

#[tokio::test]
async fn an_incremental_start_is_a_sweep() {
    let agentos = start(five_lists(), &[]).await;
    let (pages, _) = list(&agentos, SyncStart::Full).await;
    let since = pages.last().unwrap().cursor.clone();
    let (again, error) = list(&agentos, SyncStart::Incremental { since }).await;
    assert_eq!(error, None);
    assert_eq!(ids(&again), EVERYBODY, "there is no filter to ask with");
}

#[tokio::test]
async fn an_agency_that_shares_nobody_is_a_complete_listing_of_nobody() {
    let agentos = start(Script::default(), &[]).await;
    let (pages, error) = list(&agentos, SyncStart::Full).await;
    assert_eq!(error, None);
    assert_eq!(pages.len(), 1);
    assert!(pages[0].complete);
    assert_eq!(pages[0].source_total, Some(0));
}

#[tokio::test]
async fn nobody_slips_past_when_records_vanish_from_the_front_of_the_list() {
    let mut script = Script::default();
    script.lists.insert("tenants", tenants(20));
    script.edits.insert(
        2,
        Box::new(|lists| {
            lists.get_mut("tenants").unwrap().drain(0..3);
        }),
    );
    let agentos = start(script, &[("pageSize", "5")]).await;
    let (pages, error) = list(&agentos, SyncStart::Full).await;
    assert_eq!(error, None);
    let seen: BTreeSet<String> = ids(&pages).into_iter().collect();
    for id in 3..20 {
        assert!(
            seen.contains(&format!("tenant/T{id}")),
            "T{id} was there all the time and must be listed"
        );
    }
}

#[tokio::test]
async fn a_list_that_shrinks_below_the_next_page_is_looked_at_again() {
    for says_empty in [false, true] {
        let mut script = Script {
            says_empty,
            ..Script::default()
        };
        script.lists.insert("tenants", tenants(20));
        script.edits.insert(
            2,
            Box::new(|lists| {
                // What is left fits before the page that is asked for next: no data comes there.
                lists.get_mut("tenants").unwrap().drain(0..12);
            }),
        );
        let agentos = start(script, &[("pageSize", "5")]).await;
        let (pages, error) = list(&agentos, SyncStart::Full).await;
        assert_eq!(error, None, "a list may shrink");
        let seen: BTreeSet<String> = ids(&pages).into_iter().collect();
        for id in 12..20 {
            assert!(
                seen.contains(&format!("tenant/T{id}")),
                "T{id} was there all the time and must be listed (empty page: {says_empty})"
            );
        }
        assert!(pages.last().unwrap().complete);
    }
}

#[tokio::test]
async fn a_list_that_is_emptied_while_it_is_read_counts_as_empty_with_the_next_listing() {
    let mut script = Script::default();
    script.lists.insert("tenants", tenants(20));
    script.lists.insert("vendors", tenants(1));
    script.edits.insert(
        2,
        Box::new(|lists| lists.get_mut("tenants").unwrap().clear()),
    );
    let agentos = start(script, &[("pageSize", "5")]).await;
    let (pages, error) = list(&agentos, SyncStart::Full).await;
    assert_eq!(
        error.map(|error| error.kind),
        Some(ErrorKind::IncompleteListing),
        "twenty were promised, and it cannot be told whether all have gone or the list broke"
    );
    assert!(pages.iter().all(|page| !page.complete));
    let (pages, error) = list(&agentos, SyncStart::Full).await;
    assert_eq!(error, None);
    assert_eq!(ids(&pages), ["vendor/T0"]);
    assert_eq!(pages.last().unwrap().source_total, Some(1));
}

#[tokio::test]
async fn a_list_that_ends_before_its_total_is_incomplete_and_never_complete() {
    for early in [
        Answer::Status(204, ""),
        Answer::Body(json!({"Count": 9, "Data": []}).to_string()),
    ] {
        let mut script = Script {
            overstated: 5,
            ..Script::default()
        };
        script.lists.insert("tenants", tenants(4));
        script.instead = vec![("tenants/4/", [early.clone(), early].into())];
        let agentos = start(script, &[("pageSize", "2")]).await;
        let (pages, error) = list(&agentos, SyncStart::Full).await;
        let error = error.expect("the total says that there is more");
        assert_eq!(error.kind, ErrorKind::IncompleteListing);
        assert!(pages.iter().all(|page| !page.complete));
    }
}

#[tokio::test]
async fn a_page_that_comes_again_does_not_go_on_for_ever() {
    let page = json!({"Count": 100, "Data": [tenant(1), tenant(2)]}).to_string();
    let script = Script {
        instead: vec![("tenants", vec![Answer::Body(page); 50].into())],
        ..Script::default()
    };
    let agentos = start(script, &[("pageSize", "2")]).await;
    let (pages, error) = list(&agentos, SyncStart::Full).await;
    assert_eq!(
        error.expect("the list does not move on").kind,
        ErrorKind::Protocol
    );
    assert_eq!(pages.len(), 1, "noticed at the first repeat");
}

#[tokio::test]
async fn one_bad_record_is_rejected_and_the_page_goes_on() {
    let page = r#"{"Count":6,"Data":[{"OID":"1","Surname":"Doe"},"text",{"Surname":"No id"},
        {"OID":null},{"OID":77,"Email":["x"]},{"OID":"6","Surname":"Roe"}]}"#;
    let script = Script {
        instead: vec![("tenants", [Answer::Body(page.to_owned())].into())],
        ..Script::default()
    };
    let agentos = start(script, &[]).await;
    let (pages, error) = list(&agentos, SyncStart::Full).await;
    assert_eq!(error, None);
    assert_eq!(
        ids(&pages),
        ["tenant/1", "tenant/77", "tenant/6"],
        "a number is an id, too"
    );
    let rejected: Vec<(&str, &str)> = pages
        .iter()
        .flat_map(|page| &page.records)
        .filter_map(|record| match record {
            PageRecord::Rejected(record) => Some((&*record.raw, record.issue.code.as_str())),
            PageRecord::Mapped(_) => None,
        })
        .collect();
    assert_eq!(
        rejected,
        [
            ("\"text\"", "notARecord"),
            ("{\"Surname\":\"No id\"}", "idMissing"),
            ("{\"OID\":null}", "idMissing"),
        ],
        "each with its record as it came"
    );
}
