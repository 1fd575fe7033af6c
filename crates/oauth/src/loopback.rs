//! The listener for the browser's way back (RFC 8252 §7.3): on this computer only, for one answer.

use std::collections::VecDeque;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use nurturehub_port::{Clock, Secret};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet};
use url::Url;
use zeroize::Zeroizing;

use crate::redirect::{self, Expected};
use crate::{OAuthError, untrusted};

/// Bytes of a request's head. Codes may be long; nothing honest comes near.
const MAX_HEAD: usize = 32 * 1024;

/// Connections at once. Browsers open some ahead and leave them idle; the oldest gives way.
const MAX_CONNECTIONS: usize = 32;

/// How long this computer may take to reach itself.
const SELF_TEST: Duration = Duration::from_secs(5);

/// Failures to accept, one after the other, before the listener is given up.
const MAX_ACCEPT_FAILURES: u32 = 20;

/// Opens the listener: 127.0.0.1, or [::1] on a computer that has only that, on the given port or
/// any.
pub(crate) async fn open(port: Option<u16>) -> Result<TcpListener, OAuthError> {
    let fail = |error: std::io::Error| OAuthError::PortTaken {
        detail: untrusted::shown(&error.to_string(), &[]).unwrap_or_default(),
    };
    let v4 = SocketAddr::from((Ipv4Addr::LOCALHOST, port.unwrap_or(0)));
    match TcpListener::bind(v4).await {
        Ok(listener) => Ok(listener),
        // A CRM that wants a fixed port knows one address to the letter.
        Err(error) if port.is_some() => Err(fail(error)),
        Err(error) => TcpListener::bind(SocketAddr::from((Ipv6Addr::LOCALHOST, 0)))
            .await
            .map_err(|_| fail(error)),
    }
}

/// Shows that a connection to the listener arrives, before a person is sent to the browser.
pub(crate) async fn self_test(listener: &TcpListener, clock: &dyn Clock) -> Result<(), OAuthError> {
    let address = listener
        .local_addr()
        .map_err(|_| OAuthError::LoopbackBlocked)?;
    arrives(listener, address, clock).await
}

/// Whether a connection to the address arrives at the listener. One that is refused says so at once;
/// one that is swallowed, as by a firewall, after a while.
async fn arrives(
    listener: &TcpListener,
    address: SocketAddr,
    clock: &dyn Clock,
) -> Result<(), OAuthError> {
    let reach = async {
        let both = tokio::try_join!(listener.accept(), TcpStream::connect(address));
        both.map(drop).map_err(|_| OAuthError::LoopbackBlocked)
    };
    tokio::select! {
        biased;
        outcome = reach => outcome,
        () = clock.sleep(SELF_TEST) => Err(OAuthError::LoopbackBlocked),
    }
}

/// What a callback amounts to.
type Callback = Result<Secret<String>, OAuthError>;

/// The open listener of one sign-in. Dropping it closes the port and every connection.
pub(crate) struct Loopback {
    listener: TcpListener,
    expected: Arc<Expected>,
    /// Set once an answer was taken; all later ones are gone.
    taken: Arc<AtomicBool>,
    connections: JoinSet<Option<Callback>>,
    oldest_first: VecDeque<AbortHandle>,
}

impl Loopback {
    pub(crate) fn new(
        listener: TcpListener,
        expected: Arc<Expected>,
        taken: Arc<AtomicBool>,
    ) -> Self {
        Self {
            listener,
            expected,
            taken,
            connections: JoinSet::new(),
            oldest_first: VecDeque::new(),
        }
    }

