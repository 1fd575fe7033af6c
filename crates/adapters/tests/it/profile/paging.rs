//! Each style of paging: whole, resumed, ended rightly, and never for ever.

use nurturehub_port::{ErrorKind, SyncStart};
use serde_json::{Value, json};

use super::server::{Asked, Crm, ids, list, people, profile, start};

fn by_number() -> Value {
    json!({"style": "pageNumber", "page": "page", "first": 0, "size": "size", "records": 3})
}

fn by_offset() -> Value {
    json!({"style": "offset", "offset": "skip", "size": "take", "records": 3})
}

fn by_token() -> Value {
    json!({"style": "next", "next": "more", "parameter": "after", "size": "size", "records": 3})
}

/// Answers from a list of so many people, whichever way the page is asked for. `total` is what the
/// answers say.
fn answers(count: usize, total: Option<usize>) -> impl FnMut(&Asked) -> (u16, String) + Send {
    move |asked| {
        let number = |name: &str| {
            asked
                .query
                .get(name)
                .map(|text| text.parse::<usize>().unwrap())
        };
        let from = number("page")
            .map(|page| page * 3)
            .or(number("skip"))
            .or(number("after"))
            .unwrap_or(0);
        let to = (from + 3).min(count);
        let mut page = json!({"items": people(from..to.max(from)), "total": total});
        if to < count {
            page["more"] = json!(to);
        }
        (200, page.to_string())
    }
}

fn expected(count: usize) -> Vec<String> {
    (0..count)
        .map(|number| format!("person/{number}"))
        .collect()
}

#[tokio::test]
async fn every_style_reads_a_list_to_its_end_in_as_many_requests_as_pages() {
    for paging in [by_number(), by_offset(), by_token()] {
        for (count, total, pages) in [(7, Some(7), 3), (7, None, 3), (6, Some(6), 2), (1, None, 1)]
        {
            let crm = start(&profile(paging.clone()), answers(count, total)).await;
            let (read, error) = list(crm.adapter.as_ref(), SyncStart::Full).await;
            assert_eq!(error, None, "{paging}");
            assert_eq!(ids(&read), expected(count), "{paging}");
            assert_eq!(crm.requests(), pages, "{paging}: {count} of {total:?}");
            assert!(read.last().unwrap().complete);
            let complete = read.iter().filter(|page| page.complete).count();
            assert_eq!(complete, 1, "only the last page completes the listing");
            assert_eq!(
                read.last().unwrap().source_total,
                total.map(|total| total as u64),
                "a total is passed on where there is one"
            );
        }
    }
}

#[tokio::test]
async fn a_listing_goes_on_from_any_of_its_pages() {
    for paging in [by_number(), by_offset(), by_token()] {
        for total in [Some(8), None] {
            let crm = start(&profile(paging.clone()), answers(8, total)).await;
            let (pages, _) = list(crm.adapter.as_ref(), SyncStart::Full).await;
            for (index, page) in pages.iter().enumerate() {
                let at = page.cursor.clone();
                let (rest, error) = list(crm.adapter.as_ref(), SyncStart::Resume { at }).await;
                assert_eq!(error, None);
                let mut all = ids(&pages[..=index]);
                all.extend(ids(&rest));
                assert_eq!(all, expected(8), "{paging}: resumed after page {index}");
                assert!(rest.last().unwrap().complete, "it completes, too");
            }
        }
    }
}

#[tokio::test]
async fn a_position_of_another_profile_is_refused_and_not_followed() {
    let crm = start(&profile(by_number()), answers(8, None)).await;
    let (pages, _) = list(crm.adapter.as_ref(), SyncStart::Full).await;
    let at = pages[0].cursor.clone();
    let mut other = profile(by_number());
    other["lists"][0]["name"] = json!("somebody");
    for other in [other, profile(by_token())] {
        let crm = start(&other, answers(8, None)).await;
        let resumed = SyncStart::Resume { at: at.clone() };
        let (_, error) = list(crm.adapter.as_ref(), resumed).await;
        let error = error.expect("such a list or such a place is not in this profile");
        assert_eq!(error.kind, ErrorKind::Protocol);
        assert!(error.remedy.contains("full sync"), "{}", error.remedy);
        assert_eq!(crm.requests(), 0);
    }
}

#[tokio::test]
async fn a_crm_that_gives_less_than_it_is_asked_for_is_read_to_its_end_by_total_or_empty_page() {
    let mut paging = by_number();
    paging["records"] = json!(50);
    let crm = start(&profile(paging.clone()), answers(10, Some(10))).await;
    let (pages, error) = list(crm.adapter.as_ref(), SyncStart::Full).await;
    assert_eq!(error, None);
    assert_eq!(
        ids(&pages),
        expected(10),
        "the total says that there is more"
    );

    paging["end"] = json!("emptyPage");
    let crm = start(&profile(paging), answers(10, None)).await;
    let (pages, _) = list(crm.adapter.as_ref(), SyncStart::Full).await;
    assert_eq!(ids(&pages), expected(10));
    assert_eq!(crm.requests(), 5, "four pages, and the empty one");
}

