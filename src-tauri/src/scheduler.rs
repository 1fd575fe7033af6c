//! Syncs that nobody has to start. When one is due is the engine's to say; here it is asked.

use std::sync::Arc;
use std::time::Duration;

use nurturehub_engine::{ConnectionRow, HealthActivity, SyncOptions};
use tauri::{AppHandle, Manager, Wry};

use crate::cache_tags::Tag;
use crate::desk::Desk;
use crate::state::AppState;
use crate::{notices, tray};

/// How often it is asked.
const EVERY: Duration = Duration::from_secs(30);

/// How often it is looked whether another program has changed the data.
const LOOK_EVERY: Duration = Duration::from_secs(3);

/// Asks until the app ends.
pub(crate) fn start(app: AppHandle<Wry>) {
    watch_others(app.clone());
    tauri::async_runtime::spawn(async move {
        loop {
            tokio::time::sleep(EVERY).await;
            // Only what a person has opened: at the first start that is nothing.
            let Some(desk) = app.state::<AppState>().desk_if_open().await else {
                continue;
            };
            match desk.engine.overview().await {
                Ok(rows) => {
                    begin_due(&desk, &rows);
                    tray::show_worst(&app, &rows);
                }
                Err(error) => tracing::warn!(kind = %error.kind(), "Health is not known."),
            }
            if let Err(error) = desk.engine.keep_all_alive().await {
                tracing::warn!(kind = %error.kind(), "Sign-ins were not kept alive.");
            }
            if let Err(error) = desk.engine.forget_unused_lists().await {
                tracing::warn!(kind = %error.kind(), "Lists that nobody looks at were kept.");
            }
            notices::tell(&app, &desk).await;
        }
    });
}

/// Tells the window, until the app ends, when another program has written to what is open.
fn watch_others(app: AppHandle<Wry>) {
    tauri::async_runtime::spawn(async move {
        let mut seen = None;
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
            if has_changed {
                desk.changed(&Tag::ALL, None);
            }
        }
    });
}

/// Begins the syncs whose time has come, save where somebody is at work already.
fn begin_due(desk: &Arc<Desk>, rows: &[ConnectionRow]) {
    let now = desk.engine.now();
    for row in rows {
        let connection = row.connection.id.clone();
        let is_due = row.schedule.next_at.is_some_and(|at| at <= now);
        if !is_due
            || row.health.activity != HealthActivity::Idle
            || desk.runs.has(connection.as_str())
        {
            continue;
        }
        let desk = Arc::clone(desk);
        tauri::async_runtime::spawn(async move {
            let options = SyncOptions::default();
            if let Err(error) = desk.sync(connection.as_str(), options).await {
                tracing::warn!(%connection, kind = %error.kind, "A scheduled sync failed.");
            }
        });
    }
}
