//! The store and the model of it, side by side.

use std::collections::BTreeMap;
use std::fmt::Debug;

use nurturehub_port::{AbsencePolicy, Consent, Contact, Cursor, Lifecycle};
use nurturehub_store::contacts::{self, Blocked, ChangeKind, PendingCounts, Prepared, PushRow};
use nurturehub_store::listings::{self, ListingCounts};
use nurturehub_store::{StoreError, connections};

use super::steps::{Answer, Page, Record, Step};
use crate::desk::{self, Desk, ONCE, TWICE, at, contact, prepared};

/// All that tells one content of a contact from another.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Content {
    version: u8,
    lifecycle: Lifecycle,
    consent: bool,
    reason: Option<&'static str>,
}

/// A contact as the model sees it.
#[derive(Debug, Clone)]
struct Known {
    id: u8,
    content: Content,
    raw: u8,
    /// What the platform last took.
    accepted: Option<Content>,
    /// What the platform last refused.
    refused: Option<Content>,
    /// The removal waits for a person.
    held: bool,
    /// The last listing that showed it.
    seen: i64,
    /// Listings in a row that did not show it.
    absent: u32,
    /// The last listing for which that was counted.
    absent_at: i64,
}

#[derive(Debug, Clone)]
struct Open {
    number: i64,
    full: bool,
    complete: bool,
    cursor: Option<String>,
    counts: ListingCounts,
}

#[derive(Debug, Clone, Default)]
struct Model {
    listing: i64,
    open: Option<Open>,
    cursor: Option<String>,
    /// In the order in which they were first stored.
    contacts: Vec<Known>,
    /// By id, or by text where there is none: the last listing that showed them.
    rejected: BTreeMap<(Option<u8>, u8), i64>,
}

/// Fails with both sides, where they differ.
fn same<T: PartialEq + Debug>(what: &str, store: T, model: T) -> Result<(), String> {
    if store == model {
        return Ok(());
    }
    Err(format!("{what}: the store has {store:?}, the model {model:?}"))
}

fn name(id: u8) -> String {
    format!("p{id}")
}

fn raw_text(raw: u8) -> String {
    format!("{{\"raw\":\"{raw}\"}}")
}

fn policy(twice: bool) -> AbsencePolicy {
    if twice { TWICE } else { ONCE }
}

impl Content {
    fn new(version: u8, archived: bool) -> Self {
        Self {
            version,
            lifecycle: if archived {
                Lifecycle::Archived
            } else {
                Lifecycle::Active
            },
            consent: true,
            reason: None,
        }
    }

    fn contact(&self, id: u8) -> Contact {
        let mut contact = contact(&name(id));
        contact.tags.push(self.version.to_string());
        contact.lifecycle = self.lifecycle;
        if !self.consent {
            contact.consent = Consent::default();
        }
        if let Some(reason) = self.reason {
            contact
                .attributes
                .insert("lifecycleReason".into(), reason.into());
        }
        contact.sealed()
    }
}

impl Known {
    fn change(&self) -> (ChangeKind, Option<&'static str>) {
        if self.held {
            return (ChangeKind::Blocked, Some("held"));
        }
        let kind = match &self.accepted {
            None if self.content.lifecycle == Lifecycle::Deleted => ChangeKind::Unchanged,
            Some(accepted) if *accepted == self.content => ChangeKind::Unchanged,
            _ if self.refused.as_ref() == Some(&self.content) => {
                return (ChangeKind::Blocked, Some("refused"));
            }
            None => ChangeKind::Create,
            Some(accepted)
                if accepted.lifecycle == Lifecycle::Active
                    && self.content.lifecycle != Lifecycle::Active =>
            {
                ChangeKind::Archive
            }
            Some(_) => ChangeKind::Update,
        };
        (kind, None)
    }

    fn set(&mut self, content: Content) {
        self.content = content;
        self.held = false;
    }

    fn missing(&self, listing: i64, policy: &AbsencePolicy) -> bool {
        let over = match policy.lifecycle {
            Lifecycle::Deleted => self.content.lifecycle == Lifecycle::Deleted,
            _ => self.content.lifecycle != Lifecycle::Active,
        };
        !over && self.seen < listing && self.absent_at < listing
    }
}

impl Model {
    fn find(&mut self, id: u8) -> Option<&mut Known> {
        self.contacts.iter_mut().find(|known| known.id == id)
    }

