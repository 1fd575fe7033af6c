//! From a profile as it was written to one that makes sense.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use http::{HeaderName, HeaderValue};
use nurturehub_port::{AdapterError, ErrorKind};

use super::check_record;
use super::format::{AnswerText, ChangesText, EndText, IdsText, ListText, PagingText, ProfileText};
use super::path::FieldPath;
use super::rules::{AnswerRules, Changes, List, Mark, Paging, Profile, Style, folded};

/// The version of the format that this program reads.
const VERSION: u32 = 1;

/// Most lists, most records on a page, and longest pause between two requests in seconds.
const MOST_LISTS: usize = 50;
const MOST_RECORDS: u64 = 100_000;
const MOST_PAUSE: u32 = 3_600;

/// Headers that the program sets itself; a profile that set them would break every request.
const OWN_HEADERS: [&str; 6] = [
    "host",
    "content-length",
    "transfer-encoding",
    "connection",
    "accept-encoding",
    "content-type",
];

/// What comes of looking at a part of a profile.
pub(super) type Checked<T> = Result<T, AdapterError>;

/// Reads a profile.
pub(super) fn profile(text: &str) -> Checked<Profile> {
    let written: ProfileText =
        serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|error| {
            let said = error.to_string();
            let said: String = said.chars().filter(|c| !c.is_control()).take(400).collect();
            wrong(format!("The profile cannot be read: {said}."))
        })?;
    if written.version != VERSION {
        return Err(at(
            "version",
            "must be 1, the version that this program reads",
        ));
    }
    Ok(Profile {
        name: line("name", &written.name)?,
        key_header: header_name("key.header", &written.key.header)?,
        key_prefix: header_value("key.prefix", written.key.prefix)?,
        headers: headers(&written.headers, &written.key.header)?,
        answer: answer(&written.answer)?,
        changes: written.changes.as_ref().map(changes).transpose()?,
        pause: pause(written.limits.seconds_between_requests)?,
        lists: lists(&written.lists, &written.paging)?,
        paging: paging(written.paging)?,
        shared_ids: written.ids == IdsText::Shared,
        record: check_record::record(&written.record)?,
    })
}

fn wrong(message: String) -> AdapterError {
    AdapterError::new(ErrorKind::Configuration, message)
        .remedy("Correct the profile and give it again; docs/profiles.md describes the format.")
}

/// The error for a place in the profile; `what` is the end of a sentence.
pub(super) fn at(place: &str, what: &str) -> AdapterError {
    wrong(format!("The profile is not right: `{place}` {what}."))
}

pub(super) fn path(place: &str, text: &str) -> Checked<FieldPath> {
    FieldPath::parse(text).map_err(|what| at(place, what))
}

pub(super) fn maybe(place: &str, text: Option<&String>) -> Checked<Option<FieldPath>> {
    text.map(|text| path(place, text)).transpose()
}

/// A line of text that says something.
pub(super) fn line(place: &str, text: &str) -> Checked<String> {
    let text = text.trim();
    if text.is_empty() || text.len() > 200 || text.chars().any(char::is_control) {
        return Err(at(
            place,
            "must be one line of at most 200 letters, and not empty",
        ));
    }
    Ok(text.to_owned())
}

fn header_name(place: &str, name: &str) -> Checked<String> {
    let refused = OWN_HEADERS.iter().any(|own| own.eq_ignore_ascii_case(name));
    match HeaderName::try_from(name) {
        Ok(_) if refused => Err(at(place, "is a header that the program sets itself")),
        Ok(name) => Ok(name.as_str().to_owned()),
        Err(_) => Err(at(place, "must be the name of an HTTP header")),
    }
}

fn header_value(place: &str, value: String) -> Checked<String> {
    match HeaderValue::try_from(&value) {
        Ok(_) if value.len() <= 500 => Ok(value),
        _ => Err(at(
            place,
            "has characters that may not stand in a header, or too many",
        )),
    }
}

fn headers(given: &BTreeMap<String, String>, key: &str) -> Checked<Vec<(String, String)>> {
    given
        .iter()
        .map(|(name, value)| {
            let place = format!("headers.{}", shown(name));
            if name.eq_ignore_ascii_case(key) || name.eq_ignore_ascii_case("authorization") {
                return Err(at(
                    &place,
                    "is for the key, which is entered as a secret and never stands in a profile",
                ));
            }
            Ok((
                header_name(&place, name)?,
                header_value(&place, value.clone())?,
            ))
        })
        .collect()
}

/// A name out of the profile, fit for a message.
pub(super) fn shown(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(40).collect()
}

fn answer(text: &AnswerText) -> Checked<AnswerRules> {
    let records = match text.records.trim() {
        "." => None,
        other => Some(plain_path("answer.records", other)?),
    };
    let total = text
        .total
        .as_ref()
        .map(|total| plain_path("answer.total", total))
        .transpose()?;
    let errors = text
        .errors
        .iter()
        .enumerate()
        .map(|(index, mark)| {
            let place = format!("answer.errors[{index}]");
            Ok((
                Mark {
                    path: plain_path(&format!("{place}.path"), &mark.path)?,
                    values: words(&format!("{place}.values"), &mark.values)?,
                },
                mark.means,
            ))
        })
        .collect::<Checked<_>>()?;
    Ok(AnswerRules {
        records,
        total,
        errors,
    })
}

