//! Syncs that nobody waits for. When one is due is the engine's to say; here it is asked.

use std::sync::Arc;
use std::time::Duration;

use nurturehub_engine::{ConnectionRow, HealthActivity, State, SyncOptions};
use tauri::{AppHandle, Manager, Wry};
use tokio::time::MissedTickBehavior;

use crate::cache_tags::Tag;
use crate::desk::Desk;
use crate::state::AppState;
use crate::{notices, tray};

/// How often it is asked.
const EVERY: Duration = Duration::from_secs(30);

/// How long it waits for more news after some: a run that ends tells of several things at once.
const SETTLE: Duration = Duration::from_millis(500);

/// How often it is looked whether another program has changed the data.
const LOOK_EVERY: Duration = Duration::from_secs(3);

/// Asks until the app ends: when it is time to, and as soon as data have changed, so that tray and
/// notifications tell of a failure when it happens.
pub(crate) fn start(app: AppHandle<Wry>) {
    watch_others(app.clone());
    tauri::async_runtime::spawn(async move {
        let mut times = tokio::time::interval(EVERY);
        times.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let state = app.state::<AppState>();
            let is_time = tokio::select! {
                _ = times.tick() => true,
                () = state.stirred.notified() => false,
            };
            if !is_time {
                tokio::time::sleep(SETTLE).await;
            }
            // Only what a person has opened: at the first start that is nothing.
            let Some(desk) = state.desk_if_open().await else {
                continue;
            };
            match desk.engine.overview().await {
                Ok(rows) => {
                    begin_due(&desk, &rows);
                    tray::show_worst(&app, &rows);
                }
                Err(error) => tracing::warn!(kind = %error.kind(), "Health is not known."),
            }
            if is_time {
                keep_up(&desk).await;
            }
            notices::tell(&app, &desk).await;
        }
    });
}

/// What is to be done now and then, whatever happens.
async fn keep_up(desk: &Desk) {
    if let Err(error) = desk.engine.keep_all_alive().await {
        tracing::warn!(kind = %error.kind(), "Sign-ins were not kept alive.");
    }
    if let Err(error) = desk.engine.forget_unused_lists().await {
        tracing::warn!(kind = %error.kind(), "Lists that nobody looks at were kept.");
    }
}

/// Tells the window, until the app ends, when another program has written to what is open, and when a
/// run begins or ends to wait, in whatever program it is: of that nothing is written to the data.
fn watch_others(app: AppHandle<Wry>) {
    tauri::async_runtime::spawn(async move {
        let (mut seen, mut at_work) = (None, Vec::new());
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            let Some(desk) = app.state::<AppState>().desk_if_open().await else {
                continue;
            };
            // Where the database is busy, somebody writes: the next look tells.
            let Ok(version) = desk.engine.changes_of_others().await else {
                continue;
            };
            let now = Some((desk.data_set, version));
            let has_changed = seen.is_some() && seen != now;
            seen = now;
            let going_on = desk.engine.at_work().await.unwrap_or_default();
            let goes_otherwise = going_on != at_work;
            at_work = going_on;
            if has_changed {
                desk.changed(&Tag::ALL, None);
            } else if goes_otherwise {
                desk.changed(&[Tag::Connections], None);
            }
        }
    });
}

/// Begins the syncs whose time has come, save where somebody is at work already.
fn begin_due(desk: &Arc<Desk>, rows: &[ConnectionRow]) {
    let now = desk.engine.now();
    for row in rows {
        if row.schedule.next_at.is_some_and(|at| at <= now) {
            let options = SyncOptions {
                scheduled: true,
                ..SyncOptions::default()
            };
            begin(desk, row, options);
        }
    }
}

/// Syncs every connection that a person need not mend first, as somebody asks for it at the tray.
pub(crate) fn sync_all(app: AppHandle<Wry>) {
    tauri::async_runtime::spawn(async move {
        let Some(desk) = app.state::<AppState>().desk_if_open().await else {
            return;
        };
        match desk.engine.overview().await {
            Ok(rows) => begin_all(&desk, &rows),
            Err(error) => tracing::warn!(kind = %error.kind(), "Health is not known."),
        }
    });
}

