//! The way out of this computer: whom it trusts, through which proxy it goes, which names it knows.
//!
//! In the product all three are the system's. Where failures of the network are to be brought about,
//! they are given.

use std::collections::BTreeMap;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use http::{HeaderValue, Uri};
use hyper_util::client::proxy::matcher::Matcher;
use reqwest::ClientBuilder;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::CertificateDer;
use rustls_platform_verifier::BuilderVerifierExt;
use tokio::net::lookup_host;
use url::{Host, Url};

use crate::http::install_crypto;
use crate::settings::is_loopback;

/// The way out of this computer.
#[derive(Debug, Clone, Default)]
pub struct Network {
    /// Whose certificates are trusted.
    pub trust: Trust,
    /// Which proxy requests go through. None does on the way to this computer itself.
    pub proxy: Proxy,
    /// Which names there are.
    pub names: Names,
}

/// Whose certificates are trusted.
#[derive(Debug, Clone, Default)]
pub enum Trust {
    /// Those that the system trusts.
    #[default]
    System,
    /// Those that these roots have signed, and nobody else's.
    Only(Vec<CertificateDer<'static>>),
}

/// Which proxy requests go through.
#[derive(Debug, Clone, Default)]
pub enum Proxy {
    /// The system's, where it has one.
    #[default]
    System,
    /// None, whatever the system has.
    None,
    /// This one.
    Through(Url),
}

/// Which names of hosts there are.
#[derive(Debug, Clone, Default)]
pub enum Names {
    /// Those that the system resolves.
    #[default]
    System,
    /// These, and no other.
    Only(BTreeMap<String, IpAddr>),
}

/// The way to one host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    /// Straight there.
    Direct,
    /// Through a proxy.
    Through(Box<ProxyDoor>),
}

/// A proxy, and what it is told.
#[derive(Clone, PartialEq, Eq)]
pub struct ProxyDoor {
    /// Where it is.
    pub address: Url,
    /// Who we are, where it was said.
    pub authorization: Option<HeaderValue>,
}

impl fmt::Debug for ProxyDoor {
    /// Without the address, which may have a password in it.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ProxyDoor")
            .field("host", &self.address.host_str())
            .finish_non_exhaustive()
    }
}

impl Network {
    /// The way to a host.
    #[must_use]
    pub fn route(&self, to: &Url) -> Route {
        if is_loopback(to) {
            return Route::Direct;
        }
        match &self.proxy {
            Proxy::Through(address) => Route::Through(Box::new(ProxyDoor {
                address: address.clone(),
                authorization: None,
            })),
            Proxy::None => Route::Direct,
            Proxy::System => system_route(to).unwrap_or(Route::Direct),
        }
    }

    /// A client for this host that takes this way.
    pub fn configure(&self, builder: ClientBuilder, to: &Url) -> ClientBuilder {
        let builder = if is_loopback(to) {
            builder.no_proxy()
        } else {
            self.with_proxy(builder)
        };
        if to.scheme() == "http" {
            // No certificates are loaded where none is looked at.
            return self.with_names(builder.tls_certs_only(std::iter::empty()));
        }
        self.with_trust(self.with_names(builder))
    }

    /// A client that goes through the proxy, where there is one.
    pub fn with_proxy(&self, builder: ClientBuilder) -> ClientBuilder {
        match &self.proxy {
            Proxy::System => builder,
            Proxy::None => builder.no_proxy(),
            Proxy::Through(address) => match reqwest::Proxy::all(address.as_str()) {
                Ok(proxy) => builder.proxy(proxy),
                Err(_) => builder,
            },
        }
    }

    /// A client that knows these names.
    pub fn with_names(&self, builder: ClientBuilder) -> ClientBuilder {
        match &self.names {
            Names::System => builder,
            Names::Only(known) => builder.dns_resolver(Arc::new(Known(known.clone()))),
        }
    }

    /// A client that trusts these roots.
    pub fn with_trust(&self, builder: ClientBuilder) -> ClientBuilder {
        match &self.trust {
            Trust::System => builder,
            Trust::Only(roots) => builder.tls_certs_only(
                roots
                    .iter()
                    .filter_map(|root| reqwest::Certificate::from_der(root).ok()),
            ),
        }
    }

    /// How a certificate is looked at.
    ///
    /// # Errors
    /// Where the system's certificates cannot be loaded.
    pub(crate) fn tls(&self) -> Result<ClientConfig, rustls::Error> {
        install_crypto();
        let builder = ClientConfig::builder();
        Ok(match &self.trust {
            Trust::System => builder.with_platform_verifier()?.with_no_client_auth(),
            Trust::Only(roots) => {
                let mut store = RootCertStore::empty();
                store.add_parsable_certificates(roots.iter().cloned());
                builder.with_root_certificates(store).with_no_client_auth()
            }
        })
    }

    /// The addresses of a host; an IP address is its own answer, and a name that is not known has
    /// none.
    pub(crate) async fn resolve(&self, url: &Url) -> Vec<SocketAddr> {
        let port = url.port_or_known_default().unwrap_or(443);
        match (url.host(), &self.names) {
            (Some(Host::Ipv4(address)), _) => vec![(address, port).into()],
            (Some(Host::Ipv6(address)), _) => vec![(address, port).into()],
            (Some(Host::Domain(name)), Names::Only(known)) => known
                .get(name)
                .map(|address| (*address, port).into())
                .into_iter()
                .collect(),
            (Some(Host::Domain(name)), Names::System) => lookup_host((name, port))
                .await
                .map(Iterator::collect)
                .unwrap_or_default(),
            (None, _) => Vec::new(),
        }
    }
}

fn system_route(to: &Url) -> Option<Route> {
    let uri: Uri = to.as_str().parse().ok()?;
    let door = Matcher::from_system().intercept(&uri)?;
    Some(Route::Through(Box::new(ProxyDoor {
        address: Url::parse(&door.uri().to_string()).ok()?,
        authorization: door.basic_auth().cloned(),
    })))
}

/// Names that are known, as the client asks for them.
struct Known(BTreeMap<String, IpAddr>);

impl Resolve for Known {
    fn resolve(&self, name: Name) -> Resolving {
        let found = self.0.get(name.as_str()).copied();
        Box::pin(async move {
            let address =
                found.ok_or_else(|| std::io::Error::from(std::io::ErrorKind::NotFound))?;
            // The port is the one in the address that is asked for.
            let addresses: Addrs = Box::new(std::iter::once((address, 0).into()));
            Ok(addresses)
        })
    }
}