    /// What a page's records and removals do, whether they come with a listing or a webhook.
    fn take(&mut self, page: &Page) -> ListingCounts {
        let mut counts = ListingCounts::default();
        let listing = self.listing;
        for record in &page.records {
            let Record::Whole { id, version, archived, raw } = *record else { continue };
            self.rejected.retain(|(key, _), _| *key != Some(id));
            let content = Content::new(version, archived);
            let Some(known) = self.find(id) else {
                counts.created += 1;
                self.contacts.push(Known {
                    id,
                    content,
                    raw,
                    accepted: None,
                    refused: None,
                    held: false,
                    seen: listing,
                    absent: 0,
                    absent_at: 0,
                });
                continue;
            };
            if known.seen == listing {
                counts.repeated += 1;
            } else if known.content == content {
                counts.unchanged += 1;
            } else {
                counts.updated += 1;
            }
            known.set(content);
            (known.raw, known.seen, known.absent) = (raw, listing, 0);
        }
        for record in &page.records {
            let Record::Broken { id, raw } = *record else { continue };
            let key = (id, if id.is_some() { 0 } else { raw });
            let before = self.rejected.insert(key, listing);
            if id.is_some() && before == Some(listing) {
                counts.repeated += 1;
            } else {
                counts.rejected += 1;
            }
            if let Some(known) = id.and_then(|id| self.find(id)) {
                (known.seen, known.absent, known.held) = (listing, 0, false);
            }
        }
        for &(id, deleted) in &page.removals {
            self.rejected.retain(|(key, _), _| *key != Some(id));
            let lifecycle = removal_of(deleted);
            if let Some(known) = self.find(id)
                && known.content.lifecycle != lifecycle
            {
                let content = Content {
                    lifecycle,
                    reason: Some("The CRM says so."),
                    ..known.content.clone()
                };
                known.set(content);
                counts.removed += 1;
            }
        }
        counts.listed = counts.created + counts.updated + counts.unchanged + counts.rejected;
        counts
    }

    /// Settles what is missing, as far as the limit goes; says how many went and how many wait.
    fn settle(&mut self, policy: &AbsencePolicy, limit: usize) -> (u64, u64) {
        let listing = self.listing;
        let (mut removed, mut waiting) = (0, 0);
        let missing = self
            .contacts
            .iter_mut()
            .filter(|known| known.missing(listing, policy));
        for known in missing.take(limit) {
            known.absent += 1;
            known.absent_at = listing;
            let mut content = known.content.clone();
            content.consent &= !policy.withdraws_consent;
            if known.absent >= policy.listings {
                content.lifecycle = policy.lifecycle;
                content.reason = Some(policy.reason);
                removed += 1;
            } else {
                waiting += 1;
            }
            known.set(content);
        }
        (removed, waiting)
    }

    fn counts(&self) -> PendingCounts {
        let mut counts = PendingCounts::default();
        for known in &self.contacts {
            match known.change().0 {
                ChangeKind::Create => counts.create += 1,
                ChangeKind::Update => counts.update += 1,
                ChangeKind::Archive => counts.archive += 1,
                ChangeKind::Unchanged => counts.unchanged += 1,
                ChangeKind::Blocked => counts.blocked += 1,
            }
        }
        counts
    }

    /// What a push sends, in its order.
    fn to_push(&self, only: Option<&[u8]>) -> Vec<(u8, Content)> {
        self.contacts
            .iter()
            .filter(|known| only.is_none_or(|only| only.contains(&known.id)))
            .filter(|known| match known.change() {
                (ChangeKind::Create | ChangeKind::Update | ChangeKind::Archive, _) => true,
                (ChangeKind::Blocked, Some("refused")) => only.is_some(),
                _ => false,
            })
            .map(|known| (known.id, known.content.clone()))
            .collect()
    }
}

fn removal_of(deleted: bool) -> Lifecycle {
    if deleted {
        Lifecycle::Deleted
    } else {
        Lifecycle::Archived
    }
}

pub(super) struct World {
    desk: Desk,
    model: Model,
    pages: u32,
}

impl World {
    pub(super) async fn new() -> Self {
        Self {
            desk: Desk::new().await,
            model: Model::default(),
            pages: 0,
        }
    }

