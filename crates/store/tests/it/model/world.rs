//! The store and the model of it, side by side.

use std::fmt::Debug;

use jiff::Timestamp;
use nurturehub_port::{AbsencePolicy, Contact, Cursor, MappedContact};
use nurturehub_store::bodies;
use nurturehub_store::contacts::{self, Blocked, ChangeKind, ContactFilter, PushRow};
use nurturehub_store::listings::{self, ListingCounts};
use nurturehub_store::{StoreError, connections};

use super::plain::{Content, Model, Open, name, raw_text, removal_of};
use super::steps::{Answer, Page, Record, Step};
use crate::desk::{self, Desk, at, packed, prepared};

/// Fails with both sides, where they differ.
#[expect(
    clippy::needless_pass_by_value,
    reason = "both sides are made for the comparison"
)]
fn same<T: PartialEq + Debug>(what: &str, store: T, model: T) -> Result<(), String> {
    if store == model {
        return Ok(());
    }
    Err(format!(
        "{what}: the store has {store:?}, the model {model:?}"
    ))
}

pub(super) struct World {
    desk: Desk,
    model: Model,
    policy: AbsencePolicy,
    pages: u32,
    moment: i64,
}

impl World {
    pub(super) async fn new(policy: AbsencePolicy) -> Self {
        Self {
            desk: Desk::new().await,
            model: Model::default(),
            policy,
            pages: 0,
            moment: 0,
        }
    }

    /// Does a step to both and compares them.
    pub(super) async fn take(&mut self, step: &Step) -> Result<(), String> {
        match step {
            Step::Begin { full } => self.begin(*full).await?,
            Step::Stage(page) => self.stage(page, false).await?,
            Step::Undone(page) => self.stage(page, true).await?,
            Step::Webhook { page, late } => self.webhook(page, *late).await?,
            Step::Absences { batches } => self.absences(*batches).await?,
            Step::Hold => self.hold().await?,
            Step::Close { believed } => self.close(*believed).await,
            Step::Push {
                only,
                between,
                answers,
            } => {
                self.push(only.as_deref(), between, answers).await?;
            }
            Step::Reopen => self.desk.reopen().await,
        }
        self.compare_listing().await?;
        self.compare_changes().await?;
        self.compare_counts().await?;
        self.compare_lists().await?;
        self.compare_contacts().await
    }

    async fn begin(&mut self, full: bool) -> Result<(), String> {
        let begun = self.desk.begin(full).await;
        self.model.listing += 1;
        self.model.open = Some(Open {
            number: self.model.listing,
            full,
            complete: false,
            cursor: None,
            counts: ListingCounts::default(),
        });
        same("the listing's number", begun.number, self.model.listing)
    }

    /// The next moment: what is fetched later is newer.
    fn tick(&mut self) -> Timestamp {
        self.moment += 1;
        at(self.moment)
    }

    async fn stage(&mut self, page: &Page, undone: bool) -> Result<(), String> {
        let Some(number) = self.model.open.as_ref().map(|open| open.number) else {
            return Ok(());
        };
        self.pages += 1;
        let cursor = format!("\"{}\"", self.pages);
        let now = self.tick();
        let mut staged = self.desk.page(number, whole(page, now));
        staged.at = now;
        staged.rejected = broken(page);
        staged.removals = removals(page);
        staged.complete = page.complete;
        staged.cursor = Cursor::from_stored(cursor.clone());
        if undone {
            let failed = self
                .desk
                .store
                .write(move |tx| {
                    contacts::stage(tx, &staged)?;
                    Err::<(), _>(StoreError::Full)
                })
                .await;
            return same("undone", failed.is_err(), true);
        }
        let counts = self
            .desk
            .stage(staged)
            .await
            .map_err(|error| error.to_string())?;
        let mut expected = self.model.take(page);
        expected.pages = 1;
        same("the page's counts", counts, expected)?;
        if let Some(open) = &mut self.model.open {
            open.counts.add(&expected);
            open.complete = page.complete;
            open.cursor = Some(cursor);
        }
        Ok(())
    }

