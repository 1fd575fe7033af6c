//! A clean stop: what goes on is told to stop and waited for, then the database is closed.

use std::sync::atomic::{AtomicBool, Ordering};

use tauri::{AppHandle, ExitRequestApi, Manager, Wry};

use crate::state::AppState;

/// The stop has been made, or is being made.
static STOPPING: AtomicBool = AtomicBool::new(false);

/// Keeps the app from ending before all is closed. The database's library is used by other threads
/// until then, and must not be taken down under them.
pub(crate) fn on_request(app: &AppHandle<Wry>, api: &ExitRequestApi) {
    if STOPPING.swap(true, Ordering::SeqCst) {
        return;
    }
    api.prevent_exit();
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        if let Some(state) = app.try_state::<AppState>() {
            state.close().await;
        }
        app.exit(0);
    });
}

/// Stops cleanly when the system says so, too: at the end of a session, or of a terminal.
pub(crate) fn on_signals(app: AppHandle<Wry>) {
    tauri::async_runtime::spawn(async move {
        if signalled().await.is_ok() {
            app.exit(0);
        }
    });
}

/// Ends once a signal to stop has come.
#[cfg(unix)]
async fn signalled() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut end = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = end.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

/// Windows tells a window of the end of a session, not a process.
#[cfg(not(unix))]
async fn signalled() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}
