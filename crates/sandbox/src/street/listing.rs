//! Reading a listing's query, and the document around a page.

use http::StatusCode;
use serde_json::{Map, Value, json};

use crate::answer::Answer;
use crate::call::Call;
use crate::clock::parse_moment;

use super::CONTENT_TYPE;
use super::errors::parameter;
use super::table::{Filter, Trashed};

/// The schema's largest page.
const MOST_ASKED: usize = 250;
/// The guide's cap: whoever asks for more gets this many.
const MOST_GIVEN: usize = 100;
const USUAL: usize = 25;

/// Which page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Paging {
    pub(super) number: usize,
    pub(super) size: usize,
}

impl Paging {
    /// Reads `page[number]` and `page[size]`.
    ///
    /// # Errors
    /// The refusal, where they make no sense.
    pub(super) fn read(call: &Call) -> Result<Self, Box<Answer>> {
        let whole = |name: &str, usual: usize, most: usize| {
            let Some(text) = call.query.first(name) else {
                return Ok(usual);
            };
            match text.parse::<usize>() {
                Ok(number) if (1..=most).contains(&number) => Ok(number),
                _ => Err(Box::new(parameter(
                    name,
                    &format!("The value must be a number between 1 and {most}."),
                ))),
            }
        };
        Ok(Self {
            number: whole("page[number]", 1, usize::MAX)?,
            size: whole("page[size]", USUAL, MOST_ASKED)?.min(MOST_GIVEN),
        })
    }

    /// How many records stand before this page.
    pub(super) const fn start(self) -> usize {
        (self.number - 1).saturating_mul(self.size)
    }
}

/// Reads the filters that every list of records has.
///
/// # Errors
/// The refusal, where one makes no sense.
pub(super) fn filter(call: &Call) -> Result<Filter, Box<Answer>> {
    let moment = |name: &str| {
        call.query
            .first(name)
            .map(|text| {
                parse_moment(text).ok_or_else(|| {
                    Box::new(parameter(
                        name,
                        "The value must be an ISO 8601 date and time.",
                    ))
                })
            })
            .transpose()
    };
    let trashed = match call.query.first("filter[trashed]") {
        None => Trashed::Without,
        Some("with") => Trashed::With,
        Some("only") => Trashed::Only,
        Some(_) => {
            return Err(Box::new(parameter(
                "filter[trashed]",
                "The value must be with or only.",
            )));
        }
    };
    Ok(Filter {
        trashed,
        created: (
            moment("filter[created_from]")?,
            moment("filter[created_to]")?,
        ),
        updated: (
            moment("filter[updated_from]")?,
            moment("filter[updated_to]")?,
        ),
    })
}

/// Reads `include`, a list with commas.
///
/// # Errors
/// The refusal, where it asks for what this resource does not have.
pub(super) fn includes<'a>(call: &'a Call, known: &[&str]) -> Result<Vec<&'a str>, Box<Answer>> {
    let asked: Vec<&str> = call
        .query
        .first("include")
        .into_iter()
        .flat_map(|text| text.split(','))
        .filter(|part| !part.is_empty())
        .collect();
    match asked.iter().find(|part| !known.contains(part)) {
        None => Ok(asked),
        Some(strange) => Err(Box::new(parameter(
            "include",
            &format!("The include {strange} is not allowed."),
        ))),
    }
}

/// A JSON:API document under construction.
#[derive(Debug)]
pub(super) struct Document {
    data: Vec<u8>,
    included: Vec<u8>,
    count: usize,
}

impl Document {
    pub(super) fn new() -> Self {
        Self {
            data: Vec::with_capacity(64 * 1024),
            included: Vec::new(),
            count: 0,
        }
    }

    /// Adds a record: its text without the closing brace, and its relationships.
    pub(super) fn add(&mut self, text: &[u8], relationships: &Value) {
        if self.count > 0 {
            self.data.push(b',');
        }
        self.count += 1;
        put(&mut self.data, text, relationships);
    }

    /// Adds what a record points to.
    pub(super) fn include(&mut self, text: &[u8], relationships: &Value) {
        if !self.included.is_empty() {
            self.included.push(b',');
        }
        put(&mut self.included, text, relationships);
    }

    /// The document of a single record.
    pub(super) fn single(self) -> Answer {
        let mut body = b"{\"data\":".to_vec();
        body.extend_from_slice(&self.data);
        self.finish(body, None)
    }

    /// The document of a page out of so many records.
    pub(super) fn page(self, call: &Call, paging: Paging, total: usize) -> Answer {
        let mut body = Vec::with_capacity(self.data.len() + self.included.len() + 1_024);
        body.extend_from_slice(b"{\"data\":[");
        body.extend_from_slice(&self.data);
        body.push(b']');
        let pages = total.div_ceil(paging.size).max(1);
        let meta = json!({ "pagination": {
            "total": total,
            "count": self.count,
            "per_page": paging.size,
            "current_page": paging.number,
            "total_pages": pages,
        }});
        self.finish(body, Some((meta, links(call, paging, pages))))
    }

    fn finish(self, mut body: Vec<u8>, page: Option<(Value, Value)>) -> Answer {
        body.extend_from_slice(b",\"included\":[");
        body.extend_from_slice(&self.included);
        body.push(b']');
        if let Some((meta, links)) = page {
            body.extend_from_slice(format!(",\"meta\":{meta},\"links\":{links}").as_bytes());
        }
        body.extend_from_slice(b",\"jsonapi\":{\"version\":\"1.0\"}}");
        Answer::typed(StatusCode::OK, CONTENT_TYPE, body)
    }
}

fn put(into: &mut Vec<u8>, text: &[u8], relationships: &Value) {
    into.extend_from_slice(text);
    // What is no object gets nothing put after it.
    if text.starts_with(b"{") {
        into.extend_from_slice(format!(",\"relationships\":{relationships}}}").as_bytes());
    }
}

/// Links repeat the query and put the page behind it once more, as the vendor's examples do.
fn links(call: &Call, paging: Paging, pages: usize) -> Value {
    let base = format!(
        "https://street.co.uk/open-api/v1{}?page[number]={}&page[size]={}",
        call.path, paging.number, paging.size
    );
    let link = |page: usize| Value::String(format!("{base}&page[number]={page}"));
    let mut links = Map::new();
    links.insert("self".to_owned(), link(paging.number));
    links.insert("first".to_owned(), link(1));
    if paging.number > 1 {
        links.insert("prev".to_owned(), link(paging.number - 1));
    }
    if paging.number < pages {
        links.insert("next".to_owned(), link(paging.number + 1));
    }
    links.insert("last".to_owned(), link(pages));
    Value::Object(links)
}
