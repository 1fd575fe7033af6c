//! Rendering records in the shapes of the vendor's schema: `PersonAttributes`,
//! `ApplicantAttributes`. A record is rendered up to its attributes; relationships follow when it is
//! sent, as they depend on what is asked for.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::clock::rfc3339;
use crate::json_text::JsonText;
use crate::people::{DATA_END_MS, Dice, People, Person, Place, Purpose, Said};

use super::ids::{BRANCHES, STAFF, Thing, id_of};
use super::roles::{Look, Roles};

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// When a record was made and last changed, in milliseconds since 1970, whole seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamps {
    pub(super) created: i64,
    pub(super) updated: i64,
}

impl Stamps {
    /// Those of a record that was there at the start.
    pub(super) fn of(people: &People, index: usize) -> Self {
        let mut dice = people.dice(Purpose::Record, index);
        let whole_second = |ms: i64| ms / 1_000 * 1_000;
        let age_days = i64::from(dice.below(4_000)) + 30;
        let within_day = i64::from(dice.below(86_400)) * 1_000;
        let mut created = whole_second(DATA_END_MS - age_days * DAY_MS + within_day);
        let later = i64::from(dice.below(1_000)) * ((DATA_END_MS - created) / 1_000);
        let mut updated = whole_second(created + later);
        if people.is_imported(index) {
            created = DATA_END_MS - 400 * DAY_MS;
            updated = updated.max(created);
        }
        if people.is_mass_updated(index) {
            updated = DATA_END_MS - 20 * DAY_MS;
            created = created.min(DATA_END_MS - 21 * DAY_MS);
        }
        Self { created, updated }
    }

    /// Those of a record that is entered now.
    pub(super) const fn new(at: i64) -> Self {
        Self {
            created: at,
            updated: at,
        }
    }
}

/// A moment as this CRM writes it.
pub(super) fn stamp(ms: i64) -> String {
    let text = rfc3339(ms);
    let whole = text.split('.').next().unwrap_or_default();
    format!("{whole}+00:00")
}

/// A person's record, without relationships and the closing brace.
pub(super) fn person(
    people: &People,
    index: usize,
    id: Uuid,
    person: &Person,
    roles: Roles,
    stamps: Stamps,
) -> Vec<u8> {
    let mut dice = people.dice(Purpose::Record, index);
    let salt = dice.bits();
    let mut json = JsonText(Vec::with_capacity(1_100));
    json.raw("{\"type\":\"person\",\"id\":");
    if people.is_unmappable(index) {
        json.raw("null");
    } else {
        json.text(&id.hyphenated().to_string());
    }
    json.raw(",\"attributes\":{\"full_name\":")
        .text(&person.full_name())
        .member(",\"title\":", person.title.as_deref())
        .raw(",\"first_name\":")
        .text(person.forename.as_deref().unwrap_or_default())
        .raw(",\"last_name\":")
        .text(person.surname.as_deref().unwrap_or_default());
    address(&mut json, person.place.as_ref());
    reach(&mut json, person, salt);
    consent(&mut json, person, salt);
    let word =
        |standing: Option<super::roles::Standing>| standing.map(super::roles::Standing::as_str);
    json.member(",\"statuses\":{\"vendor\":", word(roles.vendor))
        .member(",\"landlord\":", word(roles.landlord))
        .member(",\"tenant\":", word(roles.tenant));
    json.raw("},\"created_at\":")
        .text(&stamp(stamps.created))
        .raw(",\"updated_at\":")
        .text(&stamp(stamps.updated))
        .raw("}");
    json.0
}

fn address(json: &mut JsonText, place: Option<&Place>) {
    let Some(place) = place else {
        json.raw(",\"address\":null");
        return;
    };
    let text = |part: &Option<String>| part.clone().unwrap_or_default();
    let first = match (&place.building_number, &place.street) {
        (Some(number), Some(street)) => format!("{number} {street}"),
        (number, street) => text(&street.clone().or_else(|| number.clone())),
    };
    let country = match place.country {
        Some("FR") => "France",
        Some(_) => "United Kingdom",
        None => "",
    };
    json.raw(",\"address\":{\"single_line\":")
        .text(&place.one_line())
        .raw(",\"anon_single_line\":")
        .text(place.street.as_deref().unwrap_or_default())
        .member(",\"building_number\":", place.building_number.as_deref())
        .member(",\"building_name\":", place.building_name.as_deref())
        .member(",\"street\":", place.street.as_deref())
        .raw(",\"line_1\":")
        .text(place.building_name.as_deref().unwrap_or(&first));
    let second = place.building_name.as_ref().map(|_| first.as_str());
    json.member(",\"line_2\":", second)
        .member(",\"line_3\":", place.town.as_deref())
        .member(",\"line_4\":", place.county.as_deref())
        .member(",\"town\":", place.town.as_deref())
        .raw(",\"country\":")
        .text(country)
        .raw(",\"postcode\":")
        .text(place.postcode.as_deref().unwrap_or_default())
        // The vendor's own sample has the two the wrong way round.
        .raw(",\"udprn\":null,\"geo\":{\"lat\":-2.35,\"lng\":53.49},\"royal_mail\":null,\"street_group_property_id\":null}");
}

