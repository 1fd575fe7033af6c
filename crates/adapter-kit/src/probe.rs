//! Is the host there: name, port, certificate. Each is looked at for itself, and behind a proxy on
//! the way that requests take, so that what is said is true of them.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use nurturehub_port::{AdapterError, ErrorKind};
use rustls_pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use url::Url;

use crate::http::certificate;
use crate::network::{Network, ProxyDoor, Route};

/// Longest answer of a proxy that is read, in bytes.
const LONGEST_HEAD: usize = 8 * 1024;

/// A way to a host, to be looked at.
#[derive(Debug, Clone, Copy)]
pub struct Probe<'a> {
    /// The way out of this computer.
    pub network: &'a Network,
    /// The CRM's address.
    pub url: &'a Url,
    /// How long each look may take.
    pub within: Duration,
}

/// A connection, whatever is around it.
trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

impl Probe<'_> {
    /// Resolves the host, or the proxy that requests go through: it looks the host up itself then.
    ///
    /// # Errors
    /// `network.dns`, where the host's name does not resolve in time; `network.proxy`, where the
    /// proxy's does not.
    pub async fn dns(&self) -> Result<String, AdapterError> {
        let host = host_of(self.url)?;
        match self.network.route(self.url) {
            Route::Direct => match self.addresses(self.url).await {
                0 => Err(AdapterError::new(
                    ErrorKind::NetworkDns,
                    format!("The name `{host}` could not be resolved."),
                )),
                1 => Ok(format!("`{host}` has one address.")),
                found => Ok(format!("`{host}` has {found} addresses.")),
            },
            Route::Through(door) => {
                let proxy = host_of(&door.address)?;
                match self.addresses(&door.address).await {
                    0 => Err(no_proxy(&format!(
                        "The name of this computer's proxy, `{proxy}`, could not be resolved."
                    ))),
                    _ => Ok(format!(
                        "Requests go through the proxy `{proxy}`, which looks up `{host}` itself."
                    )),
                }
            }
        }
    }

    /// Opens a connection to the host and closes it again; behind a proxy, one that the proxy lets
    /// through.
    ///
    /// # Errors
    /// `network.connect`, where the host takes none in time, also by what the proxy says;
    /// `network.proxy`, where the proxy takes none or lets nobody through.
    pub async fn connect(&self) -> Result<String, AdapterError> {
        self.open().await?;
        let port = self.url.port_or_known_default().unwrap_or(443);
        Ok(match self.network.route(self.url) {
            Route::Direct => format!("Port {port} takes connections."),
            Route::Through(_) => format!("The proxy lets us through to port {port}."),
        })
    }

    /// Has the host prove who it is.
    ///
    /// # Errors
    /// `network.tls`, where it cannot; `clockSkew`, where its certificate begins in the future; and
    /// those of [`Self::connect`].
    pub async fn tls(&self) -> Result<String, AdapterError> {
        let stream = self.open().await?;
        let name = host_of(self.url)?;
        self.secure(stream, name).await?;
        Ok(format!("The certificate of `{name}` is trusted."))
    }

    async fn addresses(&self, url: &Url) -> usize {
        timeout(self.within, self.network.resolve(url))
            .await
            .map_or(0, |found| found.len())
    }

    /// A connection on which the host is at the other end.
    async fn open(&self) -> Result<Box<dyn Stream>, AdapterError> {
        match self.network.route(self.url) {
            Route::Direct => match self.tcp(self.url).await {
                Some(stream) => Ok(Box::new(stream)),
                None => Err(AdapterError::new(
                    ErrorKind::NetworkConnect,
                    "The CRM's host does not take connections.",
                )),
            },
            Route::Through(door) => {
                let Some(stream) = self.tcp(&door.address).await else {
                    return Err(no_proxy("This computer's proxy does not take connections."));
                };
                let mut stream: Box<dyn Stream> = Box::new(stream);
                if door.address.scheme() == "https" {
                    stream = self.secure(stream, host_of(&door.address)?).await?;
                }
                let asked = timeout(self.within, self.ask(&mut stream, &door)).await;
                match asked {
                    Ok(Ok(status)) => admitted(status)?,
                    _ => return Err(no_proxy("This computer's proxy does not answer.")),
                }
                Ok(stream)
            }
        }
    }

    async fn tcp(&self, url: &Url) -> Option<TcpStream> {
        for address in self.network.resolve(url).await {
            if let Ok(Ok(stream)) = timeout(self.within, TcpStream::connect(address)).await {
                return Some(stream);
            }
        }
        None
    }

    /// Asks a proxy for the host, and answers with the status of what it says.
    async fn ask(&self, stream: &mut Box<dyn Stream>, door: &ProxyDoor) -> io::Result<u16> {
        let host = self.url.host_str().unwrap_or_default();
        let port = self.url.port_or_known_default().unwrap_or(443);
        let mut request =
            format!("CONNECT {host}:{port} HTTP/1.1\r\nhost: {host}:{port}\r\n").into_bytes();
        if let Some(authorization) = &door.authorization {
            request.extend_from_slice(b"proxy-authorization: ");
            request.extend_from_slice(authorization.as_bytes());
            request.extend_from_slice(b"\r\n");
        }
        request.extend_from_slice(b"\r\n");
        stream.write_all(&request).await?;
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") && head.len() < LONGEST_HEAD {
            head.push(stream.read_u8().await?);
        }
        let status = head
            .split(|byte| *byte == b' ')
            .nth(1)
            .and_then(|status| std::str::from_utf8(status).ok()?.parse().ok());
        status.ok_or_else(|| io::ErrorKind::InvalidData.into())
    }

    async fn secure(
        &self,
        stream: Box<dyn Stream>,
        host: &str,
    ) -> Result<Box<dyn Stream>, AdapterError> {
        let config = self.network.tls().map_err(|_| {
            AdapterError::new(
                ErrorKind::NetworkTls,
                "The certificates that this computer trusts could not be loaded.",
            )
            .remedy("Install the system's root certificates (on Debian: `ca-certificates`).")
        })?;
        let bare = host.trim_matches(['[', ']']).to_owned();
        let name = ServerName::try_from(bare).map_err(|_| no_host())?;
        let shaking = TlsConnector::from(Arc::new(config)).connect(name, stream);
        match timeout(self.within, shaking).await {
            Ok(Ok(stream)) => Ok(Box::new(stream)),
            Ok(Err(error)) => Err(not_secure(&error)),
            Err(_) => Err(AdapterError::new(
                ErrorKind::NetworkTimeout,
                "The CRM's host takes connections and then says nothing.",
            )),
        }
    }
}

