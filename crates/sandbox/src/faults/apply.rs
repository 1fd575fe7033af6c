//! What a fault does to a request and to its answer.

use std::io::Write;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::StatusCode;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, DATE, HeaderName, LOCATION, RETRY_AFTER};
use serde_json::{Map, Value, json};

use super::{Fault, RetryAfter, records as spoil};
use crate::answer::{Answer, Content};
use crate::call::Call;
use crate::simulator::{Refusal, Simulator};

const CAPTIVE_PORTAL: &str = "<!doctype html><html><head><title>Welcome</title></head>\
<body><h1>Welcome to Hotel Wi-Fi</h1><p>Please accept the terms to go online.</p></body></html>";

/// What a fault does before the service answers.
#[derive(Debug)]
pub(crate) enum Early {
    /// Nothing: the service answers.
    Pass,
    /// This is the answer.
    Instead(Answer),
    /// No answer comes.
    Hang,
}

/// Whether a fault answers in the place of the service. `call` may be changed by a fault.
pub(crate) fn before_answer(fault: &Fault, part: &dyn Simulator, call: &mut Call) -> Early {
    let refuse = |refusal| Early::Instead(part.refuse(refusal, call));
    match fault {
        Fault::Status { code, retry_after } => {
            let mut answer = part.refuse(Refusal::Status(*code), call);
            match retry_after {
                Some(RetryAfter::Seconds(seconds)) => {
                    answer.set(RETRY_AFTER, &seconds.to_string());
                }
                Some(RetryAfter::Date(seconds)) => {
                    let ahead = i64::try_from(*seconds).unwrap_or(i64::MAX / 1_000);
                    answer.set(RETRY_AFTER, &http_date(call.now + ahead * 1_000));
                }
                None => {}
            }
            Early::Instead(answer)
        }
        Fault::Html => Early::Instead(Answer::html(StatusCode::OK, CAPTIVE_PORTAL)),
        Fault::Malformed => Early::Instead(Answer::json(
            StatusCode::OK,
            "{\"status\": ok, \"items\": [,]",
        )),
        Fault::Oversized { mib } => {
            let mut answer = Answer::json(StatusCode::OK, Bytes::new());
            answer.content = Content::Flood { mib: *mib };
            Early::Instead(answer)
        }
        Fault::Hang => Early::Hang,
        Fault::Redirect { url } => {
            Early::Instead(Answer::empty(StatusCode::FOUND).with(LOCATION, url))
        }
        Fault::ExpireToken => refuse(Refusal::Expired),
        Fault::RevokeToken => refuse(Refusal::Revoked),
        Fault::MissingScope => refuse(Refusal::MissingScope),
        Fault::WrongTenant => refuse(Refusal::WrongTenant),
        Fault::RepeatPage => {
            if let Some(previous) = part.previous_page(call) {
                *call = previous;
            }
            Early::Pass
        }
        Fault::FirstPage => {
            while let Some(previous) = part.previous_page(call) {
                let same = previous.path == call.path && previous.query == call.query;
                *call = previous;
                if same {
                    break;
                }
            }
            Early::Pass
        }
        Fault::SkipPage => {
            if let Some(next) = part.next_page(call) {
                *call = next;
            }
            Early::Pass
        }
        Fault::GzipBomb { mib } => Early::Instead(bomb(*mib)),
        Fault::Echo { code } => {
            let mut answer = part.refuse(Refusal::Status(*code), call);
            let said = answer
                .whole()
                .and_then(|body| serde_json::from_slice(body).ok());
            if let Some(mut body) = said {
                spoil::say_everywhere(&mut body, &headers_of(call));
                answer.content = Content::Whole(body.to_string().into());
            }
            Early::Instead(answer)
        }
        Fault::Cut
        | Fault::Truncate
        | Fault::WrongType
        | Fault::RecordWrongType
        | Fault::RenamedList
        | Fault::RenamedKeys
        | Fault::RenamedField { .. }
        | Fault::RefuseRows { .. }
        | Fault::Slow { .. }
        | Fault::ShortListing { .. }
        | Fault::Empty
        | Fault::Unmappable { .. }
        | Fault::TotalGrows { .. }
        | Fault::ExtraFields
        | Fault::Nulls(_)
        | Fault::Zoneless
        | Fault::ClockChange
        | Fault::SkewedDate { .. }
        | Fault::LimitHeaders => Early::Pass,
    }
}

