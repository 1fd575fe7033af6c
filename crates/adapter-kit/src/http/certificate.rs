//! Why a host was not trusted, and what a person can do about each reason.

use nurturehub_port::{AdapterError, ErrorKind, Owner};
use rustls::{CertificateError, Error};

/// The error for a connection that could not be made secure.
pub(crate) fn refused(error: &Error) -> AdapterError {
    match error {
        Error::InvalidCertificate(reason) => of_certificate(reason),
        Error::NoCertificatesPresented => untrusted("it showed no certificate"),
        _ => AdapterError::new(
            ErrorKind::NetworkTls,
            "The CRM's host does not speak TLS as it should.",
        )
        .remedy(
            "Check the address and port in the settings. If they are right, see whether security \
             software or a proxy stands between.",
        ),
    }
}

fn of_certificate(reason: &CertificateError) -> AdapterError {
    match reason {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            untrusted("its certificate has expired")
                .owner(Owner::Crm)
                .remedy(
                    "Check this computer's date first. If it is right, ask the CRM's support to \
                     renew the certificate of its host; the next sync then goes through.",
                )
        }
        // Nobody serves a certificate before its time, so that it is our time that is wrong.
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            AdapterError::new(
                ErrorKind::ClockSkew,
                "The CRM's certificate begins in the future: this computer's clock is behind.",
            )
        }
        CertificateError::UnknownIssuer => {
            untrusted("its certificate was issued by nobody whom this computer trusts").remedy(
                "See whether security software or a proxy on this network inspects traffic; let it \
                 leave the CRM's address alone, or have its root certificate installed on this \
                 computer. Never bypass this.",
            )
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            untrusted("its certificate is another host's").remedy(
                "Check the address in the settings. If it is right, this network leads elsewhere: \
                 sign in to the network, or use another one.",
            )
        }
        CertificateError::Revoked => untrusted("its certificate was withdrawn")
            .owner(Owner::Crm)
            .remedy("Ask the CRM's support for a new certificate of its host; never bypass this."),
        _ => untrusted("its certificate was not accepted"),
    }
}

fn untrusted(why: &str) -> AdapterError {
    AdapterError::new(
        ErrorKind::NetworkTls,
        format!("The CRM could not prove who it is: {why}."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reason_has_a_remedy_of_its_own() {
        let reasons = [
            CertificateError::Expired,
            CertificateError::NotValidYet,
            CertificateError::UnknownIssuer,
            CertificateError::NotValidForName,
            CertificateError::Revoked,
        ];
        let mut remedies: Vec<String> = reasons
            .map(|reason| refused(&Error::InvalidCertificate(reason)).remedy)
            .into();
        let count = remedies.len();
        remedies.sort_unstable();
        remedies.dedup();
        assert_eq!(remedies.len(), count, "{remedies:#?}");
    }
}
