//! `webhook ingest` and `webhook listen`

use nurturehub_engine::{EngineError, LARGEST_BODY, Received, ReplayReport, WebhookReport};
use nurturehub_port::{ErrorKind, WebhookDelivery};
use serde::Serialize;
use tokio_util::sync::CancellationToken;

use super::{files, headers};
use crate::args::{Globals, Ingest, Listen, Replay, Webhook, WebhookCommand};
use crate::exit::Exit;
use crate::output::table::{Column, pairs, table};
use crate::output::{Console, text};
use crate::workplace::Workplace;

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
        WebhookCommand::Ingest(args) => {
            unless_cancelled(Box::pin(ingest(globals, console, args)), cancel).await
        }
        WebhookCommand::Replay(args) => {
            unless_cancelled(Box::pin(replay(globals, console, args)), cancel).await
        }
    }
}

async fn unless_cancelled(
    work: impl Future<Output = Result<Exit, EngineError>>,
    cancel: &CancellationToken,
) -> Result<Exit, EngineError> {
    tokio::select! {
        biased;
        done = work => done,
        () = cancel.cancelled() => {
            Err(EngineError::new(ErrorKind::Cancelled, "The command was cancelled."))
        }
    }
}

async fn replay(globals: &Globals, console: &Console, args: Replay) -> Result<Exit, EngineError> {
    let workplace = Workplace::open(globals).await?;
    let report = workplace
        .engine
        .replay_webhooks(&args.connection, args.delivery.as_deref())
        .await?;
    console.answer(&report, || show_replayed(&report))?;
    let failed = report.results.iter().any(|result| result.error.is_some());
    Ok(Exit::partial_if(failed))
}

fn show_replayed(report: &ReplayReport) -> String {
    if report.results.is_empty() {
        return "No delivery waits to be dealt with.".to_owned();
    }
    let columns = [
        Column::Left("delivery"),
        Column::Left("arrived"),
        Column::Left("event"),
        Column::Right("contacts"),
        Column::Left("what came of it"),
    ];
    let rows = report.results.iter().map(|result| {
        let (event, contacts, outcome) = match (&result.report, &result.error) {
            (Some(report), _) => (
                text::shown(&report.event, 40),
                report.contacts.to_string(),
                report.ignored.as_deref().map_or_else(
                    || "done".to_owned(),
                    |why| format!("nothing done: {}", text::shown(why, 80)),
                ),
            ),
            (None, Some(error)) => (
                String::new(),
                String::new(),
                text::shown(&error.message, 100),
            ),
            (None, None) => (String::new(), String::new(), String::new()),
        };
        vec![
            text::shown(&result.delivery, 40),
            result.received_at.to_string(),
            event,
            contacts,
            outcome,
        ]
    });
    table(&columns, rows)
}

async fn ingest(globals: &Globals, console: &Console, args: Ingest) -> Result<Exit, EngineError> {
    let most = u64::try_from(LARGEST_BODY).unwrap_or(u64::MAX);
    let body = files::read(&args.file, most)?;
    let workplace = Workplace::open(globals).await?;
    let delivery = WebhookDelivery {
        headers: headers::read(args.headers, &args.file)?,
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
    let id = workplace.connection(&args.connection).await?.id.to_string();
    let told = {
        let console = console.clone();
        move |received| console.note(&line(&received))
    };
    let receiver = workplace
        .engine
        .webhook_receiver(&id, args.port, told)
        .await?;
    let listening = Listening {
        connection: id,
        url: receiver.url(),
    };
    console.answer(&listening, || format!("Listening on {}", listening.url))?;
    console.note("Point a tunnel or relay there. Stop with Ctrl-C.");
    receiver.serve(cancel.clone()).await?;
    Ok(Exit::Done)
}

/// What came of a delivery, in a line.
fn line(received: &Received) -> String {
    let status = received.status;
    match &received.outcome {
        Ok(report) => {
            let event = text::shown(&report.event, 60);
            let contacts = text::count(report.contacts, "contact", "contacts");
            let again = if report.duplicate {
                ", arrived before"
            } else {
                ""
            };
            format!("{status} {event}: {contacts}{again}")
        }
        Err(error) => {
            let why = text::shown(&error.message, 200);
            format!("{status} {}: {why}", error.kind)
        }
    }
}
