//! Signatures of webhooks by the scheme that Svix publishes and Standard Webhooks took over: who
//! sent a delivery, that nothing in it was changed, and when it was sent.
//!
//! Three headers carry it: an id, the Unix seconds of sending, and one or more signatures with
//! blanks between them (several while a secret is being changed). A signature is `v1,` and the base64
//! of HMAC-SHA256 over id, seconds and body, joined by dots, the body byte for byte. The secret is
//! `whsec_` and base64 of the key.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::{SignedDuration, Timestamp};
use nurturehub_port::{AdapterError, ErrorKind, Secret, WebhookDelivery};
use sha2::{Digest, Sha256};

/// What the headers may begin with: Svix's own name, or that of the standard.
const PREFIXES: [&str; 2] = ["svix", "webhook"];

/// The version of the scheme; signatures of others are passed over.
const VERSION: &str = "v1";

/// Signatures that are looked at in one header; two are usual while a secret is changed.
const MOST_SIGNATURES: usize = 16;

/// What a signature vouches for beside the body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// The sender's id of the message, the same in each repetition.
    pub id: String,
    /// When this delivery was sent.
    pub sent_at: Timestamp,
}

/// What the headers say, before it is believed; none where they do not say it.
#[must_use]
pub fn claimed(delivery: &WebhookDelivery) -> Option<Signed> {
    Headers::of(delivery)?.signed()
}

/// Checks that a delivery is signed with the secret, and was sent within `tolerance` of its arrival,
/// before or after. The signature is compared in a time that does not depend on where it differs.
///
/// # Errors
/// `authInvalid`, where it is not, or where there is no secret to check with.
pub fn check(
    delivery: &WebhookDelivery,
    secret: Option<&Secret<String>>,
    tolerance: SignedDuration,
) -> Result<Signed, AdapterError> {
    let key = secret
        .and_then(|secret| key_of(secret.expose()))
        .ok_or_else(|| {
            AdapterError::new(
                ErrorKind::AuthInvalid,
                "The webhook was refused: this connection has no webhook secret that it could be \
             checked with.",
            )
            .remedy("Enter the endpoint's signing secret, which begins with `whsec_`.")
        })?;
    let headers = Headers::of(delivery).ok_or_else(|| refused("it has no signature"))?;
    let signed = headers
        .signed()
        .ok_or_else(|| refused("its signature cannot be read"))?;
    let age = delivery.received_at.duration_since(signed.sent_at);
    if age.abs() > tolerance {
        return Err(refused("its signature is too old or from the future"));
    }
    let mac = Hmac::<Sha256>::new_from_slice(key.expose())
        .map_err(|_| refused("its signing secret is not usable"))?
        .chain_update(headers.id.as_bytes())
        .chain_update(b".")
        .chain_update(headers.seconds.as_bytes())
        .chain_update(b".")
        .chain_update(&delivery.body);
    let fits = headers
        .signatures
        .split_ascii_whitespace()
        .take(MOST_SIGNATURES)
        .filter_map(|signature| signature.split_once(','))
        .filter(|(version, _)| *version == VERSION)
        .filter_map(|(_, code)| STANDARD.decode(code).ok())
        .any(|code| mac.clone().verify_slice(&code).is_ok());
    if fits {
        Ok(signed)
    } else {
        Err(refused("its signature does not fit its content"))
    }
}

/// A name for a body, the same each time: the first half of its SHA-256. For deliveries that a
/// person takes in unchecked and that name themselves in no other way.
#[must_use]
pub fn fingerprint(body: &[u8]) -> String {
    Sha256::digest(body)
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

struct Headers<'a> {
    id: &'a str,
    seconds: &'a str,
    signatures: &'a str,
}

impl<'a> Headers<'a> {
    fn of(delivery: &'a WebhookDelivery) -> Option<Self> {
        PREFIXES.iter().find_map(|prefix| {
            let header = |name: &str| delivery.header(&format!("{prefix}-{name}"));
            Some(Self {
                id: header("id")?,
                seconds: header("timestamp")?,
                signatures: header("signature")?,
            })
        })
    }

    fn signed(&self) -> Option<Signed> {
        Some(Signed {
            id: Some(self.id).filter(|id| !id.is_empty())?.to_owned(),
            sent_at: Timestamp::from_second(self.seconds.parse().ok()?).ok()?,
        })
    }
}

