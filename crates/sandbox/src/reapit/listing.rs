//! Reading a listing's query, and the envelope around a page.

use bytes::Bytes;
use http::StatusCode;
use serde_json::{Map, Value, json};

use crate::answer::Answer;
use crate::call::Call;
use crate::clock::parse_moment;

use super::errors::refusal;
use super::table::{Filter, Sort, SortKey, Table};

/// Page sizes go from 1 to this.
const MOST_PER_PAGE: usize = 100;
const USUAL_PER_PAGE: usize = 25;

/// Which page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Paging {
    pub(super) number: usize,
    pub(super) size: usize,
}

impl Paging {
    /// Reads `pageSize` and `pageNumber`.
    ///
    /// # Errors
    /// What is wrong with them.
    pub(super) fn read(call: &Call) -> Result<Self, String> {
        let size = whole(call, "pageSize")?.unwrap_or(USUAL_PER_PAGE);
        let number = whole(call, "pageNumber")?.unwrap_or(1);
        if !(1..=MOST_PER_PAGE).contains(&size) {
            return Err(format!("pageSize must be between 1 and {MOST_PER_PAGE}"));
        }
        if number == 0 {
            return Err("pageNumber must be 1 or more".to_owned());
        }
        Ok(Self { number, size })
    }

    /// How many records stand before this page.
    pub(super) const fn start(self) -> usize {
        (self.number - 1).saturating_mul(self.size)
    }
}

fn whole(call: &Call, name: &str) -> Result<Option<usize>, String> {
    call.query
        .first(name)
        .map(|text| {
            text.parse()
                .map_err(|_| format!("{name} must be a whole number"))
        })
        .transpose()
}

/// Reads the filters of a listing.
///
/// # Errors
/// What is wrong with them.
pub(super) fn filter(call: &Call) -> Result<Filter, String> {
    let moment = |name: &str| {
        call.query
            .first(name)
            .map(|text| {
                parse_moment(text)
                    .ok_or_else(|| format!("{name} must be an ISO 8601 date and time"))
            })
            .transpose()
    };
    let flag = |name: &str| match call.query.first(name) {
        None => Ok(None),
        Some(text) if text.eq_ignore_ascii_case("true") => Ok(Some(true)),
        Some(text) if text.eq_ignore_ascii_case("false") => Ok(Some(false)),
        Some(_) => Err(format!("{name} must be true or false")),
    };
    let list = |name: &str| call.query.all(name).map(ToOwned::to_owned).collect();
    Ok(Filter {
        sort: sort(call.query.first("sortBy"))?,
        archived: flag("fromArchive")?,
        active: flag("active")?,
        created: (moment("createdFrom")?, moment("createdTo")?),
        modified: (moment("modifiedFrom")?, moment("modifiedTo")?),
        emails: list("email"),
        ids: list("id"),
    })
}

fn sort(text: Option<&str>) -> Result<Sort, String> {
    let text = text.unwrap_or_default();
    let (descending, word) = match text.strip_prefix('-') {
        Some(word) => (true, word),
        None => (false, text),
    };
    let by = match word.to_ascii_lowercase().as_str() {
        "" => SortKey::Entered,
        "created" => SortKey::Created,
        "modified" => SortKey::Modified,
        "name" => SortKey::Name,
        "address" => SortKey::Address,
        _ => return Err(format!("sortBy does not know `{word}`")),
    };
    Ok(Sort { by, descending })
}

/// Answers a listing of a table.
pub(super) fn answer(call: &Call, table: &Table, path: &str) -> Answer {
    let asked = Paging::read(call).and_then(|paging| Ok((paging, filter(call)?)));
    let (paging, filter) = match asked {
        Ok(asked) => asked,
        Err(message) => return refusal(StatusCode::BAD_REQUEST, &message, call.now),
    };
    let with_relationships = call
        .query
        .all("embed")
        .any(|embed| embed.eq_ignore_ascii_case("relationships"));
    let found = table.select(&filter);
    let start = paging.start().min(found.len());
    let end = start.saturating_add(paging.size).min(found.len());
    let page = found.get(start..end).unwrap_or_default();
    let rows = || page.iter().filter_map(|at| table.rows().get(*at as usize));
    let size: usize = rows().map(|row| row.text.len() + 1).sum();
    let mut body = Vec::with_capacity(size + 512);
    body.extend_from_slice(b"{\"_embedded\":[");
    for (position, row) in rows().enumerate() {
        if position > 0 {
            body.push(b',');
        }
        row.append(&mut body, with_relationships);
    }
    body.push(b']');
    close_envelope(&mut body, path, paging, page.len(), found.len());
    Answer::json(StatusCode::OK, Bytes::from(body))
}

/// Answers a listing of values that are few enough to be filtered one by one.
pub(super) fn answer_values(call: &Call, values: &[Value], path: &str) -> Answer {
    let paging = match Paging::read(call) {
        Ok(paging) => paging,
        Err(message) => return refusal(StatusCode::BAD_REQUEST, &message, call.now),
    };
    let page: Vec<&Value> = values
        .iter()
        .skip(paging.start())
        .take(paging.size)
        .collect();
    let mut body = b"{\"_embedded\":".to_vec();
    if serde_json::to_writer(&mut body, &page).is_err() {
        return Answer::empty(StatusCode::INTERNAL_SERVER_ERROR);
    }
    close_envelope(&mut body, path, paging, page.len(), values.len());
    Answer::json(StatusCode::OK, Bytes::from(body))
}

/// Appends what follows the records. Links name the page with capital letters and leave out every
/// other parameter, as the vendor's examples do; there is no `next` on the last page.
fn close_envelope(body: &mut Vec<u8>, path: &str, paging: Paging, count: usize, total: usize) {
    let Paging { number, size } = paging;
    let pages = total.div_ceil(size);
    let link = |page: usize| json!({ "href": format!("{path}?PageNumber={page}&PageSize={size}") });
    let mut links = Map::new();
    links.insert("self".to_owned(), link(number));
    links.insert("first".to_owned(), link(1));
    if number < pages {
        links.insert("next".to_owned(), link(number + 1));
    }
    links.insert("last".to_owned(), link(pages.max(1)));
    let rest = json!({
        "pageNumber": number,
        "pageSize": size,
        "pageCount": count,
        "totalPageCount": pages,
        "totalCount": total,
        "_links": links,
    });
    let text = rest.to_string();
    body.push(b',');
    body.extend_from_slice(text.strip_prefix('{').unwrap_or_default().as_bytes());
}
