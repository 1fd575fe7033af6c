//! What the CRM holds, made once at the start.

use std::collections::HashMap;

use bytes::Bytes;

use crate::people::{People, Person, in_chunks};
use crate::setup::Setup;
use crate::truth::GroundTruth;

use super::ids::Kind;
use super::journal::JournalEntry;
use super::record::{self, Frame, RenderedContact};
use super::roles::{self, Roles, linked_id};
use super::table::{NEVER, Row, Table};

/// How many records one thread renders at a time.
const CHUNK: usize = 4_096;

/// Records that are asked about by role.
const ROLE_KINDS: [Kind; 4] = [Kind::Applicant, Kind::Landlord, Kind::Vendor, Kind::Tenancy];

/// Everything that this CRM holds.
#[derive(Debug)]
pub(super) struct State {
    pub(super) people: People,
    pub(super) seed: u64,
    pub(super) contacts: Table,
    roles: [Table; 4],
    pub(super) journal: Vec<JournalEntry>,
    /// What contacts were before their last change, for webhooks.
    pub(super) previous: HashMap<String, Bytes>,
    /// How many mutations there were; each throws dice of its own.
    pub(super) mutations: usize,
    /// The next person to be entered.
    pub(super) next_person: usize,
}

/// One record before it is put in its table: id, text, and the rest of its row.
struct Made {
    kind: Kind,
    id: Option<String>,
    length: usize,
    row: Row,
}

