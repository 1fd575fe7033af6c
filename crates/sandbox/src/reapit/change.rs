//! What the agency's people do to the data.

use serde_json::{Map, Value, json};

use crate::clock::rfc3339;
use crate::mutation::{Change, Mutation};
use crate::people::{Dice, Purpose, drama_mobile};

use super::ids::Kind;
use super::record::seal_contact;
use super::state::State;
use super::table::Row;

impl State {
    /// Changes records, and says which.
    pub(super) fn mutate(&mut self, mutation: &Mutation, now: i64) -> Vec<String> {
        let mut dice = self.people.dice(Purpose::Mutation, self.mutations);
        self.mutations += 1;
        // Stamps are whole seconds, so all records of one mutation have the same.
        let at = now / 1_000 * 1_000 - i64::from(mutation.backdate_seconds) * 1_000;
        if mutation.change == Change::Create {
            return (0..mutation.count)
                .filter_map(|_| self.enter_person(at))
                .collect();
        }
        let chosen = self.choose(mutation, &mut dice);
        chosen
            .into_iter()
            .filter_map(|position| self.change(mutation.change, position, at, &mut dice))
            .collect()
    }

    /// The positions of the records that a mutation touches.
    fn choose(&self, mutation: &Mutation, dice: &mut Dice) -> Vec<usize> {
        if !mutation.ids.is_empty() {
            return mutation
                .ids
                .iter()
                .filter_map(|id| self.contacts.position(id))
                .collect();
        }
        let fits = |row: &Row| match mutation.change {
            Change::Restore => row.gone || row.archived,
            Change::ChangeRole => !row.gone && row.mappable && row.roles & 3 != 0,
            _ => !row.gone && row.mappable && !row.archived,
        };
        let mut fitting: Vec<usize> = self
            .contacts
            .rows()
            .iter()
            .enumerate()
            .filter(|(_, row)| fits(row))
            .map(|(position, _)| position)
            .collect();
        let count = mutation.count.min(fitting.len());
        for place in 0..count {
            let other = place + dice.index(fitting.len() - place);
            fitting.swap(place, other);
        }
        fitting.truncate(count);
        fitting
    }

    /// Changes one record, and gives its id.
    fn change(
        &mut self,
        change: Change,
        position: usize,
        at: i64,
        dice: &mut Dice,
    ) -> Option<String> {
        let row = self.contacts.row_mut(position)?;
        let mut value = row.value();
        let record = value.as_object_mut()?;
        let id = record.get("id")?.as_str()?.to_owned();
        self.previous.insert(id.clone(), row.text.clone());
        match change {
            Change::Edit => edit(record, dice),
            Change::WithdrawConsent | Change::Blank => {
                record.insert("marketingConsent".to_owned(), json!("deny"));
                for channel in ["Letter", "Email", "Phone", "SMS"] {
                    record.insert(format!("communicationPreference{channel}"), json!(false));
                }
            }
            Change::Archive => {
                row.archived = true;
                record.insert("fromArchive".to_owned(), json!(true));
                record.insert("archivedOn".to_owned(), json!(rfc3339(at)));
            }
            Change::Erase => {
                row.gone = true;
                return Some(id);
            }
            Change::Restore => {
                row.gone = false;
                row.archived = false;
                record.insert("fromArchive".to_owned(), json!(false));
                record.insert("archivedOn".to_owned(), Value::Null);
            }
            Change::ChangeRole => return self.change_role(position, at).then_some(id),
            Change::Create => return None,
        }
        record.insert("modified".to_owned(), json!(rfc3339(at)));
        record.insert(
            "_eTag".to_owned(),
            json!(format!("\"{:016X}{:016X}\"", dice.bits(), dice.bits())),
        );
        row.modified = at;
        reseal(row, value);
        Some(id)
    }

    /// Turns a buyer into a renter or the other way: the applicant changes, the contact does not.
    fn change_role(&mut self, position: usize, at: i64) -> bool {
        use super::roles::{BUYER, RENTER};
        let Some(applicant) = self
            .contacts
            .rows()
            .get(position)
            .and_then(|row| applicant_of(&row.value()))
        else {
            return false;
        };
        let Some(table) = self.table_mut(Kind::Applicant) else {
            return false;
        };
        let Some(row) = table
            .position(&applicant)
            .and_then(|position| table.row_mut(position))
        else {
            return false;
        };
        let mut value = row.value();
        let rents = value.get("marketingMode") == Some(&json!("renting"));
        if let Some(record) = value.as_object_mut() {
            let mode = if rents { "buying" } else { "renting" };
            record.insert("marketingMode".to_owned(), json!(mode));
            record.insert("modified".to_owned(), json!(rfc3339(at)));
        }
        row.modified = at;
        row.text = value.to_string().into();
        // Everybody who shares the applicant changes with it, as far as the truth is concerned.
        let related: Vec<String> = value
            .get("related")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(|person| Some(person.get("id")?.as_str()?.to_owned()))
            .collect();
        for id in related {
            let position = self.contacts.position(&id);
            if let Some(row) = position.and_then(|position| self.contacts.row_mut(position)) {
                row.roles = row.roles & !(BUYER | RENTER) | if rents { BUYER } else { RENTER };
            }
        }
        true
    }
}

/// The id of a contact's applicant.
fn applicant_of(contact: &Value) -> Option<String> {
    let roles = contact.pointer("/_embedded/relationships")?.as_array()?;
    let role = roles
        .iter()
        .find(|role| role.get("associatedType") == Some(&json!("applicant")))?;
    Some(role.get("associatedId")?.as_str()?.to_owned())
}

/// Changes one field, as somebody at a desk would.
fn edit(record: &mut Map<String, Value>, dice: &mut Dice) {
    let unlike = |old: Option<&Value>, new: &Value| old != Some(new);
    loop {
        let (field, value) = match dice.below(3) {
            0 => ("mobilePhone", json!(drama_mobile(dice))),
            1 => (
                "email",
                json!(format!("changed{}@example.com", dice.below(1_000_000))),
            ),
            _ => (
                "primaryAddress",
                json!({
                    "type": "primary", "buildingName": "", "buildingNumber": "1",
                    "line1": format!("{} New Street", 1 + dice.below(900)),
                    "line2": "Oxford", "line3": "", "line4": "",
                    "postcode": "OX4 1AA", "countryId": "GB",
                }),
            ),
        };
        if unlike(record.get(field), &value) {
            record.insert(field.to_owned(), value);
            return;
        }
    }
}

/// Renders a changed contact anew.
pub(super) fn reseal(row: &mut Row, mut value: Value) {
    let Some(record) = value.as_object_mut() else {
        return;
    };
    let relationships = record
        .shift_remove("_embedded")
        .and_then(|mut embedded| embedded.get_mut("relationships").map(Value::take))
        .unwrap_or_else(|| json!([]));
    let mut members = value.to_string().into_bytes();
    members.pop();
    let sealed = seal_contact(members, relationships.to_string().as_bytes());
    row.embed_at = u32::try_from(sealed.embed_at).unwrap_or_default();
    row.text = sealed.text.into();
}
