//! The signature of a webhook.
//!
//! `X-Signature: s:KEY-ID:UNIX-SECONDS:SIGNATURE`, an Ed25519 signature over the seconds as they stand
//! there, directly followed by the body byte for byte; signature and public key in base64url
//! without padding. The public key is at `/webhooks/signing/KEY-ID`.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signature, VerifyingKey};
use jiff::{SignedDuration, Timestamp};
use nurturehub_port::{AdapterError, ErrorKind, WebhookDelivery};
use serde::Deserialize;

use super::Reapit;
use super::spec::key;

/// How far a delivery's clock may be ahead of ours.
const AHEAD: SignedDuration = SignedDuration::from_mins(5);

/// The parts of the header.
struct Header<'a> {
    key_id: &'a str,
    seconds: &'a str,
    signed_at: Timestamp,
    signature: Signature,
}

/// The signing keys of an app.
#[derive(Debug, Deserialize)]
struct Keys {
    keys: Vec<Key>,
}

#[derive(Debug, Deserialize)]
struct Key {
    kid: String,
    crv: String,
    x: String,
}

/// Checks that a delivery is Reapit's, unchanged and fresh.
///
/// # Errors
/// `authInvalid` where it is not; an error of the request for the key, where that failed.
pub(super) async fn check(
    adapter: &Reapit,
    delivery: &WebhookDelivery,
) -> Result<(), AdapterError> {
    let header = delivery
        .header("x-signature")
        .ok_or_else(|| refused("it has no signature"))?;
    let header = Header::parse(header).ok_or_else(|| refused("its signature cannot be read"))?;
    let settings = &adapter.context.settings;
    let tolerance = settings.integer(key::WEBHOOK_TOLERANCE)?.unwrap_or(0);
    let tolerance = SignedDuration::from_secs(i64::try_from(tolerance).unwrap_or(i64::MAX));
    let age = delivery.received_at.duration_since(header.signed_at);
    if age > tolerance || age < -AHEAD {
        return Err(refused("its signature is too old or from the future"));
    }
    let key = match adapter.context.secrets.get(key::WEBHOOK_KEY) {
        Some(pinned) => parse_key(pinned.expose().trim()),
        None => fetch_key(adapter, header.key_id).await?,
    };
    let key = key.ok_or_else(|| refused("its signing key is not usable"))?;
    let mut message = Vec::with_capacity(header.seconds.len() + delivery.body.len());
    message.extend_from_slice(header.seconds.as_bytes());
    message.extend_from_slice(&delivery.body);
    key.verify_strict(&message, &header.signature)
        .map_err(|_| refused("its signature does not fit its content"))
}

impl<'a> Header<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.trim().split(':');
        let (scheme, key_id, seconds, signature) =
            (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        if scheme != "s" || key_id.is_empty() || parts.next().is_some() {
            return None;
        }
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        Some(Self {
            key_id,
            seconds,
            signed_at: Timestamp::from_second(seconds.parse().ok()?).ok()?,
            signature: Signature::from_slice(&signature).ok()?,
        })
    }
}

/// Asks Reapit for a key; none where it has none of this id.
async fn fetch_key(adapter: &Reapit, key_id: &str) -> Result<Option<VerifyingKey>, AdapterError> {
    let answer = adapter
        .get("/webhooks/signing/{keyId}", &[key_id])?
        .send()
        .await;
    let response = match answer {
        Ok(response) => response,
        Err(error) if error.kind == ErrorKind::ProviderRejected => return Ok(None),
        Err(error) => return Err(error),
    };
    let keys: Keys = response.json()?;
    Ok(keys
        .keys
        .iter()
        .find(|key| key.kid == key_id && key.crv == "Ed25519")
        .and_then(|key| parse_key(&key.x)))
}

fn parse_key(text: &str) -> Option<VerifyingKey> {
    let bytes: [u8; 32] = URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
    VerifyingKey::from_bytes(&bytes).ok()
}

fn refused(why: &str) -> AdapterError {
    AdapterError::new(
        ErrorKind::AuthInvalid,
        format!("The webhook was refused: {why}."),
    )
    .remedy(
        "If Reapit sent it, check this computer's clock and that whatever stands between passes \
         the body on unchanged. If nobody did, nothing was taken over.",
    )
}
