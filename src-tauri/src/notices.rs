//! Notifications: what people should know of a connection, told once. What is news is the engine's to
//! say, which also knows what an earlier start has told here, and keeps apart what scripts are told.

use std::sync::Arc;

use nurturehub_engine::{Alert, AlertChannel, Engine};
use tauri::{AppHandle, Manager, Wry};
use tauri_plugin_notification::NotificationExt;

use crate::data_set::DataSet;
use crate::desk::Desk;
use crate::state::AppState;

/// Gives those notices that are news, unless the person wants none, and has the webhook told, where
/// one is set.
pub(crate) async fn tell(app: &AppHandle<Wry>, desk: &Arc<Desk>) {
    let state = app.state::<AppState>();
    // What goes wrong in the sandbox is nobody's trouble elsewhere.
    let is_real = desk.data_set == DataSet::Real;
    if let Some(webhook) = state.reporting().alert_webhook.filter(|_| is_real) {
        desk.post_alerts(webhook.address);
    }
    let kept = state.preferences.read().preferences;
    for alert in news(&desk.engine, kept.notifications).await {
        let shown = app
            .notification()
            .builder()
            .title(alert.subject)
            .body(alert.remedy.unwrap_or(alert.body))
            .show();
        if let Err(error) = shown {
            tracing::warn!(%error, "A notification was not shown.");
        }
    }
}

/// What to tell. Whoever wants nothing is told nothing, and leaves it for others to tell.
async fn news(engine: &Engine, wanted: bool) -> Vec<Alert> {
    if !wanted {
        return Vec::new();
    }
    engine
        .alerts(AlertChannel::Desktop)
        .await
        .unwrap_or_else(|error| {
            tracing::warn!(kind = %error.kind(), "What is news is not known.");
            Vec::new()
        })
}

#[cfg(test)]
mod tests {
    use nurturehub_sandbox::AccessChange;

    use super::*;
    use crate::test_computer::{Computer, sync};

    fn subjects(alerts: &[Alert]) -> Vec<&str> {
        alerts.iter().map(|alert| alert.subject.as_str()).collect()
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn trouble_is_told_here_once_however_often_the_app_starts_and_whatever_scripts_were_told()
    {
        let computer = Computer::new().await;
        let app = computer.start().await;
        let connection = computer.connect(&app).await;
        assert!(sync(&app, &connection).await);
        assert!(news(&app, true).await.is_empty(), "all is well");

        computer
            .sandbox
            .change_access(&computer.provider(), &AccessChange::Revoke);
        assert!(!sync(&app, &connection).await);
        let script = computer.start().await;
        let line = script.alerts(AlertChannel::Script).await.unwrap();
        assert_eq!(line.len(), 1, "a script is told first");
        assert!(news(&app, false).await.is_empty(), "off by choice");
        let told = news(&app, true).await;
        assert_eq!(told.len(), 1, "which takes nothing from the desktop");
        assert!(subjects(&told)[0].starts_with("High Street: "), "{told:?}");
        drop(app);
        let app = computer.start().await;
        assert!(news(&app, true).await.is_empty(), "not after a restart");

        computer
            .sandbox
            .change_access(&computer.provider(), &AccessChange::Reinstate);
        assert!(sync(&app, &connection).await);
        let over = news(&app, true).await;
        assert_eq!(subjects(&over), ["High Street: working again"]);
        assert!(news(&app, true).await.is_empty(), "its end once");
        let line = script.alerts(AlertChannel::Script).await.unwrap();
        assert_eq!(line.len(), 1, "and the script hears of it, too");
    }
}
