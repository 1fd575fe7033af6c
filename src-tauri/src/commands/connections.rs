//! The overview, and what is done with a connection as a whole.

use nurturehub_engine::{ConnectionRow, ConnectionView, ProviderView, Schedule};
use tauri::State;

use super::{Answer, report};
use crate::state::AppState;

/// The CRMs that there are.
#[tauri::command]
#[specta::specta]
pub(crate) async fn providers(state: State<'_, AppState>) -> Answer<Vec<ProviderView>> {
    Ok(state.desk().await?.engine.providers())
}

/// Every connection with its health and counts, those that need somebody first.
#[tauri::command]
#[specta::specta]
pub(crate) async fn overview(state: State<'_, AppState>) -> Answer<Vec<ConnectionRow>> {
    state.desk().await?.engine.overview().await.map_err(report)
}

/// Connections that were ended and have contacts here still.
#[tauri::command]
#[specta::specta]
pub(crate) async fn disconnected(state: State<'_, AppState>) -> Answer<Vec<ConnectionRow>> {
    let desk = state.desk().await?;
    desk.engine.disconnected().await.map_err(report)
}

/// One connection, as the overview has it.
#[tauri::command]
#[specta::specta]
pub(crate) async fn connection(
    state: State<'_, AppState>,
    connection: String,
) -> Answer<ConnectionRow> {
    let desk = state.desk().await?;
    desk.engine
        .connection_row(&connection)
        .await
        .map_err(report)
}

/// Changes what people call a connection.
#[tauri::command]
#[specta::specta]
pub(crate) async fn rename_connection(
    state: State<'_, AppState>,
    connection: String,
    name: String,
) -> Answer<ConnectionView> {
    let desk = state.desk().await?;
    desk.engine.rename(&connection, &name).await.map_err(report)
}

/// Pauses a connection: nothing runs until it is resumed.
#[tauri::command]
#[specta::specta]
pub(crate) async fn pause(
    state: State<'_, AppState>,
    connection: String,
) -> Answer<ConnectionView> {
    let desk = state.desk().await?;
    desk.engine.pause(&connection).await.map_err(report)
}

/// Ends a pause.
#[tauri::command]
#[specta::specta]
pub(crate) async fn resume(
    state: State<'_, AppState>,
    connection: String,
) -> Answer<ConnectionView> {
    let desk = state.desk().await?;
    desk.engine.resume(&connection).await.map_err(report)
}

/// Signs out and forgets the credentials; with `purge`, the data, too.
#[tauri::command]
#[specta::specta]
pub(crate) async fn disconnect(
    state: State<'_, AppState>,
    connection: String,
    purge: bool,
) -> Answer<()> {
    let desk = state.desk().await?;
    let receiver = desk.open_receivers().remove(&connection);
    if let Some(receiver) = receiver {
        receiver.stop.cancel();
    }
    let done = desk.engine.disconnect(&connection, purge).await;
    done.map(|_| ()).map_err(report)
}

/// Sets how often a connection is synced by itself; none is never.
#[tauri::command]
#[specta::specta]
pub(crate) async fn set_schedule(
    state: State<'_, AppState>,
    connection: String,
    every_minutes: Option<u32>,
) -> Answer<Schedule> {
    let desk = state.desk().await?;
    let set = desk.engine.set_schedule(&connection, every_minutes).await;
    set.map_err(report)
}
