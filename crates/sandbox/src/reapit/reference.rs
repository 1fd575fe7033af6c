//! Staff, offices and lists of codes.

use serde_json::{Value, json};

use super::ids::{CATEGORIES, JOURNAL_TYPES, NEGOTIATORS, OFFICES};

const MADE: &str = "2018-12-12T12:30:23.000Z";
const CHANGED: &str = "2019-01-08T12:30:34.000Z";

/// An office, as OfficeModel.
fn office(index: usize, id: &str, name: &str, town: &str) -> Value {
    json!({
        "id": id, "created": MADE, "modified": CHANGED, "name": name,
        "manager": "Ava Example", "active": true, "region": null,
        "address": {
            "buildingName": null, "buildingNumber": "15", "line1": "High Street", "line2": town,
            "line3": "", "line4": "", "postcode": "OX4 1AA", "countryId": "GB",
            "geolocation": { "latitude": 51.7, "longitude": -1.2 },
        },
        "additionalContactDetails": null,
        "workPhone": format!("020 7946 0{index:03}"),
        "email": format!("{}@agency.example", id.to_lowercase()),
        "metadata": null, "_eTag": null, "extrasField": null,
        "_links": {
            "self": { "href": format!("/offices/{id}") },
            "negotiators": { "href": format!("/negotiators/?officeId={id}") },
        },
        "_embedded": null,
    })
}

/// A member of staff, as NegotiatorModel.
fn negotiator(index: usize, id: &str, name: &str, office: &str) -> Value {
    json!({
        "id": id, "created": MADE, "modified": CHANGED, "name": name,
        "jobTitle": "Negotiator", "officeId": office,
        "workPhone": format!("020 7946 0{index:03}"), "mobilePhone": null,
        "email": format!("{}@agency.example", id.to_lowercase()),
        "profileImageUrl": null, "active": true,
        "diaryNegotiatorIds": [], "diaryOfficeIds": [],
        "additionalContactDetails": null, "metadata": null, "_eTag": null,
        "_links": {
            "self": { "href": format!("/negotiators/{id}") },
            "office": { "href": format!("/offices/{office}") },
        },
        "_embedded": null,
    })
}

/// All offices.
pub(super) fn offices() -> Vec<Value> {
    OFFICES
        .iter()
        .enumerate()
        .map(|(index, (id, name, town))| office(index, id, name, town))
        .collect()
}

/// All staff.
pub(super) fn negotiators() -> Vec<Value> {
    NEGOTIATORS
        .iter()
        .enumerate()
        .map(|(index, (id, name, office))| negotiator(index, id, name, office))
        .collect()
}

/// A list of codes by its name under `/configuration/`, as ListItemModel.
pub(super) fn configuration(list: &str) -> Option<Vec<Value>> {
    let items = match list {
        "contactCategories" => CATEGORIES,
        "journalEntryTypes" => JOURNAL_TYPES,
        _ => return None,
    };
    Some(
        items
            .iter()
            .map(|(id, value)| json!({ "id": id, "value": value }))
            .collect(),
    )
}
