//! The simulators in a process of their own, with no limits and nothing going wrong.

use std::io::Read;

use nurturehub_sandbox::{Sandbox, SandboxConfig};

use crate::{Failure, process};

/// Serves until standard input ends, which it does when the parent dies.
pub(crate) async fn serve(contacts: usize) -> Result<(), Failure> {
    let config = SandboxConfig {
        contacts,
        limits: false,
        only: Some("reapit".to_owned()),
        ..SandboxConfig::default()
    };
    let sandbox = Sandbox::start(config).await?;
    process::say(&serde_json::to_string(&sandbox.describe())?);
    tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new())).await??;
    sandbox.stop().await;
    Ok(())
}
