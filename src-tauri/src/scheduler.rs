//! Syncs that nobody has to start. When one is due is the engine's to say; here it is asked.

use std::sync::Arc;
use std::time::Duration;

use nurturehub_engine::SyncOptions;
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
            begin_due(&desk).await;
            if let Err(error) = desk.engine.keep_all_alive().await {
                tracing::warn!(kind = %error.kind(), "Sign-ins were not kept alive.");
            }
            match desk.engine.overview().await {
                Ok(rows) => {
                    tray::show_worst(&app, &rows);
                }
                Err(error) => tracing::warn!(kind = %error.kind(), "Health is not known."),
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

async fn begin_due(desk: &Arc<Desk>) {
    let due = match desk.engine.due().await {
        Ok(due) => due,
        Err(error) => {
            tracing::warn!(kind = %error.kind(), "What is due is not known.");
            return;
        }
    };
    for connection in due {
        if desk.runs.has(connection.as_str()) {
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
