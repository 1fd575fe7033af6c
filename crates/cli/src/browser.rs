//! Leading a person through a sign-in.

use std::io::{self, IsTerminal};
use std::sync::Mutex;
use std::time::Duration;

use nurturehub_engine::{PastedAddresses, SignInPrompt};
use nurturehub_port::Secret;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::args::Access;
use crate::output::Console;
use crate::secrets;

/// How long a sign-in may take.
const PATIENCE: Duration = Duration::from_secs(300);

/// A prompt that writes the address to standard error and opens it, unless that is not wanted. While
/// it waits, it takes the final address from standard input: where that was asked for, and where
/// somebody sits there.
pub(crate) fn prompt(
    console: &Console,
    access: &Access,
    cancel: &CancellationToken,
) -> SignInPrompt {
    let reads = access.paste || io::stdin().is_terminal();
    let opens = !(access.no_browser || access.paste);
    let (send, pasted) = if reads {
        let console = console.clone();
        let (send, pasted) = PastedAddresses::new(move |slip| {
            console.always(&format!("not taken: {}", slip.message));
            console.always(&format!("what to do: {}", slip.remedy));
        });
        (Some(send), Some(pasted))
    } else {
        (None, None)
    };
    let send = Mutex::new(send);
    let console = console.clone();
    SignInPrompt {
        show: Box::new(move |address| {
            console.always(&format!("authorize: {address}"));
            let send = send.lock().ok().and_then(|mut send| send.take());
            if let Some(send) = send {
                console.note("If the browser runs elsewhere, paste the address that it ends on.");
                read_addresses(send);
            }
            if opens {
                open_in_browser(&console, address);
            }
        }),
        cancel: cancel.clone(),
        timeout: PATIENCE,
        pasted,
    }
}

/// Reads addresses, one on each line, until nobody wants them any more.
fn read_addresses(send: mpsc::Sender<Secret<String>>) {
    // A thread of its own and not one of the runtime's, which would be waited for in the end: this
    // one may hang on a line that never comes.
    let reading = move || {
        let Ok(mut lines) = secrets::Lines::of_standard_input() else {
            return;
        };
        while let Ok(Some(line)) = lines.next() {
            let line = Secret::new(line.trim().to_owned());
            if !line.expose().is_empty() && send.blocking_send(line).is_err() {
                return;
            }
        }
    };
    // Without it the browser can still come back by itself.
    let _ = std::thread::Builder::new()
        .name("pasted-addresses".into())
        .spawn(reading);
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
