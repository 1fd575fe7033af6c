//! The pages that are looked at, each in the forms in which people ask for it.

use nurturehub_engine::{ChangeKind, ContactQuery, Engine};
use nurturehub_port::{Category, ConsentState, Lifecycle};
use nurturehub_store::connections;
use nurturehub_store::contacts::next_to_push;

use super::sample::Somebody;
use crate::Failure;

/// Rows that the app shows at a time.
const ROWS: u32 = 100;

/// Contacts that a push sends at a time.
const BATCH: u32 = 500;

/// One question to the store.
#[derive(Debug, Clone)]
pub(super) enum Look {
    /// Every connection with its health and its counts: what the app begins with.
    Overview,
    /// A page of contacts.
    Contacts(ContactQuery),
    /// What a push would do: all counts, and a page of changes.
    Preview(Option<ChangeKind>, u64),
    /// What a push sends next, after a row.
    Batch(i64),
    /// One contact in detail.
    Contact(String),
}

impl Look {
    /// Asks, and lets go of the answer.
    pub(super) async fn take(&self, engine: &Engine, connection: &str) -> Result<(), Failure> {
        match self {
            Self::Overview => drop(engine.overview().await?),
            Self::Contacts(query) => drop(engine.contacts(connection, query.clone()).await?),
            Self::Preview(kind, offset) => {
                drop(engine.preview(connection, *kind, ROWS, *offset).await?);
            }
            Self::Batch(after) => {
                let (key, after) = (connection.to_owned(), *after);
                let batch = engine.store().read(move |db| {
                    let record = connections::get(db, &key)?;
                    next_to_push(db, record.row, after, BATCH, None)
                });
                drop(batch.await?);
            }
            Self::Contact(id) => drop(engine.contact(connection, id).await?),
        }
        Ok(())
    }
}

/// A search for something that nobody has: it answers nothing, and takes the place of the search
/// before it, whose result the store still has.
pub(super) fn for_nobody() -> Look {
    search("\u{1}nobody")
}

fn search(text: &str) -> Look {
    filtered(ContactQuery {
        search: Some(text.to_owned()),
        ..ContactQuery::default()
    })
}

fn filtered(query: ContactQuery) -> Look {
    Look::Contacts(ContactQuery {
        limit: ROWS,
        ..query
    })
}

fn at(offset: u64) -> Look {
    filtered(ContactQuery {
        offset,
        ..ContactQuery::default()
    })
}

/// Every page, by its name; repetitions take its forms in turn.
pub(super) fn all(people: &[Somebody], total: u64) -> Vec<(String, Vec<Look>)> {
    let (middle, end) = (total / 2, total.saturating_sub(u64::from(ROWS)));
    let half = i64::try_from(middle).unwrap_or(i64::MAX);
    let mut pages: Vec<(String, Vec<Look>)> = vec![
        ("the first screen".into(), vec![Look::Overview]),
        ("contacts, first page".into(), vec![at(0)]),
        ("contacts, in the middle".into(), vec![at(middle)]),
        ("contacts, last page".into(), vec![at(end)]),
    ];
    for typed in [1, 2, 3, 5] {
        let texts = people
            .iter()
            .map(|one| one.name.chars().take(typed).collect::<String>());
        let letters = if typed == 1 { "letter" } else { "letters" };
        pages.push((
            format!("search, {typed} {letters} of a name"),
            texts.map(|text| search(&text)).collect(),
        ));
    }
    let names = people.iter().map(|one| search(&one.name));
    pages.push(("search, a whole name".into(), names.collect()));
    let addresses = people.iter().filter_map(|one| one.email.as_deref());
    pages.push(("search, an address".into(), addresses.map(search).collect()));
    pages.extend(filters(people));
    let preview = |kind, offset| vec![Look::Preview(kind, offset)];
    let created = Some(ChangeKind::Create);
    pages.push(("preview, first page".into(), preview(None, 0)));
    pages.push(("preview, in the middle".into(), preview(None, middle)));
    pages.push(("preview, new ones alone".into(), preview(created, 0)));
    pages.push(("push, first batch".into(), vec![Look::Batch(0)]));
    pages.push((
        "push, a batch in the middle".into(),
        vec![Look::Batch(half)],
    ));
    let ids = people.iter().map(|one| one.external_id.clone());
    pages.push(("one contact".into(), ids.map(Look::Contact).collect()));
    pages.retain(|(_, forms)| !forms.is_empty());
    pages
}

fn filters(people: &[Somebody]) -> Vec<(String, Vec<Look>)> {
    let none = ContactQuery::default;
    let changes = [
        ChangeKind::Create,
        ChangeKind::Update,
        ChangeKind::Archive,
        ChangeKind::Unchanged,
        ChangeKind::Blocked,
    ];
    let lifecycles = [Lifecycle::Active, Lifecycle::Archived, Lifecycle::Deleted];
    let consents = [
        ConsentState::Granted,
        ConsentState::Denied,
        ConsentState::Unknown,
    ];
    let by_category = Category::ALL.iter().map(|&category| ContactQuery {
        category: Some(category),
        ..none()
    });
    let by_change = changes.map(|change| ContactQuery {
        change: Some(change),
        ..none()
    });
    let by_lifecycle = lifecycles.map(|lifecycle| ContactQuery {
        lifecycle: Some(lifecycle),
        ..none()
    });
    let by_consent = consents.map(|consent| ContactQuery {
        consent: Some(consent),
        ..none()
    });
    let with_issues = ContactQuery {
        with_issues: true,
        ..none()
    };
    let together = people.iter().map(|one| ContactQuery {
        search: Some(one.name.chars().take(2).collect()),
        category: Some(Category::Buyer),
        change: Some(ChangeKind::Create),
        lifecycle: Some(Lifecycle::Active),
        consent: Some(ConsentState::Granted),
        ..none()
    });
    let page = |what: &str, queries: Vec<ContactQuery>| {
        let looks = queries.into_iter().map(filtered).collect();
        (format!("filter, {what}"), looks)
    };
    vec![
        page("category", by_category.collect()),
        page("what a push would do", by_change.into()),
        page("in use or not", by_lifecycle.into()),
        page("consent", by_consent.into()),
        page("something amiss", vec![with_issues]),
        page("four of these and a search", together.collect()),
    ]
}
