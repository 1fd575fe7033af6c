//! A person at the browser.

use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use nurturehub_engine::SignInPrompt;
use nurturehub_port::{ProviderSpec, SignInMethod};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

/// How long a sign-in waits, by the desk's clock.
const PATIENCE: Duration = Duration::from_secs(300);

/// A person at the browser, or nobody.
pub(crate) struct Person {
    pub(crate) prompt: SignInPrompt,
    /// Whether anybody is there.
    pub(crate) comes: bool,
}

/// Ports below those that systems hand out by themselves, so that nobody gets one between it is
/// looked for and used.
static NEXT_PORT: AtomicU16 = AtomicU16::new(21_000);

/// A port that nobody has.
pub(crate) async fn free_port() -> Option<u16> {
    for _ in 0..1000 {
        let port = NEXT_PORT.fetch_add(1, Ordering::Relaxed);
        if TcpListener::bind(("127.0.0.1", port)).await.is_ok() {
            return Some(port);
        }
    }
    None
}

/// The setting that chooses a sign-in in the browser and its value, where a provider has one.
pub(crate) fn method(spec: &ProviderSpec) -> Option<(&'static str, &'static str)> {
    let mut methods = spec.sign_in.methods.iter();
    let (value, _) =
        methods.find(|(_, method)| matches!(method, SignInMethod::AuthorizationCode { .. }))?;
    Some((spec.sign_in.chosen_by?, value))
}

/// Somebody who goes where the CRM's page sends the browser.
pub(crate) fn goes_where_sent() -> Person {
    there(SignInPrompt {
        show: Box::new(|address| {
            let address = address.to_owned();
            tokio::spawn(async move {
                if let Some(back) = sent_to(&address).await {
                    visit(&back).await;
                }
            });
        }),
        cancel: CancellationToken::new(),
        timeout: PATIENCE,
        pasted: None,
    })
}

/// Somebody who presses cancel.
pub(crate) fn cancels() -> Person {
    let cancel = CancellationToken::new();
    let pressed = cancel.clone();
    there(SignInPrompt {
        show: Box::new(move |_| pressed.cancel()),
        cancel,
        timeout: PATIENCE,
        pasted: None,
    })
}

const fn there(prompt: SignInPrompt) -> Person {
    Person {
        prompt,
        comes: true,
    }
}

/// Nobody at all.
pub(crate) fn stays_away() -> Person {
    Person {
        prompt: SignInPrompt {
            show: Box::new(|_| {}),
            cancel: CancellationToken::new(),
            timeout: PATIENCE,
            pasted: None,
        },
        comes: false,
    }
}

/// Where a server sends the browser that visits this address.
async fn sent_to(address: &str) -> Option<String> {
    let answer = visit(address).await?;
    let mut lines = answer.lines();
    lines.find_map(|line| line.strip_prefix("location: ").map(ToOwned::to_owned))
}

/// Asks for an address and reads the answer.
async fn visit(address: &str) -> Option<String> {
    let (host, path) = address.strip_prefix("http://")?.split_once('/')?;
    let mut stream = TcpStream::connect(host).await.ok()?;
    let request = format!("GET /{path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.ok()?;
    let mut answer = String::new();
    // The listener may close on us; what came until then is the answer.
    let _ = stream.read_to_string(&mut answer).await;
    Some(answer)
}
