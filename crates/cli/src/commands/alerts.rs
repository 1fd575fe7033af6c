//! `alerts`

use nurturehub_engine::{Alert, AlertChannel, EngineError, NotPosted};
use serde::Serialize;

use crate::args::{Alerts, Globals};
use crate::exit::Exit;
use crate::output::Console;
use crate::output::text;
use crate::workplace::Workplace;

#[derive(Serialize)]
struct News {
    alerts: Vec<Alert>,
    /// What came of the webhook, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    webhook: Option<Webhook>,
}

#[derive(Serialize)]
struct Webhook {
    posted: usize,
    failed: usize,
}

/// Gives each alert that no script was given yet, one JSON document on each line, fit to be mailed as it
/// is; nothing where there is none. And posts those that the webhook was not told yet.
pub(super) async fn run(
    globals: &Globals,
    console: &Console,
    args: Alerts,
) -> Result<Exit, EngineError> {
    let workplace = Workplace::open(globals).await?;
    let engine = workplace.engine;
    let set = workplace.reporting.alert_webhook.map(|set| set.address);
    // Posted first: an address that makes no sense is said before anything is noted as told.
    let posted = match args.webhook.or(set) {
        Some(address) => Some(engine.post_alerts(&address).await?),
        None => None,
    };
    let news = News {
        alerts: engine.alerts(AlertChannel::Script).await?,
        webhook: posted.as_ref().map(|posted| Webhook {
            posted: posted.posted.len(),
            failed: posted.failed.len(),
        }),
    };
    // These are noted as told, so they are shown before anything else can go wrong.
    if console.is_for_scripts() {
        console.document(&news)?;
    } else {
        for alert in &news.alerts {
            console.line(alert)?;
        }
    }
    let failed = posted.map(|posted| posted.failed).unwrap_or_default();
    for NotPosted { alert, error } in &failed {
        console.always(&format!(
            "The alert about {} could not be posted: {} {} It is kept: the next call tries again.",
            text::shown(&alert.name, 60),
            error.message,
            error.remedy
        ));
    }
    Ok(if failed.is_empty() {
        Exit::Done
    } else {
        Exit::Failed
    })
}