/// The key in a secret; none where it is no secret of this scheme.
fn key_of(secret: &str) -> Option<Secret<Vec<u8>>> {
    let secret = secret.trim();
    let key = STANDARD
        .decode(secret.strip_prefix("whsec_").unwrap_or(secret))
        .ok()?;
    (!key.is_empty()).then(|| Secret::new(key))
}

fn refused(why: &str) -> AdapterError {
    AdapterError::new(
        ErrorKind::AuthInvalid,
        format!("The webhook was refused: {why}."),
    )
    .remedy(
        "If the CRM sent it, check the webhook secret, this computer's clock, and that whatever \
         stands between passes the body on unchanged. If nobody did, nothing was taken over.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "whsec_dGhpcyBpcyBhIGtleSBvZiBvdXIgb3duIGZvciB0ZXN0cw==";
    const BODY: &[u8] = br#"{"type":"person.updated"}"#;
    /// Of message `msg_1` at 1700000000, made with another library.
    const SIGNATURE: &str = "v1,pF2X5RrHTTK090wzzpf9XmHGuwRg4SACFGLMIXxBbQU=";
    const SENT: i64 = 1_700_000_000;

    fn delivery(headers: &[(&str, &str)], received: i64) -> WebhookDelivery {
        WebhookDelivery {
            headers: headers
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            body: BODY.to_vec(),
            received_at: Timestamp::from_second(received).unwrap(),
            check_signature: true,
        }
    }

    fn signed(prefix: &str, signature: &str, received: i64) -> WebhookDelivery {
        delivery(
            &[
                (&format!("{prefix}-Id"), "msg_1"),
                (&format!("{prefix}-Timestamp"), "1700000000"),
                (&format!("{prefix}-Signature"), signature),
            ],
            received,
        )
    }

    fn verdict(delivery: &WebhookDelivery, secret: &str) -> Result<Signed, ErrorKind> {
        let secret = Secret::new(secret.to_owned());
        check(delivery, Some(&secret), SignedDuration::from_mins(5)).map_err(|error| error.kind)
    }

    #[test]
    fn a_good_signature_says_which_message_and_when() {
        let good = Ok(Signed {
            id: "msg_1".into(),
            sent_at: Timestamp::from_second(SENT).unwrap(),
        });
        for prefix in ["svix", "SVIX", "webhook"] {
            assert_eq!(
                verdict(&signed(prefix, SIGNATURE, SENT), SECRET),
                good,
                "{prefix}"
            );
        }
        let rotated = format!("v1a,AAAA v1,bm90IHRoaXMgb25l {SIGNATURE}");
        assert_eq!(
            verdict(&signed("svix", &rotated, SENT + 299), SECRET),
            good,
            "one of several is enough, and five minutes are"
        );
    }

    #[test]
    fn whatever_else_is_refused() {
        let no = Err(ErrorKind::AuthInvalid);
        let tail = SIGNATURE.trim_start_matches("v1,");
        for signature in [
            "",
            "v1,",
            "v1",
            tail,
            &format!("v2,{tail}"),
            &format!("v1,{}", tail.get(..20).unwrap()),
            &format!("v1,{}", tail.replacen('A', "B", 1).replacen('a', "b", 1)),
        ] {
            assert_eq!(
                verdict(&signed("svix", signature, SENT), SECRET),
                no,
                "{signature:?}"
            );
        }
        let good = signed("svix", SIGNATURE, SENT);
        let mut tampered = good.clone();
        tampered.body.push(b' ');
        assert_eq!(verdict(&tampered, SECRET), no, "a blank more");
        let mut renamed = good.clone();
        renamed.headers[0].1 = "msg_2".into();
        assert_eq!(verdict(&renamed, SECRET), no, "the id is signed, too");
        for received in [SENT + 301, SENT - 301] {
            assert_eq!(
                verdict(&signed("svix", SIGNATURE, received), SECRET),
                no,
                "{received}"
            );
        }
        for secret in ["", "whsec_", "whsec_!!!", "whsec_b3RoZXI="] {
            assert_eq!(verdict(&good, secret), no, "the secret {secret:?}");
        }
        assert_eq!(
            verdict(&delivery(&[], SENT), SECRET),
            no,
            "no headers at all"
        );
        let error = check(&good, None, SignedDuration::from_mins(5)).unwrap_err();
        assert!(error.remedy.contains("whsec_"), "{}", error.remedy);
    }
}