/// A path that does not go through lists: it leads to one place of an answer.
fn plain_path(place: &str, text: &str) -> Checked<FieldPath> {
    let path = path(place, text)?;
    if path.keys().any(|keys| keys.is_none()) {
        return Err(at(
            place,
            "leads to one place of the answer, so it must not have `[]` in it",
        ));
    }
    Ok(path)
}

/// Words to compare with, in lower case; at least one.
pub(super) fn words(place: &str, given: &[String]) -> Checked<Vec<String>> {
    let words: Vec<String> = given.iter().map(|word| folded(word)).collect();
    if words.is_empty() || words.iter().any(String::is_empty) {
        return Err(at(place, "must have at least one value, and no blank one"));
    }
    Ok(words)
}

/// The name of a query parameter.
fn parameter(place: &str, name: &str) -> Checked<String> {
    line(place, name)
}

fn paging(text: PagingText) -> Checked<Paging> {
    let (style, size, records, end) = match text {
        PagingText::PageNumber {
            page,
            first,
            size,
            records,
            end,
        } => {
            if first > 1 {
                return Err(at("paging.first", "must be 0 or 1"));
            }
            let parameter = parameter("paging.page", &page)?;
            (Style::PageNumber { parameter, first }, size, records, end)
        }
        PagingText::Offset {
            offset,
            size,
            records,
            end,
        } => {
            let parameter = parameter("paging.offset", &offset)?;
            (Style::Offset { parameter }, size, records, end)
        }
        PagingText::OnePage { records } => (Style::OnePage, None, records, EndText::ShortPage),
        PagingText::Next {
            next,
            parameter: name,
            size,
            records,
        } => {
            let next = plain_path("paging.next", &next)?;
            let parameter = name
                .map(|name| parameter("paging.parameter", &name))
                .transpose()?;
            (
                Style::Next { next, parameter },
                size,
                records,
                EndText::EmptyPage,
            )
        }
    };
    if !(1..=MOST_RECORDS).contains(&records) {
        return Err(at("paging.records", "must be a number from 1 to 100000"));
    }
    Ok(Paging {
        style,
        size: size
            .map(|size| parameter("paging.size", &size))
            .transpose()?,
        records,
        end,
    })
}

fn changes(text: &ChangesText) -> Checked<Changes> {
    Ok(Changes {
        parameter: parameter("changes.parameter", &text.parameter)?,
        form: text.form,
        overlap_seconds: text.overlap_seconds,
    })
}

fn pause(seconds: u32) -> Checked<Duration> {
    if seconds > MOST_PAUSE {
        return Err(at(
            "limits.secondsBetweenRequests",
            "must be a number from 0 to 3600",
        ));
    }
    Ok(Duration::from_secs(u64::from(seconds)))
}

fn lists(given: &[ListText], paging: &PagingText) -> Checked<Vec<List>> {
    if given.is_empty() || given.len() > MOST_LISTS {
        return Err(at("lists", "must have at least one list, and 50 at most"));
    }
    let mut names = BTreeSet::new();
    given
        .iter()
        .enumerate()
        .map(|(index, list)| {
            let place = format!("lists[{index}]");
            if !names.insert(list.name.as_str()) {
                return Err(at(
                    &format!("{place}.name"),
                    "is the name of an earlier list, too",
                ));
            }
            Ok(List {
                name: list_name(&format!("{place}.name"), &list.name)?,
                path: list_path(&format!("{place}.path"), &list.path, paging)?,
                query: list
                    .query
                    .iter()
                    .map(|(name, value)| {
                        let place = format!("{place}.query.{}", shown(name));
                        Ok((parameter(&place, name)?, value.clone()))
                    })
                    .collect::<Checked<_>>()?,
                category: list.category,
            })
        })
        .collect()
}

fn list_name(place: &str, name: &str) -> Checked<String> {
    let good = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if name.is_empty() || name.len() > 40 || !name.bytes().all(good) {
        return Err(at(
            place,
            "must be 1 to 40 letters, digits, `-` or `_`: it becomes part of every record's id",
        ));
    }
    Ok(name.to_owned())
}

fn list_path(place: &str, path: &str, paging: &PagingText) -> Checked<String> {
    if !path.starts_with('/') || path.starts_with("//") || path.len() > 300 {
        return Err(at(
            place,
            "must begin with one `/`: it follows the base address",
        ));
    }
    let plain = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'?' | b'#' | b'\\' | b'%');
    if !path.bytes().all(plain) || path.split('/').any(|step| matches!(step, "." | "..")) {
        return Err(at(
            place,
            "must be a plain path: parameters go into `query`, and no step may be `.` or `..`",
        ));
    }
    let without = path.replacen("{count}", "", 1);
    if without.contains(['{', '}']) {
        return Err(at(
            place,
            "may have `{count}` in it once, and no other braces",
        ));
    }
    if without.len() < path.len() && !matches!(paging, PagingText::OnePage { .. }) {
        return Err(at(
            place,
            "may have `{count}` in it only where `paging.style` is `onePage`",
        ));
    }
    Ok(path.to_owned())
}
