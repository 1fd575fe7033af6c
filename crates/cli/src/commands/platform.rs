//! `platform set` and `platform show`

use nurturehub_engine::{EngineError, PlatformView};
use nurturehub_port::ErrorKind;

use crate::args::{Globals, Platform, PlatformCommand, PlatformSet};
use crate::exit::Exit;
use crate::output::Console;
use crate::output::table::pairs;
use crate::secrets;
use crate::workplace::Workplace;

/// The one secret that the platform has.
const TOKEN: &str = "token";

/// Sets or shows where contacts are pushed to.
pub(super) async fn run(
    globals: &Globals,
    console: &Console,
    args: Platform,
) -> Result<Exit, EngineError> {
    let view = match args.command {
        PlatformCommand::Set(args) => set(globals, args).await?,
        PlatformCommand::Show => Workplace::open(globals).await?.engine.platform().await?,
    };
    console.answer(&view, || {
        let stored = if view.token_stored {
            "stored"
        } else {
            "not set"
        };
        pairs([
            (
                "address",
                view.url.clone().unwrap_or_else(|| "not set".to_owned()),
            ),
            (TOKEN, stored.to_owned()),
        ])
    })?;
    Ok(Exit::Done)
}

async fn set(globals: &Globals, args: PlatformSet) -> Result<PlatformView, EngineError> {
    let keys = secrets::keys(&args.secrets)?;
    if keys != [TOKEN] {
        return Err(EngineError::with_remedy(
            ErrorKind::Configuration,
            "The platform has one secret, `token`.",
            "Give it with `--secret token=-`.",
        ));
    }
    let workplace = Workplace::open(globals).await?;
    let token = secrets::read(keys).await?.remove(TOKEN).ok_or_else(|| {
        EngineError::new(ErrorKind::AuthInvalid, "The platform's token is missing.")
    })?;
    workplace.engine.set_platform(&args.url, token).await
}