fn reach(json: &mut JsonText, person: &Person, salt: u64) {
    let (mail, number) = match person.also.as_deref() {
        Some(also) if also.contains('@') => (Some(also), None),
        also => (None, also),
    };
    let phones = [&person.mobile, &person.home, &person.work]
        .into_iter()
        .zip(["mobile", "home", "work"])
        .filter_map(|(number, kind)| Some((number.as_deref()?, Some(kind))))
        .chain(number.map(|number| (number, None)));
    let phones: Vec<(String, Option<&str>)> = phones
        .filter(|(number, _)| !number.trim().is_empty())
        .map(|(number, kind)| {
            (
                international(number),
                kind.filter(|_| salt.is_multiple_of(2)),
            )
        })
        .collect();
    // An odd salt puts the primary one last.
    let mails: Vec<(String, Option<&str>)> = person
        .email
        .iter()
        .flat_map(|text| text.split(';'))
        .chain(mail)
        .map(|mail| (mail.trim().to_owned(), None))
        .filter(|(mail, _)| is_mail(mail))
        .collect();
    list(json, ",\"telephone_numbers\":[", &phones, salt);
    list(json, ",\"email_addresses\":[", &mails, salt);
}

fn list(json: &mut JsonText, key: &str, values: &[(String, Option<&str>)], salt: u64) {
    let primary = if salt % 4 == 3 {
        values.len().saturating_sub(1)
    } else {
        0
    };
    json.raw(key);
    for (position, (value, notes)) in values.iter().enumerate() {
        json.raw(if position > 0 {
            ",{\"value\":"
        } else {
            "{\"value\":"
        })
        .text(value)
        .member(",\"notes\":", *notes)
        .flag(",\"primary\":", Some(position == primary))
        .raw("}");
    }
    json.raw("]");
}

/// Whether this CRM takes an address: its schema asks for the form of one.
fn is_mail(text: &str) -> bool {
    let strange = text.contains([' ', ',']) || text.contains("..");
    text.split_once('@')
        .is_some_and(|(name, host)| !name.is_empty() && host.contains('.') && !strange)
}

/// A number as this CRM keeps it, international; what is no number stays as it was imported.
fn international(raw: &str) -> String {
    let digits: String = raw.chars().filter(char::is_ascii_digit).collect();
    let rest = digits
        .strip_prefix("00")
        .map(ToOwned::to_owned)
        .or_else(|| raw.trim_start().starts_with('+').then(|| digits.clone()))
        .or_else(|| digits.strip_prefix('0').map(|rest| format!("44{rest}")));
    match rest {
        Some(rest) if (10..=13).contains(&rest.len()) && !raw.contains(['/', '(', 'x']) => {
            format!("+{rest}")
        }
        _ => raw.to_owned(),
    }
}

fn consent(json: &mut JsonText, person: &Person, salt: u64) {
    let said = match person.said {
        Said::Yes => Some(true),
        Said::No => Some(false),
        Said::NotAsked | Said::Nothing => None,
    };
    let [letter, mail, phone, text] = person.channels;
    let channel = |said: Option<bool>| Some(said.unwrap_or(salt.is_multiple_of(2)));
    json.flag(",\"marketing_consent\":", said)
        .flag(",\"contact_preferences\":{\"email\":", channel(mail))
        .flag(",\"post\":", channel(letter))
        .flag(",\"text\":", channel(text))
        .flag(",\"phone\":", channel(phone))
        .raw("}");
}

/// Everything about an applicant but its people.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    pub(super) branch: usize,
    pub(super) negotiator: usize,
    pub(super) active: bool,
    pub(super) rating: Option<&'static str>,
}

impl Frame {
    /// That of an applicant that was there at the start.
    pub(super) fn of(people: &People, index: usize) -> Self {
        let mut dice = people.dice(Purpose::Household, index);
        Self::thrown(&mut dice)
    }

