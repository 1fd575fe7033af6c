//! What goes to the platform, and what it answered.

use nurturehub_port::Lifecycle;
use nurturehub_store::contacts::{self, Blocked, Change, ChangeKind};

use crate::desk::{Desk, ONCE, version};

async fn changes(desk: &Desk) -> Vec<Change> {
    let connection = desk.connection;
    desk.store
        .read(move |db| contacts::changes(db, connection, None, 100, 0))
        .await
        .unwrap()
}

async fn only(desk: &Desk, ids: &[&str]) -> Vec<String> {
    let connection = desk.connection;
    let ids: Vec<String> = ids.iter().map(|&id| id.to_owned()).collect();
    desk.store
        .read(move |db| contacts::next_to_push(db, connection, 0, 100, Some(&ids)))
        .await
        .unwrap()
        .into_iter()
        .map(|row| row.external_id)
        .collect()
}

#[tokio::test]
async fn an_answer_to_content_that_has_moved_on_is_remembered_as_what_the_platform_has() {
    let desk = Desk::new().await;
    desk.sync(vec![version("a", "1")], ONCE).await;
    let sent = desk.waiting().await.remove(0);
    desk.sync(vec![version("a", "2")], ONCE).await;
    desk.accept(sent.clone()).await;

    let changes = changes(&desk).await;
    assert_eq!(changes.len(), 1);
    assert_eq!(changes[0].kind, ChangeKind::Update);
    assert_eq!(
        changes[0].before.as_deref(),
        Some(sent.canonical.as_str()),
        "the platform has what was sent, not what came since"
    );

    desk.sync(vec![version("a", "1")], ONCE).await;
    assert_eq!(
        desk.detail("a").await.change,
        ChangeKind::Unchanged,
        "back to what the platform has"
    );
}

#[tokio::test]
async fn each_time_that_a_contact_was_sent_is_kept_with_what_came_of_it() {
    let desk = Desk::new().await;
    // The form that is refused is as good as any other afterwards.
    for (form, taken) in [
        ("1", false),
        ("2", true),
        ("3", true),
        ("4", false),
        ("5", false),
        ("6", true),
    ] {
        desk.sync(vec![version("a", form)], ONCE).await;
        let sent = desk.waiting().await.remove(0);
        if taken {
            desk.accept(sent).await;
        } else {
            desk.reject(sent).await;
        }
    }
    let pushes = desk.detail("a").await.pushes;
    let came_of: Vec<bool> = pushes.iter().map(|one| one.refused.is_none()).collect();
    assert_eq!(
        came_of.iter().filter(|taken| **taken).count(),
        3,
        "{pushes:?}"
    );
    assert_eq!(came_of.len(), 6, "{pushes:?}");
    assert!(pushes.iter().all(|one| one.run.as_deref() == Some("run-9")));
    let told = pushes.iter().find_map(|one| one.refused.clone()).unwrap();
    assert_eq!(told, ("bad".to_owned(), "It is bad.".to_owned()));

    for form in 10..80 {
        desk.sync(vec![version("a", &form.to_string())], ONCE).await;
        desk.accept_all().await;
    }
    assert_eq!(
        desk.detail("a").await.pushes.len(),
        51,
        "the last one, and fifty before it"
    );
}

#[tokio::test]
async fn a_refusal_lasts_until_the_content_changes_or_a_person_names_the_contact() {
    let desk = Desk::new().await;
    desk.sync(vec![version("a", "1"), version("b", "1")], ONCE)
        .await;
    let sent = desk.waiting().await.remove(0);
    desk.reject(sent).await;
    assert_eq!(
        desk.detail("a").await.blocked,
        Some(Blocked::Refused {
            code: "bad".into(),
            message: "It is bad.".into(),
            field: Some("tags".into()),
        })
    );
    desk.sync(vec![version("a", "1"), version("b", "1")], ONCE)
        .await;
    assert_eq!(
        desk.waiting().await.len(),
        1,
        "the refused one is not sent again"
    );
    assert_eq!(only(&desk, &["a"]).await, ["a"], "unless a person names it");

    desk.sync(vec![version("a", "2"), version("b", "1")], ONCE)
        .await;
    assert_eq!(desk.detail("a").await.change, ChangeKind::Create);
    desk.sync(vec![version("a", "1"), version("b", "1")], ONCE)
        .await;
    assert_eq!(
        desk.detail("a").await.change,
        ChangeKind::Blocked,
        "refused before with this very content"
    );
}

