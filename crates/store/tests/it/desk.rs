//! A store with one connection in a folder of its own, and the records that go into it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use nurturehub_port::{
    AbsencePolicy, Assignment, Category, ConnectionId, Consent, ConsentState, Contact, Cursor,
    DataIssue, ExternalId, Identity, Lifecycle, MappedContact, Provenance, ProviderId,
    RejectedRecord, Removal, RunId, Secret, TenantId,
};
use nurturehub_store::bodies;
use nurturehub_store::connections::{self, NewConnection};
use nurturehub_store::contacts::{self, PageToStage, PushRow, Records};
use nurturehub_store::listings::{self, Listing, ListingCounts};
use nurturehub_store::{DatabaseKey, Store, StoreError, runs};
use tempfile::TempDir;

/// Missing once is gone.
pub(crate) const ONCE: AbsencePolicy = AbsencePolicy {
    listings: 1,
    lifecycle: Lifecycle::Deleted,
    reason: "gone",
    withdraws_consent: false,
};

/// Missing twice is archived, and consent ends at the first time.
pub(crate) const TWICE: AbsencePolicy = AbsencePolicy {
    listings: 2,
    lifecycle: Lifecycle::Archived,
    reason: "no longer shared",
    withdraws_consent: true,
};

pub(crate) struct Desk {
    folder: TempDir,
    pub(crate) store: Store,
    pub(crate) connection: i64,
    pub(crate) run: i64,
}

pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + second).unwrap()
}

pub(crate) fn key(byte: u8) -> DatabaseKey {
    DatabaseKey::new(Secret::new(vec![byte; DatabaseKey::LENGTH])).unwrap()
}

/// The key as SQLCipher takes it, for looking at a file past the store.
pub(crate) fn look_inside(path: &Path) -> rusqlite::Connection {
    let database = rusqlite::Connection::open(path).unwrap();
    let hex = "07".repeat(DatabaseKey::LENGTH);
    database
        .pragma_update(None, "key", format!("x'{hex}'"))
        .unwrap();
    database
        .pragma_update(None, "cipher_hmac_algorithm", "HMAC_SHA256")
        .unwrap();
    database
}

impl Desk {
    pub(crate) async fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let store = Store::open(&folder.path().join("store.db"), key(7))
            .await
            .unwrap();
        let (connection, run) = connect(&store, "one").await;
        Self {
            folder,
            store,
            connection,
            run,
        }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("store.db")
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Every body is where it is said to be, and every use of it is counted.
    pub(crate) async fn verify(&self) {
        self.store.read(bodies::verify).await.unwrap();
    }

    pub(crate) async fn reopen(&mut self) {
        self.store = Store::open(&self.path(), key(7)).await.unwrap();
    }

    /// Closes the database and leaves its folder.
    pub(crate) fn put_away(self) -> TempDir {
        self.folder
    }

    pub(crate) async fn begin(&self, full: bool) -> Listing {
        let connection = self.connection;
        self.store
            .write(move |tx| listings::begin(tx, connection, full, at(0)))
            .await
            .unwrap()
    }

    pub(crate) fn page(&self, listing: i64, records: Vec<MappedContact>) -> PageToStage {
        PageToStage {
            connection: self.connection,
            listing,
            run: self.run,
            records: packed(records),
            rejected: Vec::new(),
            removals: Vec::new(),
            cursor: Cursor::from_stored(format!("\"after {listing}\"")),
            source_total: None,
            complete: true,
            traces: Vec::new(),
            at: at(listing),
        }
    }

    pub(crate) async fn stage(&self, page: PageToStage) -> Result<ListingCounts, StoreError> {
        self.store.write(move |tx| contacts::stage(tx, &page)).await
    }

    pub(crate) async fn close(&self, cursor: bool) {
        let connection = self.connection;
        self.store
            .write(move |tx| {
                let listing = listings::find(tx, connection)?.unwrap();
                let cursor = listing.cursor.clone().filter(|_| cursor);
                listings::close(tx, connection, &listing, cursor.as_ref())
            })
            .await
            .unwrap();
    }

    /// A complete full listing of one page, with nothing settled and not closed.
    pub(crate) async fn list(&self, records: Vec<MappedContact>) -> (Listing, ListingCounts) {
        let listing = self.begin(true).await;
        let counts = self
            .stage(self.page(listing.number, records))
            .await
            .unwrap();
        (listing, counts)
    }

    /// A complete full listing of one page, believed and closed.
    pub(crate) async fn sync(&self, records: Vec<MappedContact>, policy: AbsencePolicy) {
        let (listing, _) = self.list(records).await;
        self.settle(listing.number, policy).await;
        self.close(true).await;
    }

    pub(crate) async fn settle(&self, listing: i64, policy: AbsencePolicy) -> (u64, u64) {
        let connection = self.connection;
        let (mut removed, mut waiting) = (0, 0);
        loop {
            let batch = self
                .store
                .write(move |tx| {
                    contacts::apply_absences(tx, connection, listing, &policy, 2, at(listing))
                })
                .await
                .unwrap();
            if batch.is_empty() {
                return (removed, waiting);
            }
            removed += batch.removed;
            waiting += batch.waiting;
        }
    }

