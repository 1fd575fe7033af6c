//! What the CRM holds, made once at the start.

use bytes::Bytes;
use serde::Serialize;
use uuid::Uuid;

use crate::people::{Dice, Oddity, People, Purpose, in_chunks};
use crate::setup::Setup;
use crate::truth::GroundTruth;

use super::ids::{Thing, id_of};
use super::record::{self, Frame, Stamps};
use super::roles::{Look, Roles};
use super::table::{Order, Row, Table};

/// How many people one thread renders at a time.
const CHUNK: usize = 4_096;

/// What else is known of a person.
#[derive(Debug, Clone)]
pub(super) struct Person {
    pub(super) mappable: bool,
    pub(super) odd: Oddity,
    pub(super) roles: Roles,
    /// Applicants that the person is part of.
    pub(super) applicants: Vec<(Look, u32)>,
}

/// What else is known of an applicant.
#[derive(Debug, Clone)]
pub(super) struct Applicant {
    /// Positions of its people.
    pub(super) people: Vec<u32>,
    pub(super) frame: Frame,
}

/// A note or activity that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Written {
    /// Its id; activities have none.
    pub id: Option<String>,
    /// `note` or `activity`.
    pub kind: &'static str,
    /// The person that it is about, or whatever else it is attached to.
    pub about: String,
    /// The body of a note, or the title of an activity.
    pub text: String,
    /// The attributes, as they were sent.
    pub attributes: serde_json::Value,
    /// When, RFC 3339.
    pub created: String,
}

/// Everything that this CRM holds.
#[derive(Debug)]
pub(super) struct State {
    pub(super) data: People,
    pub(super) seed: u64,
    pub(super) people: Table<Person>,
    applicants: [Table<Applicant>; 2],
    pub(super) written: Vec<Written>,
    /// How many mutations there were; each throws dice of its own.
    pub(super) mutations: usize,
    next_person: usize,
    next_applicant: u64,
}

/// A person before it is put in its table, with the applicants that are its own.
struct Made {
    row: Row<Person>,
    length: usize,
    applicants: Vec<(Look, usize, Row<Applicant>)>,
}

impl State {
    /// Makes the data.
    pub(super) fn new(setup: &Setup) -> Self {
        let data = People::new(setup.seed, "street", setup.contacts).with_flaws(setup.flawed);
        let mut state = Self {
            data,
            seed: setup.seed,
            people: Table::with_capacity(setup.contacts),
            applicants: std::array::from_fn(|_| Table::with_capacity(setup.contacts / 3)),
            written: Vec::new(),
            mutations: 0,
            next_person: setup.contacts,
            next_applicant: 1 << 40,
        };
        let (data, seed) = (&state.data, state.seed);
        let chunks = in_chunks(setup.contacts, CHUNK, |range| {
            let mut text = Vec::with_capacity(range.len() * 1_500);
            let made: Vec<Made> = range
                .map(|index| make(data, index, seed, None, &mut text))
                .collect();
            (Bytes::from(text), made)
        });
        for (text, made) in chunks {
            state.take_in(&text, made);
        }
        state
    }

    /// Puts the records of a chunk in their tables; their texts stay slices of the chunk's.
    fn take_in(&mut self, text: &Bytes, made: Vec<Made>) {
        let mut start = 0;
        let mut cut = |length: usize| {
            let part = text.slice(start..start + length);
            start += length;
            part
        };
        for Made {
            mut row,
            length,
            applicants,
        } in made
        {
            row.text = cut(length);
            let joint = row.more.roles.joint;
            let mappable = row.more.mappable;
            let Some(person) = self.people.push(row, mappable) else {
                return;
            };
            for (look, length, mut row) in applicants {
                row.text = cut(length);
                row.more.people = vec![person];
                if let Some(applicant) = self.table_mut(look).push(row, true) {
                    self.link(person, look, applicant);
                }
            }
            if joint {
                self.join(person);
            }
        }
    }

    /// Makes a person the second one of each applicant of the person before.
    fn join(&mut self, person: u32) {
        let Some(first) = person.checked_sub(1).and_then(|at| self.people.row(at)) else {
            return;
        };
        for (look, applicant) in first.more.applicants.clone() {
            if let Some(row) = self.table_mut(look).row_mut(applicant) {
                row.more.people.push(person);
                self.link(person, look, applicant);
            }
        }
    }

    pub(super) fn link(&mut self, person: u32, look: Look, applicant: u32) {
        if let Some(row) = self.people.row_mut(person) {
            row.more.applicants.push((look, applicant));
        }
    }

    pub(super) const fn table(&self, look: Look) -> &Table<Applicant> {
        let [sales, lettings] = &self.applicants;
        match look {
            Look::Sales => sales,
            Look::Lettings => lettings,
        }
    }

    pub(super) const fn table_mut(&mut self, look: Look) -> &mut Table<Applicant> {
        let [sales, lettings] = &mut self.applicants;
        match look {
            Look::Sales => sales,
            Look::Lettings => lettings,
        }
    }

    /// Lists everything in another order from now on.
    pub(super) fn set_order(&mut self, order: Order) {
        self.people.set_order(order);
        for look in Look::ALL {
            self.table_mut(look).set_order(order);
        }
    }

