//! A server that nobody should come to.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::verdict::{Checked, Stop};

const ANSWER: &[u8] =
    b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}";

/// A server on loopback that answers everybody with nothing, and counts them.
pub(crate) struct Trap {
    address: String,
    visitors: Arc<AtomicUsize>,
    server: JoinHandle<()>,
}

impl Trap {
    pub(crate) async fn set() -> Checked<Self> {
        let failed = |error: std::io::Error| Stop::Failed(format!("no trap could be set: {error}"));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .map_err(failed)?;
        let address = format!("http://{}", listener.local_addr().map_err(failed)?);
        let visitors = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&visitors);
        let server = tokio::spawn(async move {
            while let Ok((mut visitor, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::Relaxed);
                let mut heard = [0; 1024];
                let _ = visitor.read(&mut heard).await;
                let _ = visitor.write_all(ANSWER).await;
            }
        });
        Ok(Self {
            address,
            visitors,
            server,
        })
    }

    /// Where it stands.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// How many have come.
    pub(crate) fn visitors(&self) -> usize {
        self.visitors.load(Ordering::Relaxed)
    }
}

impl Drop for Trap {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// An address on loopback where nothing answers.
pub(crate) async fn nobody() -> Checked<String> {
    let failed = |error: std::io::Error| Stop::Failed(format!("no port is free: {error}"));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .await
        .map_err(failed)?;
    Ok(listener.local_addr().map_err(failed)?.to_string())
}
