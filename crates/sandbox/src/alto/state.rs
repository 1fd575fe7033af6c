//! What the CRM holds, made once at the start.

use std::collections::{BTreeMap, HashMap};

use bytes::Bytes;
use serde_json::{Value, json};

use crate::people::{Oddity, People, Said, in_chunks};
use crate::setup::Setup;
use crate::truth::GroundTruth;

use super::file_notes::FileNotes;
use super::ids::Role;
use super::record::{self, Frame, stamp};

/// How many records one thread renders at a time.
const CHUNK: usize = 4_096;

/// A contact.
#[derive(Debug, Clone)]
pub(super) struct Row {
    /// Which of the people it is.
    index: usize,
    pub(super) id: u64,
    /// As it stands in a list.
    pub(super) item: Bytes,
    /// As it is given by its id.
    pub(super) detail: Bytes,
    pub(super) created: i64,
    pub(super) modified: i64,
    pub(super) active: bool,
    /// Erased, or merged into another: in no list, found by no id.
    pub(super) gone: bool,
    pub(super) mappable: bool,
    pub(super) role: Role,
    odd: Oddity,
}

/// Everything that this CRM holds.
#[derive(Debug)]
pub(super) struct State {
    pub(super) people: People,
    pub(super) seed: u64,
    pub(super) rows: Vec<Row>,
    by_id: HashMap<u64, usize>,
    pub(super) notes: FileNotes,
    /// When people took their consent back, by contact.
    pub(super) withdrawn: BTreeMap<u64, i64>,
    /// How many mutations there were; each throws dice of its own.
    pub(super) mutations: usize,
    next_person: usize,
}

impl State {
    /// Makes the data.
    pub(super) fn new(setup: &Setup) -> Self {
        let people = People::new(setup.seed, "alto", setup.contacts).with_flaws(setup.flawed);
        let mut state = Self {
            people,
            seed: setup.seed,
            rows: Vec::with_capacity(setup.contacts),
            by_id: HashMap::with_capacity(setup.contacts),
            notes: FileNotes::default(),
            withdrawn: BTreeMap::new(),
            mutations: 0,
            next_person: setup.contacts,
        };
        let (people, seed) = (&state.people, state.seed);
        let chunks = in_chunks(setup.contacts, CHUNK, |range| {
            let mut text = Vec::with_capacity(range.len() * 2_400);
            let rows: Vec<(Row, usize, usize)> = range
                .map(|index| make(people, index, seed, None, &mut text))
                .collect();
            (Bytes::from(text), rows)
        });
        for (text, rows) in chunks {
            let mut start = 0;
            for (mut row, item, detail) in rows {
                // The texts stay slices of the chunk's.
                row.item = text.slice(start..start + item);
                row.detail = text.slice(start + item..start + item + detail);
                start += item + detail;
                state.take_in(row);
            }
        }
        state
    }

    fn take_in(&mut self, row: Row) {
        if row.mappable {
            self.by_id.insert(row.id, self.rows.len());
        }
        self.rows.push(row);
    }

    /// Adds a new person, and says under which id.
    pub(super) fn enter_person(&mut self, at: i64) -> String {
        let index = self.next_person;
        self.next_person += 1;
        let mut text = Vec::new();
        let (mut row, item, _) = make(&self.people, index, self.seed, Some(at), &mut text);
        let text = Bytes::from(text);
        row.item = text.slice(..item);
        row.detail = text.slice(item..);
        let id = row.id.to_string();
        self.take_in(row);
        id
    }

    /// The position of a contact, erased ones included.
    pub(super) fn position(&self, id: &str) -> Option<usize> {
        self.by_id.get(&id.parse().ok()?).copied()
    }

    /// A contact that is there.
    pub(super) fn get(&self, id: &str) -> Option<&Row> {
        self.rows.get(self.position(id)?).filter(|row| !row.gone)
    }

    /// What a contact said about marketing (ContactConsentPreference).
    pub(super) fn preferences(&self, row: &Row) -> Value {
        let number = row.id;
        let entry = |id: u64, kind: &str, status: &str, at: Option<i64>| {
            json!({
                "id": id, "recordId": id, "groupId": 1, "versionNumber": 1, "contactId": number,
                "dateActioned": at.map(stamp), "optInStatus": status, "type": kind,
                "actionedBy": at.map(|_| "negotiator"), "additionalInformation": null,
            })
        };
        let matching = |status| entry(number * 10 + 1, "PropertyMatching", status, None);
        let general = |status, at| entry(number * 10 + 2, "GeneralMarketing", status, at);
        if let Some(at) = self.withdrawn.get(&row.id) {
            return json!([matching("Denied"), general("Denied", Some(*at))]);
        }
        let at = Some(row.created);
        match self.people.person(row.index).said {
            Said::Yes => json!([matching("Granted"), general("Granted", at)]),
            Said::No => json!([matching("GrantedOrUnknown"), general("Denied", at)]),
            Said::NotAsked => json!([matching("Unknown"), general("GrantedOrUnknown", None)]),
            Said::Nothing => json!([]),
        }
    }

    pub(super) fn truth(&self) -> GroundTruth {
        let mut truth = GroundTruth::default();
        for row in &self.rows {
            if row.gone {
                truth.gone += 1;
                continue;
            }
            truth.listed += 1;
            truth.never_modified += usize::from(row.modified == row.created);
            if !row.mappable {
                truth.unmappable += 1;
                continue;
            }
            truth.mappable += 1;
            truth.active += usize::from(row.active);
            truth.archived += usize::from(!row.active);
            truth.blank += usize::from(row.odd.blank);
            truth.long_names += usize::from(row.odd.long_name);
            for category in row.role.categories() {
                *truth.categories.entry(category.to_owned()).or_default() += 1;
            }
        }
        truth.lists.insert("contacts".to_owned(), truth.listed);
        truth
    }
}

/// A record: its row without the texts, and how much each of the two added to `text`.
fn make(
    people: &People,
    index: usize,
    seed: u64,
    entered: Option<i64>,
    text: &mut Vec<u8>,
) -> (Row, usize, usize) {
    let frame = Frame::of(people, index, seed, entered);
    let rendered = record::contact(people, index, &frame);
    text.extend_from_slice(&rendered.item);
    text.extend_from_slice(&rendered.detail);
    let row = Row {
        index,
        id: frame.id,
        item: Bytes::new(),
        detail: Bytes::new(),
        created: frame.created,
        modified: frame.modified,
        active: frame.active,
        gone: false,
        mappable: !people.is_unmappable(index),
        role: frame.role,
        odd: people.person(index).odd,
    };
    (row, rendered.item.len(), rendered.detail.len())
}
