//! The control API: what a test in another process does to the sandbox, below `/control`.
//!
//! Bodies are JSON. A request that cannot be understood answers 400 with `{"error"}`.
//!
//! | request | effect or answer |
//! |---|---|
//! | `GET /describe` | how to reach every part |
//! | `GET /issued` | `{tokens}`: all that the sign-ins were given since the start, good or not |
//! | `GET /truth` | what each CRM holds, by provider id |
//! | `GET /requests?part=&kind=&contains=&status=&from=&limit=` | `{total, entries}` of the request log, `from` being the number of matching entries to skip |
//! | `GET /requests/summary`, `DELETE /requests` | counts; forget them |
//! | `GET /faults`, `POST /faults {"spec"}`, `DELETE /faults` | see, add, clear |
//! | `POST /clock {"advanceSeconds"}` | moves the time on; answers `{"now"}` |
//! | `POST /latency {"milliseconds"}` | each answer waits so long; 0 is none. Less than before lets go of those that wait |
//! | `POST /limits {"on"}` | rate limits on or off |
//! | `POST /PROVIDER/mutate` | a mutation, for example `{"change":"edit","count":3}`; answers `{"ids"}` |
//! | `POST /PROVIDER/access` | an access change, for example `{"action":"revoke"}` |
//! | `ANY /PART/…` | what only this part has; see its module |

use std::collections::BTreeMap;
use std::time::Duration;

use http::{Method, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::answer::Answer;
use crate::call::Call;
use crate::clock;
use crate::faults::Faults;
use crate::mutation::Mutation;
use crate::request_log::LoggedRequest;
use crate::server::Inner;
use crate::simulator::{AccessChange, Simulator};

/// How many log entries one answer holds unless it is asked for more.
const LOG_PAGE: usize = 1_000;

#[derive(Deserialize)]
struct Spec {
    spec: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Advance {
    advance_seconds: u64,
}

#[derive(Deserialize)]
struct Latency {
    milliseconds: u64,
}

#[derive(Deserialize)]
struct Switch {
    on: bool,
}

/// Answers a control request.
pub(crate) fn answer(inner: &Inner, call: &Call) -> Answer {
    attempt(inner, call).unwrap_or_else(|message| {
        Answer::value(StatusCode::BAD_REQUEST, &json!({ "error": message }))
    })
}

fn attempt(inner: &Inner, call: &Call) -> Result<Answer, String> {
    let segments = call.segments();
    let done = || Answer::empty(StatusCode::NO_CONTENT);
    let ok = |value: &serde_json::Value| Answer::value(StatusCode::OK, value);
    Ok(match (&call.method, segments.as_slice()) {
        (&Method::GET, ["describe"]) => Answer::value(StatusCode::OK, &inner.describe()),
        (&Method::GET, ["issued"]) => ok(&json!({ "tokens": inner.issued.all() })),
        (&Method::GET, ["truth"]) => {
            let truth: BTreeMap<_, _> = inner
                .crms
                .all()
                .iter()
                .map(|crm| (crm.id(), crm.truth()))
                .collect();
            Answer::value(StatusCode::OK, &truth)
        }
        (&Method::GET, ["requests", "summary"]) => {
            Answer::value(StatusCode::OK, &inner.log.summary())
        }
        (&Method::GET, ["requests"]) => requests(inner, call),
        (&Method::DELETE, ["requests"]) => {
            inner.log.clear();
            done()
        }
        (&Method::GET, ["faults"]) => Answer::value(StatusCode::OK, &inner.switchboard.status()),
        (&Method::POST, ["faults"]) => {
            let faults = Faults::parse(&parse::<Spec>(call)?.spec).map_err(|e| e.to_string())?;
            inner.switchboard.add(faults);
            done()
        }
        (&Method::DELETE, ["faults"]) => {
            inner.switchboard.clear();
            done()
        }
        (&Method::POST, ["clock"]) => {
            let by = parse::<Advance>(call)?.advance_seconds;
            inner.clock.advance(Duration::from_secs(by));
            ok(&json!({ "now": clock::rfc3339(inner.clock.now_ms()) }))
        }
        (&Method::POST, ["latency"]) => {
            let latency = parse::<Latency>(call)?.milliseconds;
            inner.set_latency(Some(Duration::from_millis(latency)));
            done()
        }
        (&Method::POST, ["limits"]) => {
            let on = parse::<Switch>(call)?.on;
            for crm in inner.crms.all() {
                crm.enforce_limits(on);
            }
            done()
        }
        (&Method::POST, [part, "mutate"]) => {
            let crm = inner.crm(part).ok_or("there is no such CRM here")?;
            ok(&json!({ "ids": crm.mutate(&parse::<Mutation>(call)?) }))
        }
        (&Method::POST, [part, "access"]) => {
            let crm = inner.crm(part).ok_or("there is no such CRM here")?;
            crm.change_access(&parse::<AccessChange>(call)?);
            done()
        }
        (_, [part, rest @ ..]) => {
            let rest = rest.join("/");
            let own = if *part == "platform" {
                inner.platform.control(&rest, call)
            } else {
                inner.crm(part).and_then(|crm| crm.control(&rest, call))
            };
            own.unwrap_or_else(|| Answer::empty(StatusCode::NOT_FOUND))
        }
        _ => Answer::empty(StatusCode::NOT_FOUND),
    })
}

fn requests(inner: &Inner, call: &Call) -> Answer {
    let part = call.query.first("part");
    let kind = call.query.first("kind");
    let contains = call.query.first("contains");
    let status = call.query.first("status");
    let number = |name: &str| call.query.first(name)?.parse::<usize>().ok();
    let entries = inner.log.entries(|entry| {
        part.is_none_or(|part| entry.part == part)
            && kind.is_none_or(|kind| entry.kind.as_str() == kind)
            && contains.is_none_or(|text| entry.target.contains(text))
            && status.is_none_or(|status| entry.status.to_string() == status)
    });
    let shown: Vec<&LoggedRequest> = entries
        .iter()
        .skip(number("from").unwrap_or(0))
        .take(number("limit").unwrap_or(LOG_PAGE))
        .collect();
    Answer::value(
        StatusCode::OK,
        &json!({ "total": entries.len(), "entries": shown }),
    )
}

/// Reads a control request's body.
///
/// # Errors
/// What is wrong with it, in words.
pub(crate) fn parse<T: DeserializeOwned>(call: &Call) -> Result<T, String> {
    serde_json::from_slice(&call.body).map_err(|error| format!("the body cannot be read: {error}"))
}
