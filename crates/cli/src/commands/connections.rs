//! `connect`, `connections`, `reauthorize`, `pause`, `resume`, `disconnect`

use nurturehub_engine::{ConnectRequest, ConnectionView, EngineError};
use serde::Serialize;
use tokio_util::sync::CancellationToken;

use crate::args::{Connect, Disconnect, Globals, One, Reauthorize};
use crate::browser;
use crate::exit::Exit;
use crate::output::table::{Column, pairs, table};
use crate::output::{Console, text};
use crate::secrets::{self, Secrets};
use crate::workplace::{self, Workplace};

#[derive(Serialize)]
struct Single {
    connection: ConnectionView,
}

#[derive(Serialize)]
struct Several {
    connections: Vec<ConnectionView>,
}

/// Makes a connection.
pub(super) async fn connect(
    globals: &Globals,
    console: &Console,
    args: Connect,
    cancel: &CancellationToken,
) -> Result<Exit, EngineError> {
    let keys = secrets::keys(&args.access.secrets)?;
    let workplace = Workplace::open(globals).await?;
    // Nobody is asked for the secrets of a CRM that there is not.
    let known = workplace::providers()
        .iter()
        .any(|known| known.id.as_str() == args.provider);
    let given = if known {
        read(keys, cancel).await?
    } else {
        Secrets::new()
    };
    let request = ConnectRequest {
        settings: args.access.settings(),
        provider: args.provider,
        tenant: args.tenant,
        name: args.name,
        secrets: given,
    };
    let prompt = browser::prompt(console, &args.access, cancel);
    let connection = workplace.engine.connect(request, &prompt).await?;
    show(console, connection, "Connected.")
}

/// Lists connections.
pub(super) async fn list(globals: &Globals, console: &Console) -> Result<Exit, EngineError> {
    let connections = Workplace::open(globals).await?.engine.connections().await?;
    let document = Several { connections };
    console.answer(&document, || {
        if document.connections.is_empty() {
            return "No connections yet. Make one with `nurturehub connect`.".to_owned();
        }
        let columns = ["id", "name", "provider", "tenant", "made", "state"].map(Column::Left);
        table(
            &columns,
            document.connections.iter().map(|connection| {
                [
                    connection.id.to_string(),
                    text::shown(&connection.name, 40),
                    connection.provider.to_string(),
                    connection.tenant.to_string(),
                    text::moment(&connection.created_at),
                    state(connection).to_owned(),
                ]
            }),
        )
    })?;
    Ok(Exit::Done)
}

/// Signs in again, or replaces credentials.
pub(super) async fn reauthorize(
    globals: &Globals,
    console: &Console,
    args: Reauthorize,
    cancel: &CancellationToken,
) -> Result<Exit, EngineError> {
    let keys = secrets::keys(&args.access.secrets)?;
    let workplace = Workplace::open(globals).await?;
    let connection = workplace.connection(&args.connection).await?;
    let given = read(keys, cancel).await?;
    let prompt = browser::prompt(console, &args.access, cancel);
    let connection = workplace
        .engine
        .reauthorize(
            connection.id.as_str(),
            args.access.settings(),
            given,
            &prompt,
        )
        .await?;
    show(console, connection, "Signed in again.")
}

/// Pauses a connection.
pub(super) async fn pause(
    globals: &Globals,
    console: &Console,
    args: One,
) -> Result<Exit, EngineError> {
    let connection = Workplace::open(globals)
        .await?
        .engine
        .pause(&args.connection)
        .await?;
    show(console, connection, "Paused.")
}

/// Ends a pause.
pub(super) async fn resume(
    globals: &Globals,
    console: &Console,
    args: One,
) -> Result<Exit, EngineError> {
    let connection = Workplace::open(globals)
        .await?
        .engine
        .resume(&args.connection)
        .await?;
    show(console, connection, "Resumed.")
}

/// Ends a connection.
pub(super) async fn disconnect(
    globals: &Globals,
    console: &Console,
    args: Disconnect,
) -> Result<Exit, EngineError> {
    let engine = Workplace::open(globals).await?.engine;
    let connection = engine.disconnect(&args.connection, args.purge).await?;
    let done = if args.purge {
        "Disconnected; its contacts are gone from this computer."
    } else {
        "Disconnected; its contacts are still on this computer."
    };
    show(console, connection, done)
}

/// Reads secrets until a signal comes.
async fn read(keys: Vec<String>, cancel: &CancellationToken) -> Result<Secrets, EngineError> {
    tokio::select! {
        biased;
        given = secrets::read(keys) => given,
        () = cancel.cancelled() => Err(EngineError::new(
            nurturehub_port::ErrorKind::Cancelled,
            "The command was cancelled.",
        )),
    }
}

fn show(console: &Console, connection: ConnectionView, done: &str) -> Result<Exit, EngineError> {
    let document = Single { connection };
    console.answer(&document, || {
        let connection = &document.connection;
        let mut rows = vec![
            ("id", connection.id.to_string()),
            ("name", text::shown(&connection.name, 60)),
            ("provider", connection.provider.to_string()),
            ("tenant", connection.tenant.to_string()),
            ("state", state(connection).to_owned()),
        ];
        rows.extend(
            connection
                .settings
                .iter()
                .map(|(key, value)| (key.as_str(), text::shown(value, 80))),
        );
        format!("{done}\n{}", pairs(rows))
    })?;
    Ok(Exit::Done)
}

fn state(connection: &ConnectionView) -> &'static str {
    match (connection.disconnected_at, connection.paused_at) {
        (Some(_), _) => "disconnected",
        (None, Some(_)) => "paused",
        (None, None) => "connected",
    }
}