fn begin_all(desk: &Arc<Desk>, rows: &[ConnectionRow]) {
    for row in rows {
        let hopeless = matches!(
            row.health.state,
            State::Paused | State::NeedsReauth | State::ActionNeeded
        );
        if !hopeless {
            begin(desk, row, SyncOptions::default());
        }
    }
}

/// Begins a sync on the side, save where somebody is at work already. How it ends is seen in the
/// connection's health.
fn begin(desk: &Arc<Desk>, row: &ConnectionRow, options: SyncOptions) {
    let connection = row.connection.id.clone();
    if row.health.activity != HealthActivity::Idle || desk.runs.has(connection.as_str()) {
        return;
    }
    let desk = Arc::clone(desk);
    tauri::async_runtime::spawn(async move {
        if let Err(error) = desk.sync(connection.as_str(), options).await {
            tracing::warn!(%connection, kind = %error.kind, "A sync that nobody waits for failed.");
        }
    });
}

#[cfg(test)]
mod tests {
    use nurturehub_engine::{AuditFilter, RunKind, RunPhase};
    use tokio::sync::mpsc::UnboundedReceiver;

    use super::*;
    use crate::data_set::DataSet;
    use crate::shell::News;
    use crate::test_computer::{Computer, EmptyRoom, sync};

    /// Waits for the news that the connection's run has ended.
    async fn ended(heard: &mut UnboundedReceiver<News>) {
        while let Some(news) = heard.recv().await {
            if matches!(news, News::Run(event) if event.0.phase == RunPhase::Ended) {
                return;
            }
        }
    }

    async fn syncs(desk: &Desk, connection: &str) -> usize {
        let runs = desk.engine.run_page(connection, 100, 0).await.unwrap().runs;
        runs.iter().filter(|run| run.kind == RunKind::Sync).count()
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn what_is_due_is_synced_once_and_what_is_not_due_or_at_work_is_left_alone() {
        let computer = Computer::new().await;
        let engine = computer.start().await;
        let connection = computer.connect(&engine).await;
        assert!(sync(&engine, &connection).await);
        engine.set_schedule(&connection, Some(60)).await.unwrap();
        let (room, mut heard) = EmptyRoom::new();
        let desk = Arc::new(Desk::over(DataSet::Real, engine, None, room));

        let mut rows = desk.engine.overview().await.unwrap();
        begin_due(&desk, &rows);
        assert!(desk.runs.all().is_empty(), "its time is in an hour");

        rows[0].schedule.next_at = Some(desk.engine.now());
        rows[0].health.activity = HealthActivity::Running;
        begin_due(&desk, &rows);
        rows[0].health.activity = HealthActivity::Idle;
        begin_due(&desk, &rows);
        ended(&mut heard).await;
        desk.close().await;
        assert_eq!(
            syncs(&desk, &connection).await,
            2,
            "once by hand, once by itself"
        );
        let log = desk.engine.audit_log(AuditFilter::default()).await.unwrap();
        let asked = log.iter().filter(|entry| entry.action == "syncStarted");
        assert_eq!(asked.count(), 1, "nobody asked for the other: {log:?}");
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn at_the_tray_all_are_synced_but_those_that_are_paused() {
        let computer = Computer::new().await;
        let engine = computer.start().await;
        let connection = computer.connect(&engine).await;
        let (room, mut heard) = EmptyRoom::new();
        let desk = Arc::new(Desk::over(DataSet::Real, engine, None, room));

        desk.engine.pause(&connection).await.unwrap();
        begin_all(&desk, &desk.engine.overview().await.unwrap());
        assert!(desk.runs.all().is_empty(), "it is paused");

        desk.engine.resume(&connection).await.unwrap();
        begin_all(&desk, &desk.engine.overview().await.unwrap());
        ended(&mut heard).await;
        desk.close().await;
        assert_eq!(syncs(&desk, &connection).await, 1);
        let log = desk.engine.audit_log(AuditFilter::default()).await.unwrap();
        let asked = log.iter().filter(|entry| entry.action == "syncStarted");
        assert_eq!(asked.count(), 1, "a person has asked for it: {log:?}");
    }
}
