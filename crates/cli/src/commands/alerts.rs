//! `alerts`

use nurturehub_engine::{Alert, EngineError};
use serde::Serialize;

use crate::args::{Alerts, Globals};
use crate::exit::Exit;
use crate::output::Console;
use crate::workplace::Workplace;

#[derive(Serialize)]
struct News {
    alerts: Vec<Alert>,
}

/// Gives each alert that nobody was given yet: for scripts, one JSON document on each line, fit to be
/// mailed as it is; nothing where there is none.
pub(super) async fn run(
    globals: &Globals,
    console: &Console,
    args: Alerts,
) -> Result<Exit, EngineError> {
    let engine = Workplace::open(globals).await?.engine;
    let news = News {
        alerts: engine.alerts().await?,
    };
    // They are noted as told, so they are shown before anything can go wrong.
    if console.is_for_scripts() {
        console.document(&news)?;
    } else {
        for alert in &news.alerts {
            console.line(alert)?;
        }
    }
    let mut failed = None;
    if let Some(address) = &args.webhook {
        for alert in &news.alerts {
            if let Err(error) = engine.post_alert(address, alert).await {
                console.always(&format!(
                    "The alert about {} could not be posted: {error}",
                    alert.connection
                ));
                failed = Some(error.kind());
            }
        }
    }
    Ok(failed.map_or(Exit::Done, |kind| Exit::of_error(kind, false)))
}
