//! Changes that people make to the records while nobody looks.
//!
//! Deleting a person leaves `updated_at` as it was: the vendor does not say that it moves. What a
//! person looks for changes on applicants alone, and nothing on the person's own record.

use serde_json::{Map, Value, json};

use crate::mutation::{Change, Mutation};
use crate::people::{Dice, Purpose, drama_mobile};

use super::record::stamp;
use super::state::State;

impl State {
    /// Changes records, and says which.
    pub(super) fn mutate(&mut self, mutation: &Mutation, now: i64) -> Vec<String> {
        let mut dice = self.data.dice(Purpose::Mutation, self.mutations);
        self.mutations += 1;
        let at = (now - i64::from(mutation.backdate_seconds) * 1_000) / 1_000 * 1_000;
        if mutation.change == Change::Create {
            return (0..mutation.count).map(|_| self.enter_person(at)).collect();
        }
        self.choose(mutation, &mut dice)
            .into_iter()
            .filter_map(|position| self.change(mutation.change, position, at, &mut dice))
            .collect()
    }

    fn choose(&self, mutation: &Mutation, dice: &mut Dice) -> Vec<u32> {
        if !mutation.ids.is_empty() {
            return mutation
                .ids
                .iter()
                .filter_map(|id| self.people.position(id))
                .collect();
        }
        let mut fitting: Vec<u32> = (0_u32..)
            .zip(self.people.rows())
            .filter(|(_, row)| row.more.mappable)
            .filter(|(_, row)| match mutation.change {
                Change::Restore => !row.is_live(),
                Change::ChangeRole => row.is_live() && !row.more.applicants.is_empty(),
                _ => row.is_live(),
            })
            .map(|(at, _)| at)
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
        position: u32,
        at: i64,
        dice: &mut Dice,
    ) -> Option<String> {
        if change == Change::ChangeRole {
            return self.change_role(position, at, dice);
        }
        let row = self.people.row_mut(position)?;
        let id = row.id.hyphenated().to_string();
        match change {
            Change::Archive => {
                row.trashed = true;
                return Some(id);
            }
            Change::Erase => {
                row.gone = true;
                return Some(id);
            }
            Change::Restore => (row.trashed, row.gone) = (false, false),
            _ => {}
        }
        let mut value = row.value();
        let attributes = value.get_mut("attributes")?.as_object_mut()?;
        match change {
            Change::Edit => edit(attributes, dice),
            Change::WithdrawConsent | Change::Blank => {
                attributes.insert("marketing_consent".to_owned(), json!(false));
            }
            _ => {}
        }
        attributes.insert("updated_at".to_owned(), json!(stamp(at)));
        row.updated = at;
        row.reseal(&value);
        Some(id)
    }

    /// A buyer looks to rent from now on, or the other way: the applicant is closed and another one
    /// is made.
    fn change_role(&mut self, position: u32, at: i64, dice: &mut Dice) -> Option<String> {
        let row = self.people.row(position)?;
        let id = row.id.hyphenated().to_string();
        let (look, applicant) = *row.more.applicants.last()?;
        let table = self.table_mut(look);
        let old = table.row_mut(applicant)?;
        let mut value = old.value();
        let attributes = value.get_mut("attributes")?.as_object_mut()?;
        attributes.insert("active".to_owned(), json!(false));
        attributes.insert("updated_at".to_owned(), json!(stamp(at)));
        old.more.frame.active = false;
        old.updated = at;
        old.reseal(&value);
        self.enter_applicant(position, look.other(), at, dice);
        Some(id)
    }
}

/// Changes one field, as somebody at a desk would.
fn edit(attributes: &mut Map<String, Value>, dice: &mut Dice) {
    loop {
        let (field, value) = if dice.percent(50) {
            let number = drama_mobile(dice).replacen('0', "+44", 1);
            let phone = json!({ "value": number, "notes": null, "primary": true });
            ("telephone_numbers", json!([phone]))
        } else {
            let address = format!("changed{}@example.com", dice.below(1_000_000));
            let mail = json!({ "value": address, "notes": null, "primary": true });
            ("email_addresses", json!([mail]))
        };
        if attributes.get(field) != Some(&value) {
            attributes.insert(field.to_owned(), value);
            return;
        }
    }
}
