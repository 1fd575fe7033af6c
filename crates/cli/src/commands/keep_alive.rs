//! `keep-alive`

use nurturehub_engine::{EngineError, KeepAliveReport, KeptAlive};
use serde::Serialize;

use crate::args::{Globals, KeepAlive};
use crate::exit::Exit;
use crate::output::table::{Column, table};
use crate::output::{Console, text};
use crate::workplace::Workplace;

#[derive(Serialize)]
struct All {
    connections: Vec<KeepAliveReport>,
}

/// Keeps sign-ins alive.
pub(super) async fn run(
    globals: &Globals,
    console: &Console,
    args: KeepAlive,
) -> Result<Exit, EngineError> {
    let workplace = Workplace::open(globals).await?;
    let connections = match args.connection {
        Some(wanted) => {
            let connection = workplace.connection(&wanted).await?;
            vec![workplace.engine.keep_alive(connection.id.as_str()).await?]
        }
        None => workplace.engine.keep_all_alive().await?,
    };
    let document = All { connections };
    console.answer(&document, || show(&document))?;
    let any = |outcome| {
        let mut reports = document.connections.iter();
        reports.any(|report| report.outcome == outcome)
    };
    Ok(if any(KeptAlive::NeedsSignIn) {
        Exit::SignIn
    } else {
        Exit::partial_if(any(KeptAlive::Failed))
    })
}

fn show(document: &All) -> String {
    let columns = ["connection", "sign-in", "ends", "what to do"].map(Column::Left);
    table(
        &columns,
        document.connections.iter().map(|report| {
            let ends = report.token_expires.as_ref().map(|expiry| &expiry.at);
            let remedy = match (&report.error, report.outcome) {
                (Some(error), _) => error.remedy.as_str(),
                (None, KeptAlive::NeedsSignIn) => "Sign in again with `reauthorize`.",
                (None, _) => "",
            };
            [
                report.connection.to_string(),
                text::word(&report.outcome),
                text::moment_or_dash(ends),
                text::shown(remedy, 80),
            ]
        }),
    )
}
