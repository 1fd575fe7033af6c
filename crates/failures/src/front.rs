//! A door before the sandbox that misbehaves below HTTP, and what stands at it.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

use crate::verdict::{Checked, wrong};

/// Connections that may wait to be taken.
const WAITING: u32 = 64;

/// How whoever comes is dealt with.
#[derive(Clone)]
pub(crate) enum Manner {
    /// Let through to the sandbox.
    Pass,
    /// Let through, once the connection is secure.
    Secure(Arc<ServerConfig>),
    /// Thrown out, once something was said.
    Reset,
    /// Sent away without a word, once something was said.
    Hush,
    /// As by a proxy: `CONNECT` is answered with this status, and let through with 200.
    Proxy(u16),
}

/// A door on loopback.
pub(crate) struct Front {
    address: SocketAddr,
    manner: Arc<Mutex<Manner>>,
    behind: SocketAddr,
    /// A port that is taken and at which nobody listens: whoever comes is refused.
    shut: Option<TcpSocket>,
    server: Option<JoinHandle<()>>,
}

impl Front {
    /// A door that is shut: it has a port, and nobody listens there.
    pub(crate) fn shut(behind: SocketAddr) -> Checked<Self> {
        let failed = |error: std::io::Error| wrong("no port is free", error);
        let socket = TcpSocket::new_v4().map_err(failed)?;
        socket
            .bind((Ipv4Addr::LOCALHOST, 0).into())
            .map_err(failed)?;
        Ok(Self {
            address: socket.local_addr().map_err(failed)?,
            manner: Arc::new(Mutex::new(Manner::Pass)),
            behind,
            shut: Some(socket),
            server: None,
        })
    }

    /// A door that is open.
    pub(crate) fn open(behind: SocketAddr, manner: Manner) -> Checked<Self> {
        let mut front = Self::shut(behind)?;
        front.set(manner)?;
        Ok(front)
    }

    /// Its port.
    pub(crate) const fn port(&self) -> u16 {
        self.address.port()
    }

    /// Deals with whoever comes from now on in this manner; opens the door where it is shut.
    pub(crate) fn set(&mut self, manner: Manner) -> Checked {
        *self.manner.lock().unwrap_or_else(PoisonError::into_inner) = manner;
        let Some(socket) = self.shut.take() else {
            return Ok(());
        };
        let listener = socket
            .listen(WAITING)
            .map_err(|error| wrong("nobody can listen", error))?;
        let (manner, behind) = (Arc::clone(&self.manner), self.behind);
        self.server = Some(tokio::spawn(serve(listener, manner, behind)));
        Ok(())
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        if let Some(server) = &self.server {
            server.abort();
        }
    }
}

async fn serve(listener: TcpListener, manner: Arc<Mutex<Manner>>, behind: SocketAddr) {
    while let Ok((visitor, _)) = listener.accept().await {
        let manner = manner
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        tokio::spawn(receive(visitor, manner, behind));
    }
}

async fn receive(mut visitor: TcpStream, manner: Manner, behind: SocketAddr) {
    let _ = visitor.set_nodelay(true);
    match manner {
        Manner::Pass => through(visitor, behind).await,
        Manner::Secure(config) => {
            if let Ok(secure) = TlsAcceptor::from(config).accept(visitor).await {
                through(secure, behind).await;
            }
        }
        Manner::Reset => {
            let _ = visitor.read(&mut [0; 1024]).await;
            let _ = visitor.set_zero_linger();
        }
        Manner::Hush => {
            let _ = visitor.read(&mut [0; 1024]).await;
        }
        Manner::Proxy(status) => {
            if head(&mut visitor).await.is_none() {
                return;
            }
            let answer = format!("HTTP/1.1 {status} As told\r\ncontent-length: 0\r\n\r\n");
            if status != 200 {
                let _ = visitor.write_all(answer.as_bytes()).await;
                return;
            }
            let established = b"HTTP/1.1 200 Connection established\r\n\r\n";
            if visitor.write_all(established).await.is_ok() {
                through(visitor, behind).await;
            }
        }
    }
}

/// Reads a request's head.
async fn head(visitor: &mut TcpStream) -> Option<()> {
    let mut read = Vec::new();
    while !read.ends_with(b"\r\n\r\n") {
        read.push(visitor.read_u8().await.ok()?);
    }
    Some(())
}

async fn through(mut visitor: impl AsyncRead + AsyncWrite + Unpin, behind: SocketAddr) {
    if let Ok(mut host) = TcpStream::connect(behind).await {
        let _ = host.set_nodelay(true);
        let _ = copy_bidirectional(&mut visitor, &mut host).await;
    }
}
