//! Connecting and signing in.

use std::collections::BTreeMap;

use nurturehub_engine::{ConnectRequest as EngineRequest, ConnectionView};
use nurturehub_port::Secret;
use serde::{Deserialize, Serialize};
use specta::Type;
use tauri::State;

use super::{Answer, report};
use crate::cache_tags::Tag;
use crate::desk::Desk;
use crate::state::AppState;

type Texts = BTreeMap<String, String>;

/// What a form starts with.
#[derive(Debug, Clone, Default, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ConnectDefaults {
    /// The agency on the platform.
    tenant: Option<String>,
    /// What to call the connection.
    name: Option<String>,
    /// Settings by key.
    settings: Texts,
    /// Secrets that the app puts in by itself where they are left empty. The window never gets them.
    secrets_held: Vec<String>,
}

/// What is needed to connect. Secrets go one way: none is ever given back.
#[derive(Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ConnectRequest {
    /// The provider's id.
    provider: String,
    /// The agency on the platform.
    tenant: String,
    /// What people call the connection.
    name: Option<String>,
    /// Settings by key.
    settings: Texts,
    /// Secrets by key.
    secrets: Texts,
}

/// What a form starts with: in the sandbox all of it.
#[tauri::command]
#[specta::specta]
pub(crate) async fn connect_defaults(
    state: State<'_, AppState>,
    provider: String,
) -> Answer<ConnectDefaults> {
    let desk = state.desk().await?;
    if let Some(sandbox) = &desk.sandbox {
        let Some(access) = sandbox.access(&provider) else {
            return Ok(ConnectDefaults::default());
        };
        return Ok(ConnectDefaults {
            tenant: Some(sandbox.tenant().to_owned()),
            name: None,
            settings: access.settings.clone(),
            secrets_held: access.secrets.keys().cloned().collect(),
        });
    }
    // One computer serves one agency, as a rule.
    let connections = desk.engine.connections().await.map_err(report)?;
    Ok(ConnectDefaults {
        tenant: connections.last().map(|last| last.tenant.to_string()),
        ..ConnectDefaults::default()
    })
}

/// Connects. Ends when the sign-in has ended; meanwhile `signInPrompt` says where the browser was sent.
#[tauri::command]
#[specta::specta]
pub(crate) async fn connect(
    state: State<'_, AppState>,
    request: ConnectRequest,
) -> Answer<ConnectionView> {
    let desk = state.desk().await?;
    let secrets = secrets(&desk, &request.provider, request.secrets);
    let request = EngineRequest {
        provider: request.provider,
        tenant: request.tenant.trim().to_owned(),
        name: request.name.filter(|name| !name.trim().is_empty()),
        settings: filled(request.settings),
        secrets,
    };
    let prompt = desk.sign_ins.prompt(desk.shell(), desk.engine.now());
    let connected = desk.engine.connect(request, &prompt).await;
    desk.sign_ins.end();
    connected.map_err(report)
}

/// Signs in again, or replaces credentials; what is left empty stays as it is.
#[tauri::command]
#[specta::specta]
pub(crate) async fn reauthorize(
    state: State<'_, AppState>,
    connection: String,
    settings: Texts,
    secrets: Texts,
) -> Answer<ConnectionView> {
    let desk = state.desk().await?;
    let given = secrets
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(key, value)| (key, Secret::new(value)))
        .collect();
    let prompt = desk.sign_ins.prompt(desk.shell(), desk.engine.now());
    let again = desk
        .engine
        .reauthorize(&connection, filled(settings), given, &prompt)
        .await;
    desk.sign_ins.end();
    desk.changed(&[Tag::Connections], Some(&connection));
    again.map_err(report)
}

/// Sends the browser to the sign-in that waits once more.
#[tauri::command]
#[specta::specta]
pub(crate) async fn open_sign_in_again(state: State<'_, AppState>) -> Answer<()> {
    let desk = state.desk().await?;
    if let Some(url) = desk.sign_ins.url() {
        state.shell.open(&url);
    }
    Ok(())
}

/// Takes the address on which a browser on another computer has ended.
#[tauri::command]
#[specta::specta]
pub(crate) async fn paste_sign_in_address(
    state: State<'_, AppState>,
    address: String,
) -> Answer<()> {
    let desk = state.desk().await?;
    desk.sign_ins.paste(Secret::new(address)).await?;
    // A wrong address is told at once, a right one ends the sign-in.
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    desk.sign_ins.take_refusal().map_or(Ok(()), Err)
}

/// Gives up the sign-in that waits.
#[tauri::command]
#[specta::specta]
pub(crate) async fn cancel_sign_in(state: State<'_, AppState>) -> Answer<()> {
    state.desk().await?.sign_ins.cancel();
    Ok(())
}

fn filled(settings: Texts) -> Texts {
    let mut settings = settings;
    settings.retain(|_, value| !value.trim().is_empty());
    settings
}

/// The secrets as they were typed; in the sandbox, its own for those that were left empty.
fn secrets(desk: &Desk, provider: &str, typed: Texts) -> BTreeMap<String, Secret<String>> {
    let held = desk
        .sandbox
        .as_ref()
        .and_then(|sandbox| sandbox.access(provider))
        .map(|access| access.secrets.clone())
        .unwrap_or_default();
    let typed = typed.into_iter().filter(|(_, value)| !value.is_empty());
    held.into_iter()
        .chain(typed)
        .map(|(key, value)| (key, Secret::new(value)))
        .collect()
}
