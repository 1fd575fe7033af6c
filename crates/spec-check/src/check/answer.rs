//! The answer: status, media type, body.

use super::{Finding, Side, Violation, shape};
use crate::Exchange;
use crate::openapi::Operation;

/// What the answer breaks. The caller fills in the operation.
pub(super) fn check(operation: &Operation, exchange: &Exchange) -> Vec<Violation> {
    let status = exchange.status.as_u16();
    let violation = |place: String, finding, message: &str| Violation {
        side: Side::Simulator,
        operation: String::new(),
        place,
        finding,
        message: message.to_owned(),
    };
    let place = format!("answer {status}");
    let Some(reply) = operation.reply(status) else {
        let message = "no answer with this status is described";
        return vec![violation(place, Finding::UnknownStatus, message)];
    };
    let body = &exchange.answer.body;
    if body.is_empty() {
        // An answer with a described body may still be a 204 by a range or a default.
        let wanted = status != 204 && reply.content.values().any(Option::is_some);
        return match wanted {
            true => vec![violation(place, Finding::Missing, "it has no body")],
            false => Vec::new(),
        };
    }
    if reply.content.is_empty() {
        // What is said of a failure's body is often nothing; of these statuses it is "none".
        return match status {
            204 | 205 | 304 => vec![violation(place, Finding::UnexpectedBody, "it has a body")],
            _ => Vec::new(),
        };
    }
    let media_type = exchange.answer.media_type().unwrap_or_default();
    let Some(schema) = reply.content.get(&media_type) else {
        let message = format!("`{media_type}` is none of the media types that are described");
        return vec![violation(place, Finding::MediaType, &message)];
    };
    let Some(schema) = schema else {
        return Vec::new();
    };
    let Some(value) = exchange.answer.json() else {
        return vec![violation(place, Finding::Shape, "its body is no JSON")];
    };
    shape::faults(schema, &value)
        .into_iter()
        .map(|fault| {
            violation(
                format!("{place} {}", fault.path),
                fault.finding,
                &fault.message,
            )
        })
        .collect()
}
