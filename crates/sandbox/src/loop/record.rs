//! Rendering records, in the two styles that have been seen of this vendor's listings: camelCase in
//! the newer one, `address_Street` and the like in the older one.

use serde_json::Value;

use crate::json_text::JsonText;
use crate::people::{People, Person, Purpose};

use super::lists::{List, agent};

/// The address that stands for the team.
const TEAM: &str = "sales@agency.example";

/// A person's record on a list.
pub(super) fn person(
    people: &People,
    index: usize,
    list: List,
    id: &str,
    person: &Person,
) -> Vec<u8> {
    let mut dice = people.dice(Purpose::Record, index);
    if people.is_unmappable(index) && dice.one_in(3) {
        return b"\"[record unavailable]\"".to_vec();
    }
    let has_id = !people.is_unmappable(index);
    let mut json = JsonText(Vec::with_capacity(480));
    let agent = dice.percent(70).then(|| agent(&mut dice));
    if list.is_newer() {
        json.raw("{\"id\":").raw(if has_id { id } else { "null" });
        newer(&mut json, person);
    } else {
        json.member("{\"refId\":", has_id.then_some(id));
        older(&mut json, person);
    }
    json.member(",\"responsibleAgentName\":", agent)
        .member(",\"teamEmail\":", Some(TEAM))
        .raw("}");
    json.0
}

fn newer(json: &mut JsonText, person: &Person) {
    let place = person.place.clone().unwrap_or_default();
    let street = match (&place.building_number, &place.street) {
        (Some(number), Some(street)) => Some(format!("{number} {street}")),
        (number, street) => street.clone().or_else(|| number.clone()),
    };
    json.member(",\"title\":", person.title.as_deref())
        .member(",\"firstName\":", person.forename.as_deref())
        .member(",\"lastName\":", person.surname.as_deref())
        .member(",\"email\":", person.email.as_deref())
        .member(",\"mobile\":", person.mobile.as_deref())
        .member(",\"telephone\":", person.home.as_deref())
        .member(",\"propertyStreet\":", street.as_deref())
        .member(",\"propertyLocality\":", place.building_name.as_deref())
        .member(",\"propertyTown\":", place.town.as_deref())
        .member(",\"propertyPostcode\":", place.postcode.as_deref());
}

fn older(json: &mut JsonText, person: &Person) {
    let place = person.place.clone().unwrap_or_default();
    json.member(",\"forename\":", person.forename.as_deref())
        .member(",\"surname\":", person.surname.as_deref())
        .raw(",\"emails\":[");
    if let Some(email) = &person.email {
        json.text(email);
    }
    json.raw("]")
        .member(",\"mobile\":", person.mobile.as_deref())
        .member(",\"phone\":", person.home.as_deref())
        .member(",\"address_Number\":", place.building_number.as_deref())
        .member(",\"address_Street\":", place.street.as_deref())
        .member(",\"address_Locality\":", place.building_name.as_deref())
        .member(",\"address_Town\":", place.town.as_deref())
        .member(",\"address_County\":", place.county.as_deref())
        .member(",\"address_Postcode\":", place.postcode.as_deref());
}

/// The same record with nothing in it but its id, as after an erasure.
pub(super) fn blanked(mut record: Value) -> Value {
    if let Some(members) = record.as_object_mut() {
        for (name, value) in members.iter_mut() {
            match name.as_str() {
                "id" | "refId" => {}
                "emails" => *value = Value::Array(Vec::new()),
                _ => *value = Value::Null,
            }
        }
    }
    record
}