    /// Serves until a callback comes. Called again afterwards it turns all others away, for as
    /// long as it is polled.
    pub(crate) async fn next(&mut self) -> Callback {
        let mut failures = 0;
        loop {
            tokio::select! {
                accepted = self.listener.accept() => match accepted {
                    Ok((stream, _)) => {
                        failures = 0;
                        self.serve(stream);
                    }
                    Err(error) => {
                        failures += 1;
                        if failures >= MAX_ACCEPT_FAILURES {
                            return Err(OAuthError::PortTaken {
                                detail: untrusted::shown(&error.to_string(), &[])
                                    .unwrap_or_default(),
                            });
                        }
                    }
                },
                Some(done) = self.connections.join_next() => {
                    if let Ok(Some(callback)) = done {
                        return callback;
                    }
                }
            }
        }
    }

    fn serve(&mut self, stream: TcpStream) {
        self.oldest_first
            .retain(|connection| !connection.is_finished());
        if self.oldest_first.len() >= MAX_CONNECTIONS
            && let Some(oldest) = self.oldest_first.pop_front()
        {
            oldest.abort();
        }
        let (expected, taken) = (Arc::clone(&self.expected), Arc::clone(&self.taken));
        let connection = self.connections.spawn(answer(stream, expected, taken));
        self.oldest_first.push_back(connection);
    }
}

/// Reads one request, answers it, and says whether it was the callback.
async fn answer(
    mut stream: TcpStream,
    expected: Arc<Expected>,
    taken: Arc<AtomicBool>,
) -> Option<Callback> {
    let head = read_head(&mut stream).await;
    let (status, page, callback) = judge(head.as_deref().map(Vec::as_slice), &expected, &taken);
    // The browser may have gone away; what it brought counts all the same.
    let _ = stream.write_all(render(status, page).as_bytes()).await;
    let _ = stream.shutdown().await;
    if callback.is_none() {
        // What is left unread would make the system cut the answer off.
        let mut rest = [0; 1024];
        while matches!(stream.read(&mut rest).await, Ok(1..)) {}
    }
    callback
}

/// The head of a request; nothing where it is too long, cut off, or has no end.
async fn read_head(stream: &mut TcpStream) -> Option<Zeroizing<Vec<u8>>> {
    let mut head = Zeroizing::new(Vec::with_capacity(MAX_HEAD));
    let mut buffer = Zeroizing::new([0_u8; 2048]);
    loop {
        let read = stream.read(buffer.as_mut_slice()).await.ok()?;
        let bytes = buffer.get(..read).filter(|bytes| !bytes.is_empty())?;
        if head.len() + bytes.len() > MAX_HEAD {
            return None;
        }
        head.extend_from_slice(bytes);
        if head.windows(4).any(|window| window == b"\r\n\r\n") {
            return Some(head);
        }
    }
}

const BAD_REQUEST: &str = "400 Bad Request";
const NOT_FOUND: &str = "404 Not Found";
const METHOD_NOT_ALLOWED: &str = "405 Method Not Allowed";
const GONE: &str = "410 Gone";
const OK: &str = "200 OK";

const WELCOME: &str =
    "Thank you. You can close this window: NurtureHub Connect carries on by itself.";
const REFUSED: &str = "The sign-in was not completed. You can close this window and go back to NurtureHub Connect, which says why.";
const USED: &str = "This sign-in has been used already. You can close this window.";
const NOTHING: &str = "There is nothing here. You can close this window.";

/// What to answer to a request, and the callback if it is the first one.
fn judge(
    head: Option<&[u8]>,
    expected: &Expected,
    taken: &AtomicBool,
) -> (&'static str, &'static str, Option<Callback>) {
    let Some(request) = head.and_then(|head| parse(head, expected)) else {
        return (BAD_REQUEST, NOTHING, None);
    };
    if request.address.path() != expected.redirect.path() {
        return (NOT_FOUND, NOTHING, None);
    }
    if !request.is_get {
        return (METHOD_NOT_ALLOWED, NOTHING, None);
    }
    if taken.load(Ordering::SeqCst) {
        return (GONE, USED, None);
    }
    if !redirect::is_callback(expected, &request.address) {
        return (BAD_REQUEST, NOTHING, None);
    }
    let callback = redirect::read(expected, &request.address);
    if taken.swap(true, Ordering::SeqCst) {
        return (GONE, USED, None);
    }
    match &callback {
        Ok(_) => (OK, WELCOME, Some(callback)),
        Err(_) => (BAD_REQUEST, REFUSED, Some(callback)),
    }
}

