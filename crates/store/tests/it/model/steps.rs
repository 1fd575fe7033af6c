//! What can happen to a store.

use proptest::collection::vec;
use proptest::prelude::*;

/// Ids are few, so that steps meet on them.
const IDS: u8 = 6;

/// A record on a page.
#[derive(Debug, Clone)]
pub(super) enum Record {
    /// A contact, in one of a few versions, with one of a few raw texts.
    Whole {
        id: u8,
        version: u8,
        archived: bool,
        raw: u8,
    },
    /// No contact can be made from it; it may lack an id.
    Broken { id: Option<u8>, raw: u8 },
}

/// What the platform says about a contact.
#[derive(Debug, Clone, Copy)]
pub(super) enum Answer {
    Accept,
    Reject,
    /// The answer was lost.
    None,
}

/// A page of a listing.
#[derive(Debug, Clone)]
pub(super) struct Page {
    pub(super) records: Vec<Record>,
    /// Ids, and whether they are deleted rather than archived.
    pub(super) removals: Vec<(u8, bool)>,
    pub(super) complete: bool,
}

#[derive(Debug, Clone)]
pub(super) enum Step {
    Begin {
        full: bool,
    },
    /// A page of the listing in progress; does nothing where there is none.
    Stage(Page),
    /// The same, and its transaction fails at the end.
    Undone(Page),
    /// Records that come unasked, perhaps with a number read before the listing began.
    Webhook {
        page: Page,
        late: bool,
    },
    /// Settles absences of a complete full listing, in batches of two; perhaps not all of them.
    Absences {
        batches: Option<u8>,
    },
    Hold,
    Close {
        believed: bool,
    },
    /// A batch is read, something comes between, and the answers are stored.
    Push {
        only: Option<Vec<u8>>,
        between: Vec<Record>,
        answers: Vec<Answer>,
    },
    Reopen,
}

fn record() -> impl Strategy<Value = Record> {
    prop_oneof![
        6 => (0..IDS, 0..3_u8, prop::bool::weighted(0.15), 0..2_u8).prop_map(
            |(id, version, archived, raw)| Record::Whole { id, version, archived, raw }
        ),
        1 => (prop::option::weighted(0.7, 0..IDS), 0..2_u8)
            .prop_map(|(id, raw)| Record::Broken { id, raw }),
    ]
}

fn page() -> impl Strategy<Value = Page> {
    (
        vec(record(), 0..6),
        prop_oneof![4 => Just(Vec::new()), 1 => vec((0..IDS, any::<bool>()), 1..3)],
        prop::bool::weighted(0.6),
    )
        .prop_map(|(records, removals, complete)| Page {
            records,
            removals,
            complete,
        })
}

fn answer() -> impl Strategy<Value = Answer> {
    prop_oneof![
        5 => Just(Answer::Accept),
        2 => Just(Answer::Reject),
        1 => Just(Answer::None),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let push = (
        prop_oneof![3 => Just(None), 1 => vec(0..IDS, 0..3).prop_map(Some)],
        prop_oneof![2 => Just(Vec::new()), 1 => vec(record(), 1..3)],
        vec(answer(), 1..5),
    );
    prop_oneof![
        5 => prop::bool::weighted(0.8).prop_map(|full| Step::Begin { full }),
        9 => page().prop_map(Step::Stage),
        1 => page().prop_map(Step::Undone),
        2 => (page(), any::<bool>()).prop_map(|(page, late)| Step::Webhook { page, late }),
        4 => prop::option::weighted(0.3, 0..2_u8)
            .prop_map(|batches| Step::Absences { batches }),
        2 => Just(Step::Hold),
        4 => prop::bool::weighted(0.8).prop_map(|believed| Step::Close { believed }),
        6 => push.prop_map(|(only, between, answers)| Step::Push { only, between, answers }),
        1 => Just(Step::Reopen),
    ]
}

pub(super) fn steps() -> impl Strategy<Value = Vec<Step>> {
    vec(step(), 1..40)
}