    async fn webhook(&mut self, page: &Page, late: bool) -> Result<(), String> {
        let connection = self.desk.connection;
        let listing = self.model.listing - i64::from(late);
        let now = self.tick();
        let (whole, broken, removals) = (whole(page, now), broken(page), removals(page));
        let (mut counts, removed) = self
            .desk
            .store
            .write(move |tx| {
                Ok((
                    contacts::stage_records(tx, connection, listing, &packed(whole), &broken, now)?,
                    contacts::remove(tx, connection, &removals, now)?,
                ))
            })
            .await
            .map_err(|error| error.to_string())?;
        counts.removed = removed;
        same("the webhook's counts", counts, self.model.take(page))
    }

    /// The number of the listing in progress, where it is a complete full one.
    fn settleable(&self) -> Option<i64> {
        let open = self.model.open.as_ref()?;
        (open.full && open.complete).then_some(open.number)
    }

    async fn absences(&mut self, batches: Option<u8>) -> Result<(), String> {
        let Some(listing) = self.settleable() else {
            return Ok(());
        };
        let (connection, policy) = (self.desk.connection, self.policy);
        let before = self
            .desk
            .store
            .read(move |db| contacts::population(db, connection, listing, &policy))
            .await
            .map_err(|error| error.to_string())?;
        let missing = self
            .model
            .contacts
            .iter()
            .filter(|known| known.missing(listing, &policy));
        same("missing", before.absent, missing.count() as u64)?;

        let mut left = batches;
        loop {
            if left == Some(0) {
                return Ok(());
            }
            left = left.map(|left| left - 1);
            let batch = self
                .desk
                .store
                .write(move |tx| {
                    contacts::apply_absences(tx, connection, listing, &policy, 2, at(listing))
                })
                .await
                .map_err(|error| error.to_string())?;
            let expected = self.model.settle(&policy, 2);
            same("the batch", (batch.removed, batch.waiting), expected)?;
            if let Some(open) = &mut self.model.open {
                open.counts.removed += expected.0;
            }
            if batch.is_empty() {
                return Ok(());
            }
        }
    }

    async fn hold(&mut self) -> Result<(), String> {
        let Some(listing) = self.settleable() else {
            return Ok(());
        };
        let held = self.desk.hold(listing, self.policy).await;
        let mut expected = 0;
        for known in &mut self.model.contacts {
            if known.missing(listing, &self.policy) {
                known.held = true;
                expected += 1;
            }
        }
        same("held", held, expected)
    }

    async fn close(&mut self, believed: bool) {
        let Some(open) = self.model.open.take() else {
            return;
        };
        self.desk.close(believed).await;
        if !believed || open.cursor.is_none() {
            return;
        }
        self.model.cursor = open.cursor;
        if open.full && open.complete {
            self.model.rejected.retain(|_, seen| *seen >= open.number);
        }
    }

    async fn push(
        &mut self,
        only: Option<&[u8]>,
        between: &[Record],
        answers: &[Answer],
    ) -> Result<(), String> {
        let rows = self.rows(only).await?;
        let between = Page {
            records: between.to_vec(),
            removals: Vec::new(),
            complete: false,
        };
        let sent = self.model.to_push(only);
        self.webhook(&between, false).await?;
        for ((row, (id, content)), answer) in rows.into_iter().zip(sent).zip(answers) {
            let Some(known) = self.model.find(id) else {
                continue;
            };
            match answer {
                Answer::Accept => {
                    known.accepted = Some(content);
                    known.refused = None;
                    self.desk.accept(row).await;
                }
                Answer::Reject => {
                    if known.content == content {
                        known.refused = Some(content);
                    }
                    self.desk.reject(row).await;
                }
                Answer::None => {}
            }
        }
        Ok(())
    }

