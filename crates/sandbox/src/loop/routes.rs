//! Which path is answered by what.

use bytes::Bytes;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::call::Call;
use crate::locks::read;

use super::lists::List;
use super::{LoopCrm, failure};

/// No page has more records than this.
const MOST_PER_PAGE: usize = 500;

/// Records on a page where the request does not say.
const PAGE: usize = 100;

/// A path that exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Route {
    /// A list of people: proposed.
    List(List),
    /// Properties of the newer interface: seen in others' programs.
    Properties,
    /// Properties of the older interface, at most so many: seen in others' programs.
    Listed { count: usize },
}

impl Route {
    /// Reads a path.
    pub(super) fn of(path: &str) -> Option<Self> {
        let segments: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        match segments.as_slice() {
            ["sales-properties" | "lettings-properties"] => Some(Self::Properties),
            [
                "property",
                "residential",
                "sales" | "lettings",
                "listed",
                count,
            ] => Some(Self::Listed {
                count: count.parse().ok()?,
            }),
            [list] => List::of_path(list).map(Self::List),
            _ => None,
        }
    }
}

/// Which page a request asks for, from 0, and of how many records. None where the request makes no
/// sense.
pub(super) fn paged(call: &Call) -> Option<(usize, usize)> {
    let number = |name: &str, otherwise: usize| match call.query.first(name) {
        Some(text) => text.parse::<usize>().ok(),
        None => Some(otherwise),
    };
    let (page, size) = (number("page", 1)?, number("pageSize", PAGE)?);
    let in_bounds = page >= 1 && (1..=MOST_PER_PAGE).contains(&size);
    in_bounds.then(|| (page - 1, size))
}

/// Answers a request.
pub(super) fn answer(simulator: &LoopCrm, call: &Call) -> Answer {
    let Some(route) = Route::of(&call.path) else {
        return failure(StatusCode::NOT_FOUND, "Not found.");
    };
    let list = match route {
        Route::List(list) => Some(list),
        Route::Properties | Route::Listed { .. } => None,
    };
    if let Err(refusal) = simulator.admit(call, list) {
        return *refusal;
    }
    if call.method != Method::GET {
        return failure(StatusCode::METHOD_NOT_ALLOWED, "Method not allowed.");
    }
    match route {
        Route::List(list) => {
            // Seen of this vendor: a failure whose status says success.
            let Some((page, size)) = paged(call) else {
                return failure(StatusCode::OK, "The paging is not valid.");
            };
            let state = read(&simulator.state);
            let (total, records) = state.page(list, page.saturating_mul(size), size);
            envelope(total, &records)
        }
        Route::Properties => Answer::value(StatusCode::OK, &json!({ "results": [newer()] })),
        Route::Listed { count: 0 } => failure(StatusCode::OK, "The count is not valid."),
        Route::Listed { .. } => Answer::value(StatusCode::OK, &json!({ "data": [older()] })),
    }
}

/// `{"results", "total"}`.
fn envelope(total: usize, records: &[&Bytes]) -> Answer {
    let size: usize = records.iter().map(|record| record.len() + 1).sum();
    let mut body = Vec::with_capacity(size + 40);
    body.extend_from_slice(b"{\"results\":[");
    for (position, record) in records.iter().enumerate() {
        if position > 0 {
            body.push(b',');
        }
        body.extend_from_slice(record);
    }
    body.extend_from_slice(format!("],\"total\":{total}}}").as_bytes());
    Answer::json(StatusCode::OK, body)
}

/// A property as the newer interface writes it.
fn newer() -> Value {
    json!({
        "refId": "P1001",
        "salesLifecycleId": 1,
        "lettingsLifecycleId": null,
        "address": "1 High Street, Bristol",
        "propertyStreet": "High Street",
        "propertyLocality": null,
        "propertyTown": "Bristol",
        "propertyPostcode": "BS6 5HJ",
        "propertyTypeText": "House",
        "price": 350_000,
        "teamEmail": "sales@agency.example",
        "teamPhone": "020 7946 0101",
        "responsibleAgentName": "Priya Shah",
    })
}

/// A property as the older interface writes it.
fn older() -> Value {
    json!({
        "listingId": 1,
        "propertyRefId": "P1001",
        "address_Street": "High Street",
        "address_Locality": null,
        "address_Town": "Bristol",
        "address_Postcode": "BS6 5HJ",
        "displayAddress": "High Street, Bristol",
    })
}
