//! What the CRM holds, and who of it is listed.

use std::collections::HashMap;

use bytes::Bytes;
use serde_json::{Value, json};

use crate::mutation::{Change, Mutation};
use crate::people::{Dice, Oddity, People, Purpose, drama_mobile, in_chunks};
use crate::setup::Setup;
use crate::truth::GroundTruth;

use super::lists::{List, id};
use super::record;

/// How many records one thread renders at a time.
const CHUNK: usize = 8_192;

/// A person.
#[derive(Debug, Clone)]
struct Entry {
    id: String,
    /// The record, as it is sent.
    text: Bytes,
    /// The record before it was blanked.
    full: Option<Bytes>,
    list: List,
    listed: bool,
    mappable: bool,
    odd: Oddity,
}

/// Everything that this CRM holds.
#[derive(Debug)]
pub(super) struct State {
    people: People,
    entries: Vec<Entry>,
    by_id: HashMap<Box<str>, u32>,
    /// Who is on each list, in the list's order: that of entry.
    orders: [Vec<u32>; 5],
    mutations: usize,
}

impl State {
    /// Makes the data.
    pub(super) fn new(setup: &Setup) -> Self {
        let people = People::new(setup.seed, "loop", setup.contacts).with_flaws(setup.flawed);
        let chunks = in_chunks(setup.contacts, CHUNK, |range| {
            let mut text = Vec::with_capacity(range.len() * 420);
            let mut entries = Vec::with_capacity(range.len());
            for index in range {
                let (entry, record) = make(&people, index);
                text.extend_from_slice(&record);
                entries.push((entry, record.len()));
            }
            (Bytes::from(text), entries)
        });
        let mut state = Self {
            entries: Vec::with_capacity(setup.contacts),
            by_id: HashMap::with_capacity(setup.contacts),
            orders: std::array::from_fn(|_| Vec::with_capacity(setup.contacts / 4)),
            mutations: 0,
            people,
        };
        for (text, entries) in chunks {
            let mut start = 0;
            for (mut entry, length) in entries {
                entry.text = text.slice(start..start + length);
                start += length;
                state.take_in(entry);
            }
        }
        state
    }

    fn take_in(&mut self, entry: Entry) {
        let Ok(at) = u32::try_from(self.entries.len()) else {
            return;
        };
        if entry.mappable {
            self.by_id.insert(entry.id.clone().into_boxed_str(), at);
        }
        if let Some(order) = self.orders.get_mut(entry.list.position()) {
            order.push(at);
        }
        self.entries.push(entry);
    }

    /// A listed record, by id.
    pub(super) fn record(&self, id: &str) -> Option<&Bytes> {
        let entry = self.entries.get(*self.by_id.get(id)? as usize)?;
        entry.listed.then_some(&entry.text)
    }

    /// How many records a list has, and those from `offset` on.
    pub(super) fn page(&self, list: List, offset: usize, count: usize) -> (usize, Vec<&Bytes>) {
        let order = self
            .orders
            .get(list.position())
            .map_or(&[] as &[u32], Vec::as_slice);
        let page = order.iter().skip(offset).take(count);
        let texts = page.filter_map(|at| Some(&self.entries.get(*at as usize)?.text));
        (order.len(), texts.collect())
    }

    pub(super) fn truth(&self) -> GroundTruth {
        let mut truth = GroundTruth::default();
        for entry in &self.entries {
            if !entry.listed {
                truth.gone += 1;
                continue;
            }
            truth.listed += 1;
            *truth.lists.entry(entry.list.path().to_owned()).or_default() += 1;
            if !entry.mappable {
                truth.unmappable += 1;
                continue;
            }
            truth.mappable += 1;
            truth.active += 1;
            truth.blank += usize::from(entry.odd.blank || entry.full.is_some());
            truth.long_names += usize::from(entry.odd.long_name && entry.full.is_none());
            let category = entry.list.category().to_owned();
            *truth.categories.entry(category).or_default() += 1;
        }
        truth
    }