    async fn rows(&self, only: Option<&[u8]>) -> Result<Vec<PushRow>, String> {
        let connection = self.desk.connection;
        let ids = only.map(|only| only.iter().copied().map(name).collect::<Vec<_>>());
        self.desk
            .store
            .read(move |db| contacts::next_to_push(db, connection, 0, 100, ids.as_deref()))
            .await
            .map_err(|error| error.to_string())
    }

    async fn compare_listing(&self) -> Result<(), String> {
        let connection = self.desk.connection;
        let (open, record, rejected) = self
            .desk
            .store
            .read(move |db| {
                Ok((
                    listings::find(db, connection)?,
                    connections::get(db, "one")?,
                    contacts::rejected(db, connection, 100)?,
                ))
            })
            .await
            .map_err(|error| error.to_string())?;
        let text = |cursor: Option<Cursor>| cursor.map(|cursor| cursor.as_str().to_owned());
        same(
            "the listing in progress",
            open.map(|open| {
                (
                    open.number,
                    open.full,
                    open.complete,
                    text(open.cursor),
                    open.counts,
                )
            }),
            self.model.open.clone().map(|open| {
                (
                    open.number,
                    open.full,
                    open.complete,
                    open.cursor,
                    open.counts,
                )
            }),
        )?;
        same("the cursor", text(record.cursor), self.model.cursor.clone())?;
        same(
            "rejected records",
            rejected.len(),
            self.model.rejected.len(),
        )
    }

    async fn compare_changes(&self) -> Result<(), String> {
        let connection = self.desk.connection;
        let (counts, changes) = self
            .desk
            .store
            .preview(connection, None, 100, 0)
            .await
            .map_err(|error| error.to_string())?;
        same("change counts", counts, self.model.counts())?;
        let shown: Vec<_> = changes
            .into_iter()
            .map(|change| {
                (
                    change.external_id,
                    change.kind,
                    change.blocked.map(|blocked| word(&blocked)),
                    hash_of(&change.after),
                    change.before.as_deref().map(hash_of),
                )
            })
            .collect();
        let expected: Vec<_> = self
            .model
            .contacts
            .iter()
            .filter(|known| known.change().0 != ChangeKind::Unchanged)
            .map(|known| {
                let (kind, blocked) = known.change();
                let hash = |content: &Content| content.contact(known.id).provenance.content_hash;
                (
                    name(known.id),
                    kind,
                    blocked,
                    hash(&known.content),
                    known.accepted.as_ref().map(hash),
                )
            })
            .collect();
        same("changes", shown, expected)?;

        let sent: Vec<_> = self
            .rows(None)
            .await?
            .into_iter()
            .map(|row| (row.external_id, row.lifecycle, hash_of(&row.canonical)))
            .collect();
        let expected: Vec<_> = self
            .model
            .to_push(None)
            .into_iter()
            .map(|(id, content)| {
                let contact = content.contact(id);
                (name(id), content.lifecycle, contact.provenance.content_hash)
            })
            .collect();
        same("what a push sends", sent, expected)
    }

    /// The counts that are kept beside the contacts, and not counted.
    async fn compare_counts(&self) -> Result<(), String> {
        let counts = self.desk.store.count_contacts(self.desk.connection).await;
        let counts = counts.map_err(|error| error.to_string())?;
        let of = |kind: ChangeKind| {
            let contacts = self.model.contacts.iter();
            let many = contacts.filter(|known| known.change().0 == kind).count();
            u64::try_from(many).unwrap_or(u64::MAX)
        };
        let pending = counts.pending;
        same(
            "counts of create, update, archive, unchanged, blocked",
            [
                pending.create,
                pending.update,
                pending.archive,
                pending.unchanged,
                pending.blocked,
            ],
            [
                of(ChangeKind::Create),
                of(ChangeKind::Update),
                of(ChangeKind::Archive),
                of(ChangeKind::Unchanged),
                of(ChangeKind::Blocked),
            ],
        )?;
        let all = u64::try_from(self.model.contacts.len()).unwrap_or(u64::MAX);
        same("contacts", counts.contacts, all)
    }

