//! Bodies: any text comes back as it went in, and what is no longer used is cleared away.

use nurturehub_store::StoreError;
use nurturehub_store::contacts::{self, RecordOutcome, Records};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};

use crate::desk::{Desk, ONCE, contact, look_inside, prepared, rejected, version};

#[test]
fn any_text_comes_back_as_it_went_in() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let desk = runtime.block_on(Desk::new());
    let config = Config {
        cases: 64,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(11),
        ..Config::default()
    };
    let text = prop_oneof![
        any::<String>(),
        ".{0,300}",
        "\\{\"[a-z]{1,5}\":\"\\PC{0,40}\"\\}"
    ];
    TestRunner::new(config)
        .run(&(text, any::<String>()), |(raw, name)| {
            let name = format!("n{name}");
            let mut contact = contact("any");
            contact.identity.full_name.clone_from(&name);
            contact.attributes.insert(name.clone(), raw.as_str().into());
            let record = prepared(contact, &raw);
            runtime.block_on(async {
                let listing = desk.begin(false).await;
                desk.stage(desk.page(listing.number, vec![record]))
                    .await
                    .unwrap();
                prop_assert_eq!(desk.detail("any").await.raw, raw.as_str());
                let stored = desk.stored("any").await;
                prop_assert_eq!(stored.identity.full_name, name.as_str());
                prop_assert_eq!(&stored.attributes[&name], raw.as_str());
                Ok(())
            })
        })
        .unwrap();
}

#[tokio::test]
async fn empty_huge_and_odd_texts_come_back_as_they_went_in() {
    let mut desk = Desk::new().await;
    let huge = "ten megabytes of ünïcödé \u{1f3e0} ".repeat(330_000);
    assert!(huge.len() > 10_000_000);
    let deep = "[".repeat(5_000);
    let texts = [
        "",
        "not JSON at all",
        "\u{0}\u{feff}\u{10ffff}",
        &deep,
        &huge,
    ];
    let listing = desk.begin(true).await;
    for (number, raw) in texts.iter().enumerate() {
        let record = prepared(contact(&number.to_string()), raw);
        desk.stage(desk.page(listing.number, vec![record]))
            .await
            .unwrap();
    }
    desk.reopen().await;
    for (number, raw) in texts.iter().enumerate() {
        assert!(
            desk.detail(&number.to_string()).await.raw == *raw,
            "text {number} has changed"
        );
    }
}

#[test]
fn a_body_that_could_not_be_read_again_is_refused() {
    let record = prepared(contact("a"), &"x".repeat(64 * 1024 * 1024));
    let refused = Records::pack(vec![record]);
    assert!(
        matches!(refused, Err(StoreError::Damaged(_))),
        "what is stored must be readable: {refused:?}"
    );
}

/// The uses of all blocks, and their slots.
fn blocks(desk: &Desk) -> (i64, i64) {
    look_inside(&desk.path())
        .query_row("SELECT sum(used), sum(slots) FROM block", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .unwrap()
}

#[tokio::test]
async fn contacts_that_change_over_and_over_leave_little_behind() {
    let desk = Desk::new().await;
    let ids: Vec<String> = (0..300).map(|number| number.to_string()).collect();
    let everyone = |version_of: &dyn Fn(usize) -> String| -> Vec<_> {
        (0..)
            .zip(&ids)
            .map(|(at, id)| version(id, &version_of(at)))
            .collect()
    };
    desk.sync(everyone(&|_| "0".into()), ONCE).await;
    for round in 1..12_usize {
        // Another third changes each time, so that every block is left by some.
        let version_of = |at: usize| (round + at % 3).div_euclid(3).to_string();
        desk.sync(everyone(&version_of), ONCE).await;
        desk.verify().await;
        let (used, slots) = blocks(&desk);
        assert_eq!(used, 300, "one use for each contact, in round {round}");
        assert!(slots <= 600, "{slots} slots in round {round}");
    }
    let connection = desk.connection;
    let last = everyone(&|at| (11 + at % 3).div_euclid(3).to_string());
    for (id, expected) in ids.iter().zip(last) {
        let stored = desk.detail(id).await;
        let again = prepared(
            serde_json::from_str(&stored.canonical).unwrap(),
            &stored.raw,
        );
        assert_eq!(
            format!("{again:?}"),
            format!("{expected:?}"),
            "{connection} {id}"
        );
    }
}

#[tokio::test]
async fn a_page_without_news_leaves_no_block_behind() {
    let desk = Desk::new().await;
    let everyone = || vec![version("a", "1"), version("b", "1")];
    desk.sync(everyone(), ONCE).await;
    let before = blocks(&desk);
    let listing = desk.begin(true).await;
    let mut page = desk.page(listing.number, everyone());
    page.complete = false;
    desk.stage(page).await.unwrap();
    assert_eq!(blocks(&desk), before);
    desk.verify().await;
}

#[tokio::test]
async fn a_record_changed_behind_an_unchanged_contact_is_shown_as_it_is_now() {
    let desk = Desk::new().await;
    let with_raw = |raw: &str| vec![prepared(contact("a"), raw)];
    let listing = desk.begin(true).await;
    let stage = |raw| desk.stage(desk.page(listing.number, with_raw(raw)));
    assert_eq!(stage("1").await.unwrap().created, 1);
    assert_eq!(
        stage("2").await.unwrap().repeated,
        1,
        "listed again: {:?}",
        RecordOutcome::Repeated
    );
    assert_eq!(desk.detail("a").await.raw, "2");
    desk.sync(with_raw("1"), crate::desk::ONCE).await;
    assert_eq!(
        desk.detail("a").await.raw,
        "1",
        "back to the first form, which is not the one that is stored"
    );
}

#[tokio::test]
async fn a_rejected_record_is_kept_as_it_came() {
    let desk = Desk::new().await;
    let connection = desk.connection;
    let listing = desk.begin(true).await;
    let mut page = desk.page(listing.number, vec![version("a", "1")]);
    page.rejected = vec![
        rejected(Some("b"), "not \u{0} JSON \u{1f3e0}"),
        rejected(None, ""),
    ];
    desk.stage(page).await.unwrap();
    let kept = desk
        .store
        .read(move |db| contacts::rejected(db, connection, 10))
        .await
        .unwrap();
    let raws: Vec<&str> = kept.iter().map(|entry| entry.raw.as_str()).collect();
    assert_eq!(raws, ["not \u{0} JSON \u{1f3e0}", ""]);
    assert_eq!(kept[0].external_id.as_deref(), Some("b"));
    assert_eq!(kept[1].external_id, None);
}
