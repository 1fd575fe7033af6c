//! Ctrl-C and the system's request to end.

use tokio_util::sync::CancellationToken;

use crate::exit::Exit;

/// Cancels the token at the first signal. At the second the program ends on the spot, for the case
/// that the first one does not come through.
pub(crate) fn watch(cancel: &CancellationToken) {
    let cancel = cancel.clone();
    tokio::spawn(async move {
        if next().await {
            cancel.cancel();
        }
        if next().await {
            std::process::exit(i32::from(Exit::Cancelled as u8));
        }
    });
}

/// Waits for a signal; false where the system offers none to wait for.
#[cfg(unix)]
async fn next() -> bool {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut interrupt), Ok(mut terminate)) = (
        signal(SignalKind::interrupt()),
        signal(SignalKind::terminate()),
    ) else {
        return false;
    };
    tokio::select! {
        received = interrupt.recv() => received.is_some(),
        received = terminate.recv() => received.is_some(),
    }
}

#[cfg(not(unix))]
async fn next() -> bool {
    tokio::signal::ctrl_c().await.is_ok()
}
