//! Looking at contacts.

use nurturehub_engine::{ChangeKind, ContactDetail, ContactList, ContactQuery as EngineQuery};
use nurturehub_port::{Category, ConsentState, Lifecycle};
use serde::Deserialize;
use specta::Type;
use tauri::State;

use super::{Answer, report};
use crate::state::AppState;

/// The most contacts of a page: a window shows some dozens.
const MOST: u32 = 500;

/// Which contacts to show.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ContactQuery {
    /// Part of a name, an address or a number.
    search: Option<String>,
    /// The assigned category.
    category: Option<Category>,
    /// Whether it is in use.
    lifecycle: Option<Lifecycle>,
    /// Consent to e-mail.
    consent: Option<ConsentState>,
    /// What a push would do.
    change: Option<ChangeKind>,
    /// Only those with something amiss in their data.
    with_issues: bool,
    /// How many to show.
    limit: u32,
    /// How many to pass over.
    offset: u32,
}

/// A page of a connection's contacts.
#[tauri::command]
#[specta::specta]
pub(crate) async fn contacts(
    state: State<'_, AppState>,
    connection: String,
    query: ContactQuery,
) -> Answer<ContactList> {
    let desk = state.desk().await?;
    let query = EngineQuery {
        search: query.search,
        category: query.category,
        change: query.change,
        lifecycle: query.lifecycle,
        consent: query.consent,
        with_issues: query.with_issues,
        limit: query.limit.min(MOST),
        offset: query.offset.into(),
    };
    let is_opened = query.offset == 0;
    let list = desk.engine.contacts(&connection, query).await;
    // Whoever has opened the list is likely to search it next.
    if is_opened {
        desk.prepare_search(&connection);
    }
    list.map_err(report)
}

/// One contact with where everything in it came from.
#[tauri::command]
#[specta::specta]
pub(crate) async fn contact(
    state: State<'_, AppState>,
    connection: String,
    external_id: String,
) -> Answer<ContactDetail> {
    let desk = state.desk().await?;
    desk.engine
        .contact(&connection, &external_id)
        .await
        .map_err(report)
}
