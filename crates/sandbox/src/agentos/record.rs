//! Rendering records. The vendor's V4 models are not public, and its older ones disagree about
//! names of fields; so each list here has the style of one of those.

use serde_json::{Value, json};

use crate::json_text::JsonText;
use crate::people::{Dice, People, Person, Place, Purpose};

use super::ids::{BRANCHES, List, branch_oid};

/// A person's record on a list.
pub(super) fn person(
    people: &People,
    index: usize,
    list: List,
    oid: &str,
    person: &Person,
) -> Vec<u8> {
    let mut dice = people.dice(Purpose::Record, index);
    if people.is_unmappable(index) && dice.one_in(3) {
        return b"\"[record unavailable]\"".to_vec();
    }
    let id_key = if list == List::Landlords { "ID" } else { "OID" };
    let mut json = JsonText(Vec::with_capacity(400));
    if people.is_unmappable(index) {
        json.raw("{\"").raw(id_key).raw("\":null");
    } else {
        json.raw("{\"").raw(id_key).raw("\":").text(oid);
    }
    match list {
        List::Tenants => linked_style(&mut json, person, &mut dice),
        List::Landlords => details_style(&mut json, person, index),
        List::ApplicantsLettings | List::ApplicantsSales => guest_style(&mut json, person),
        List::Vendors => branch_style(&mut json, person, &mut dice),
    }
    json.raw("}");
    json.0
}

/// As in LinkedTenantModel.
fn linked_style(json: &mut JsonText, person: &Person, dice: &mut Dice) {
    let phone = person.mobile.as_deref().or(person.home.as_deref());
    json.member(",\"ETag\":", Some(&etag(dice)))
        .member(",\"Title\":", person.title.as_deref())
        .member(",\"Forename\":", person.forename.as_deref())
        .member(",\"Surname\":", person.surname.as_deref())
        .member(",\"Email\":", person.email.as_deref())
        .member(",\"PhoneNumber\":", phone);
}

/// As in DiaryGuestDetails.
fn guest_style(json: &mut JsonText, person: &Person) {
    json.member(",\"Forename\":", person.forename.as_deref())
        .member(",\"Surname\":", person.surname.as_deref())
        .member(",\"EmailAddress\":", person.email.as_deref())
        .member(",\"MobilePhone\":", person.mobile.as_deref());
}

/// As in LandlordDetailsModel: one name, one address.
fn details_style(json: &mut JsonText, person: &Person, index: usize) {
    let name = person.full_name();
    let address = person.place.as_ref().map(Place::one_line);
    json.member(
        ",\"Name\":",
        Some(name.as_str()).filter(|name| !name.is_empty()),
    )
    .member(",\"Email\":", person.email.as_deref())
    .member(",\"Mobile\":", person.mobile.as_deref())
    .member(",\"Phone\":", person.home.as_deref())
    .member(",\"Address\":", address.as_deref())
    .member(",\"GlobalReference\":", Some(&format!("LL-{index}")));
}

/// With the names that BranchModel, ApplicationStaffModel and LinkedLandlordModel have.
fn branch_style(json: &mut JsonText, person: &Person, dice: &mut Dice) {
    let place = person.place.clone().unwrap_or_default();
    let first_line = match (&place.building_number, &place.street) {
        (Some(number), Some(street)) => Some(format!("{number} {street}")),
        (number, street) => street.clone().or_else(|| number.clone()),
    };
    json.member(",\"ETag\":", Some(&etag(dice)))
        .member(",\"Title\":", person.title.as_deref())
        .member(",\"Forename\":", person.forename.as_deref())
        .raw(",\"Middlename\":null")
        .member(",\"Surname\":", person.surname.as_deref())
        .member(",\"EMailAddress\":", person.email.as_deref())
        .member(",\"MobilePhone\":", person.mobile.as_deref())
        .member(",\"LandPhone\":", person.home.as_deref())
        .member(",\"PhoneNumber\":", person.work.as_deref())
        .member(",\"Address1\":", place.building_name.as_deref())
        .member(",\"Address2\":", first_line.as_deref())
        .member(",\"Address3\":", place.town.as_deref())
        .raw(",\"Address4\":\"\"")
        .member(",\"County\":", place.county.as_deref())
        .member(",\"Postcode\":", place.postcode.as_deref());
}

/// A revision, as the vendor writes it: a short hexadecimal text.
pub(super) fn etag(dice: &mut Dice) -> String {
    format!("{:04X}", dice.below(0x1_0000))
}

/// The same record with nothing in it but its id.
pub(super) fn blanked(mut record: Value) -> Value {
    if let Some(members) = record.as_object_mut() {
        for (name, value) in members.iter_mut() {
            if !matches!(name.as_str(), "OID" | "ID" | "ETag") {
                *value = Value::Null;
            }
        }
    }
    record
}

/// A branch, as BranchModel.
pub(super) fn branch(branch: usize, seed: u64) -> Value {
    let name = BRANCHES.get(branch).copied().unwrap_or_default();
    json!({
        "OID": branch_oid(branch, seed),
        "ETag": "77",
        "Name": name,
        "CompanyName": "Sandbox Lettings Ltd",
        "Address1": format!("{} High Street", branch + 1),
        "Address2": "",
        "Address3": "Bristol",
        "Address4": null,
        "County": null,
        "Postcode": "BS6 5HJ",
        "EMailAddress": format!("branch{branch}@agency.example"),
        "LandPhone": format!("020 7946 01{branch:02}"),
        "FaxPhone": null,
        "WebAddress": null,
    })
}
