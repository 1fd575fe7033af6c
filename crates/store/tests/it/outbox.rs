//! The outbox: states as they were put, and the questions that are asked of it.

use nurturehub_store::write_back::{self, WriteBackRecord, WriteBackState};

use crate::desk::{Desk, at, connect};

fn record(activity: &str, state: WriteBackState, second: i64) -> WriteBackRecord {
    WriteBackRecord {
        activity: activity.into(),
        state,
        reference: Some(format!("{activity} in the CRM")),
        error: Some(r#"{"kind":"providerDown"}"#.into()),
        attempts: 3,
        acknowledged: false,
        at: at(second),
        content: Some(format!(r#"{{"id":"{activity}"}}"#)),
    }
}

async fn put(desk: &Desk, connection: i64, records: Vec<WriteBackRecord>) {
    desk.store
        .write(move |tx| {
            records
                .iter()
                .try_for_each(|record| write_back::put(tx, connection, record))
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn every_state_is_read_as_it_was_put_and_the_last_one_counts() {
    let desk = Desk::new().await;
    let connection = desk.connection;
    let states = [
        WriteBackState::Sending,
        WriteBackState::Waiting { until: at(90) },
        WriteBackState::Written,
        WriteBackState::Rejected,
        WriteBackState::Unsupported,
    ];
    for state in states {
        let wanted = record("a", state, 7);
        put(&desk, connection, vec![wanted.clone()]).await;
        let found = desk
            .store
            .read(move |db| write_back::find(db, connection, "a"))
            .await
            .unwrap();
        assert_eq!(found, Some(wanted), "over whatever it was before");
    }
    desk.store
        .write(move |tx| write_back::acknowledge(tx, connection, "a"))
        .await
        .unwrap();
    let found = desk
        .store
        .read(move |db| write_back::find(db, connection, "a"))
        .await
        .unwrap();
    let acknowledged = found.map(|record| (record.state, record.acknowledged));
    assert_eq!(acknowledged, Some((WriteBackState::Unsupported, true)));
}

#[tokio::test]
async fn what_was_under_way_and_what_was_given_up_are_found_for_their_connection_alone() {
    let desk = Desk::new().await;
    let connection = desk.connection;
    let (other, _) = connect(&desk.store, "two").await;
    put(
        &desk,
        other,
        vec![
            record("o-1", WriteBackState::Sending, 0),
            record("o-2", WriteBackState::Rejected, 0),
        ],
    )
    .await;
    put(
        &desk,
        connection,
        vec![
            record("a-1", WriteBackState::Rejected, 1),
            record("a-2", WriteBackState::Unsupported, 3),
            record("a-3", WriteBackState::Written, 4),
            record("a-4", WriteBackState::Sending, 5),
            record("a-5", WriteBackState::Waiting { until: at(9) }, 6),
            record("a-6", WriteBackState::Rejected, 2),
        ],
    )
    .await;
    let (sending, all, page) = desk
        .store
        .read(move |db| {
            Ok((
                write_back::sending(db, connection)?,
                write_back::failed(db, connection, 10, 0)?,
                write_back::failed(db, connection, 1, 1)?,
            ))
        })
        .await
        .unwrap();
    let ids = |records: &[WriteBackRecord]| {
        let ids = records.iter().map(|record| record.activity.clone());
        ids.collect::<Vec<_>>()
    };
    assert_eq!(ids(&sending), ["a-4"]);
    assert_eq!(ids(&all.1), ["a-2", "a-6", "a-1"], "newest first");
    assert_eq!(
        (page.0, ids(&page.1)),
        (3, vec!["a-6".to_owned()]),
        "a page says how many there are in all"
    );
}
