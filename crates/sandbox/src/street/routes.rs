//! Which path is answered by what.

use std::collections::BTreeSet;

use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::call::Call;
use crate::locks::{read, write};

use super::errors::refusal;
use super::ids::{BRANCHES, STAFF, Thing, id_of};
use super::listing::{Document, Paging, filter, includes};
use super::roles::Look;
use super::state::{Applicant, Person, State};
use super::table::{Row, Table};
use super::{Street, record, writing};

const PERSON_INCLUDES: &[&str] = &["ownedProperties", "applicants"];
const SALES_INCLUDES: &[&str] = &[
    "branch",
    "offers",
    "viewings",
    "people",
    "company",
    "notes",
    "sales",
    "followUps",
    "negotiator",
];
const LETTINGS_INCLUDES: &[&str] = &[
    "branch",
    "offers",
    "viewings",
    "people",
    "company",
    "notes",
    "applications",
    "followUps",
    "negotiator",
];

/// Answers a request that was let in.
pub(super) fn answer(street: &Street, call: &Call) -> Answer {
    let not_found = || refusal(StatusCode::NOT_FOUND, "The resource could not be found.");
    let segments = call.segments();
    let found = match (&call.method, segments.as_slice()) {
        (&Method::POST, ["notes" | "activity"]) => {
            return writing::write(&mut write(&street.state), call, segments.first());
        }
        (&Method::PATCH, ["people", id]) => {
            writing::patch_person(&mut write(&street.state), call, id)
        }
        (&Method::GET, ["people", rest @ ..]) => people(&read(&street.state), call, rest),
        (&Method::GET, ["sales-applicants", rest @ ..]) => {
            applicants(&read(&street.state), Look::Sales, call, rest)
        }
        (&Method::GET, ["lettings-applicants", rest @ ..]) => {
            applicants(&read(&street.state), Look::Lettings, call, rest)
        }
        (&Method::GET, ["branches" | "users" | "companies", ..]) => {
            reference(read(&street.state).seed, call, &segments)
        }
        _ => Ok(None),
    };
    match found {
        Ok(found) => found.unwrap_or_else(not_found),
        Err(refusal) => *refusal,
    }
}

type Found = Result<Option<Answer>, Box<Answer>>;

fn people(state: &State, call: &Call, rest: &[&str]) -> Found {
    let includes = includes(call, PERSON_INCLUDES)?;
    let mut page = PeoplePage {
        state,
        with_applicants: includes.contains(&"applicants"),
        with_properties: includes.contains(&"ownedProperties"),
        document: Document::new(),
        seen: BTreeSet::new(),
    };
    match rest {
        [] => {
            let (paging, filter) = (Paging::read(call)?, filter(call)?);
            let found = state.people.select(&filter);
            let found: Vec<u32> = match asked_for(call) {
                None => return Ok(Some(page.of(call, paging, &found))),
                Some(test) => {
                    let row = |at: &u32| state.people.row(*at);
                    let fits = |at: &u32| row(at).is_some_and(|row| test(&row.value()));
                    found.iter().copied().filter(fits).collect()
                }
            };
            Ok(Some(page.of(call, paging, &found)))
        }
        [id] => Ok(state.people.live(id).map(|row| {
            page.add(row);
            page.document.single()
        })),
        _ => Ok(None),
    }
}

/// The test that `filter[email_address]`, `filter[telephone_number]` and `filter[address]` ask for.
fn asked_for(call: &Call) -> Option<impl Fn(&Value) -> bool> {
    let first = |name: &str| call.query.first(name).map(str::to_lowercase);
    let mail = first("filter[email_address]");
    let phone = first("filter[telephone_number]");
    let address = first("filter[address]");
    if mail.is_none() && phone.is_none() && address.is_none() {
        return None;
    }
    let among = |person: &Value, list: &str, wanted: &Option<String>| {
        wanted.as_ref().is_none_or(|wanted| {
            person["attributes"][list]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|one| one["value"].as_str())
                .any(|value| value.to_lowercase() == *wanted)
        })
    };
    Some(move |person: &Value| {
        let line = person["attributes"]["address"]["single_line"].as_str();
        among(person, "email_addresses", &mail)
            && among(person, "telephone_numbers", &phone)
            && address
                .as_ref()
                .is_none_or(|part| line.is_some_and(|line| line.to_lowercase().contains(part)))
    })
}

struct PeoplePage<'a> {
    state: &'a State,
    with_applicants: bool,
    with_properties: bool,
    document: Document,
    seen: BTreeSet<(bool, u32)>,
}

