//! Who sent a webhook, where the CRM signs nothing: a secret that is sent along as it is.
//!
//! Such a secret says who speaks and nothing of what is said, so a delivery is a hint at most: what
//! it is about has to be read again.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use nurturehub_port::{AdapterError, ErrorKind, Secret, WebhookDelivery};
use subtle::ConstantTimeEq;

/// How far a sender's clock may be ahead of ours.
const AHEAD: SignedDuration = SignedDuration::from_mins(5);

/// Where a sender puts the secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretPlace<'a> {
    /// In the header of this name, as it is.
    Header(&'a str),
    /// By HTTP Basic (RFC 7617); the secret is `user:password`.
    Basic,
}

/// Checks that a delivery carries the secret. The comparison takes the same time wherever the texts
/// differ; only their lengths show.
///
/// # Errors
/// `authInvalid`, where it does not, or where there is no secret to compare with.
pub fn check_secret(
    delivery: &WebhookDelivery,
    place: SecretPlace<'_>,
    secret: Option<&Secret<String>>,
) -> Result<(), AdapterError> {
    // An empty secret would be met by an empty header.
    let Some(secret) = secret.filter(|secret| !secret.expose().trim().is_empty()) else {
        return Err(AdapterError::new(
            ErrorKind::AuthInvalid,
            "The webhook was refused: this connection has no webhook secret to check it with.",
        )
        .remedy("Enter the webhook secret that was agreed with the CRM's vendor."));
    };
    let given = match place {
        SecretPlace::Header(name) => delivery.header(name).map(|text| text.trim().to_owned()),
        SecretPlace::Basic => delivery.header("authorization").and_then(basic),
    };
    let given = given.ok_or_else(|| refused("it does not say who sent it"))?;
    let expected = secret.expose().trim();
    if bool::from(given.as_bytes().ct_eq(expected.as_bytes())) {
        return Ok(());
    }
    Err(refused("its secret is not the one that was agreed"))
}

/// Checks that a delivery is not too old, and not from the future.
///
/// # Errors
/// `authInvalid`, where it is.
pub fn check_age(
    delivery: &WebhookDelivery,
    said_at: Timestamp,
    tolerance: SignedDuration,
) -> Result<(), AdapterError> {
    let age = delivery.received_at.duration_since(said_at);
    if age > tolerance || age < -AHEAD {
        return Err(refused("it is too old or from the future"));
    }
    Ok(())
}

/// `user:password` of an `Authorization` header.
fn basic(header: &str) -> Option<String> {
    let (scheme, encoded) = header.trim().split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()
}

fn refused(why: &str) -> AdapterError {
    AdapterError::new(
        ErrorKind::AuthInvalid,
        format!("The webhook was refused: {why}."),
    )
    .remedy(
        "If the CRM sent it, check the webhook secret and this computer's clock. If nobody did, \
         nothing was taken over.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delivery(headers: &[(&str, &str)]) -> WebhookDelivery {
        WebhookDelivery {
            headers: headers
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            body: Vec::new(),
            received_at: "2026-03-01T12:00:00Z".parse().unwrap(),
            check_signature: true,
        }
    }

    fn accepted(headers: &[(&str, &str)], place: SecretPlace<'_>, secret: &str) -> bool {
        let secret = Secret::new(secret.to_owned());
        check_secret(&delivery(headers), place, Some(&secret)).is_ok()
    }

    #[test]
    fn the_secret_and_nothing_but_the_secret_is_accepted() {
        let place = SecretPlace::Header("x-signature");
        assert!(accepted(&[("X-Signature", "s3cret")], place, "s3cret"));
        for bad in ["s3cre", "s3cret2", "S3CRET", "", "s3cr\u{e9}t"] {
            assert!(
                !accepted(&[("x-signature", bad)], place, "s3cret"),
                "{bad:?}"
            );
        }
        assert!(!accepted(&[], place, "s3cret"), "no header at all");
        assert!(
            !accepted(&[("x-signature", "")], place, " "),
            "an empty secret is none"
        );
        assert!(
            check_secret(&delivery(&[("x-signature", "")]), place, None).is_err(),
            "nothing to compare with"
        );
    }

    #[test]
    fn a_user_and_password_are_read_from_the_header_of_http_basic() {
        let good = format!("Basic {}", STANDARD.encode("hub:pa:ss"));
        assert!(accepted(
            &[("Authorization", &good)],
            SecretPlace::Basic,
            "hub:pa:ss"
        ));
        for bad in [
            "hub:pa:ss".to_owned(),
            "Basic !!!".to_owned(),
            good.replace("Basic", "Bearer"),
            format!("Basic {}", STANDARD.encode("hub:pass")),
        ] {
            assert!(
                !accepted(&[("authorization", &bad)], SecretPlace::Basic, "hub:pa:ss"),
                "{bad}"
            );
        }
    }

    #[test]
    fn what_is_too_old_or_from_the_future_is_refused() {
        for (said, fresh) in [
            ("2026-03-01T11:00:00Z", true),
            ("2026-03-01T12:04:00Z", true),
            ("2026-03-01T10:59:59Z", false),
            ("2026-03-01T12:05:01Z", false),
        ] {
            let checked = check_age(
                &delivery(&[]),
                said.parse().unwrap(),
                SignedDuration::from_hours(1),
            );
            assert_eq!(checked.is_ok(), fresh, "{said}");
        }
    }
}