    pub(crate) async fn hold(&self, listing: i64, policy: AbsencePolicy) -> u64 {
        let connection = self.connection;
        self.store
            .write(move |tx| contacts::hold_absences(tx, connection, listing, &policy))
            .await
            .unwrap()
    }

    pub(crate) async fn waiting(&self) -> Vec<PushRow> {
        let connection = self.connection;
        self.store
            .read(move |db| contacts::next_to_push(db, connection, 0, 1000, None))
            .await
            .unwrap()
    }

    pub(crate) async fn accept(&self, row: PushRow) {
        let connection = self.connection;
        self.store
            .write(move |tx| contacts::accept(tx, connection, &row, answered()))
            .await
            .unwrap();
    }

    pub(crate) async fn accept_all(&self) {
        for row in self.waiting().await {
            self.accept(row).await;
        }
    }

    pub(crate) async fn reject(&self, row: PushRow) {
        self.store
            .write(move |tx| {
                let refusal = contacts::Refusal {
                    code: "bad",
                    message: "It is bad.",
                    field: Some("tags"),
                };
                contacts::reject(tx, &row, refusal, answered())
            })
            .await
            .unwrap();
    }

    pub(crate) async fn detail(&self, external_id: &str) -> contacts::Detail {
        let (connection, id) = (self.connection, external_id.to_owned());
        self.store
            .read(move |db| contacts::detail(db, connection, &id))
            .await
            .unwrap()
    }

    pub(crate) async fn stored(&self, external_id: &str) -> Contact {
        serde_json::from_str(&self.detail(external_id).await.canonical).unwrap()
    }

    pub(crate) async fn webhook(&self, listing: i64, records: Vec<MappedContact>) -> ListingCounts {
        let connection = self.connection;
        self.store
            .write(move |tx| {
                contacts::stage_records(tx, connection, listing, &packed(records), &[], at(5))
            })
            .await
            .unwrap()
    }
}

/// Makes a connection and a run of it.
pub(crate) async fn connect(store: &Store, name: &str) -> (i64, i64) {
    let new = NewConnection {
        id: ConnectionId::parse(name).unwrap(),
        provider: ProviderId::parse("some-crm").unwrap(),
        tenant: TenantId::parse("agency").unwrap(),
        name: name.to_owned(),
        reference: None,
        settings: BTreeMap::new(),
        at: at(0),
    };
    let run = RunId::parse(format!("run-{name}")).unwrap();
    store
        .write(move |tx| {
            let row = connections::create(tx, &new)?.row;
            Ok((row, runs::begin(tx, &run, row, "sync", at(0))?))
        })
        .await
        .unwrap()
}

/// A contact called by its id that agreed to everything.
pub(crate) fn contact(external_id: &str) -> Contact {
    let connection = ConnectionId::parse("one").unwrap();
    let external = ExternalId::parse(external_id).unwrap();
    Contact {
        id: Contact::derive_id(&connection, &external),
        identity: Identity {
            title: None,
            first_name: None,
            last_name: None,
            full_name: format!("Person {external_id}"),
            company_name: None,
        },
        emails: Vec::new(),
        phones: Vec::new(),
        addresses: Vec::new(),
        category: Category::Buyer,
        categories: Vec::new(),
        consent: Consent::uniform(ConsentState::Granted),
        assignment: Assignment::default(),
        lifecycle: Lifecycle::Active,
        tags: Vec::new(),
        attributes: BTreeMap::new(),
        provenance: Provenance {
            provider: ProviderId::parse("some-crm").unwrap(),
            connection_id: connection,
            external_id: external,
            external_type: "contact".into(),
            external_url: None,
            created_at: None,
            updated_at: None,
            fetched_at: at(0),
            content_hash: String::new(),
        },
    }
}

/// A contact ready to be stored, with the text that the CRM sent.
pub(crate) fn prepared(contact: Contact, raw: &str) -> MappedContact {
    MappedContact {
        contact: contact.sealed(),
        raw: raw.into(),
        issues: Vec::new(),
    }
}

/// Contacts with their bodies packed.
pub(crate) fn packed(records: Vec<MappedContact>) -> Records {
    Records::pack(records).unwrap()
}

/// The contact of an id in one of its versions, which are told apart by a tag.
pub(crate) fn version(external_id: &str, version: &str) -> MappedContact {
    let mut contact = contact(external_id);
    contact.tags.push(version.to_owned());
    prepared(contact, &format!("{{\"version\":\"{version}\"}}"))
}

pub(crate) fn rejected(external_id: Option<&str>, raw: &str) -> RejectedRecord {
    RejectedRecord {
        external_id: external_id.map(|id| ExternalId::parse(id).unwrap()),
        raw: raw.into(),
        issue: DataIssue {
            code: "nameMissing".into(),
            field: "identity.fullName".into(),
            message: "It has no name.".into(),
        },
    }
}

pub(crate) fn removal(external_id: &str, lifecycle: Lifecycle) -> Removal {
    Removal {
        external_id: ExternalId::parse(external_id).unwrap(),
        lifecycle,
        reason: "The CRM says so.".into(),
    }
}

/// An answer of the platform's, in the ninth second.
pub(crate) fn answered() -> contacts::Answered<'static> {
    contacts::Answered {
        at: at(9),
        run: "run-9",
    }
}
