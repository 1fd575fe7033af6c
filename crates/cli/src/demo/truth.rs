//! What the sandbox really holds, asked of it over its control interface.

use std::collections::BTreeMap;
use std::io;

use nurturehub_sandbox::Sandbox;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What one CRM holds, as far as the demo is held against it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Held {
    listed: u64,
    mappable: u64,
    unmappable: u64,
    long_names: u64,
}

/// The counts that the whole job must come to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Expected {
    /// Records that a complete listing gives.
    pub(super) listed: u64,
    /// Of these, records that can become a contact.
    pub(super) mappable: u64,
    /// Of these, records that cannot.
    pub(super) unmappable: u64,
    /// Contacts that the platform refuses by its rule.
    pub(super) refused: u64,
    /// Activities that the CRM has a place for.
    pub(super) written: u64,
    /// Activities that it has none for.
    pub(super) unplaced: u64,
    /// Contacts that a webhook brings.
    pub(super) told: u64,
}

impl Expected {
    /// What a CRM's truth comes to; only in a flawed sandbox does the platform limit names.
    pub(super) fn of(held: Option<&Held>, flawed: bool) -> Self {
        held.map_or_else(Self::default, |held| Self {
            listed: held.listed,
            mappable: held.mappable,
            unmappable: held.unmappable,
            refused: if flawed { held.long_names } else { 0 },
            ..Self::default()
        })
    }
}

/// Asks the sandbox, by provider id.
///
/// # Errors
/// The sandbox does not answer, or not in its own form.
pub(super) async fn read(sandbox: &Sandbox) -> io::Result<BTreeMap<String, Held>> {
    let url = sandbox.url();
    let address = url.strip_prefix("http://").unwrap_or(&url);
    let mut stream = TcpStream::connect(address).await?;
    // HTTP/1.0: one answer, its end is the end of the connection.
    stream
        .write_all(b"GET /control/truth HTTP/1.0\r\n\r\n")
        .await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    let body = answer
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .and_then(|end| answer.get(end + 4..))
        .ok_or_else(|| io::Error::other("the sandbox's answer has no body"))?;
    serde_json::from_slice(body).map_err(io::Error::other)
}
