//! Diagnostic bundles: put together here, or read from another computer.

use std::path::PathBuf;
use std::sync::Arc;

use nurturehub_engine::{BundleManifest, BundleReplay, BundleView};
use serde::Serialize;
use specta::Type;
use tauri::State;

use super::{Answer, report};
use crate::shell::FileKind;
use crate::state::AppState;

/// A bundle that is put together and not saved: its contents, to be read first.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BundleDraft {
    /// What to save it by.
    id: String,
    /// What is in it.
    manifest: BundleManifest,
    /// Whether it has a recorded exchange.
    replayable: bool,
}

/// Puts a bundle together, unsaved, so that a person can read the list of its contents first.
#[tauri::command]
#[specta::specta]
pub(crate) async fn prepare_bundle(
    state: State<'_, AppState>,
    connection: String,
    run_id: Option<String>,
) -> Answer<BundleDraft> {
    let desk = state.desk().await?;
    let prepared = desk.engine.prepare_bundle(&connection, run_id.as_deref());
    let draft = prepared.await.map_err(report)?;
    let shown = BundleDraft {
        id: draft.manifest.created_at.to_string(),
        manifest: draft.manifest.clone(),
        replayable: draft.replayable,
    };
    desk.keep_draft(shown.id.clone(), draft);
    Ok(shown)
}

/// Asks where to, then writes; none where the person thinks better of it.
#[tauri::command]
#[specta::specta]
pub(crate) async fn save_bundle(
    state: State<'_, AppState>,
    draft: String,
) -> Answer<Option<String>> {
    let desk = state.desk().await?;
    let kept = desk.draft(&draft)?;
    let name = format!("nurturehub-{}.zip", kept.manifest.connection);
    let shell = Arc::clone(&state.shell);
    let title = "Save the diagnostic bundle";
    let chosen = blocking(move || shell.choose_new_file(title, &name, FileKind::Bundle)).await;
    let Some(path) = chosen else { return Ok(None) };
    let saved = desk
        .engine
        .save_bundle(&kept, &path)
        .await
        .map_err(report)?;
    Ok(Some(saved.file))
}

/// Asks which, then reads; none where the person thinks better of it.
#[tauri::command]
#[specta::specta]
pub(crate) async fn open_bundle(state: State<'_, AppState>) -> Answer<Option<BundleView>> {
    let shell = Arc::clone(&state.shell);
    let chosen = blocking(move || shell.choose_file("Open a diagnostic bundle")).await;
    let Some(path) = chosen else { return Ok(None) };
    let view = nurturehub_engine::open_bundle(&path).await;
    let view = view.map_err(report)?;
    // Only what a person has picked is ever read again.
    state.desk().await?.keep_bundle(view.file.clone());
    Ok(Some(view))
}

/// Replays the recorded exchange of a bundle that was opened.
#[tauri::command]
#[specta::specta]
pub(crate) async fn replay_bundle(
    state: State<'_, AppState>,
    file: String,
) -> Answer<BundleReplay> {
    let path = state.desk().await?.opened_bundle(&file)?;
    nurturehub_engine::replay_bundle(&path)
        .await
        .map_err(report)
}

async fn blocking(choose: impl FnOnce() -> Option<PathBuf> + Send + 'static) -> Option<PathBuf> {
    tauri::async_runtime::spawn_blocking(choose).await.ok()?
}