#[tokio::test]
async fn a_list_that_ends_before_its_total_is_incomplete_and_never_complete() {
    for paging in [by_number(), by_offset(), by_token()] {
        let crm = start(&profile(paging.clone()), answers(8, Some(9))).await;
        let (pages, error) = list(crm.adapter.as_ref(), SyncStart::Full).await;
        assert_eq!(
            error.expect("one record is missing").kind,
            ErrorKind::IncompleteListing,
            "{paging}"
        );
        assert!(pages.iter().all(|page| !page.complete));
        assert!(
            crm.requests() <= 6,
            "{}: it does not look for ever",
            crm.requests()
        );
    }
}

/// A server that goes round in a circle of so many pages.
async fn circle(paging: Value, length: usize) -> Crm {
    start(&profile(paging), move |asked| {
        let page = (asked.number % length) * 3;
        let next = (asked.number + 1) % length;
        (
            200,
            json!({"items": people(page..page + 3), "more": format!("t{next}")}).to_string(),
        )
    })
    .await
}

#[tokio::test]
async fn a_listing_that_goes_in_circles_ends_with_protocol() {
    for paging in [by_number(), by_offset(), by_token()] {
        for length in [1, 2, 5] {
            let crm = circle(paging.clone(), length).await;
            let (pages, error) = list(crm.adapter.as_ref(), SyncStart::Full).await;
            assert_eq!(
                error.expect("nothing new comes any more").kind,
                ErrorKind::Protocol,
                "{paging}: a circle of {length}"
            );
            assert!(
                pages.len() <= 4 * length + 2,
                "only after {} pages",
                pages.len()
            );
        }
    }
}

#[tokio::test]
async fn one_page_is_a_whole_list_unless_it_is_as_long_as_it_may_be() {
    let mut one = profile(json!({"style": "onePage", "records": 5}));
    one["lists"][0]["path"] = json!("/people/all/{count}");
    for (count, total, kind) in [
        (4, None, None),
        (0, None, None),
        (5, Some(5), None),
        (5, None, Some(ErrorKind::IncompleteListing)),
        (4, Some(9), Some(ErrorKind::IncompleteListing)),
    ] {
        let crm = start(&one, move |_| {
            (
                200,
                json!({"items": people(0..count), "total": total}).to_string(),
            )
        })
        .await;
        let (pages, error) = list(crm.adapter.as_ref(), SyncStart::Full).await;
        assert_eq!(error.map(|error| error.kind), kind, "{count} of {total:?}");
        assert_eq!(crm.requests(), 1);
        assert_eq!(crm.asked.lock().unwrap()[0].path, "/people/all/5");
        if kind.is_none() {
            assert_eq!(ids(&pages), expected(count));
            assert!(pages.last().unwrap().complete);
        }
    }
}

#[tokio::test]
async fn the_profiles_pause_is_kept_between_requests() {
    let mut slow = profile(by_number());
    slow["limits"] = json!({"secondsBetweenRequests": 7});
    let crm = start(&slow, answers(8, None)).await;
    let (pages, _) = list(crm.adapter.as_ref(), SyncStart::Full).await;
    assert_eq!(pages.len(), 3);
    let waited: std::time::Duration = crm.clock.waits().iter().sum();
    assert!(
        waited.as_secs() >= 14,
        "two pauses of seven seconds: {waited:?}"
    );
}

#[tokio::test]
async fn an_answer_may_be_the_list_itself() {
    let mut bare = profile(by_number());
    bare["answer"] = json!({"records": "."});
    let crm = start(&bare, |asked| {
        let page = asked.number_of("page");
        let from = page * 3;
        (
            200,
            json!(people(from..(from + 3).min(4).max(from))).to_string(),
        )
    })
    .await;
    let (pages, error) = list(crm.adapter.as_ref(), SyncStart::Full).await;
    assert_eq!(error, None);
    assert_eq!(ids(&pages), expected(4));
}

#[tokio::test]
async fn the_length_of_a_page_is_not_believed_to_be_that_of_the_list() {
    for paging in [by_number(), by_offset()] {
        let crm = start(&profile(paging.clone()), answers(8, Some(3))).await;
        let (pages, error) = list(crm.adapter.as_ref(), SyncStart::Full).await;
        let error = error.expect("there are more than three");
        assert_eq!(error.kind, ErrorKind::SchemaChanged, "{paging}");
        assert!(error.remedy.contains("answer.total"), "{}", error.remedy);
        assert!(pages.iter().all(|page| !page.complete));

        let crm = start(&profile(paging.clone()), answers(3, Some(3))).await;
        let (pages, error) = list(crm.adapter.as_ref(), SyncStart::Full).await;
        assert_eq!(error, None, "{paging}: a list may be as long as a page");
        assert_eq!(ids(&pages), expected(3));
        assert!(pages.last().unwrap().complete && crm.requests() == 2);
    }
}

#[tokio::test]
async fn a_page_of_records_that_cannot_be_mapped_does_not_come_for_ever() {
    for paging in [by_number(), by_offset()] {
        let crm = start(&profile(paging.clone()), |_| {
            (
                200,
                json!({"items": ["gone", null, {"name": "x"}]}).to_string(),
            )
        })
        .await;
        let (_, error) = list(crm.adapter.as_ref(), SyncStart::Full).await;
        assert_eq!(
            error.expect("nothing new comes any more").kind,
            ErrorKind::Protocol,
            "{paging}"
        );
        assert_eq!(crm.requests(), 2);
    }
}
