//! Leading a person through a sign-in.

use std::time::Duration;

use nurturehub_engine::SignInPrompt;
use tokio_util::sync::CancellationToken;

use crate::output::Console;

/// How long a sign-in may take.
const PATIENCE: Duration = Duration::from_secs(300);

/// A prompt that writes the address to standard error and opens it, unless that is not wanted.
pub(crate) fn prompt(console: &Console, open: bool, cancel: &CancellationToken) -> SignInPrompt {
    let console = console.clone();
    SignInPrompt {
        show: Box::new(move |address| {
            console.always(&format!("authorize: {address}"));
            if open {
                open_in_browser(&console, address);
            }
        }),
        cancel: cancel.clone(),
        timeout: PATIENCE,
    }
}

/// Opens an address in the person's browser. The address comes from a setting: only the web is
/// opened, never a file or a program.
fn open_in_browser(console: &Console, address: &str) {
    if !(address.starts_with("https://") || address.starts_with("http://")) {
        return;
    }
    let (console, address) = (console.clone(), address.to_owned());
    tokio::task::spawn_blocking(move || {
        let mut options = webbrowser::BrowserOptions::new();
        options.with_suppress_output(true);
        let opened =
            webbrowser::open_browser_with_options(webbrowser::Browser::Default, &address, &options);
        if opened.is_err() {
            console.note("No browser could be opened. Open the address above yourself.");
        }
    });
}
