//! A request, put together step by step.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use nurturehub_port::{AdapterError, ErrorKind, Secret};
use serde::Serialize;
use url::form_urlencoded::{Serializer, byte_serialize};

use super::{ErrorReader, HttpClient, HttpResponse, unexpected_status};
use crate::CredentialSource;

/// A request that has not been sent yet.
///
/// Mistakes made while putting it together are kept and come out of [`Request::send`].
#[must_use = "a request does nothing until it is sent"]
pub struct Request<'a> {
    pub(super) client: &'a HttpClient,
    pub(super) method: Method,
    pub(super) template: String,
    path: String,
    query: String,
    pub(super) headers: HeaderMap,
    pub(super) credential: Option<CredentialHeader<'a>>,
    pub(super) body: Option<Bytes>,
    pub(super) repeatable: bool,
    pub(super) errors: ErrorReader,
    pub(super) flaw: Option<AdapterError>,
}

/// The header that carries the key or token.
pub(super) struct CredentialHeader<'a> {
    pub(super) source: &'a dyn CredentialSource,
    pub(super) name: HeaderName,
    pub(super) prefix: &'a str,
}

impl<'a> Request<'a> {
    pub(super) fn new(
        client: &'a HttpClient,
        method: Method,
        template: &str,
        args: &[&str],
    ) -> Self {
        let (path, flaw) = match fill(template, args) {
            Ok(path) => (path, None),
            Err(flaw) => (String::new(), Some(flaw)),
        };
        Self {
            repeatable: matches!(method, Method::GET | Method::HEAD),
            client,
            method,
            template: template.to_owned(),
            path,
            query: String::new(),
            headers: HeaderMap::new(),
            credential: None,
            body: None,
            errors: unexpected_status,
            flaw,
        }
    }

    /// Adds to the query; a name may be given several times.
    pub fn query(mut self, key: &str, value: &str) -> Self {
        if !self.query.is_empty() {
            self.query.push('&');
        }
        self.query.extend(byte_serialize(key.as_bytes()));
        self.query.push('=');
        self.query.extend(byte_serialize(value.as_bytes()));
        self
    }

    /// Sets a header. Not for secrets: see [`Self::credential_header`] and [`Self::basic`].
    pub fn header(mut self, name: &str, value: &str) -> Self {
        match (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            (Ok(name), Ok(value)) => {
                self.headers.insert(name, value);
            }
            _ => self.fail(
                ErrorKind::Configuration,
                format!(
                    "The value for the header `{name}` has characters that may not stand in one."
                ),
            ),
        }
        self
    }

    /// Sends the key or token of `source` in header `name`, after `prefix` (`"Bearer "`, or `""`).
    ///
    /// After a 401 the source is asked for another one, once.
    pub fn credential_header(
        mut self,
        source: &'a dyn CredentialSource,
        name: &str,
        prefix: &'a str,
    ) -> Self {
        match HeaderName::try_from(name) {
            Ok(name) => {
                self.credential = Some(CredentialHeader {
                    source,
                    name,
                    prefix,
                });
            }
            Err(_) => self.fail(
                ErrorKind::Configuration,
                "The name of the header for the key is not a header's name.".to_owned(),
            ),
        }
        self
    }

    /// Sends user and password by HTTP Basic (RFC 7617).
    pub fn basic(mut self, user: &str, password: &Secret<String>) -> Self {
        let pair = format!("{user}:{}", password.expose());
        match HeaderValue::try_from(format!("Basic {}", STANDARD.encode(pair))) {
            Ok(mut value) => {
                value.set_sensitive(true);
                self.headers.insert(AUTHORIZATION, value);
            }
            Err(_) => self.fail(
                ErrorKind::Internal,
                "The credentials could not be written as a header.".to_owned(),
            ),
        }
        self
    }

    /// Sends JSON.
    pub fn json<T: Serialize + ?Sized>(mut self, value: &T) -> Self {
        match serde_json::to_vec(value) {
            Ok(body) => self.typed_body("application/json", body.into()),
            Err(_) => self.fail(
                ErrorKind::Internal,
                "The request's content could not be written as JSON.".to_owned(),
            ),
        }
        self
    }