struct Request {
    is_get: bool,
    address: Url,
}

/// The request line and the `Host` of a request (RFC 9112). A `Host` other than our own address
/// means that a web page reached us by a name of its own making.
fn parse(head: &[u8], expected: &Expected) -> Option<Request> {
    let mut lines = std::str::from_utf8(head).ok()?.split("\r\n");
    let mut words = lines.next()?.split(' ');
    let (method, target, version) = (words.next()?, words.next()?, words.next()?);
    if words.next().is_some() || !version.starts_with("HTTP/1.") || !target.starts_with('/') {
        return None;
    }
    let mut hosts = lines
        .filter_map(|line| line.split_once(':'))
        .filter(|(name, _)| name.eq_ignore_ascii_case("host"));
    let (_, host) = hosts.next()?;
    let own = format!(
        "{}:{}",
        expected.redirect.host_str()?,
        expected.redirect.port_or_known_default()?
    );
    if host.trim() != own || hosts.next().is_some() {
        return None;
    }
    Some(Request {
        is_get: method == "GET",
        address: Url::parse(&format!("http://{own}{target}")).ok()?,
    })
}

/// A page of our own words only: nothing of the request is in it, and it loads nothing, so the
/// address with the code in it goes nowhere.
fn render(status: &str, text: &str) -> String {
    let body = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>NurtureHub Connect</title>\
         <style>body{{font:1.2rem/1.5 system-ui,sans-serif;max-width:34rem;margin:20vh auto;padding:0 1rem;color:#1d2b24;background:#f6f8f6}}\
         @media(prefers-color-scheme:dark){{body{{color:#e6efe9;background:#141a17}}}}</style>\
         <h1>NurtureHub Connect</h1><p>{text}</p></html>"
    );
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n\
         Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\nX-Content-Type-Options: nosniff\r\n\
         Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'\r\n\
         Allow: GET\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::Timestamp;

    use super::*;

    /// A clock on which nobody waits: what has not come by then does not come.
    #[derive(Debug)]
    struct NoPatience;

    #[async_trait::async_trait]
    impl Clock for NoPatience {
        fn now(&self) -> Timestamp {
            Timestamp::UNIX_EPOCH
        }

        fn elapsed(&self) -> Duration {
            Duration::ZERO
        }

        async fn sleep(&self, _duration: Duration) {
            tokio::task::yield_now().await;
        }
    }

    /// A clock on which one waits for ever: only what comes, comes.
    #[derive(Debug)]
    struct AllPatience;

    #[async_trait::async_trait]
    impl Clock for AllPatience {
        fn now(&self) -> Timestamp {
            Timestamp::UNIX_EPOCH
        }

        fn elapsed(&self) -> Duration {
            Duration::ZERO
        }

        async fn sleep(&self, _duration: Duration) {
            std::future::pending::<()>().await;
        }
    }

    #[tokio::test]
    async fn an_address_that_this_computer_cannot_reach_is_found_out() {
        let listener = open(None).await.unwrap();
        let open_ended = self_test(&listener, &AllPatience).await;
        assert!(open_ended.is_ok(), "it can be reached: {open_ended:?}");

        let gone = open(None).await.unwrap();
        let nobody = gone.local_addr().unwrap();
        drop(gone);
        let refused = arrives(&listener, nobody, &AllPatience).await;
        assert!(
            matches!(refused, Err(OAuthError::LoopbackBlocked)),
            "a refusal is told at once: {refused:?}"
        );

        let elsewhere = open(None).await.unwrap();
        let swallowed = arrives(&listener, elsewhere.local_addr().unwrap(), &NoPatience).await;
        assert!(
            matches!(swallowed, Err(OAuthError::LoopbackBlocked)),
            "one that never arrives is not waited for: {swallowed:?}"
        );
    }
}