fn not_secure(error: &io::Error) -> AdapterError {
    let reason = error.get_ref().and_then(|inner| inner.downcast_ref());
    reason.map_or_else(
        || {
            AdapterError::new(
                ErrorKind::NetworkInterrupted,
                "The CRM's host broke off while the connection was being made secure.",
            )
        },
        certificate::refused,
    )
}

/// Whether a proxy lets us through, by the status of its answer.
fn admitted(status: u16) -> Result<(), AdapterError> {
    match status {
        200..=299 => Ok(()),
        407 => Err(AdapterError::new(
            ErrorKind::NetworkProxy,
            "The proxy of this network wants a sign-in of its own (407).",
        )),
        502..=504 => Err(AdapterError::new(
            ErrorKind::NetworkConnect,
            format!("The proxy of this network cannot reach the CRM's host ({status})."),
        )
        .remedy(
            "Check the address in the settings. If it is right, ask who looks after the network \
             whether its proxy may reach the CRM.",
        )),
        _ => Err(AdapterError::new(
            ErrorKind::NetworkProxy,
            format!("The proxy of this network does not let the CRM's host be reached ({status})."),
        )
        .remedy("Ask who looks after the network to let the CRM's address through its proxy.")),
    }
}

fn no_proxy(message: &str) -> AdapterError {
    AdapterError::new(ErrorKind::NetworkProxy, message)
        .remedy("Correct the proxy in this computer's network settings, or switch it off.")
}

fn host_of(url: &Url) -> Result<&str, AdapterError> {
    url.host_str().ok_or_else(no_host)
}

fn no_host() -> AdapterError {
    AdapterError::new(
        ErrorKind::Configuration,
        "The address of the CRM has no host.",
    )
}