    /// Sends a body that is JSON already.
    pub fn json_text(mut self, body: impl Into<Bytes>) -> Self {
        self.typed_body("application/json", body.into());
        self
    }

    /// Sends a form.
    pub fn form(mut self, pairs: &[(&str, &str)]) -> Self {
        let body = Serializer::new(String::new()).extend_pairs(pairs).finish();
        self.typed_body("application/x-www-form-urlencoded", body.into());
        self
    }

    /// Says whether sending it twice is as good as once. A GET is repeatable by nature; anything
    /// else is not unless said here, and is then not sent again once the CRM may have acted on it.
    pub fn repeatable(mut self, repeatable: bool) -> Self {
        self.repeatable = repeatable;
        self
    }

    /// How to read an error answer.
    pub fn errors(mut self, reader: ErrorReader) -> Self {
        self.errors = reader;
        self
    }

    /// Sends it, as often as is needed and allowed.
    ///
    /// # Errors
    /// Whatever stood in the way of an answer with a status of success.
    pub async fn send(self) -> Result<HttpResponse, AdapterError> {
        super::send::send(self).await
    }

    /// The path, below the base address.
    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// The query, encoded.
    pub(super) fn query_text(&self) -> &str {
        &self.query
    }

    /// The whole address.
    pub(super) fn url(&self) -> String {
        let base = &self.client.inner().base;
        if self.query.is_empty() {
            format!("{base}{}", self.path)
        } else {
            format!("{base}{}?{}", self.path, self.query)
        }
    }

    fn typed_body(&mut self, content_type: &'static str, body: Bytes) {
        self.headers
            .insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        self.body = Some(body);
    }

    fn fail(&mut self, kind: ErrorKind, message: String) {
        self.flaw
            .get_or_insert_with(|| AdapterError::new(kind, message));
    }
}

/// The template with its placeholders filled.
fn fill(template: &str, args: &[&str]) -> Result<String, AdapterError> {
    let broken = |why: &str| {
        AdapterError::new(
            ErrorKind::Internal,
            format!("The path `{template}` could not be filled in: {why}."),
        )
    };
    let mut path = String::with_capacity(template.len() + 32);
    let mut args = args.iter();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let (_, after) = after
            .split_once('}')
            .ok_or_else(|| broken("a placeholder has no end"))?;
        let arg = args
            .next()
            .ok_or_else(|| broken("a placeholder has no value"))?;
        // A dot or two would be taken for a step in the path, encoded or not (WHATWG URL §4.3).
        if arg.is_empty() || matches!(*arg, "." | "..") {
            return Err(AdapterError::new(
                ErrorKind::Protocol,
                "A record has an id that cannot stand in an address.",
            ));
        }
        path.push_str(before);
        encode(arg, &mut path);
        rest = after;
    }
    path.push_str(rest);
    if args.next().is_some() {
        return Err(broken("there are more values than placeholders"));
    }
    Ok(path)
}

/// Percent-encodes all but unreserved characters (RFC 3986 §2.3).
fn encode(segment: &str, path: &mut String) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for byte in segment.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            path.push(char::from(byte));
        } else {
            path.push('%');
            for digit in [byte >> 4, byte & 0xf] {
                path.push(
                    HEX.get(usize::from(digit))
                        .map_or('0', |hex| char::from(*hex)),
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_cannot_lead_elsewhere() {
        assert_eq!(
            fill("/contacts/{id}/notes/{note}", &["a/b?c#d é", "1"]).unwrap(),
            "/contacts/a%2Fb%3Fc%23d%20%C3%A9/notes/1"
        );
        for id in ["", ".", ".."] {
            let error = fill("/contacts/{id}", &[id]).unwrap_err();
            assert_eq!(error.kind, ErrorKind::Protocol, "{id:?} must be refused");
        }
    }

    #[test]
    fn placeholders_and_values_must_match() {
        for (template, args) in [
            ("/a/{id}", &[][..]),
            ("/a", &["1"][..]),
            ("/a/{id", &["1"][..]),
        ] {
            let error = fill(template, args).unwrap_err();
            assert_eq!(error.kind, ErrorKind::Internal, "{template} {args:?}");
        }
    }
}
