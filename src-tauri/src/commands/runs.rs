//! Verifying, syncing, and the run history.

use nurturehub_engine::{
    RunDetail, RunList, RunProgress, SyncOptions as EngineOptions, SyncReport, VerifyReport,
};
use serde::Deserialize;
use specta::Type;
use tauri::State;

use super::{Answer, report};
use crate::cache_tags::Tag;
use crate::events::{VerifyProgress, VerifyProgressEvent};
use crate::shell::News;
use crate::state::AppState;

/// What kind of sync is wanted.
#[derive(Debug, Clone, Copy, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SyncOptions {
    /// List everything, even where the CRM can list changes.
    full: bool,
    /// A person has seen that contacts have gone and confirms it.
    confirm_removals: bool,
}

/// Runs that are under way now; their news come as `runProgress`.
#[tauri::command]
#[specta::specta]
pub(crate) async fn running(state: State<'_, AppState>) -> Answer<Vec<RunProgress>> {
    Ok(state.desk().await?.runs.all())
}

/// Verifies a connection; `verifyProgress` tells of each step as it ends.
#[tauri::command]
#[specta::specta]
pub(crate) async fn verify(state: State<'_, AppState>, connection: String) -> Answer<VerifyReport> {
    let desk = state.desk().await?;
    let shell = desk.shell();
    let named = connection.clone();
    let verified = desk
        .engine
        .verify(&connection, &move |step| {
            shell.tell(News::Verify(VerifyProgressEvent(VerifyProgress {
                connection: named.clone(),
                step: step.clone(),
            })));
        })
        .await;
    desk.changed(&[Tag::Connections, Tag::Runs], Some(&connection));
    verified.map_err(report)
}

/// Syncs a connection. Ends when the sync has.
#[tauri::command]
#[specta::specta]
pub(crate) async fn sync(
    state: State<'_, AppState>,
    connection: String,
    options: SyncOptions,
) -> Answer<SyncReport> {
    let options = EngineOptions {
        full: options.full,
        confirm_removals: options.confirm_removals,
        scheduled: false,
    };
    state.desk().await?.sync(&connection, options).await
}

/// Tells a connection's run to stop.
#[tauri::command]
#[specta::specta]
pub(crate) async fn cancel(state: State<'_, AppState>, connection: String) -> Answer<()> {
    state.desk().await?.cancel(&connection);
    Ok(())
}

/// A page of the run history, newest first.
#[tauri::command]
#[specta::specta]
pub(crate) async fn runs(
    state: State<'_, AppState>,
    connection: String,
    limit: u32,
    offset: u32,
) -> Answer<RunList> {
    let desk = state.desk().await?;
    let page = desk
        .engine
        .run_page(&connection, limit, offset.into())
        .await;
    page.map_err(report)
}

/// One run with its requests.
#[tauri::command]
#[specta::specta]
pub(crate) async fn run(state: State<'_, AppState>, run_id: String) -> Answer<RunDetail> {
    state
        .desk()
        .await?
        .engine
        .run(&run_id)
        .await
        .map_err(report)
}