    /// Does a step to both and compares them.
    pub(super) async fn take(&mut self, step: &Step) -> Result<(), String> {
        match step {
            Step::Begin { full } => self.begin(*full).await?,
            Step::Stage(page) => self.stage(page, false).await?,
            Step::Undone(page) => self.stage(page, true).await?,
            Step::Webhook { page, late } => self.webhook(page, *late).await?,
            Step::Absences { twice, batches } => self.absences(&policy(*twice), *batches).await?,
            Step::Hold { twice } => self.hold(&policy(*twice)).await?,
            Step::Close { believed } => self.close(*believed).await,
            Step::Push { only, between, answers } => {
                self.push(only.as_deref(), between, answers).await?;
            }
            Step::Reopen => self.desk.reopen().await,
        }
        self.compare_listing().await?;
        self.compare_changes().await?;
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

    async fn stage(&mut self, page: &Page, undone: bool) -> Result<(), String> {
        let Some(number) = self.model.open.as_ref().map(|open| open.number) else {
            return Ok(());
        };
        self.pages += 1;
        let cursor = format!("\"{}\"", self.pages);
        let mut staged = self.desk.page(number, whole(page));
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
        let counts = self.desk.stage(staged).await.map_err(|error| error.to_string())?;
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
        let (whole, broken, removals) = (whole(page), broken(page), removals(page));
        let (mut counts, removed) = self
            .desk
            .store
            .write(move |tx| {
                Ok((
                    contacts::stage_records(tx, connection, listing, &whole, &broken, at(1))?,
                    contacts::remove(tx, connection, &removals, at(1))?,
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

    async fn absences(&mut self, policy: &AbsencePolicy, batches: Option<u8>) -> Result<(), String> {
        let Some(listing) = self.settleable() else { return Ok(()) };
        let connection = self.desk.connection;
        let before = self
            .desk
            .store
            .read({
                let policy = *policy;
                move |db| contacts::population(db, connection, listing, &policy)
            })
            .await
            .map_err(|error| error.to_string())?;
        let missing = self.model.contacts.iter().filter(|known| known.missing(listing, policy));
        same("missing", before.absent, missing.count() as u64)?;

        let mut left = batches;
        loop {
            if left == Some(0) {
                return Ok(());
            }
            left = left.map(|left| left - 1);
            let settled = *policy;
            let batch = self
                .desk
                .store
                .write(move |tx| {
                    contacts::apply_absences(tx, connection, listing, &settled, 2, at(listing))
                })
                .await
                .map_err(|error| error.to_string())?;
            let expected = self.model.settle(policy, 2);
            same("the batch", (batch.removed, batch.waiting), expected)?;
            if let Some(open) = &mut self.model.open {
                open.counts.removed += expected.0;
            }
            if batch.is_empty() {
                return Ok(());
            }
        }
    }

    async fn hold(&mut self, policy: &AbsencePolicy) -> Result<(), String> {
        let Some(listing) = self.settleable() else { return Ok(()) };
        let held = self.desk.hold(listing, *policy).await;
        let mut expected = 0;
        for known in &mut self.model.contacts {
            if known.missing(listing, policy) {
                known.held = true;
                expected += 1;
            }
        }
        same("held", held, expected)
    }

    async fn close(&mut self, believed: bool) {
        let Some(open) = self.model.open.take() else { return };
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
            let Some(known) = self.model.find(id) else { continue };
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
            open.map(|open| (open.number, open.full, open.complete, text(open.cursor), open.counts)),
            self.model.open.clone().map(|open| {
                (open.number, open.full, open.complete, open.cursor, open.counts)
            }),
        )?;
        same("the cursor", text(record.cursor), self.model.cursor.clone())?;
        same("rejected records", rejected.len(), self.model.rejected.len())
    }

    async fn compare_changes(&self) -> Result<(), String> {
        let connection = self.desk.connection;
        let (counts, changes) = self
            .desk
            .store
            .read(move |db| {
                Ok((
                    contacts::change_counts(db, connection)?,
                    contacts::changes(db, connection, 100, 0)?,
                ))
            })
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

    async fn compare_contacts(&self) -> Result<(), String> {
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
        same("contacts", stored.ok(), i64::try_from(self.model.contacts.len()).ok())
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
    let hash = contact.compute_hash();
    assert_eq!(hash, contact.provenance.content_hash, "sealed with another hash");
    hash
}

fn whole(page: &Page) -> Vec<Prepared> {
    page.records
        .iter()
        .filter_map(|record| match *record {
            Record::Whole { id, version, archived, raw } => {
                let contact = Content::new(version, archived).contact(id);
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