    /// Adds a new person, and says under which id.
    pub(super) fn enter_person(&mut self, at: i64) -> String {
        let index = self.next_person;
        self.next_person += 1;
        let mut text = Vec::new();
        let made = make(&self.data, index, self.seed, Some(at), &mut text);
        let id = made.row.id;
        self.take_in(&Bytes::from(text), vec![made]);
        id.hyphenated().to_string()
    }

    /// Makes a person an applicant of another kind: a new record, and none of the person's own.
    pub(super) fn enter_applicant(&mut self, person: u32, look: Look, at: i64, dice: &mut Dice) {
        let number = self.next_applicant;
        self.next_applicant += 1;
        let id = id_of(thing(look), number, self.seed);
        let frame = Frame {
            active: true,
            ..Frame::thrown(dice)
        };
        let text = record::applicant(id, "New applicant", look, frame, Stamps::new(at));
        let row = applicant_row(id, Bytes::from(text), Stamps::new(at), frame, vec![person]);
        if let Some(applicant) = self.table_mut(look).push(row, true) {
            self.link(person, look, applicant);
        }
    }

    pub(super) fn truth(&self) -> GroundTruth {
        let mut truth = GroundTruth::default();
        for row in self.people.rows() {
            if row.gone {
                truth.gone += 1;
                continue;
            }
            truth.listed += 1;
            truth.never_modified += usize::from(row.updated == row.created);
            if !row.more.mappable {
                truth.unmappable += 1;
                continue;
            }
            truth.mappable += 1;
            truth.active += usize::from(!row.trashed);
            truth.archived += usize::from(row.trashed);
            truth.blank += usize::from(row.more.odd.blank);
            truth.long_names += usize::from(row.more.odd.long_name);
            let mut categories: Vec<&str> = row.more.roles.standing_categories().collect();
            for (look, at) in &row.more.applicants {
                let held = self
                    .table(*look)
                    .row(*at)
                    .is_some_and(|applicant| applicant.is_live() && applicant.more.frame.active);
                if held && !categories.contains(&look.category()) {
                    categories.push(look.category());
                }
            }
            if categories.is_empty() {
                categories.push("other");
            }
            for category in categories {
                *truth.categories.entry(category.to_owned()).or_default() += 1;
            }
        }
        truth.lists.insert("people".to_owned(), truth.listed);
        for look in Look::ALL {
            let rows = self.table(look).rows();
            let listed = rows.iter().filter(|row| row.is_live()).count();
            truth
                .lists
                .insert(format!("{}-applicants", look.as_str()), listed);
        }
        truth
    }
}

const fn thing(look: Look) -> Thing {
    match look {
        Look::Sales => Thing::SalesApplicant,
        Look::Lettings => Thing::LettingsApplicant,
    }
}

const fn applicant_row(
    id: Uuid,
    text: Bytes,
    stamps: Stamps,
    frame: Frame,
    people: Vec<u32>,
) -> Row<Applicant> {
    Row {
        id,
        text,
        created: stamps.created,
        updated: stamps.updated,
        trashed: false,
        gone: false,
        more: Applicant { people, frame },
    }
}

/// Renders a person and the applicants that are the person's own. `entered` is the moment at which
/// somebody is entered after the start.
fn make(data: &People, index: usize, seed: u64, entered: Option<i64>, text: &mut Vec<u8>) -> Made {
    let person = data.person(index);
    let mut roles = Roles::of(data, index);
    if entered.is_some() && roles.joint {
        // The one before was entered long since, alone.
        roles = Roles::default();
    }
    let stamps = entered.map_or_else(|| Stamps::of(data, index), Stamps::new);
    let id = id_of(Thing::Person, index as u64, seed);
    let mappable = !data.is_unmappable(index);
    let mut dice = data.dice(Purpose::Mutation, index);
    let rendered = if !mappable && index % 3 == 2 {
        // What is listed is no record at all; nothing is put after it.
        b"\"[record unavailable]\"".to_vec()
    } else {
        record::person(data, index, id, &person, roles, stamps)
    };
    text.extend_from_slice(&rendered);
    let row = Row {
        id,
        text: Bytes::new(),
        created: stamps.created,
        updated: stamps.updated,
        trashed: entered.is_none() && mappable && dice.one_in(50),
        gone: false,
        more: Person {
            mappable,
            odd: person.odd,
            roles,
            applicants: Vec::new(),
        },
    };
    let mut applicants = Vec::new();
    for look in Look::ALL {
        if !roles.looks(look) || roles.joint {
            continue;
        }
        let id = id_of(thing(look), index as u64, seed);
        let frame = Frame {
            active: entered.is_some() || Frame::of(data, index).active,
            ..Frame::of(data, index)
        };
        let rendered = record::applicant(id, &person.full_name(), look, frame, stamps);
        text.extend_from_slice(&rendered);
        let row = applicant_row(id, Bytes::new(), stamps, frame, Vec::new());
        applicants.push((look, rendered.len(), row));
    }
    Made {
        row,
        length: rendered.len(),
        applicants,
    }
}