    /// Changes records, and says which.
    pub(super) fn mutate(&mut self, mutation: &Mutation) -> Vec<String> {
        let mut dice = self.people.dice(Purpose::Mutation, self.mutations);
        self.mutations += 1;
        if mutation.change == Change::Create {
            return (0..mutation.count).map(|_| self.enter_person()).collect();
        }
        self.choose(mutation, &mut dice)
            .into_iter()
            .filter_map(|at| self.change(mutation.change, at, &mut dice))
            .collect()
    }

    fn enter_person(&mut self) -> String {
        let (mut entry, record) = make(&self.people, self.entries.len());
        entry.text = record.into();
        let id = entry.id.clone();
        self.take_in(entry);
        id
    }

    fn choose(&self, mutation: &Mutation, dice: &mut Dice) -> Vec<u32> {
        if !mutation.ids.is_empty() {
            let known = |id: &String| self.by_id.get(id.as_str()).copied();
            return mutation.ids.iter().filter_map(known).collect();
        }
        let fits = |entry: &Entry| match mutation.change {
            Change::Restore => !entry.listed || entry.full.is_some(),
            Change::ChangeRole => entry.listed && entry.list.is_newer(),
            _ => entry.listed && entry.full.is_none(),
        };
        let mut fitting: Vec<u32> = (0_u32..)
            .zip(&self.entries)
            .filter(|(_, entry)| entry.mappable && fits(entry))
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

    /// Changes one record, and gives its id; none where the change means nothing here.
    fn change(&mut self, change: Change, at: u32, dice: &mut Dice) -> Option<String> {
        let entry = self.entries.get_mut(at as usize)?;
        let id = entry.id.clone();
        let before = (entry.listed, entry.list);
        match change {
            Change::Edit => edit(entry, dice)?,
            Change::Archive | Change::Erase => entry.listed = false,
            Change::Blank => {
                let record = serde_json::from_slice(&entry.text).ok()?;
                let blank = record::blanked(record).to_string();
                entry.full = Some(std::mem::replace(&mut entry.text, blank.into()));
            }
            Change::Restore => {
                entry.listed = true;
                if let Some(full) = entry.full.take() {
                    entry.text = full;
                }
            }
            Change::ChangeRole => {
                entry.list = match entry.list {
                    List::Buyers => List::Sellers,
                    List::Sellers => List::Buyers,
                    _ => return None,
                };
            }
            // Nothing is known of consent here, and people are made elsewhere.
            Change::WithdrawConsent | Change::Create => return None,
        }
        let after = (entry.listed, entry.list);
        if before != after {
            // Whoever goes leaves no gap, so all behind move up; whoever comes stands at the end.
            if let Some(order) = self.orders.get_mut(before.1.position()) {
                order.retain(|other| *other != at);
            }
            if let Some(order) = self.orders.get_mut(after.1.position())
                && after.0
            {
                order.push(at);
            }
        }
        Some(id)
    }
}

/// A person's entry, its text apart.
fn make(people: &People, index: usize) -> (Entry, Vec<u8>) {
    let list = List::of_person(people, index);
    let person = people.person(index);
    let id = id(list, index);
    let text = record::person(people, index, list, &id, &person);
    let entry = Entry {
        id,
        text: Bytes::new(),
        full: None,
        list,
        listed: true,
        mappable: !people.is_unmappable(index),
        odd: person.odd,
    };
    (entry, text)
}

/// Changes the mobile number, as somebody at a desk would.
fn edit(entry: &mut Entry, dice: &mut Dice) -> Option<()> {
    let mut record: Value = serde_json::from_slice(&entry.text).ok()?;
    let members = record.as_object_mut()?;
    let old = members.get("mobile").cloned();
    loop {
        let value = json!(drama_mobile(dice));
        if old.as_ref() != Some(&value) {
            members.insert("mobile".to_owned(), value);
            break;
        }
    }
    entry.text = record.to_string().into();
    Some(())
}
