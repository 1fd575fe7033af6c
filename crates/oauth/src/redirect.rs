//! What comes back from the browser, and whether it may be believed.

use nurturehub_port::Secret;
use subtle::ConstantTimeEq;
use url::Url;

use crate::{OAuthError, untrusted};

/// What must hold of the way back for one sign-in.
#[derive(Debug)]
pub(crate) struct Expected {
    /// The address that people are sent back to, without parameters.
    pub(crate) redirect: Url,
    /// What this sign-in began with; nobody else knows it.
    pub(crate) state: Secret<String>,
    /// Who may have sent them back.
    pub(crate) issuer: Issuer,
}

/// Who may have sent people back (RFC 9207).
#[derive(Debug)]
pub(crate) enum Issuer {
    /// This one, and it must say so.
    Exactly(String),
    /// Anyone of the same origin as the authorization address; may say nothing.
    OriginOf(Url),
}

/// Whether an address is the way back with something to say; else it is none of this sign-in's.
pub(crate) fn is_callback(expected: &Expected, address: &Url) -> bool {
    address.origin() == expected.redirect.origin()
        && address.path() == expected.redirect.path()
        && address
            .query_pairs()
            .any(|(key, _)| matches!(&*key, "state" | "code" | "error"))
}

/// The code that came back, if all holds that must.
///
/// `state` is looked at first: until it holds, nothing else that is there is from the CRM.
pub(crate) fn read(expected: &Expected, address: &Url) -> Result<Secret<String>, OAuthError> {
    let parameter = |key: &str| {
        let mut found = address.query_pairs().filter(|(name, _)| name == key);
        let first = found.next().map(|(_, value)| value.into_owned());
        // RFC 6749 §3.1: none may be there twice.
        match found.next() {
            None => Ok(first),
            Some(_) => Err(OAuthError::MalformedCallback {
                why: "something is there twice",
            }),
        }
    };
    let state = Secret::new(parameter("state")?.unwrap_or_default());
    if !same(&state, &expected.state) {
        return Err(OAuthError::ForgedState);
    }
    if !expected.issuer.allows(parameter("iss")?.as_deref()) {
        return Err(OAuthError::WrongIssuer);
    }
    if let Some(error) = parameter("error")? {
        let detail = parameter("error_description")?
            .and_then(|text| untrusted::shown(&text, &[&expected.state]));
        return Err(refused(&error, detail));
    }
    match parameter("code")? {
        Some(code) if !code.is_empty() => Ok(Secret::new(code)),
        _ => Err(OAuthError::MalformedCallback {
            why: "it has no code",
        }),
    }
}

/// RFC 6749 §4.1.2.1.
fn refused(error: &str, detail: Option<String>) -> OAuthError {
    match error {
        "invalid_scope" => OAuthError::ScopeRefused { detail },
        "unauthorized_client" => OAuthError::ClientRejected { detail },
        "server_error" | "temporarily_unavailable" => OAuthError::ProviderDown { status: 503 },
        "access_denied" => OAuthError::Refused { detail },
        _ => OAuthError::Rejected {
            code: untrusted::error_code(error).unwrap_or_else(|| "unknown error".to_owned()),
            detail,
        },
    }
}

/// Takes as long for any two texts of one length, so that no guess is nearer than another.
fn same(one: &Secret<String>, other: &Secret<String>) -> bool {
    one.expose()
        .as_bytes()
        .ct_eq(other.expose().as_bytes())
        .into()
}

impl Issuer {
    fn allows(&self, sent: Option<&str>) -> bool {
        match (self, sent) {
            (Self::Exactly(issuer), sent) => sent == Some(issuer),
            (Self::OriginOf(_), None) => true,
            (Self::OriginOf(authorize), Some(sent)) => {
                Url::parse(sent).is_ok_and(|sent| sent.origin() == authorize.origin())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use nurturehub_port::ErrorKind;

    use super::*;

    fn expected(issuer: Option<&str>) -> Expected {
        Expected {
            redirect: Url::parse("http://127.0.0.1:5000/callback").unwrap(),
            state: Secret::new("right".to_owned()),
            issuer: issuer.map_or_else(
                || Issuer::OriginOf(Url::parse("https://crm.example/authorize").unwrap()),
                |issuer| Issuer::Exactly(issuer.to_owned()),
            ),
        }
    }

    fn answer(query: &str, issuer: Option<&str>) -> Result<String, ErrorKind> {
        let address = Url::parse(&format!("http://127.0.0.1:5000/callback?{query}")).unwrap();
        read(&expected(issuer), &address)
            .map(|code| code.expose().clone())
            .map_err(|error| error.kind())
    }

    #[test]
    fn only_what_this_sign_in_began_with_is_believed() {
        assert_eq!(answer("code=c&state=right", None), Ok("c".to_owned()));
        for (query, kind) in [
            ("code=c", ErrorKind::AuthInvalid),
            ("code=c&state=", ErrorKind::AuthInvalid),
            ("code=c&state=wrong", ErrorKind::AuthInvalid),
            ("code=c&state=righ", ErrorKind::AuthInvalid),
            ("error=access_denied&state=wrong", ErrorKind::AuthInvalid),
            ("code=c&state=right&state=right", ErrorKind::Protocol),
            ("code=c&code=d&state=right", ErrorKind::Protocol),
            ("state=right", ErrorKind::Protocol),
            ("code=&state=right", ErrorKind::Protocol),
            ("error=access_denied&state=right", ErrorKind::SignInRefused),
            (
                "error=access_denied&code=c&state=right",
                ErrorKind::SignInRefused,
            ),
            ("error=invalid_scope&state=right", ErrorKind::ScopeMissing),
            ("error=server_error&state=right", ErrorKind::ProviderDown),
            (
                "error=%3Cscript%3E&state=right",
                ErrorKind::ProviderRejected,
            ),
        ] {
            assert_eq!(answer(query, None), Err(kind), "{query}");
        }
    }

    #[test]
    fn another_server_cannot_answer_for_the_crm() {
        let issuer = Some("https://crm.example/");
        let query = |iss: &str| format!("code=c&state=right{iss}");
        for (sent, expected, believed) in [
            ("&iss=https%3A%2F%2Fcrm.example%2F", issuer, true),
            ("&iss=https%3A%2F%2Fcrm.example", issuer, false),
            ("&iss=https%3A%2F%2Fevil.example%2F", issuer, false),
            ("", issuer, false),
            ("", None, true),
            ("&iss=https%3A%2F%2Fcrm.example%2Ftenant", None, true),
            ("&iss=https%3A%2F%2Fevil.example", None, false),
            ("&iss=nonsense", None, false),
        ] {
            let outcome = answer(&query(sent), expected);
            let wanted = if believed {
                Ok("c".to_owned())
            } else {
                Err(ErrorKind::AuthInvalid)
            };
            assert_eq!(outcome, wanted, "{sent} where {expected:?} is expected");
        }
    }
}
