//! What the agency's people do to the data.
//!
//! Which changes move a contact's date of change is not documented. Here all of them do.

use serde_json::{Value, json};

use crate::mutation::{Change, Mutation};
use crate::people::{Dice, Purpose, drama_mobile};

use super::ids::{Role, Search};
use super::record::{requirement, stamp};
use super::state::{Row, State};

impl State {
    /// Changes records, and says which. All records of one mutation have the same stamp.
    pub(super) fn mutate(&mut self, mutation: &Mutation, now: i64) -> Vec<String> {
        let mut dice = self.people.dice(Purpose::Mutation, self.mutations);
        self.mutations += 1;
        let at = now - i64::from(mutation.backdate_seconds) * 1_000;
        if mutation.change == Change::Create {
            return (0..mutation.count).map(|_| self.enter_person(at)).collect();
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
                .filter_map(|id| self.position(id))
                .collect();
        }
        let fits = |row: &Row| match mutation.change {
            Change::Restore => row.gone || !row.active,
            Change::ChangeRole => row.active && row.role.search.is_some(),
            _ => row.active,
        };
        let mut fitting: Vec<usize> = self
            .rows
            .iter()
            .enumerate()
            .filter(|(_, row)| row.mappable && fits(row))
            .filter(|(_, row)| !row.gone || mutation.change == Change::Restore)
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
        let row = self.rows.get_mut(position)?;
        let mut item: Value = serde_json::from_slice(&row.item).ok()?;
        let mut detail: Value = serde_json::from_slice(&row.detail).ok()?;
        match change {
            Change::Edit => edit(&mut item, &mut detail, dice),
            Change::WithdrawConsent | Change::Blank => {
                self.withdrawn.insert(row.id, at);
            }
            Change::Archive => row.active = false,
            Change::Erase => {
                row.gone = true;
                return Some(row.id.to_string());
            }
            Change::Restore => {
                row.gone = false;
                row.active = true;
                self.withdrawn.remove(&row.id);
            }
            Change::ChangeRole => {
                row.role = change_search(row.role)?;
                let search = row.role.search?;
                let wish: Value = serde_json::from_str(&requirement(row.id, search)).ok()?;
                set(&mut item, "intention", json!(search.word()));
                set(
                    &mut detail,
                    "intention",
                    json!({ "code": "89", "name": search.word() }),
                );
                for record in [&mut item, &mut detail] {
                    set(record, "applicantRequirements", json!([wish]));
                }
            }
            Change::Create => return None,
        }
        row.modified = at;
        set(&mut item, "isActive", json!(row.active));
        set(&mut item, "modifiedAt", json!(stamp(at)));
        set(&mut detail, "archived", json!(!row.active));
        set(&mut detail, "modifiedDate", json!(stamp(at)));
        row.item = item.to_string().into();
        row.detail = detail.to_string().into();
        Some(row.id.to_string())
    }
}

/// A buyer becomes a renter, or the other way round.
fn change_search(role: Role) -> Option<Role> {
    let search = match role.search? {
        Search::Buy => Search::Rent,
        Search::Rent => Search::Buy,
    };
    Some(Role {
        search: Some(search),
        ..role
    })
}

fn set(record: &mut Value, field: &str, value: Value) {
    if let Some(members) = record.as_object_mut() {
        members.insert(field.to_owned(), value);
    }
}

/// Changes one thing, as somebody at a desk would. A new address is in no list, only in the detail.
fn edit(item: &mut Value, detail: &mut Value, dice: &mut Dice) {
    let before = detail.clone();
    while *detail == before {
        match dice.below(3) {
            0 => {
                let number = drama_mobile(dice);
                point(item, "/contactInformation/0/phoneNumber", json!(number));
                point(
                    detail,
                    "/people/0/phoneNumbers",
                    json!([{ "preferenceOrder": 1, "type": "Mobile", "number": number,
                             "description": null }]),
                );
            }
            1 => {
                let address = format!("changed{}@example.com", dice.below(1_000_000));
                point(item, "/contactInformation/0/emailAddress", json!(address));
                point(
                    detail,
                    "/people/0/emailAddresses",
                    json!([{ "preferenceOrder": 1, "type": "Personal", "address": address }]),
                );
            }
            _ => set(
                detail,
                "address",
                json!({
                    "subDwelling": null, "nameNumber": "1",
                    "street": format!("{} New Street", 1 + dice.below(900)), "locality": null,
                    "town": "Totnes", "county": "Devon", "postcode": "TQ9 5AA",
                    "countryCode": "GB", "uprn": null,
                }),
            ),
        }
    }
}

fn point(record: &mut Value, pointer: &str, value: Value) {
    if let Some(place) = record.pointer_mut(pointer) {
        *place = value;
    }
}
