//! What the CRM holds, and whom of it it shows.

use std::collections::HashMap;

use bytes::Bytes;
use serde_json::{Value, json};

use crate::mutation::{Change, Mutation};
use crate::people::{Dice, Oddity, People, Purpose, drama_mobile, in_chunks};
use crate::setup::Setup;
use crate::truth::GroundTruth;

use super::ids::{BRANCHES, List, oid, place_of};
use super::record;

/// How many records one thread renders at a time.
const CHUNK: usize = 8_192;

/// For every so many people who are shown, there is one who never consented.
const SHOWN_FOR_ONE_HIDDEN: usize = 10;

/// Whether a person is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    Yes,
    /// Has not consented, or no longer does.
    NoConsent,
    /// Archived or deleted.
    Gone,
}

/// A person.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) oid: String,
    /// The record, as it is sent.
    pub(super) text: Bytes,
    /// The record before it was blanked.
    full: Option<Bytes>,
    pub(super) list: List,
    pub(super) branch: usize,
    pub(super) shown: Shown,
    mappable: bool,
    odd: Oddity,
}

/// Everything that this CRM holds.
#[derive(Debug)]
pub(super) struct State {
    people: People,
    pub(super) seed: u64,
    entries: Vec<Entry>,
    by_oid: HashMap<Box<str>, u32>,
    /// Who is shown on each list, in the list's order.
    orders: [Vec<u32>; 5],
    next_person: usize,
    mutations: usize,
}