    /// What a list shows that was read before the step, and is brought up to date.
    async fn compare_lists(&self) -> Result<(), String> {
        for kind in [
            ChangeKind::Create,
            ChangeKind::Update,
            ChangeKind::Archive,
            ChangeKind::Unchanged,
            ChangeKind::Blocked,
        ] {
            let filter = ContactFilter {
                change: Some(kind),
                ..ContactFilter::default()
            };
            let of_kind = self.model.contacts.iter();
            let of_kind = of_kind.filter(|known| known.change().0 == kind);
            self.compare_list(filter, of_kind.map(|known| known.id).collect())
                .await?;
        }
        for version in 0..3 {
            let filter = ContactFilter {
                search: Some(format!("version {version}")),
                ..ContactFilter::default()
            };
            let of_version = self.model.contacts.iter();
            let of_version = of_version.filter(|known| known.content.version == version);
            self.compare_list(filter, of_version.map(|known| known.id).collect())
                .await?;
        }
        Ok(())
    }

    async fn compare_list(&self, filter: ContactFilter, ids: Vec<u8>) -> Result<(), String> {
        let what = format!("{filter:?}");
        let connection = self.desk.connection;
        let page = self.desk.store.find(connection, filter, 100, 0).await;
        let page = page.map_err(|error| error.to_string())?;
        let shown: Vec<String> = page
            .contacts
            .iter()
            .map(|text| {
                let contact: Contact = serde_json::from_str(text).unwrap();
                contact.provenance.external_id.as_str().to_owned()
            })
            .collect();
        same(&what, shown, ids.into_iter().map(name).collect())
    }

    async fn compare_contacts(&self) -> Result<(), String> {
        let verified = self.desk.store.read(bodies::verify).await;
        verified.map_err(|error| error.to_string())?;
        for known in &self.model.contacts {
            let detail = self.desk.detail(&name(known.id)).await;
            let (kind, blocked) = known.change();
            same(
                "a contact",
                (
                    hash_of(&detail.canonical),
                    detail.raw,
                    detail.change,
                    detail.blocked.as_ref().map(word),
                ),
                (
                    known.content.contact(known.id).provenance.content_hash,
                    raw_text(known.raw),
                    kind,
                    blocked,
                ),
            )?;
        }
        let stored = self.desk.store.read(|db| db.count_rows("contact")).await;
        same(
            "contacts",
            stored.ok(),
            i64::try_from(self.model.contacts.len()).ok(),
        )
    }
}

fn word(blocked: &Blocked) -> &'static str {
    match blocked {
        Blocked::Refused { .. } => "refused",
        Blocked::RemovalHeld => "held",
    }
}

/// The hash of a stored contact, computed anew from what is stored.
fn hash_of(canonical: &str) -> String {
    let contact: Contact = serde_json::from_str(canonical).unwrap();
    let hash = contact.clone().sealed().provenance.content_hash.clone();
    assert_eq!(
        hash, contact.provenance.content_hash,
        "sealed with another hash"
    );
    hash
}

fn whole(page: &Page, fetched_at: Timestamp) -> Vec<MappedContact> {
    page.records
        .iter()
        .filter_map(|record| match *record {
            Record::Whole {
                id,
                version,
                archived,
                raw,
            } => {
                let mut contact = Content::new(version, archived).contact(id);
                contact.provenance.fetched_at = fetched_at;
                Some(prepared(contact, &raw_text(raw)))
            }
            Record::Broken { .. } => None,
        })
        .collect()
}

fn broken(page: &Page) -> Vec<nurturehub_port::RejectedRecord> {
    page.records
        .iter()
        .filter_map(|record| match *record {
            Record::Broken { id, raw } => {
                Some(desk::rejected(id.map(name).as_deref(), &raw_text(raw)))
            }
            Record::Whole { .. } => None,
        })
        .collect()
}

fn removals(page: &Page) -> Vec<nurturehub_port::Removal> {
    page.removals
        .iter()
        .map(|&(id, deleted)| desk::removal(&name(id), removal_of(deleted)))
        .collect()
}