    /// As the dice fall.
    pub(super) fn thrown(dice: &mut Dice) -> Self {
        Self {
            branch: dice.index(BRANCHES.len()),
            negotiator: dice.index(STAFF.len()),
            active: !dice.one_in(8),
            rating: [Some("hot"), Some("warm"), Some("cold"), None]
                .get(dice.index(4))
                .copied()
                .flatten(),
        }
    }
}

/// An applicant's record, without relationships and the closing brace.
pub(super) fn applicant(id: Uuid, name: &str, look: Look, frame: Frame, stamps: Stamps) -> Vec<u8> {
    let mut json = JsonText(Vec::with_capacity(700));
    let rents = look == Look::Lettings;
    json.raw("{\"type\":\"applicant\",\"id\":")
        .text(&id.hyphenated().to_string())
        .raw(",\"attributes\":{\"applicant_type\":")
        .text(look.as_str())
        .raw(",\"name\":")
        .text(name)
        .raw(",\"financial_position\":null")
        .member(
            ",\"buying_position\":",
            (!rents).then_some("First-time buyer"),
        )
        .member(",\"letting_position\":", rents.then_some("Renting"))
        .raw(",\"requirements\":{\"min_price\":null,\"max_price\":")
        .raw(if rents { "1500" } else { "350000" })
        .raw(",\"min_bedrooms\":2,\"areas\":[\"Monton\"]}")
        .flag(",\"active\":", Some(frame.active))
        .raw(",\"created_at\":")
        .text(&stamp(stamps.created))
        .raw(",\"updated_at\":")
        .text(&stamp(stamps.updated))
        .member(",\"lead_rating\":", frame.rating)
        .raw("}");
    json.0
}

/// A branch, as a resource.
pub(super) fn branch(number: usize, seed: u64) -> Value {
    let name = BRANCHES.get(number).copied().unwrap_or_default();
    json!({
        "type": "branch",
        "id": id_of(Thing::Branch, number as u64, seed),
        "attributes": {
            "address": {
                "single_line": format!("1 High Street, {name}"),
                "anon_single_line": format!("High Street, {name}"),
                "line_1": "1 High Street",
                "town": "Manchester",
                "country": "United Kingdom",
                "postcode": "M30 9PA",
            },
            "name": name,
            "public_name": null,
            "email_address": format!("{}@example.com", name.to_lowercase()),
            "telephone": "+441614960137",
            "website": null,
            "created_at": stamp(DATA_END_MS - 4_000 * DAY_MS),
            "updated_at": stamp(DATA_END_MS - 300 * DAY_MS),
        },
    })
}

/// A member of staff, as a resource of a type: `user` on its own list, `negotiator` where included.
pub(super) fn staff(number: usize, kind: &str, seed: u64) -> Value {
    let (first, last, _) = STAFF.get(number).copied().unwrap_or_default();
    json!({
        "type": kind,
        "id": id_of(Thing::User, number as u64, seed),
        "attributes": {
            "first_name": first,
            "last_name": last,
            "job_title": "Negotiator",
            "telephone_number": null,
            "mobile_number": null,
            "email_address": format!("{}@example.com", first.to_lowercase()),
            "deactivated_at": null,
            "deleted_at": null,
            "created_at": stamp(DATA_END_MS - 2_000 * DAY_MS),
            "updated_at": stamp(DATA_END_MS - 200 * DAY_MS),
        },
    })
}

/// The agency, as a resource.
pub(super) fn company(seed: u64) -> Value {
    json!({
        "type": "company",
        "id": id_of(Thing::Company, 0, seed),
        "attributes": {
            "name": "Sandbox Estates",
            "address": null,
            "telephone_number": "+441614960137",
            "email_address": "office@example.com",
            "owner": null,
            "created_at": stamp(DATA_END_MS - 4_000 * DAY_MS),
            "updated_at": stamp(DATA_END_MS - 300 * DAY_MS),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_international_where_they_can_be_read() {
        for (raw, kept) in [
            ("07700 900123", "+447700900123"),
            ("0044 7700 900123", "+447700900123"),
            ("+33 1 99 00 12 34", "+33199001234"),
            ("ask wife", "ask wife"),
            ("07700900123 (wife)", "07700900123 (wife)"),
            ("0", "0"),
        ] {
            assert_eq!(international(raw), kept, "{raw:?}");
        }
    }

    #[test]
    fn stamps_have_an_offset_and_whole_seconds() {
        assert_eq!(stamp(DATA_END_MS), "2025-06-30T17:00:00+00:00");
    }
}
