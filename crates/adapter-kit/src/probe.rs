//! Is the host there: name, port, certificate.

use std::net::SocketAddr;
use std::time::Duration;

use nurturehub_port::{AdapterError, ErrorKind};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use url::{Host, Url};

/// Resolves the host of an address; an IP address is its own answer.
///
/// # Errors
/// `network.dns`, where the name does not resolve in time.
pub async fn resolve(url: &Url, within: Duration) -> Result<Vec<SocketAddr>, AdapterError> {
    let port = url.port_or_known_default().unwrap_or(443);
    let name = match url.host() {
        Some(Host::Ipv4(address)) => return Ok(vec![(address, port).into()]),
        Some(Host::Ipv6(address)) => return Ok(vec![(address, port).into()]),
        Some(Host::Domain(name)) => name,
        None => {
            return Err(AdapterError::new(
                ErrorKind::Configuration,
                "The address of the CRM has no host.",
            ));
        }
    };
    let failed = || {
        AdapterError::new(
            ErrorKind::NetworkDns,
            format!("The name `{name}` could not be resolved."),
        )
    };
    let found: Vec<SocketAddr> = timeout(within, lookup_host((name, port)))
        .await
        .map_err(|_| failed())?
        .map_err(|_| failed())?
        .collect();
    if found.is_empty() {
        return Err(failed());
    }
    Ok(found)
}

/// Opens a connection to the first of the addresses that takes one, and closes it again.
///
/// # Errors
/// `network.connect`, where none does in time.
pub async fn connect(
    addresses: &[SocketAddr],
    within: Duration,
) -> Result<SocketAddr, AdapterError> {
    for address in addresses {
        if let Ok(Ok(_stream)) = timeout(within, TcpStream::connect(address)).await {
            return Ok(*address);
        }
    }
    Err(AdapterError::new(
        ErrorKind::NetworkConnect,
        "The CRM's host does not take connections.",
    ))
}