/// What a fault does to the service's answer.
pub(crate) fn after_answer(fault: &Fault, part: &dyn Simulator, call: &Call, answer: &mut Answer) {
    match fault {
        Fault::Cut => {
            if let Some(body) = answer.whole().filter(|body| body.len() > 1) {
                answer.content = Content::Cut {
                    part: body.slice(..body.len() / 2),
                    declared: body.len(),
                };
            } else {
                // Nothing to cut in half: a head that promises a body and none follows.
                answer.content = Content::Cut {
                    part: Bytes::from_static(b"{"),
                    declared: 2,
                };
            }
        }
        Fault::Truncate => {
            if let Some(body) = answer.whole() {
                answer.content = Content::Whole(body.slice(..body.len() * 2 / 3));
            }
        }
        Fault::WrongType => rewrite(answer, part, |page| wrong_type(page, part)),
        Fault::RecordWrongType => rewrite(answer, part, |page| record_wrong_type(page, part)),
        Fault::RenamedList => rewrite(answer, part, |page| {
            spoil::renamed_list(page, part.page_shape());
        }),
        Fault::RenamedKeys => rewrite(answer, part, |page| {
            spoil::renamed_keys(page, part.page_shape());
        }),
        Fault::RenamedField { name } => rewrite(answer, part, |page| {
            spoil::renamed_field(page, part.page_shape(), name);
        }),
        Fault::RefuseRows { count } => rewrite(answer, part, |page| refuse_rows(page, *count)),
        Fault::ShortListing { at } => {
            if let Some(start) = part.page_start(call) {
                rewrite(answer, part, |page| short_listing(page, part, start, *at));
            }
        }
        Fault::Empty => {
            if part.page_start(call).is_some() {
                rewrite(answer, part, |page| empty(page, part));
            }
        }
        Fault::Unmappable { count } => {
            if part.page_start(call).is_some() {
                rewrite(answer, part, |page| unmappable(page, part, *count));
            }
        }
        Fault::TotalGrows { by } => {
            if let Some(start) = part.page_start(call) {
                rewrite(answer, part, |page| total_grows(page, part, start, *by));
            }
        }
        Fault::ExtraFields => rewrite(answer, part, |page| {
            spoil::extra_fields(page, part.page_shape());
        }),
        Fault::Nulls(which) => rewrite(answer, part, |page| {
            spoil::nulls(page, part.page_shape(), *which);
        }),
        Fault::Zoneless => rewrite(answer, part, |page| {
            spoil::zoneless(page, part.page_shape());
        }),
        Fault::ClockChange => rewrite(answer, part, |page| {
            spoil::clock_change(page, part.page_shape());
        }),
        Fault::SkewedDate { seconds } => {
            let at = call.now.saturating_add(seconds.saturating_mul(1_000));
            answer.set(DATE, &http_date(at));
        }
        Fault::LimitHeaders => {
            let reset = call.now / 1_000 + 60;
            for (name, value) in [
                ("x-ratelimit-limit", "50".to_owned()),
                ("x-ratelimit-remaining", "1".to_owned()),
                ("x-ratelimit-reset", reset.to_string()),
            ] {
                answer.set(HeaderName::from_static(name), &value);
            }
        }
        Fault::Status { .. }
        | Fault::Html
        | Fault::Malformed
        | Fault::Oversized { .. }
        | Fault::Slow { .. }
        | Fault::Hang
        | Fault::Redirect { .. }
        | Fault::ExpireToken
        | Fault::RevokeToken
        | Fault::MissingScope
        | Fault::WrongTenant
        | Fault::FirstPage
        | Fault::SkipPage
        | Fault::GzipBomb { .. }
        | Fault::Echo { .. }
        | Fault::RepeatPage => {}
    }
}

/// JSON text that is nothing but blanks, so many MiB of them, packed into little.
fn bomb(mib: u32) -> Answer {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    let blanks = [b' '; 64 * 1024];
    // Writing to memory does not fail.
    for _ in 0..u64::from(mib) * 16 {
        let _ = packed.write_all(&blanks);
    }
    let body = packed.finish().unwrap_or_default();
    Answer::json(StatusCode::OK, body).with(CONTENT_ENCODING, "gzip")
}

/// What the headers of a request say, credentials among them.
fn headers_of(call: &Call) -> String {
    let values = call.headers.values();
    let texts: Vec<&str> = values.filter_map(|value| value.to_str().ok()).collect();
    texts.join(" ")
}

/// A moment as HTTP writes it.
pub(crate) fn http_date(ms: i64) -> String {
    let since = std::time::Duration::from_millis(u64::try_from(ms).unwrap_or_default());
    httpdate::fmt_http_date(std::time::UNIX_EPOCH + since)
}

