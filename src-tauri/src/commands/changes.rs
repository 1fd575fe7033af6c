//! The preview and the push.

use nurturehub_engine::{ChangeKind, PreviewPage, PushOptions, PushReport};
use tauri::State;

use super::{Answer, report};
use crate::state::AppState;

/// The most changes of a page.
const MOST: u32 = 500;

/// A page of what a push would do; of one kind of change, where one is named.
#[tauri::command]
#[specta::specta]
pub(crate) async fn preview(
    state: State<'_, AppState>,
    connection: String,
    kind: Option<ChangeKind>,
    limit: u32,
    offset: u32,
) -> Answer<PreviewPage> {
    let desk = state.desk().await?;
    desk.engine
        .preview(&connection, kind, limit.min(MOST), offset.into())
        .await
        .map_err(report)
}

/// Pushes what the preview shows; with `only`, just these contacts, refused ones among them.
#[tauri::command]
#[specta::specta]
pub(crate) async fn push(
    state: State<'_, AppState>,
    connection: String,
    only: Vec<String>,
) -> Answer<PushReport> {
    let options = PushOptions {
        dry_run: false,
        only,
    };
    state.desk().await?.push(&connection, options).await
}
