//! Write-back.

use nurturehub_engine::{ActivityList, ActivityState, RunKind, WriteBackReport};
use tauri::State;

use super::{Answer, report};
use crate::state::AppState;

/// A page of the outbox, newest first; of one state, where one is named.
#[tauri::command]
#[specta::specta]
pub(crate) async fn activities(
    state: State<'_, AppState>,
    connection: String,
    activity_state: Option<ActivityState>,
    limit: u32,
    offset: u32,
) -> Answer<ActivityList> {
    let desk = state.desk().await?;
    desk.engine
        .activities(&connection, activity_state, limit, offset.into())
        .await
        .map_err(report)
}

/// Takes waiting activities from the platform and writes them to the CRM.
#[tauri::command]
#[specta::specta]
pub(crate) async fn pull_activities(
    state: State<'_, AppState>,
    connection: String,
) -> Answer<WriteBackReport> {
    let desk = state.desk().await?;
    let pull = async |engine: &nurturehub_engine::Engine, cancel| {
        engine.pull_activities(&connection, &cancel).await
    };
    desk.run(&connection, RunKind::WriteBack, pull).await
}

/// Sends activities again that wait or were refused.
#[tauri::command]
#[specta::specta]
pub(crate) async fn retry_activities(
    state: State<'_, AppState>,
    connection: String,
    ids: Vec<String>,
) -> Answer<WriteBackReport> {
    let desk = state.desk().await?;
    let retry = async |engine: &nurturehub_engine::Engine, cancel| {
        engine.retry_activities(&connection, &ids, &cancel).await
    };
    desk.run(&connection, RunKind::WriteBack, retry).await
}