impl State {
    /// Makes the data.
    pub(super) fn new(setup: &Setup) -> Self {
        let people = People::new(setup.seed, "reapit", setup.contacts).with_flaws(setup.flawed);
        let mut state = Self {
            people,
            seed: setup.seed,
            contacts: Table::with_capacity(setup.contacts),
            roles: std::array::from_fn(|_| Table::with_capacity(setup.contacts / 4)),
            journal: Vec::new(),
            previous: HashMap::new(),
            mutations: 0,
            next_person: setup.contacts,
        };
        let (people, seed) = (&state.people, state.seed);
        let chunks = in_chunks(setup.contacts, CHUNK, |range| {
            let mut text = Vec::with_capacity(range.len() * 3_600);
            let mut made = Vec::with_capacity(range.len() * 2);
            for index in range {
                make(people, index, seed, &mut text, &mut made);
            }
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
        for Made {
            kind,
            id,
            length,
            mut row,
        } in made
        {
            row.text = text.slice(start..start + length);
            start += length;
            if let Some(table) = self.table_mut(kind) {
                table.push(id, row);
            }
        }
    }

    /// Adds a new person, and says under which id.
    pub(super) fn enter_person(&mut self, at: i64) -> Option<String> {
        let index = self.next_person;
        self.next_person += 1;
        let mut text = Vec::new();
        let mut made = Vec::new();
        make_at(
            &self.people,
            index,
            self.seed,
            Some(at),
            &mut text,
            &mut made,
        );
        let id = made.first().and_then(|made| made.id.clone());
        self.take_in(&Bytes::from(text), made);
        id
    }

    pub(super) const fn table(&self, kind: Kind) -> Option<&Table> {
        let [applicants, landlords, vendors, tenancies] = &self.roles;
        match kind {
            Kind::Contact => Some(&self.contacts),
            Kind::Applicant => Some(applicants),
            Kind::Landlord => Some(landlords),
            Kind::Vendor => Some(vendors),
            Kind::Tenancy => Some(tenancies),
            Kind::Offer => None,
        }
    }

    pub(super) const fn table_mut(&mut self, kind: Kind) -> Option<&mut Table> {
        let [applicants, landlords, vendors, tenancies] = &mut self.roles;
        match kind {
            Kind::Contact => Some(&mut self.contacts),
            Kind::Applicant => Some(applicants),
            Kind::Landlord => Some(landlords),
            Kind::Vendor => Some(vendors),
            Kind::Tenancy => Some(tenancies),
            Kind::Offer => None,
        }
    }

    /// The kind of record that is listed under a first path part.
    pub(super) fn kind_of_path(part: &str) -> Option<Kind> {
        [Kind::Contact]
            .into_iter()
            .chain(ROLE_KINDS)
            .find(|kind| kind.path().trim_matches('/') == part)
    }

    pub(super) fn truth(&self) -> GroundTruth {
        let mut truth = GroundTruth::default();
        for row in self.contacts.rows() {
            if row.gone {
                truth.gone += 1;
                continue;
            }
            truth.listed += 1;
            truth.never_modified += usize::from(row.modified == NEVER);
            if !row.mappable {
                truth.unmappable += 1;
                continue;
            }
            truth.mappable += 1;
            truth.active += usize::from(!row.archived);
            truth.archived += usize::from(row.archived);
            truth.blank += usize::from(row.odd.blank);
            truth.long_names += usize::from(row.odd.long_name);
            let mut count = |category: &str| {
                *truth.categories.entry(category.to_owned()).or_default() += 1;
            };
            for (bit, category) in roles::CATEGORIES {
                if row.roles & bit != 0 {
                    count(category);
                }
            }
            if row.roles == 0 {
                count("other");
            }
        }
        truth.lists.insert("contacts".to_owned(), truth.listed);
        for kind in ROLE_KINDS {
            let listed = self.table(kind).map_or(0, |table| {
                table.rows().iter().filter(|row| !row.gone).count()
            });
            let name = kind.path().trim_matches('/').to_owned();
            truth.lists.insert(name, listed);
        }
        truth
    }
}

/// Renders a contact and the role records that belong to it.
fn make(people: &People, index: usize, seed: u64, text: &mut Vec<u8>, made: &mut Vec<Made>) {
    make_at(people, index, seed, None, text, made);
}

/// The same, for a person who is entered at this moment.
fn make_at(
    people: &People,
    index: usize,
    seed: u64,
    entered: Option<i64>,
    text: &mut Vec<u8>,
    made: &mut Vec<Made>,
) {
    let person = people.person(index);
    let mut frame = Frame::of(people, index, seed);
    if let Some(at) = entered {
        frame.stamps = record::Stamps {
            created: at,
            modified: None,
        };
        frame.archived = false;
        frame.active = true;
    }
    let mut roles = Roles::of(people, index);
    if entered.is_some() && roles.joint {
        // The one before was entered long since, alone.
        roles = Roles::default();
    }
    let mappable = !people.is_unmappable(index);
    let RenderedContact {
        text: mut contact,
        mut embed_at,
    } = record::contact(people, index, seed, &frame, &person, roles);
    if !mappable && index % 3 == 2 {
        contact = b"\"[record unavailable]\"".to_vec();
        embed_at = 0;
    }
    text.extend_from_slice(&contact);
    let row = Row {
        text: Bytes::new(),
        embed_at: u32::try_from(embed_at).unwrap_or_default(),
        created: frame.stamps.created,
        modified: frame.stamps.modified.unwrap_or(NEVER),
        archived: frame.archived,
        active: frame.active,
        gone: false,
        mappable,
        roles: roles.bits(),
        odd: person.odd,
    };
    made.push(Made {
        kind: Kind::Contact,
        id: mappable.then(|| frame.id.clone()),
        length: contact.len(),
        row: row.clone(),
    });
    let partner = partner(people, index, seed, roles, entered);
    for (kind, owner) in roles.links(index) {
        if owner != index || !ROLE_KINDS.contains(&kind) {
            continue;
        }
        let mut related: Vec<(&Frame, &Person)> = vec![(&frame, &person)];
        if kind == Kind::Applicant
            && let Some((frame, person)) = &partner
        {
            related.push((frame, person));
        }
        let entity = record::role_entity(kind, people, index, seed, &frame, roles, &related);
        text.extend_from_slice(&entity);
        made.push(Made {
            kind,
            id: Some(linked_id(people, kind, index, seed)),
            length: entity.len(),
            row: Row {
                embed_at: 0,
                archived: roles.archived,
                ..row.clone()
            },
        });
    }
}

/// The second of a couple whose applicant this contact is.
fn partner(
    people: &People,
    index: usize,
    seed: u64,
    roles: Roles,
    entered: Option<i64>,
) -> Option<(Frame, Person)> {
    if roles.applicant.is_none() || roles.joint || entered.is_some() {
        return None;
    }
    let next = index + 1;
    (next < people.count() && Roles::of(people, next).joint)
        .then(|| (Frame::of(people, next, seed), people.person(next)))
}