#[tokio::test]
async fn a_refusal_of_content_that_has_moved_on_blocks_nothing() {
    let desk = Desk::new().await;
    desk.sync(vec![version("a", "1")], ONCE).await;
    let old = desk.waiting().await.remove(0);
    desk.sync(vec![version("a", "2")], ONCE).await;
    let new = desk.waiting().await.remove(0);
    desk.reject(new).await;
    desk.store
        .write(move |tx| {
            let refusal = contacts::Refusal {
                code: "late",
                message: "An old answer.",
                field: None,
            };
            contacts::reject(tx, &old, refusal, crate::desk::answered())
        })
        .await
        .unwrap();
    let Some(Blocked::Refused { code, .. }) = desk.detail("a").await.blocked else {
        panic!("the content that is stored was refused");
    };
    assert_eq!(code, "bad", "the reason must be that of the stored content");
}

#[tokio::test]
async fn an_answer_does_not_release_a_contact_whose_removal_is_held() {
    let desk = Desk::new().await;
    desk.sync(vec![version("a", "1")], ONCE).await;
    let sent = desk.waiting().await.remove(0);
    let (listing, _) = desk.list(Vec::new()).await;
    desk.hold(listing.number, ONCE).await;
    desk.accept(sent).await;
    assert_eq!(desk.detail("a").await.blocked, Some(Blocked::RemovalHeld));
    assert_eq!(
        only(&desk, &["a"]).await.len(),
        0,
        "a held contact is not sent, even when named"
    );
    desk.sync(vec![version("a", "1")], ONCE).await;
    assert_eq!(desk.detail("a").await.change, ChangeKind::Unchanged);
}

#[tokio::test]
async fn a_contact_that_goes_and_comes_back_is_told_to_the_platform_each_time() {
    let desk = Desk::new().await;
    desk.sync(vec![version("a", "1")], ONCE).await;
    desk.accept_all().await;

    desk.sync(Vec::new(), ONCE).await;
    assert_eq!(desk.detail("a").await.change, ChangeKind::Archive);
    desk.sync(vec![version("a", "1")], ONCE).await;
    assert_eq!(
        desk.detail("a").await.change,
        ChangeKind::Unchanged,
        "the platform never heard that it had gone"
    );

    desk.sync(Vec::new(), ONCE).await;
    let gone = desk.waiting().await.remove(0);
    assert_eq!(gone.lifecycle, Lifecycle::Deleted);
    desk.accept(gone).await;
    desk.sync(vec![version("a", "1")], ONCE).await;
    let changes = changes(&desk).await;
    assert_eq!(changes[0].kind, ChangeKind::Update);
    assert!(
        changes[0]
            .before
            .as_deref()
            .unwrap()
            .contains("\"deleted\""),
        "the platform has it as deleted"
    );
}

#[tokio::test]
async fn what_was_never_sent_and_is_no_more_is_not_sent() {
    let desk = Desk::new().await;
    desk.sync(vec![version("a", "1")], ONCE).await;
    desk.sync(Vec::new(), ONCE).await;
    assert_eq!(desk.detail("a").await.change, ChangeKind::Unchanged);
    assert_eq!(desk.waiting().await.len(), 0);
    assert_eq!(changes(&desk).await.len(), 0);
}

#[tokio::test]
async fn rows_come_in_order_and_in_portions() {
    let desk = Desk::new().await;
    let ids = ["z", "a", "m", "b", "y"];
    desk.sync(ids.iter().map(|id| version(id, "1")).collect(), ONCE)
        .await;
    let connection = desk.connection;
    let (mut after, mut seen) = (0, Vec::new());
    loop {
        let rows = desk
            .store
            .read(move |db| contacts::next_to_push(db, connection, after, 2, None))
            .await
            .unwrap();
        let Some(last) = rows.last() else { break };
        assert!(rows.len() <= 2, "no more than were asked for");
        after = last.row;
        seen.extend(rows.into_iter().map(|row| row.external_id));
    }
    assert_eq!(seen, ids, "in the order in which they were first stored");
    let shown: Vec<String> = changes(&desk)
        .await
        .into_iter()
        .map(|change| change.external_id)
        .collect();
    assert_eq!(
        shown, seen,
        "the preview shows what a push sends, in its order"
    );
}

#[tokio::test]
async fn an_answer_about_another_connections_row_is_refused() {
    let desk = Desk::new().await;
    desk.sync(vec![version("a", "1")], ONCE).await;
    let row = desk.waiting().await.remove(0);
    let (other, _) = crate::desk::connect(&desk.store, "two").await;
    let accepted = desk
        .store
        .write(move |tx| contacts::accept(tx, other, &row, crate::desk::answered()))
        .await;
    assert!(
        matches!(accepted, Err(nurturehub_store::StoreError::NotFound { .. })),
        "{accepted:?}"
    );
    assert_eq!(desk.waiting().await.len(), 1);
}
