//! `webhook ingest` and `webhook listen`

use nurturehub_engine::{EngineError, WebhookReport};
use nurturehub_port::{ErrorKind, WebhookDelivery};
use serde::Serialize;
use tokio_util::sync::CancellationToken;

use super::{files, webhook_server};
use crate::args::{Globals, Ingest, Listen, Webhook, WebhookCommand};
use crate::exit::Exit;
use crate::output::table::pairs;
use crate::output::{Console, text};
use crate::workplace::{self, Workplace};

#[derive(Serialize)]
struct Listening {
    connection: String,
    url: String,
}

/// Takes in deliveries.
pub(super) async fn run(
    globals: &Globals,
    console: &Console,
    args: Webhook,
    cancel: &CancellationToken,
) -> Result<Exit, EngineError> {
    match args.command {
        WebhookCommand::Listen(args) => listen(globals, console, args, cancel).await,
        WebhookCommand::Ingest(args) => tokio::select! {
            biased;
            done = Box::pin(ingest(globals, console, args)) => done,
            () = cancel.cancelled() => {
                Err(EngineError::new(ErrorKind::Cancelled, "The command was cancelled."))
            }
        },
    }
}

async fn ingest(globals: &Globals, console: &Console, args: Ingest) -> Result<Exit, EngineError> {
    let most = u64::try_from(webhook_server::LARGEST_BODY).unwrap_or(u64::MAX);
    let body = files::read(&args.file, most)?;
    let workplace = Workplace::open(globals).await?;
    let delivery = WebhookDelivery {
        headers: args.headers,
        body,
        received_at: workplace.clock.now(),
        check_signature: !args.unverified,
    };
    let report = workplace
        .engine
        .ingest_webhook(&args.connection, delivery)
        .await?;
    console.answer(&report, || show(&report))?;
    Ok(Exit::Done)
}

fn show(report: &WebhookReport) -> String {
    let mut rows = vec![
        ("event", text::shown(&report.event, 60)),
        (
            "arrived before",
            if report.duplicate { "yes" } else { "no" }.to_owned(),
        ),
        ("contacts", report.contacts.to_string()),
        ("activities", report.activities.to_string()),
    ];
    if let Some(why) = &report.ignored {
        rows.push(("nothing done", text::shown(why, 120)));
    }
    pairs(rows)
}

async fn listen(
    globals: &Globals,
    console: &Console,
    args: Listen,
    cancel: &CancellationToken,
) -> Result<Exit, EngineError> {
    let workplace = Workplace::open(globals).await?;
    let connection = workplace.connection(&args.connection).await?;
    let provider = workplace::providers()
        .into_iter()
        .find(|provider| provider.id == connection.provider);
    if let Some(provider) = provider.filter(|provider| !provider.capabilities.webhooks) {
        let reason = provider
            .unsupported
            .iter()
            .find(|lacking| lacking.capability == "webhooks");
        let reason = reason.map_or("This CRM does not send webhooks.", |lacking| lacking.reason);
        return Err(EngineError::new(ErrorKind::Unsupported, reason));
    }
    let id = connection.id.to_string();
    let server = webhook_server::bind(workplace, &id, args.port, console.clone()).await?;
    let listening = Listening {
        connection: id,
        url: server.url(),
    };
    console.answer(&listening, || format!("Listening on {}", listening.url))?;
    console.note("Point a tunnel or relay there. Stop with Ctrl-C.");
    server.serve(cancel.clone()).await?;
    Ok(Exit::Done)
}
