//! The receiver of webhooks on loopback.
//!
//! A tunnel or relay brings deliveries here. Nothing of a delivery is believed before its signature
//! is checked, which is the engine's work; here stand only the bounds: how large, how long, how
//! many at once.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use nurturehub_engine::EngineError;
use nurturehub_port::{ErrorKind, WebhookDelivery};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::output::{Console, text};
use crate::workplace::Workplace;

/// The largest body that is taken, in bytes.
pub(super) const LARGEST_BODY: usize = 1024 * 1024;

/// How long a body may take to arrive.
const BODY_PATIENCE: Duration = Duration::from_secs(10);

/// Deliveries dealt with at once; more are told to come again.
const AT_ONCE: usize = 16;

/// How long answers that are under way may take once the receiver stops.
const STOP_PATIENCE: Duration = Duration::from_secs(2);

struct Receiver {
    workplace: Workplace,
    connection: String,
    console: Console,
    places: Semaphore,
}

/// A receiver that has its port.
pub(super) struct Server {
    listener: TcpListener,
    address: SocketAddr,
    router: Router,
}

/// Takes the port.
///
/// # Errors
/// `configuration`, where it is taken.
pub(super) async fn bind(
    workplace: Workplace,
    connection: &str,
    port: u16,
    console: Console,
) -> Result<Server, EngineError> {
    let refused = |error: io::Error| {
        EngineError::with_remedy(
            ErrorKind::Configuration,
            format!("Port {port} on this computer cannot be used: {error}."),
            "Choose another port with --port, or leave it out.",
        )
    };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .await
        .map_err(refused)?;
    let address = listener.local_addr().map_err(refused)?;
    let receiver = Receiver {
        workplace,
        connection: connection.to_owned(),
        console,
        places: Semaphore::new(AT_ONCE),
    };
    let router = Router::new()
        .route("/", post(receive))
        .route("/health", get(|| async { Json(json!({ "ok": true })) }))
        .with_state(Arc::new(receiver));
    Ok(Server {
        listener,
        address,
        router,
    })
}

impl Server {
    /// Where it listens.
    pub(super) fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// Receives until the token is cancelled.
    ///
    /// # Errors
    /// The listener broke.
    pub(super) async fn serve(self, cancel: CancellationToken) -> Result<(), EngineError> {
        let stop = cancel.clone();
        let serving = axum::serve(self.listener, self.router)
            .with_graceful_shutdown(stop.cancelled_owned())
            .into_future();
        let patience = async {
            cancel.cancelled().await;
            tokio::time::sleep(STOP_PATIENCE).await;
        };
        tokio::select! {
            served = serving => served.map_err(|error| {
                EngineError::new(ErrorKind::Internal, format!("The receiver broke off: {error}."))
            }),
            () = patience => Ok(()),
        }
    }
}

async fn receive(State(receiver): State<Arc<Receiver>>, request: Request) -> Response {
    let Ok(_place) = receiver.places.try_acquire() else {
        return refusal(
            StatusCode::SERVICE_UNAVAILABLE,
            "Too many deliveries at once.",
        );
    };
    let received_at = receiver.workplace.clock.now();
    let (head, body) = request.into_parts();
    let body = match tokio::time::timeout(BODY_PATIENCE, to_bytes(body, LARGEST_BODY)).await {
        Ok(Ok(body)) => body,
        Ok(Err(_)) => return refusal(StatusCode::PAYLOAD_TOO_LARGE, "The body is too large."),
        Err(_) => return refusal(StatusCode::REQUEST_TIMEOUT, "The body took too long."),
    };
    let headers = head
        .headers
        .iter()
        .filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())))
        .collect();
    let delivery = WebhookDelivery {
        headers,
        body: body.into(),
        received_at,
        check_signature: true,
    };
    let outcome = receiver
        .workplace
        .engine
        .ingest_webhook(&receiver.connection, delivery)
        .await;
    match outcome {
        Ok(report) => {
            let event = text::shown(&report.event, 60);
            let contacts = text::count(report.contacts, "contact", "contacts");
            let again = if report.duplicate {
                ", arrived before"
            } else {
                ""
            };
            receiver
                .console
                .note(&format!("202 {event}: {contacts}{again}"));
            (StatusCode::ACCEPTED, Json(report)).into_response()
        }
        Err(error) => {
            let status = status_of(error.kind());
            let why = text::shown(&error.to_string(), 200);
            receiver
                .console
                .note(&format!("{} {}: {why}", status.as_u16(), error.kind()));
            // The sender learns the kind and nothing of this computer.
            refusal(status, error.kind().facts().title)
        }
    }
}

/// The status for a failure: whether the sender may try again with the same delivery.
const fn status_of(kind: ErrorKind) -> StatusCode {
    match kind {
        ErrorKind::AuthInvalid => StatusCode::UNAUTHORIZED,
        ErrorKind::Protocol
        | ErrorKind::Mapping
        | ErrorKind::SchemaChanged
        | ErrorKind::AuthRevoked
        | ErrorKind::TenantUnknown
        | ErrorKind::WrongAccount
        | ErrorKind::Unsupported => StatusCode::UNPROCESSABLE_ENTITY,
        _ => StatusCode::SERVICE_UNAVAILABLE,
    }
}

fn refusal(status: StatusCode, title: &str) -> Response {
    (status, Json(json!({ "error": title }))).into_response()
}
