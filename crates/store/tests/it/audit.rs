//! The audit log only grows.

use nurturehub_port::ConnectionId;
use nurturehub_store::audit::{self, AuditEntry};
use serde_json::json;

use crate::desk::{Desk, at, look_inside};

fn entry(action: &'static str) -> AuditEntry {
    AuditEntry {
        at: at(1),
        actor: "ada".into(),
        action,
        connection: Some(ConnectionId::parse("one").unwrap()),
        detail: json!({ "sent": 3 }),
    }
}

#[tokio::test]
async fn entries_come_back_newest_first() {
    let desk = Desk::new().await;
    desk.store
        .write(|tx| {
            audit::append(tx, &entry("paused"))?;
            audit::append(tx, &entry("resumed"))
        })
        .await
        .unwrap();
    let kept = desk.store.read(|db| audit::newest(db, 1)).await.unwrap();
    assert_eq!(kept.len(), 1, "no more than were asked for");
    assert_eq!(
        (kept[0].action.as_str(), kept[0].actor.as_str(), kept[0].at),
        ("resumed", "ada", at(1))
    );
    assert_eq!(kept[0].detail, json!({ "sent": 3 }));
    assert_eq!(kept[0].connection.as_deref(), Some("one"));
}

#[tokio::test]
async fn a_page_has_its_part_of_the_whole_log_or_of_one_connection() {
    let desk = Desk::new().await;
    desk.store
        .write(|tx| {
            for action in ["paused", "resumed", "renamed"] {
                audit::append(tx, &entry(action))?;
            }
            let connection = None;
            audit::append(
                tx,
                &AuditEntry {
                    connection,
                    ..entry("platformSet")
                },
            )
        })
        .await
        .unwrap();
    let page = async |connection: Option<&'static str>, limit, offset| {
        let read = desk
            .store
            .read(move |db| audit::page(db, connection, limit, offset));
        let (total, kept) = read.await.unwrap();
        let actions: Vec<String> = kept.into_iter().map(|entry| entry.action).collect();
        (total, actions.join(" "))
    };
    assert_eq!(page(None, 2, 0).await, (4, "platformSet renamed".into()));
    assert_eq!(
        page(None, 2, 3).await,
        (4, "paused".into()),
        "the last page"
    );
    let of_one = page(Some("one"), 2, 0).await;
    assert_eq!(of_one, (3, "renamed resumed".into()));
    assert_eq!(page(Some("another"), 2, 0).await, (0, String::new()));
}

#[tokio::test]
async fn not_even_a_direct_statement_changes_or_removes_an_entry() {
    let desk = Desk::new().await;
    desk.store
        .write(|tx| audit::append(tx, &entry("paused")))
        .await
        .unwrap();
    let inside = look_inside(&desk.path());
    for statement in [
        "UPDATE audit SET actor = 'eve'",
        "DELETE FROM audit",
        "INSERT OR REPLACE INTO audit (id, at, actor, action, detail)
             VALUES (1, 0, 'eve', 'paused', '{}')",
    ] {
        let refused = inside.execute(statement, []).unwrap_err().to_string();
        assert!(refused.contains("append-only"), "{statement}: {refused}");
    }
    let kept = desk.store.read(|db| audit::newest(db, 10)).await.unwrap();
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].actor, "ada");
}
