//! `sandbox`

use nurturehub_engine::EngineError;
use nurturehub_port::ErrorKind;
use nurturehub_sandbox::{Sandbox, SandboxConfig};
use tokio_util::sync::CancellationToken;

use crate::args::{Sandbox as Arguments, Switch};
use crate::exit::Exit;
use crate::output::Console;

/// Serves the simulated CRMs and the platform until a signal comes; that is its normal end.
pub(super) async fn run(
    console: &Console,
    args: Arguments,
    cancel: &CancellationToken,
) -> Result<Exit, EngineError> {
    let sandbox = Sandbox::start(SandboxConfig {
        contacts: args.contacts,
        seed: args.seed,
        flawed: args.flawed,
        port: args.port,
        faults: args.faults.unwrap_or_default(),
        limits: args.limits == Switch::On,
        ..SandboxConfig::default()
    })
    .await
    .map_err(|error| {
        EngineError::with_remedy(
            ErrorKind::Configuration,
            format!("The sandbox could not be started: {error}."),
            "Choose another port with --port, or leave it out.",
        )
    })?;
    console.document(&sandbox.describe())?;
    console.note("The sandbox is ready. Stop it with Ctrl-C.");
    cancel.cancelled().await;
    sandbox.stop().await;
    Ok(Exit::Done)
}
