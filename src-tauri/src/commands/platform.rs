//! Where contacts are pushed to.

use nurturehub_engine::PlatformView;
use nurturehub_port::Secret;
use tauri::State;

use super::{Answer, report};
use crate::state::AppState;

/// Where contacts are pushed to. The token is not shown.
#[tauri::command]
#[specta::specta]
pub(crate) async fn platform(state: State<'_, AppState>) -> Answer<PlatformView> {
    state.desk().await?.engine.platform().await.map_err(report)
}

/// Sets the platform's address and token.
#[tauri::command]
#[specta::specta]
pub(crate) async fn set_platform(
    state: State<'_, AppState>,
    url: String,
    token: String,
) -> Answer<PlatformView> {
    let desk = state.desk().await?;
    desk.engine
        .set_platform(&url, Secret::new(token))
        .await
        .map_err(report)
}
