//! The app itself.

use nurturehub_engine::{EngineError, Home, SetAddress};
use nurturehub_port::ErrorKind;
use serde::Serialize;
use specta::Type;
use tauri::State;

use super::Answer;
use crate::alert_settings;
use crate::data_set::DataSet;
use crate::desk::Desk;
use crate::preferences::{Preferences, checked_webhook};
use crate::state::AppState;

/// What this app is and which data it has open.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AppInfo {
    /// Its version.
    version: String,
    /// Which data are open.
    data_set: DataSet,
    /// Where they are.
    data_folder: String,
    /// Where secrets are kept, in plain words.
    vault: String,
    /// Nobody has chosen between real data and the sandbox yet.
    first_start: bool,
}

fn info(state: &AppState, desk: &Desk) -> AppInfo {
    let home: &Home = desk.engine.home();
    AppInfo {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        data_set: desk.data_set,
        data_folder: home.path().display().to_string(),
        vault: desk.engine.vault_words().to_owned(),
        first_start: state.preferences.read().data_set.is_none(),
    }
}

/// What this app is and which data it has open.
#[tauri::command]
#[specta::specta]
pub(crate) async fn app_info(state: State<'_, AppState>) -> Answer<AppInfo> {
    let desk = state.desk().await?;
    Ok(info(&state, &desk))
}

/// What the person chose about the app itself.
#[tauri::command]
#[specta::specta]
pub(crate) async fn preferences(state: State<'_, AppState>) -> Answer<Preferences> {
    Ok(state.preferences.read().preferences)
}

/// Keeps what the person chose about the app itself.
#[tauri::command]
#[specta::specta]
pub(crate) async fn set_preferences(
    state: State<'_, AppState>,
    preferences: Preferences,
) -> Answer<Preferences> {
    let mut kept = state.preferences.read();
    let chosen = preferences.checked_after(&kept.preferences)?;
    let changed = alert_settings::changed(&kept.preferences, &chosen);
    kept.preferences = chosen;
    state.preferences.write(&kept)?;
    state.stirred.notify_one();
    if !changed.is_empty() {
        note(&state, &changed).await;
    }
    Ok(state.preferences.read().preferences)
}

/// Sets the webhook for alerts; none takes it away. It goes one way: the address carries a secret, and
/// only its host is ever given back.
#[tauri::command]
#[specta::specta]
pub(crate) async fn set_alert_webhook(
    state: State<'_, AppState>,
    address: Option<String>,
) -> Answer<ReportingView> {
    let mut kept = state.preferences.read();
    let address = checked_webhook(address)?;
    if kept.alert_webhook != address {
        kept.alert_webhook = address;
        state.preferences.write(&kept)?;
        state.stirred.notify_one();
        note(&state, &["alertWebhook".to_owned()]).await;
    }
    reporting_of(&state).await
}

/// Notes who changed what people are told. The choice is kept all the same where that fails.
async fn note(state: &AppState, changed: &[String]) {
    let noted = match state.desk().await {
        Ok(desk) => desk.engine.note_alert_settings(changed).await,
        Err(closed) => return tracing::warn!(kind = %closed.kind, "A choice was not noted."),
    };
    if let Err(error) = noted {
        tracing::warn!(kind = %error.kind(), "A choice was not noted.");
    }
}

/// The webhook for alerts, as far as it may be shown.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WebhookView {
    /// Its host; none of an address that makes no sense.
    host: Option<String>,
    /// The environment names it, so that it cannot be changed here.
    from_environment: bool,
}

/// Where news goes beside the window, and what came of it.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReportingView {
    /// The webhook for alerts, where one is set.
    alert_webhook: Option<WebhookView>,
    /// The collector of traces that the environment names.
    otlp_endpoint: Option<String>,
    /// Why the webhook did not take what it was given last.
    not_posted: Option<String>,
}

/// Where news goes beside the window, and what came of it.
#[tauri::command]
#[specta::specta]
pub(crate) async fn reporting(state: State<'_, AppState>) -> Answer<ReportingView> {
    reporting_of(&state).await
}

async fn reporting_of(state: &AppState) -> Answer<ReportingView> {
    let desk = state.desk().await?;
    let set = state.reporting();
    let webhook = set.alert_webhook.as_ref();
    let not_posted = webhook.and_then(|set| desk.mailbox.said_of(&set.address));
    let named = |set: Option<SetAddress>| {
        set.filter(|set| set.from_environment)
            .map(|set| set.address)
    };
    Ok(ReportingView {
        alert_webhook: set.alert_webhook.map(|set| WebhookView {
            host: set.host(),
            from_environment: set.from_environment,
        }),
        otlp_endpoint: named(set.otlp_endpoint),
        not_posted,
    })
}

/// Closes one data folder and opens the other: real and sandbox data never share a database.
#[tauri::command]
#[specta::specta]
pub(crate) async fn open_data_set(
    state: State<'_, AppState>,
    data_set: DataSet,
) -> Answer<AppInfo> {
    let desk = state.open_data_set(data_set).await?;
    desk.changed(&crate::cache_tags::Tag::ALL, None);
    Ok(info(&state, &desk))
}

/// Opens a provider's documents in the system browser.
#[tauri::command]
#[specta::specta]
pub(crate) async fn open_documentation(state: State<'_, AppState>, provider: String) -> Answer<()> {
    let desk = state.desk().await?;
    let known = desk.engine.providers();
    let found = known.iter().find(|known| known.id.as_str() == provider);
    let found = found.ok_or_else(|| {
        EngineError::new(ErrorKind::Configuration, "There is no such CRM.").report()
    })?;
    state.shell.open(&found.documentation);
    Ok(())
}

/// Lets the person pick a file; none where they think better of it.
#[tauri::command]
#[specta::specta]
pub(crate) async fn choose_file(
    state: State<'_, AppState>,
    title: String,
) -> Answer<Option<String>> {
    let shell = std::sync::Arc::clone(&state.shell);
    let chosen = tauri::async_runtime::spawn_blocking(move || shell.choose_file(&title)).await;
    Ok(chosen.ok().flatten().map(|path| path.display().to_string()))
}
