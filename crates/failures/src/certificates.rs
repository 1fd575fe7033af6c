//! Certificates that are made when they are wanted.

use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    date_time_ymd,
};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::verdict::{Checked, wrong};

/// What is the matter with a host's certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// Nothing.
    None,
    /// It ended years ago.
    Expired,
    /// It begins in some decades.
    NotYet,
    /// It is another host's.
    OtherHost,
    /// The host has signed it itself.
    SelfSigned,
    /// Somebody has signed it whom nobody knows.
    UnknownIssuer,
}

/// Somebody who signs certificates.
pub(crate) struct Authority {
    certificate: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    pub(crate) fn new(name: &str) -> Checked<Self> {
        let failed = |error: rcgen::Error| wrong("no authority could be made", error);
        let key = KeyPair::generate().map_err(failed)?;
        let mut params = CertificateParams::new(Vec::new()).map_err(failed)?;
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages.push(KeyUsagePurpose::KeyCertSign);
        params.not_before = date_time_ymd(2000, 1, 1);
        params.not_after = date_time_ymd(2099, 1, 1);
        let certificate = params.self_signed(&key).map_err(failed)?.der().clone();
        Ok(Self {
            certificate,
            issuer: Issuer::new(params, key),
        })
    }

    /// Its own certificate, to be trusted.
    pub(crate) fn root(&self) -> CertificateDer<'static> {
        self.certificate.clone()
    }

    /// A host's certificate and key, as a server uses them.
    pub(crate) fn server(&self, host: &str, flaw: Flaw) -> Checked<Arc<ServerConfig>> {
        let failed = |error: rcgen::Error| wrong("no certificate could be made", error);
        let name = match flaw {
            Flaw::OtherHost => "other.example",
            _ => host,
        };
        let key = KeyPair::generate().map_err(failed)?;
        let mut params = CertificateParams::new([name.to_owned()]).map_err(failed)?;
        let years = match flaw {
            Flaw::Expired => (2000, 2001),
            Flaw::NotYet => (2090, 2099),
            _ => (2000, 2099),
        };
        params.not_before = date_time_ymd(years.0, 1, 1);
        params.not_after = date_time_ymd(years.1, 1, 1);
        let certificate = match flaw {
            Flaw::SelfSigned => params.self_signed(&key),
            Flaw::UnknownIssuer => params.signed_by(&key, &Self::new("Nobody")?.issuer),
            _ => params.signed_by(&key, &self.issuer),
        };
        let chain = vec![certificate.map_err(failed)?.der().clone()];
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(chain, key);
        config
            .map(Arc::new)
            .map_err(|error| wrong("the certificate cannot be served", error))
    }
}
