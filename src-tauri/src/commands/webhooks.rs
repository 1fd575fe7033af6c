//! Webhooks.

use std::sync::Arc;

use jiff::Timestamp;
use nurturehub_engine::{DeliveryView, ReplayReport, WebhookReport};
use nurturehub_port::WebhookDelivery;
use serde::Serialize;
use specta::Type;
use tauri::State;
use tokio_util::sync::CancellationToken;

use super::{Answer, report};
use crate::cache_tags::Tag;
use crate::desk::{Desk, OpenReceiver};
use crate::state::AppState;
use crate::turned_away::{TurnedAway, TurnedAwayList};

/// What a delivery may change.
const AFTER_DELIVERY: [Tag; 5] = [
    Tag::Webhooks,
    Tag::Runs,
    Tag::Contacts,
    Tag::Changes,
    Tag::Connections,
];

/// The receiver of webhooks on this computer.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Receiver {
    /// Whether it is open.
    listening: bool,
    /// Where to point a tunnel or relay; empty while it is closed.
    address: String,
    /// Since when it is open.
    since: Option<Timestamp>,
    /// The last deliveries since then of which nothing is kept, newest first.
    turned_away: Vec<TurnedAway>,
}

/// The receiver and a page of deliveries.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WebhookPage {
    /// The receiver.
    receiver: Receiver,
    /// How many deliveries there are in all.
    total: u64,
    /// Those of the page, newest first.
    deliveries: Vec<DeliveryView>,
}

fn receiver_of(desk: &Desk, connection: &str) -> Receiver {
    desk.open_receivers().get(connection).map_or_else(
        || Receiver {
            listening: false,
            address: String::new(),
            since: None,
            turned_away: Vec::new(),
        },
        |open| Receiver {
            listening: true,
            address: open.address.clone(),
            since: Some(open.since),
            turned_away: open.turned_away.all(),
        },
    )
}

/// The receiver and a page of deliveries, newest first.
#[tauri::command]
#[specta::specta]
pub(crate) async fn webhooks(
    state: State<'_, AppState>,
    connection: String,
    limit: u32,
    offset: u32,
) -> Answer<WebhookPage> {
    let desk = state.desk().await?;
    let list = desk
        .engine
        .deliveries(&connection, limit, offset.into())
        .await
        .map_err(report)?;
    Ok(WebhookPage {
        receiver: receiver_of(&desk, &connection),
        total: list.total,
        deliveries: list.deliveries,
    })
}

/// Opens the receiver on a free port of this computer.
#[tauri::command]
#[specta::specta]
pub(crate) async fn start_receiver(
    state: State<'_, AppState>,
    connection: String,
) -> Answer<Receiver> {
    let desk = state.desk().await?;
    let open = receiver_of(&desk, &connection);
    if open.listening {
        return Ok(open);
    }
    // The receiver must not keep the desk from being closed.
    let (told, of) = (Arc::downgrade(&desk), connection.clone());
    let turned_away = Arc::new(TurnedAwayList::default());
    let noted = Arc::clone(&turned_away);
    let receiver = desk
        .engine
        .webhook_receiver(&connection, 0, move |received| {
            if let Some(desk) = told.upgrade() {
                noted.note(received, desk.engine.now());
                desk.changed(&AFTER_DELIVERY, Some(&of));
            }
        })
        .await
        .map_err(report)?;
    let stop = CancellationToken::new();
    let opened = OpenReceiver {
        address: receiver.url(),
        since: desk.engine.now(),
        stop: stop.clone(),
        turned_away,
    };
    desk.open_receivers().insert(connection.clone(), opened);
    tauri::async_runtime::spawn(async move {
        if let Err(error) = receiver.serve(stop).await {
            tracing::warn!(kind = %error.kind(), "The receiver of webhooks broke off.");
        }
    });
    Ok(receiver_of(&desk, &connection))
}

/// Closes the receiver.
#[tauri::command]
#[specta::specta]
pub(crate) async fn stop_receiver(state: State<'_, AppState>, connection: String) -> Answer<()> {
    let desk = state.desk().await?;
    let open = desk.open_receivers().remove(&connection);
    if let Some(open) = open {
        open.stop.cancel();
    }
    Ok(())
}

/// Deals again with a delivery, or with all that could not be dealt with.
#[tauri::command]
#[specta::specta]
pub(crate) async fn replay_webhooks(
    state: State<'_, AppState>,
    connection: String,
    delivery: Option<String>,
) -> Answer<ReplayReport> {
    let desk = state.desk().await?;
    desk.engine
        .replay_webhooks(&connection, delivery.as_deref())
        .await
        .map_err(report)
}

/// Deals with a delivery that somebody pasted.
#[tauri::command]
#[specta::specta]
pub(crate) async fn test_webhook(
    state: State<'_, AppState>,
    connection: String,
    body: String,
    headers: Vec<(String, String)>,
    check_signature: bool,
) -> Answer<WebhookReport> {
    let desk = state.desk().await?;
    let delivery = WebhookDelivery {
        headers,
        body: body.into_bytes(),
        received_at: desk.engine.now(),
        check_signature,
    };
    desk.engine
        .ingest_webhook(&connection, delivery)
        .await
        .map_err(report)
}
