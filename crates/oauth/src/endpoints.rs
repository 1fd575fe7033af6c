//! Where a CRM's sign-in service is.

use url::{Host, Url};

use crate::OAuthError;

/// The addresses of a CRM's sign-in service, each https, or http on this computer.
#[derive(Debug, Clone)]
pub struct Endpoints {
    pub(crate) authorize: Option<Url>,
    pub(crate) token: Url,
    pub(crate) revoke: Option<Url>,
    pub(crate) issuer: Option<String>,
}

impl Endpoints {
    /// Parses the addresses.
    ///
    /// `issuer` is what the CRM sends back as `iss` (RFC 9207), to the letter. Given, an answer
    /// without it is refused; so give it only for a CRM that is known to send it. Not given, an
    /// `iss` that is sent must still be of the same origin as `authorize`.
    ///
    /// # Errors
    /// The setting whose address makes no sense.
    pub fn new(
        authorize: Option<&str>,
        token: &str,
        revoke: Option<&str>,
        issuer: Option<&str>,
    ) -> Result<Self, OAuthError> {
        let optional = |key, text: Option<&str>| text.map(|text| parse(key, text)).transpose();
        Ok(Self {
            authorize: optional("authorizeUrl", authorize)?,
            token: parse("tokenUrl", token)?,
            revoke: optional("revokeUrl", revoke)?,
            issuer: issuer.map(str::to_owned),
        })
    }
}

fn parse(key: &str, text: &str) -> Result<Url, OAuthError> {
    let fail = |why: &str| {
        Err(OAuthError::Configuration {
            message: format!("the setting `{key}` {why}"),
        })
    };
    let Ok(url) = Url::parse(text) else {
        return fail("is not an address");
    };
    if !(url.scheme() == "https" || url.scheme() == "http" && is_loopback(&url)) {
        return fail("must begin with https:// (http:// is for this computer only)");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return fail("may not hold a user name or password");
    }
    if url.fragment().is_some() {
        return fail("may not hold a `#`");
    }
    Ok(url)
}

/// Whether an address is on this computer.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_never_sent_in_the_clear_over_a_network() {
        for (address, taken) in [
            ("https://crm.example/token", true),
            ("http://127.0.0.1:8080/token", true),
            ("http://[::1]:8080/token", true),
            ("http://localhost:8080/token", true),
            ("http://crm.example/token", false),
            ("http://127.0.0.1.crm.example/token", false),
            ("http://localhost.crm.example/token", false),
            ("https://user:password@crm.example/token", false),
            ("https://crm.example/token#x", false),
            ("ftp://127.0.0.1/token", false),
            ("crm.example/token", false),
            ("", false),
        ] {
            let outcome = Endpoints::new(None, address, None, None);
            assert_eq!(outcome.is_ok(), taken, "{address}: {outcome:?}");
            let outcome = Endpoints::new(Some(address), "https://a.example", Some(address), None);
            assert_eq!(outcome.is_ok(), taken, "the rule holds for all: {address}");
        }
    }
}