impl State {
    /// Makes the data.
    pub(super) fn new(setup: &Setup) -> Self {
        let people = People::new(setup.seed, "agentos", setup.contacts).with_flaws(setup.flawed);
        let total = setup.contacts + setup.contacts / SHOWN_FOR_ONE_HIDDEN;
        let mut state = Self {
            people,
            seed: setup.seed,
            entries: Vec::with_capacity(total),
            by_oid: HashMap::with_capacity(total),
            orders: std::array::from_fn(|_| Vec::with_capacity(setup.contacts / 4)),
            next_person: total,
            mutations: 0,
        };
        let (people, seed) = (&state.people, state.seed);
        let chunks = in_chunks(total, CHUNK, |range| {
            let mut text = Vec::with_capacity(range.len() * 420);
            let mut lengths = Vec::with_capacity(range.len());
            let mut entries = Vec::with_capacity(range.len());
            for index in range {
                let (entry, record) = make(people, index, seed);
                text.extend_from_slice(&record);
                lengths.push(record.len());
                entries.push(entry);
            }
            (Bytes::from(text), lengths, entries)
        });
        for (text, lengths, entries) in chunks {
            let mut start = 0;
            for (mut entry, length) in entries.into_iter().zip(lengths) {
                entry.text = text.slice(start..start + length);
                start += length;
                if state.entries.len() >= setup.contacts {
                    entry.shown = Shown::NoConsent;
                }
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
            self.by_oid.insert(entry.oid.clone().into_boxed_str(), at);
        }
        if entry.shown == Shown::Yes
            && let Some(order) = self.orders.get_mut(entry.list.position())
        {
            order.push(at);
        }
        self.entries.push(entry);
    }

    /// A person who is shown on a list, by id.
    pub(super) fn get(&self, list: Option<List>, oid: &str) -> Option<&Entry> {
        let at = *self.by_oid.get(oid)?;
        self.entries
            .get(at as usize)
            .filter(|entry| entry.shown == Shown::Yes && list.is_none_or(|list| entry.list == list))
    }

    /// How many people a list shows, of one branch or of all, and the records from `offset` on.
    pub(super) fn page(
        &self,
        list: List,
        branch: Option<usize>,
        offset: usize,
        count: usize,
    ) -> (usize, Vec<&Bytes>) {
        let order = self
            .orders
            .get(list.position())
            .map_or(&[] as &[u32], Vec::as_slice);
        let entry = |at: &u32| self.entries.get(*at as usize);
        match branch {
            None => {
                let start = offset.min(order.len());
                let end = offset.saturating_add(count).min(order.len());
                let page = order.get(start..end).unwrap_or_default();
                (
                    order.len(),
                    page.iter()
                        .filter_map(|at| entry(at).map(|entry| &entry.text))
                        .collect(),
                )
            }
            Some(branch) => {
                let of_branch: Vec<&Bytes> = order
                    .iter()
                    .filter_map(entry)
                    .filter(|entry| entry.branch == branch)
                    .map(|entry| &entry.text)
                    .collect();
                let total = of_branch.len();
                let page = of_branch.into_iter().skip(offset).take(count).collect();
                (total, page)
            }
        }
    }

    pub(super) fn truth(&self) -> GroundTruth {
        let mut truth = GroundTruth::default();
        for entry in &self.entries {
            match entry.shown {
                Shown::NoConsent => truth.hidden += 1,
                Shown::Gone => truth.gone += 1,
                Shown::Yes => {
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
                    *truth
                        .categories
                        .entry(entry.list.category().to_owned())
                        .or_default() += 1;
                }
            }
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
        let index = self.next_person;
        self.next_person += 1;
        let (mut entry, record) = make(&self.people, index, self.seed);
        entry.text = record.into();
        let oid = entry.oid.clone();
        self.take_in(entry);
        oid
    }

    fn choose(&self, mutation: &Mutation, dice: &mut Dice) -> Vec<u32> {
        if !mutation.ids.is_empty() {
            return mutation
                .ids
                .iter()
                .filter_map(|oid| self.by_oid.get(oid.as_str()).copied())
                .collect();
        }
        let is_applicant =
            |list: List| matches!(list, List::ApplicantsLettings | List::ApplicantsSales);
        let fits = |entry: &Entry| match mutation.change {
            Change::Restore => entry.shown != Shown::Yes || entry.full.is_some(),
            Change::ChangeRole => entry.shown == Shown::Yes && is_applicant(entry.list),
            _ => entry.shown == Shown::Yes && entry.full.is_none(),
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

    /// Changes one record, and gives its id.
    fn change(&mut self, change: Change, at: u32, dice: &mut Dice) -> Option<String> {
        let entry = self.entries.get_mut(at as usize)?;
        let oid = entry.oid.clone();
        let before = (entry.shown, entry.list);
        match change {
            Change::Edit => edit(entry, dice)?,
            Change::Archive | Change::Erase => entry.shown = Shown::Gone,
            Change::WithdrawConsent => entry.shown = Shown::NoConsent,
            Change::Blank => {
                let record = serde_json::from_slice(&entry.text).ok()?;
                let blank = record::blanked(record).to_string();
                entry.full = Some(std::mem::replace(&mut entry.text, blank.into()));
            }
            Change::Restore => {
                entry.shown = Shown::Yes;
                if let Some(full) = entry.full.take() {
                    entry.text = full;
                }
            }
            Change::ChangeRole => {
                entry.list = match entry.list {
                    List::ApplicantsLettings => List::ApplicantsSales,
                    List::ApplicantsSales => List::ApplicantsLettings,
                    other => other,
                };
            }
            Change::Create => return None,
        }
        let after = (entry.shown, entry.list);
        if before != after {
            // Whoever goes leaves no gap, so all behind move up; whoever comes stands at the end.
            for (shown, list, comes) in [(before.0, before.1, false), (after.0, after.1, true)] {
                let Some(order) = self.orders.get_mut(list.position()) else {
                    continue;
                };
                if shown == Shown::Yes {
                    order.retain(|other| *other != at);
                    if comes {
                        order.push(at);
                    }
                }
            }
        }
        Some(oid)
    }
}

/// A person's entry, its text apart.
fn make(people: &People, index: usize, seed: u64) -> (Entry, Vec<u8>) {
    let (list, branch) = place_of(people, index);
    let person = people.person(index);
    let oid = oid(index as u64, seed);
    let text = record::person(people, index, list, &oid, &person);
    let entry = Entry {
        oid,
        text: Bytes::new(),
        full: None,
        list,
        branch: branch.min(BRANCHES.len()),
        shown: Shown::Yes,
        mappable: !people.is_unmappable(index),
        odd: person.odd,
    };
    (entry, text)
}

/// Changes a number or an address, as somebody at a desk would.
fn edit(entry: &mut Entry, dice: &mut Dice) -> Option<()> {
    let mut record: Value = serde_json::from_slice(&entry.text).ok()?;
    let members = record.as_object_mut()?;
    let phones = ["PhoneNumber", "MobilePhone", "Mobile"];
    let mails = ["Email", "EmailAddress", "EMailAddress"];
    let by_phone = dice.percent(50);
    let fields: &[&str] = if by_phone { &phones } else { &mails };
    let field = fields.iter().find(|field| members.contains_key(**field))?;
    let old = members.get(*field).cloned();
    loop {
        let value = if by_phone {
            json!(drama_mobile(dice))
        } else {
            json!(format!("changed{}@example.com", dice.below(1_000_000)))
        };
        if old.as_ref() != Some(&value) {
            members.insert((*field).to_owned(), value);
            break;
        }
    }
    if let Some(etag) = members.get_mut("ETag") {
        *etag = json!(record::etag(dice));
    }
    entry.text = record.to_string().into();
    Some(())
}
