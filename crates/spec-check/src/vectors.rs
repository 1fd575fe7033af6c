//! Signed webhook deliveries with a known verdict, held against the adapter.

use jiff::Timestamp;
use nurturehub_port::{ErrorKind, WebhookDelivery};

use crate::{Failure, Finding, Side, Stage, Violation};

/// A delivery, and whether its signature is good.
#[derive(Debug, Clone)]
pub struct Vector {
    /// What is special about it.
    pub name: String,
    /// What the signature is checked with, as an admin enters it.
    pub secret: String,
    /// Its headers.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: String,
    /// When it arrived, in seconds since 1970.
    pub received_at: i64,
    /// Whether its signature is good.
    pub valid: bool,
}

/// Vectors that the adapter judges otherwise. A good signature over something that is no event is
/// refused for another reason than its signature.
///
/// # Errors
/// [`Failure::Scene`] where no adapter can be made.
pub async fn misjudged(stage: &mut Stage, vectors: &[Vector]) -> Result<Vec<Violation>, Failure> {
    let mut violations = Vec::new();
    for vector in vectors {
        stage.set_secret("webhookSecret", &vector.secret);
        let delivery = WebhookDelivery {
            headers: vector.headers.clone(),
            body: vector.body.clone().into_bytes(),
            received_at: Timestamp::from_second(vector.received_at)
                .map_err(|error| Failure::scene(&vector.name, error.to_string()))?,
            check_signature: true,
        };
        let outcome = stage.adapter(&[])?.ingest_webhook(&delivery).await;
        let refused = outcome.is_err_and(|error| error.kind == ErrorKind::AuthInvalid);
        if refused == vector.valid {
            violations.push(Violation {
                side: Side::Adapter,
                operation: "webhook".to_owned(),
                place: format!("vector `{}`", vector.name),
                finding: Finding::Fact,
                message: match vector.valid {
                    true => "its good signature is refused".to_owned(),
                    false => "its bad signature is accepted".to_owned(),
                },
            });
        }
    }
    Ok(violations)
}
