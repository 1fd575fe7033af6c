//! The one window.

use tauri::{AppHandle, Manager, Window, WindowEvent, Wry};

use crate::state::AppState;

/// Brings it to the front, from the tray, too.
pub(crate) fn show(app: &AppHandle<Wry>) {
    let Some(window) = app.get_webview_window("main") else {
        return;
    };
    let shown = window
        .show()
        .and_then(|()| window.unminimize())
        .and_then(|()| window.set_focus());
    if let Err(error) = shown {
        tracing::warn!(%error, "The window did not come to the front.");
    }
}

/// Closing leaves the app in the tray where a person wants that, and where there is a tray to find it
/// again.
pub(crate) fn on_event(window: &Window<Wry>, event: &WindowEvent) {
    let WindowEvent::CloseRequested { api, .. } = event else {
        return;
    };
    let app = window.app_handle();
    let stays = app.tray_by_id("state").is_some()
        && app
            .try_state::<AppState>()
            .is_some_and(|state| state.preferences.read().preferences.stay_in_tray);
    if stays && window.hide().is_ok() {
        api.prevent_close();
    }
}
