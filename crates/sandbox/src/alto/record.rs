//! Rendering records in the two shapes that the vendor's schema has for one contact: the item of a
//! list, and the detail. Neither holds all of it. A member that is an object and has nothing in it
//! is left out, as the schema does not allow null there; texts that nobody typed in are null.

use jiff::Timestamp;

use crate::json_text::JsonText;
use crate::people::{DATA_END_MS, Dice, People, Person, Place, Purpose};

use super::ids::{BRANCHES, Role, Search, contact_id, person_id};

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// Where the people are found who are the second of a couple.
const PARTNERS: usize = 40_000_000;

/// A record's two texts.
pub(super) struct Rendered {
    pub(super) item: Vec<u8>,
    pub(super) detail: Vec<u8>,
}

/// Everything about a record that is not the people.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    pub(super) id: u64,
    pub(super) branch: u32,
    pub(super) role: Role,
    /// Milliseconds since 1970.
    pub(super) created: i64,
    /// The same as `created` where nothing was ever changed.
    pub(super) modified: i64,
    pub(super) active: bool,
    potential_vendor: bool,
    potential_landlord: bool,
    position: Option<(&'static str, &'static str)>,
    disposal: Option<(&'static str, &'static str)>,
    source: Option<(&'static str, &'static str)>,
    company: Option<String>,
    /// Set for a record that cannot become a contact: its id is null (true) or empty (false).
    blank_id: Option<bool>,
}

impl Frame {
    /// The frame of a record; `entered` is the moment for one that is entered now.
    pub(super) fn of(people: &People, index: usize, seed: u64, entered: Option<i64>) -> Self {
        let mut dice = people.dice(Purpose::Record, index);
        let role = Role::of(people, index);
        let (created, modified) = match entered {
            Some(at) => (at, at),
            None => stamps(people, index, &mut dice),
        };
        let branch = BRANCHES
            .get(dice.index(BRANCHES.len()))
            .map_or(0, |branch| branch.0);
        let company = (role.category != "Client" && dice.percent(60))
            .then(|| format!("Harbour {} {} Ltd", role.category, dice.below(1_000)));
        let mut some = |percent, choices: &[(&'static str, &'static str)]| {
            dice.percent(percent)
                .then(|| dice.index(choices.len()))
                .and_then(|at| choices.get(at).copied())
        };
        let position = some(40, &[("267", "In Rented"), ("268", "First Time Buyer")]);
        let disposal = some(10, &[("31", "Sold STC"), ("32", "On Market")]);
        let source = some(70, &[("12", "Zoopla"), ("14", "Board"), ("19", "Walk In")]);
        Self {
            id: contact_id(index, seed),
            branch,
            role,
            created,
            modified,
            active: entered.is_some() || !dice.one_in(25),
            potential_vendor: dice.one_in(15),
            potential_landlord: dice.one_in(20),
            position,
            disposal,
            source,
            company,
            blank_id: people
                .is_unmappable(index)
                .then(|| dice.bits().is_multiple_of(2)),
        }
    }
}

fn stamps(people: &People, index: usize, dice: &mut Dice) -> (i64, i64) {
    let age_days = i64::from(dice.below(4_000)) + 30;
    let within_day = i64::from(dice.below(86_400_000));
    let mut created = if people.is_imported(index) {
        DATA_END_MS - 400 * DAY_MS
    } else {
        DATA_END_MS - age_days * DAY_MS + within_day
    };
    let later = i64::from(dice.below(1_000)) * ((DATA_END_MS - created) / 1_000);
    let never = dice.percent(15);
    let mut modified = if never {
        created
    } else {
        created + later.max(1_000)
    };
    if people.is_mass_updated(index) {
        created = created.min(DATA_END_MS - 21 * DAY_MS);
        modified = DATA_END_MS - 20 * DAY_MS;
    }
    (created, modified)
}

/// A time as the vendor writes it, with seven decimals and an offset.
pub(super) fn stamp(ms: i64) -> String {
    Timestamp::from_millisecond(ms).map_or_else(
        |_| String::new(),
        |at| at.strftime("%Y-%m-%dT%H:%M:%S.%7f+00:00").to_string(),
    )
}

/// Renders a contact.
pub(super) fn contact(people: &People, index: usize, frame: &Frame) -> Rendered {
    let mut persons = vec![people.person(index)];
    persons.extend(partner(people, index, &persons));
    Rendered {
        item: item(frame, &persons),
        detail: detail(frame, &persons),
    }
}