impl PeoplePage<'_> {
    fn of(mut self, call: &Call, paging: Paging, found: &[u32]) -> Answer {
        for at in found.iter().skip(paging.start()).take(paging.size) {
            if let Some(row) = self.state.people.row(*at) {
                self.add(row);
            }
        }
        self.document.page(call, paging, found.len())
    }

    fn add(&mut self, person: &Row<Person>) {
        let mut links = json!({});
        if self.with_properties {
            // Properties are not simulated.
            links["properties"] = json!({ "data": [] });
        }
        if self.with_applicants {
            let held = person.more.applicants.iter().filter_map(|(look, at)| {
                let row = self.state.table(*look).row(*at)?;
                row.is_live().then_some((*look, *at, row))
            });
            let held: Vec<(Look, u32, &Row<Applicant>)> = held.collect();
            let ids: Vec<Value> = held
                .iter()
                .map(|(_, _, row)| json!({ "type": "applicant", "id": row.id }))
                .collect();
            links["applicants"] = json!({ "data": ids });
            for (look, at, row) in held {
                if self.seen.insert((look == Look::Sales, at)) {
                    // Of an included applicant's relationships only its people are documented.
                    let links = json!({ "people": people_links(self.state, row) });
                    self.document.include(&row.text, &links);
                }
            }
        }
        self.document.add(&person.text, &links);
    }
}

fn people_links(state: &State, applicant: &Row<Applicant>) -> Value {
    let ids: Vec<Value> = applicant
        .more
        .people
        .iter()
        .filter_map(|at| state.people.row(*at))
        .filter(|row| row.is_live())
        .map(|row| json!({ "type": "person", "id": row.id }))
        .collect();
    json!({ "data": ids })
}

fn applicants(state: &State, look: Look, call: &Call, rest: &[&str]) -> Found {
    let known = match look {
        Look::Sales => SALES_INCLUDES,
        Look::Lettings => LETTINGS_INCLUDES,
    };
    let includes = includes(call, known)?;
    let table: &Table<Applicant> = state.table(look);
    let mut document = Document::new();
    let mut seen = BTreeSet::new();
    let mut add = |document: &mut Document, row: &Row<Applicant>| {
        applicant(state, row, &includes, document, &mut seen);
    };
    match rest {
        [] => {
            let (paging, filter) = (Paging::read(call)?, filter(call)?);
            let found = table.select(&filter);
            let branch = call.query.first("filter[branch]");
            let fits = |at: &u32| {
                table.row(*at).is_some_and(|row| {
                    let of = id_of(Thing::Branch, row.more.frame.branch as u64, state.seed);
                    branch.is_none_or(|branch| of.to_string() == branch)
                })
            };
            let found: Vec<u32> = found.iter().copied().filter(fits).collect();
            for at in found.iter().skip(paging.start()).take(paging.size) {
                if let Some(row) = table.row(*at) {
                    add(&mut document, row);
                }
            }
            Ok(Some(document.page(call, paging, found.len())))
        }
        [id] => Ok(table.live(id).map(|row| {
            add(&mut document, row);
            document.single()
        })),
        _ => Ok(None),
    }
}

/// Adds an applicant, and what it points to as far as it is asked for. A relationship has data only
/// where it is included, but for the branch, which always has.
fn applicant(
    state: &State,
    row: &Row<Applicant>,
    includes: &[&str],
    document: &mut Document,
    seen: &mut BTreeSet<String>,
) {
    let frame = row.more.frame;
    let branch = record::branch(frame.branch, state.seed);
    let mut links = json!({ "branch": { "data": { "type": "branch", "id": branch["id"] } } });
    let mut include = |document: &mut Document, value: &Value| {
        if seen.insert(value["id"].to_string()) {
            let mut text = value.to_string().into_bytes();
            text.pop();
            document.include(&text, &json!({}));
        }
    };
    if includes.contains(&"branch") {
        include(document, &branch);
    }
    if includes.contains(&"negotiator") {
        let negotiator = record::staff(frame.negotiator, "negotiator", state.seed);
        links["negotiator"] = json!({ "data": { "type": "negotiator", "id": negotiator["id"] } });
        include(document, &negotiator);
    }
    if includes.contains(&"people") {
        links["people"] = people_links(state, row);
        for person in row
            .more
            .people
            .iter()
            .filter_map(|at| state.people.row(*at))
            .filter(|person| person.is_live())
        {
            include(document, &person.value());
        }
    }
    // Nothing of these is simulated.
    for name in ["viewings", "offers", "notes", "sales", "followUps"] {
        if includes.contains(&name) {
            links[name] = json!({ "data": [] });
        }
    }
    document.add(&row.text, &links);
}

/// Branches, staff and the agency itself.
fn reference(seed: u64, call: &Call, segments: &[&str]) -> Found {
    let values: Vec<Value> = match segments.first() {
        Some(&"branches") => (0..BRANCHES.len())
            .map(|number| record::branch(number, seed))
            .collect(),
        Some(&"users") => (0..STAFF.len())
            .map(|number| record::staff(number, "user", seed))
            .collect(),
        _ => vec![record::company(seed)],
    };
    let mut document = Document::new();
    let add = |document: &mut Document, value: &Value| {
        let mut text = value.to_string().into_bytes();
        text.pop();
        document.add(&text, &json!({}));
    };
    match segments {
        [_] => {
            let paging = Paging::read(call)?;
            let page = values.iter().skip(paging.start()).take(paging.size);
            page.for_each(|value| add(&mut document, value));
            Ok(Some(document.page(call, paging, values.len())))
        }
        [_, id] => Ok(values
            .iter()
            .find(|value| value["id"] == **id)
            .map(|value| {
                add(&mut document, value);
                document.single()
            })),
        _ => Ok(None),
    }
}
