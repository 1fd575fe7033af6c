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
use nurturehub_port::{ErrorKind, WebhookDelivery};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::{Engine, EngineError, ErrorReport, WebhookReport};

/// The largest body that is taken, in bytes.
pub const LARGEST_BODY: usize = 1024 * 1024;

/// How long a body may take to arrive.
const BODY_PATIENCE: Duration = Duration::from_secs(10);

/// Deliveries dealt with at once; more are told to come again.
const AT_ONCE: usize = 16;

/// How long answers that are under way may take once the receiver stops.
const STOP_PATIENCE: Duration = Duration::from_secs(2);

/// What came of one delivery: its status, and the report or the failure.
#[derive(Debug)]
pub struct Received {
    /// The HTTP status that the sender got.
    pub status: u16,
    /// What came of it.
    pub outcome: Result<WebhookReport, ErrorReport>,
}

struct Desk {
    engine: Engine,
    connection: String,
    told: Box<dyn Fn(Received) + Send + Sync>,
    places: Semaphore,
}

/// A receiver that has its port.
#[derive(Debug)]
pub struct Receiver {
    listener: TcpListener,
    address: SocketAddr,
    router: Router,
}

impl Engine {
    /// Takes a port on 127.0.0.1 (0 is any free one) for a connection's webhooks. `told` is called
    /// after each delivery.
    ///
    /// # Errors
    /// `unsupported` where the CRM sends none, `configuration` where the port is taken.
    pub async fn webhook_receiver(
        &self,
        connection: &str,
        port: u16,
        told: impl Fn(Received) + Send + Sync + 'static,
    ) -> Result<Receiver, EngineError> {
        let record = self.connection(connection).await?;
        let spec = self.spec_of(&record)?;
        if !spec.capabilities.webhooks {
            let lacking = spec.unsupported.iter();
            let reason = lacking
                .filter(|lacking| lacking.capability == "webhooks")
                .map(|lacking| lacking.reason)
                .next()
                .unwrap_or("This CRM does not send webhooks.");
            return Err(EngineError::new(ErrorKind::Unsupported, reason));
        }
        bind(self.clone(), record.id.as_str(), port, Box::new(told)).await
    }
}

async fn bind(
    engine: Engine,
    connection: &str,
    port: u16,
    told: Box<dyn Fn(Received) + Send + Sync>,
) -> Result<Receiver, EngineError> {
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
    let desk = Desk {
        engine,
        connection: connection.to_owned(),
        told,
        places: Semaphore::new(AT_ONCE),
    };
    let router = Router::new()
        .route("/", post(receive))
        .route("/health", get(|| async { Json(json!({ "ok": true })) }))
        .with_state(Arc::new(desk));
    Ok(Receiver {
        listener,
        address,
        router,
    })
}

impl Receiver {
    /// Where it listens.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// Receives until the token is cancelled.
    ///
    /// # Errors
    /// The listener broke.
    pub async fn serve(self, cancel: CancellationToken) -> Result<(), EngineError> {
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

async fn receive(State(desk): State<Arc<Desk>>, request: Request) -> Response {
    let Ok(_place) = desk.places.try_acquire() else {
        return refusal(
            StatusCode::SERVICE_UNAVAILABLE,
            "Too many deliveries at once.",
        );
    };
    let received_at = desk.engine.now();
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
    let outcome = desk.engine.ingest_webhook(&desk.connection, delivery).await;
    let (status, outcome) = match outcome {
        Ok(report) => (StatusCode::ACCEPTED, Ok(report)),
        Err(error) => (status_of(error.kind()), Err(error.report())),
    };
    let answer = match &outcome {
        Ok(report) => (status, Json(report)).into_response(),
        // The sender learns the kind and nothing of this computer.
        Err(error) => refusal(status, &error.title),
    };
    (desk.told)(Received {
        status: status.as_u16(),
        outcome,
    });
    answer
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