/// The second of a couple, for one contact in eight.
fn partner(people: &People, index: usize, persons: &[Person]) -> Option<Person> {
    let first = persons.first()?;
    if index % 8 != 3 || first.odd.blank || first.odd.long_name {
        return None;
    }
    let mut partner = people.person(PARTNERS + index);
    if partner.odd.blank || partner.odd.long_name {
        return None;
    }
    if index.is_multiple_of(2) {
        partner.surname.clone_from(&first.surname);
    }
    Some(partner)
}

fn begin(frame: &Frame, room: usize) -> JsonText {
    let mut json = JsonText(Vec::with_capacity(room));
    match frame.blank_id {
        None => json.raw(&format!("{{\"id\":\"{}\"", frame.id)),
        Some(true) => json.raw("{\"id\":null"),
        Some(false) => json.raw("{\"id\":\"\""),
    };
    json.raw(&format!(
        ",\"links\":[{{\"href\":\"/contacts/{}\",\"rel\":\"self\"}}]",
        frame.id
    ));
    json
}

/// The item of a list: no address, and of each person's numbers and addresses only the first.
fn item(frame: &Frame, persons: &[Person]) -> Vec<u8> {
    let mut json = begin(frame, 900);
    json.member(",\"contactType\":{\"category\":", Some(frame.role.category))
        .raw(",\"persona\":[");
    for (number, persona) in frame.role.personas().into_iter().enumerate() {
        json.raw(if number > 0 { "," } else { "" }).text(persona);
    }
    json.raw("]},\"contactInformation\":[");
    for (number, person) in persons.iter().enumerate() {
        json.raw(if number > 0 { ",{" } else { "{" });
        json.member("\"title\":", person.title.as_deref())
            .member(",\"foreName\":", person.forename.as_deref())
            .member(",\"surname\":", person.surname.as_deref())
            .member(
                ",\"phoneNumber\":",
                phones(person).first().map(|(_, number)| *number),
            )
            .member(
                ",\"emailAddress\":",
                mails(person).first().map(|(_, address)| *address),
            )
            .raw("}");
    }
    let name = |pair: Option<(&'static str, &'static str)>| pair.map(|(_, name)| name);
    json.raw("]")
        .member(",\"position\":", name(frame.position))
        .member(",\"intention\":", frame.role.search.map(Search::word))
        .member(",\"disposal\":", name(frame.disposal));
    branch(&mut json, frame);
    json.member(",\"leadSource\":", name(frame.source))
        .flag(",\"isActive\":", Some(frame.active));
    tail(&mut json, frame);
    json.member(",\"createdAt\":", Some(&stamp(frame.created)))
        .member(",\"modifiedAt\":", Some(&stamp(frame.modified)))
        .raw("}");
    json.0
}

/// The detail: no persona, and no date of creation.
fn detail(frame: &Frame, persons: &[Person]) -> Vec<u8> {
    let mut json = begin(frame, 1_600);
    address(
        &mut json,
        persons.first().and_then(|person| person.place.as_ref()),
    );
    branch(&mut json, frame);
    json.raw(",\"people\":[");
    for (number, one) in persons.iter().enumerate() {
        json.raw(if number > 0 { "," } else { "" });
        person(&mut json, frame.id, number, one);
    }
    json.raw("]")
        .member(",\"category\":", Some(frame.role.category));
    if let Some((code, name)) = frame.source {
        json.raw(",\"lead\":{\"source\":");
        pair(&mut json, code, name);
        json.raw(",\"id\":null}");
    }
    let intention = frame.role.search.map(|search| ("89", search.word()));
    for (key, value) in [
        (",\"position\":", frame.position),
        (",\"intention\":", intention),
        (",\"disposal\":", frame.disposal),
    ] {
        if let Some((code, name)) = value {
            json.raw(key);
            pair(&mut json, code, name);
        }
    }
    json.flag(",\"archived\":", Some(!frame.active));
    tail(&mut json, frame);
    json.member(",\"modifiedDate\":", Some(&stamp(frame.modified)))
        .raw("}");
    json.0
}

fn branch(json: &mut JsonText, frame: &Frame) {
    json.raw(&format!(",\"branch\":{{\"id\":\"{}\"}}", frame.branch));
}

fn pair(json: &mut JsonText, code: &str, name: &str) {
    json.member("{\"code\":", Some(code))
        .member(",\"name\":", Some(name))
        .raw("}");
}