/// Changes a page that was answered with success; other answers stay as they are.
fn rewrite(
    answer: &mut Answer,
    part: &dyn Simulator,
    change: impl FnOnce(&mut Map<String, Value>),
) {
    if answer.status != StatusCode::OK {
        return;
    }
    let Some(body) = answer.whole() else { return };
    let Ok(Value::Object(mut page)) = serde_json::from_slice(body) else {
        return;
    };
    change(&mut page);
    let shape = part.page_shape();
    let no_records = page
        .get(shape.records)
        .and_then(Value::as_array)
        .is_some_and(Vec::is_empty);
    if no_records && shape.empty_is_no_content {
        answer.status = StatusCode::NO_CONTENT;
        answer.headers.remove(CONTENT_TYPE);
        answer.content = Content::Whole(Bytes::new());
    } else if let Ok(text) = serde_json::to_vec(&page) {
        answer.content = Content::Whole(text.into());
    }
}

fn set_count(page: &mut Map<String, Value>, part: &dyn Simulator) {
    let shape = part.page_shape();
    let count = page
        .get(shape.records)
        .and_then(Value::as_array)
        .map_or(0, Vec::len);
    if let Some(path) = shape.count {
        put(page, path, json!(count));
    }
}

/// Sets a member by its path: names with dots between them.
fn put(page: &mut Map<String, Value>, path: &str, value: Value) {
    match path.split_once('.') {
        None => {
            page.insert(path.to_owned(), value);
        }
        Some((first, rest)) => {
            if let Some(inner) = page.get_mut(first).and_then(Value::as_object_mut) {
                put(inner, rest, value);
            }
        }
    }
}

fn records<'a>(
    page: &'a mut Map<String, Value>,
    part: &dyn Simulator,
) -> Option<&'a mut Vec<Value>> {
    page.get_mut(part.page_shape().records)?.as_array_mut()
}

fn wrong_type(page: &mut Map<String, Value>, part: &dyn Simulator) {
    let Some(list) = records(page, part).map(std::mem::take) else {
        return;
    };
    let object = list
        .into_iter()
        .enumerate()
        .map(|(index, record)| (index.to_string(), record))
        .collect::<Map<_, _>>();
    page.insert(part.page_shape().records.to_owned(), Value::Object(object));
}

fn record_wrong_type(page: &mut Map<String, Value>, part: &dyn Simulator) {
    let fields = part.page_shape().text_fields;
    let Some(list) = records(page, part) else {
        return;
    };
    let Some(record) = list.iter_mut().find_map(Value::as_object_mut) else {
        return;
    };
    if let Some(field) = fields.iter().find(|field| record.contains_key(**field)) {
        let text = record.get(*field).cloned().unwrap_or(Value::Null);
        record.insert((*field).to_owned(), json!({ "value": text }));
    }
}

/// Refuses contacts in a batch's answer, as a rule that nobody knew of would.
fn refuse_rows(page: &mut Map<String, Value>, count: usize) {
    let results = page.get_mut("results").and_then(Value::as_array_mut);
    for result in results.into_iter().flatten().take(count) {
        if let Some(result) = result.as_object_mut() {
            result.insert("status".to_owned(), json!("rejected"));
            let error = json!({ "code": "notAccepted", "message": "The contact breaks a rule." });
            result.insert("error".to_owned(), error);
        }
    }
}

fn short_listing(page: &mut Map<String, Value>, part: &dyn Simulator, start: usize, at: usize) {
    let Some(list) = records(page, part) else {
        return;
    };
    let before = list.len();
    list.truncate(at.saturating_sub(start));
    let over = list.len() < before || start + before >= at;
    set_count(page, part);
    if over {
        part.end_listing(page);
    }
}

fn empty(page: &mut Map<String, Value>, part: &dyn Simulator) {
    if let Some(list) = records(page, part) {
        list.clear();
    }
    set_count(page, part);
    if let Some(path) = part.page_shape().total {
        put(page, path, json!(0));
    }
    part.end_listing(page);
}

fn total_grows(page: &mut Map<String, Value>, part: &dyn Simulator, start: usize, by: usize) {
    let count = records(page, part).map_or(0, |list| list.len());
    if let Some(path) = part.page_shape().total {
        put(page, path, json!(start + count + by));
    }
}

fn unmappable(page: &mut Map<String, Value>, part: &dyn Simulator, count: usize) {
    if let Some(list) = records(page, part) {
        for index in 0..count {
            list.push(match index % 3 {
                0 => json!("[record unavailable]"),
                1 => json!({}),
                _ => json!(404),
            });
        }
    }
    set_count(page, part);
}
