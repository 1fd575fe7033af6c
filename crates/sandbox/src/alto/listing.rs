//! `/contacts/all`: filters, pages, and tokens from one to the next.
//!
//! What the vendor leaves open is decided thus: a token is a place among the records and not a count
//! of them, so that who is erased moves nobody; it is good for its own filters alone, and for a
//! while; bounds of time include themselves; without `active` only active contacts are listed.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::StatusCode;

use crate::answer::Answer;
use crate::call::Call;
use crate::clock::parse_moment;

use super::errors::refusal;
use super::state::{Row, State};

const USUAL_PER_PAGE: usize = 50;
const MOST_PER_PAGE: usize = 250;

/// Which records.
#[derive(Debug, PartialEq, Eq)]
struct Filter {
    active: bool,
    category: Option<String>,
    personas: Vec<String>,
    created: (Option<i64>, Option<i64>),
    modified: (Option<i64>, Option<i64>),
}

/// What a request asks for.
#[derive(Debug)]
pub(super) struct Asked {
    filter: Filter,
    size: usize,
    /// The place among all records at which the page begins.
    from: usize,
}

/// Why a request cannot be answered: code and words.
type Wrong = (&'static str, &'static str);

impl Filter {
    fn read(call: &Call) -> Result<Self, Wrong> {
        let moment = |name| {
            call.query
                .first(name)
                .map(|text| parse_moment(text).ok_or(("InvalidDate", "A date cannot be read.")))
                .transpose()
        };
        let active = match call.query.first("active") {
            None => true,
            Some(text) if text.eq_ignore_ascii_case("true") => true,
            Some(text) if text.eq_ignore_ascii_case("false") => false,
            Some(_) => return Err(("InvalidActive", "active must be true or false.")),
        };
        Ok(Self {
            active,
            category: call.query.first("category").map(str::to_owned),
            personas: call.query.all("persona").map(str::to_owned).collect(),
            created: (moment("created-from")?, moment("created-to")?),
            modified: (moment("modified-from")?, moment("modified-to")?),
        })
    }

    fn lets_through(&self, row: &Row) -> bool {
        let within = |(from, to): (Option<i64>, Option<i64>), at: i64| {
            from.is_none_or(|from| at >= from) && to.is_none_or(|to| at <= to)
        };
        !row.gone
            && row.active == self.active
            && within(self.created, row.created)
            && within(self.modified, row.modified)
            && self
                .category
                .as_deref()
                .is_none_or(|category| category == row.role.category)
            && (self.personas.is_empty()
                || row
                    .role
                    .personas()
                    .iter()
                    .any(|persona| self.personas.iter().any(|wanted| wanted == persona)))
    }

    /// A short text that differs where filters do.
    fn fingerprint(&self) -> String {
        let mut text = blake3::hash(format!("{self:?}").as_bytes())
            .to_hex()
            .to_string();
        text.truncate(12);
        text
    }

    fn token(&self, from: usize, now: i64) -> String {
        URL_SAFE_NO_PAD.encode(format!("{from}.{now}.{}", self.fingerprint()))
    }

    /// The place that a token stands for, and when it was issued.
    fn place(&self, token: &str) -> Option<(usize, i64)> {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
        let mut parts = text.split('.');
        let place = parts.next()?.parse().ok()?;
        let issued = parts.next()?.parse().ok()?;
        (parts.next()? == self.fingerprint()).then_some((place, issued))
    }
}

impl Asked {
    /// Reads a request; `life` is how long tokens are good for, in milliseconds.
    pub(super) fn read(call: &Call, life: i64) -> Result<Self, Wrong> {
        let filter = Filter::read(call)?;
        let size = match call.query.first("max-results") {
            None => USUAL_PER_PAGE,
            Some(text) => text
                .parse()
                .ok()
                .filter(|size| (1..=MOST_PER_PAGE).contains(size))
                .ok_or((
                    "InvalidMaxResults",
                    "max-results must be between 1 and 250.",
                ))?,
        };
        let from = match call
            .query
            .first("next-token")
            .filter(|token| !token.is_empty())
        {
            None => 0,
            Some(token) => match filter.place(token) {
                Some((place, issued)) if call.now - issued < life => place,
                _ => return Err(("InvalidNextToken", "next-token is not valid.")),
            },
        };
        Ok(Self { filter, size, from })
    }

    /// How many records of the listing stand before the page.
    pub(super) fn start(&self, state: &State) -> usize {
        self.before(state).len()
    }

    fn before(&self, state: &State) -> Vec<usize> {
        let rows = state.rows.iter().enumerate().take(self.from);
        rows.filter(|(_, row)| self.filter.lets_through(row))
            .map(|(at, _)| at)
            .collect()
    }

    /// The token of the page before this one; none where that is the first page.
    pub(super) fn previous_token(&self, state: &State, now: i64) -> Option<String> {
        let before = self.before(state);
        let start = before.len().checked_sub(self.size).filter(|at| *at > 0)?;
        Some(self.filter.token(*before.get(start)?, now))
    }
}

/// Answers a page.
pub(super) fn answer(state: &State, call: &Call, life: i64) -> Answer {
    let asked = match Asked::read(call, life) {
        Ok(asked) => asked,
        Err((code, message)) => return refusal(StatusCode::BAD_REQUEST, code, message),
    };
    let mut rows = state
        .rows
        .iter()
        .enumerate()
        .skip(asked.from)
        .filter(|(_, row)| asked.filter.lets_through(row));
    let page: Vec<&Row> = rows.by_ref().take(asked.size).map(|(_, row)| row).collect();
    let next = rows.next().map(|(at, _)| asked.filter.token(at, call.now));
    let size: usize = page.iter().map(|row| row.item.len() + 1).sum();
    let mut body = Vec::with_capacity(size + 128);
    match next {
        Some(token) => body.extend_from_slice(
            format!("{{\"meta\":{{\"nextToken\":\"{token}\"}},\"items\":[").as_bytes(),
        ),
        None => body.extend_from_slice(b"{\"meta\":{\"nextToken\":null},\"items\":["),
    }
    join(&mut body, page.iter().map(|row| row.item.as_ref()));
    body.extend_from_slice(b"]}");
    Answer::json(StatusCode::OK, body)
}

/// Appends texts with commas between them.
pub(super) fn join<'a>(body: &mut Vec<u8>, texts: impl Iterator<Item = &'a [u8]>) {
    for (position, text) in texts.enumerate() {
        if position > 0 {
            body.push(b',');
        }
        body.extend_from_slice(text);
    }
}