/// What both shapes have in the same words.
fn tail(json: &mut JsonText, frame: &Frame) {
    json.flag(",\"potentialVendor\":", Some(frame.potential_vendor))
        .flag(",\"potentialLandlord\":", Some(frame.potential_landlord))
        .raw(",\"notes\":null")
        .member(",\"companyName\":", frame.company.as_deref())
        .raw(",\"applicantRequirements\":[");
    if let Some(search) = frame.role.search {
        json.raw(&requirement(frame.id, search));
    }
    json.raw("]");
}

/// What an applicant looks for. One who buys has a letting part as well, with nothing in it.
pub(super) fn requirement(id: u64, search: Search) -> String {
    let (from, to, letting) = match search {
        Search::Buy => (
            200_000,
            350_000,
            "{\"priceQualifier\":\"Unknown\",\"furnishing\":null}",
        ),
        Search::Rent => (
            750,
            1_200,
            "{\"priceQualifier\":\"Monthly\",\"furnishing\":\"Furnished\"}",
        ),
    };
    format!(
        "{{\"id\":\"{id}1\",\"links\":[],\"profileIntention\":\"{}\",\"isNewBuild\":null,\
         \"priceFrom\":{from},\"priceTo\":{to},\"bedsMin\":2,\"isActiveProfile\":true,\
         \"rentalIntention\":{letting},\"tenureType\":null,\"notes\":null}}",
        search.word()
    )
}

fn address(json: &mut JsonText, place: Option<&Place>) {
    let empty = Place::default();
    let place = place.unwrap_or(&empty);
    json.member(
        ",\"address\":{\"subDwelling\":",
        place.building_name.as_deref(),
    )
    .member(",\"nameNumber\":", place.building_number.as_deref())
    .member(",\"street\":", place.street.as_deref())
    .raw(",\"locality\":null")
    .member(",\"town\":", place.town.as_deref())
    .member(",\"county\":", place.county.as_deref())
    .member(",\"postcode\":", place.postcode.as_deref())
    .member(",\"countryCode\":", place.country)
    .raw(",\"uprn\":null}");
}

fn person(json: &mut JsonText, contact: u64, number: usize, person: &Person) {
    let id = person_id(contact, number);
    json.raw(&format!(
        "{{\"id\":\"{id}\",\"links\":[{{\"href\":\"/contacts/{contact}/persons/{id}\",\"rel\":\"self\"}}]"
    ))
    .member(",\"title\":", person.title.as_deref())
    .member(",\"forename\":", person.forename.as_deref())
    .member(",\"surname\":", person.surname.as_deref())
    .raw(",\"phoneNumbers\":[");
    for (order, (kind, number)) in phones(person).into_iter().enumerate() {
        json.raw(if order > 0 { "," } else { "" })
            .raw(&format!("{{\"preferenceOrder\":{},\"type\":", order + 1))
            .text(kind)
            .member(",\"number\":", Some(number))
            .raw(",\"description\":null}");
    }
    json.raw("],\"emailAddresses\":[");
    for (order, (kind, address)) in mails(person).into_iter().enumerate() {
        json.raw(if order > 0 { "," } else { "" })
            .raw(&format!("{{\"preferenceOrder\":{},\"type\":", order + 1))
            .text(kind)
            .member(",\"address\":", Some(address))
            .raw("}");
    }
    json.raw("]}");
}

/// A person's numbers in order of preference, with the vendor's word for each.
fn phones(person: &Person) -> Vec<(&'static str, &str)> {
    let also = person.also.as_deref().filter(|also| !also.contains('@'));
    [
        ("Mobile", person.mobile.as_deref()),
        ("Home", person.home.as_deref()),
        ("Work", person.work.as_deref()),
        ("Unspecified", also),
    ]
    .into_iter()
    .filter_map(|(kind, number)| Some((kind, number?)))
    .collect()
}

/// A person's addresses in order of preference, with the vendor's word for each.
fn mails(person: &Person) -> Vec<(&'static str, &str)> {
    let also = person.also.as_deref().filter(|also| also.contains('@'));
    [("Personal", person.email.as_deref()), ("Business", also)]
        .into_iter()
        .filter_map(|(kind, address)| Some((kind, address?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_seven_decimals_and_an_offset() {
        assert_eq!(
            stamp(1_481_727_810_250),
            "2016-12-14T15:03:30.2500000+00:00"
        );
    }
}
