//! A store with one connection in a folder of its own, and the pages that go into it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use nurturehub_port::{
    ConnectionId, Contact, Cursor, ExternalId, MappedContact, ProviderId, RunId, Secret, TenantId,
};
use nurturehub_store::connections::{self, NewConnection};
use nurturehub_store::contacts::{self, PageLog, PageLogKey, PageToStage, Records};
use nurturehub_store::{DatabaseKey, Store, listings, runs};
use tempfile::TempDir;
use tokio::runtime::Runtime;

const NOW: Timestamp = Timestamp::constant(1_752_148_800, 0);

/// A page's contacts, made of one. Their names say which form of them it is.
pub(crate) fn contacts(count: usize, form: &str) -> Vec<MappedContact> {
    let text = include_str!("../../../port/benches/contact.json");
    let one: Contact = serde_json::from_str(text).unwrap();
    let numbered = |number: usize| {
        let mut contact = one.clone();
        contact.identity.full_name = format!("Rosalind Achterberg {form} {number}");
        contact.provenance.external_id = ExternalId::parse(format!("A{number}")).unwrap();
        contact.id = Contact::derive_id(
            &contact.provenance.connection_id,
            &contact.provenance.external_id,
        );
        let raw = serde_json::json!({ "id": number, "form": form, "contact": &contact });
        MappedContact {
            contact: contact.sealed(),
            raw: raw.to_string().into(),
            issues: Vec::new(),
        }
    };
    (0..count).map(numbered).collect()
}

/// The store.
pub(crate) struct Desk {
    runtime: Runtime,
    store: Store,
    connection: i64,
    run: i64,
    _folder: TempDir,
}

impl Desk {
    /// An empty one.
    pub(crate) fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let folder = tempfile::tempdir().unwrap();
        let key = DatabaseKey::new(Secret::new(vec![7; DatabaseKey::LENGTH])).unwrap();
        let path = folder.path().join("store.db");
        let store = runtime.block_on(Store::open(&path, key)).unwrap();
        let opening = store.write(|tx| {
            let new = NewConnection {
                id: ConnectionId::parse("one").unwrap(),
                provider: ProviderId::parse("some").unwrap(),
                tenant: TenantId::parse("agency").unwrap(),
                name: "One".into(),
                reference: None,
                settings: BTreeMap::new(),
                at: NOW,
            };
            let connection = connections::create(tx, &new)?.row;
            let run = RunId::parse("run").unwrap();
            Ok((connection, runs::begin(tx, &run, connection, "sync", NOW)?))
        });
        let (connection, run) = runtime.block_on(opening).unwrap();
        Self {
            runtime,
            store,
            connection,
            run,
            _folder: folder,
        }
    }

    /// Packs a page, writes it down and merges it, as a listing of its own.
    pub(crate) fn store_page(&self, contacts: Vec<MappedContact>) {
        let (connection, run) = (self.connection, self.run);
        let records = Records::pack(contacts).unwrap();
        let key = PageLogKey::new(Secret::new([7; 32]));
        let mut log = PageLog::begin(self.store.path(), connection, &key, 0);
        let listing = self.store.write(move |tx| {
            let listing = listings::begin(tx, connection, true, NOW)?;
            contacts::seal_log(tx, connection, &key)?;
            Ok(listing.number)
        });
        log.append(PageToStage {
            connection,
            listing: self.runtime.block_on(listing).unwrap(),
            run,
            records,
            rejected: Vec::new(),
            removals: Vec::new(),
            cursor: Cursor::from_stored("\"end\"".to_owned()),
            source_total: None,
            complete: true,
            traces: Vec::new(),
            at: NOW,
        })
        .unwrap();
        let pages = log.hand_out();
        let merging = self.store.write(move |tx| {
            let counts = contacts::merge_logged(tx, pages)?;
            let listing = listings::find(tx, connection)?;
            if let Some(listing) = listing {
                listings::close(tx, connection, &listing, None)?;
            }
            Ok(counts)
        });
        self.runtime.block_on(merging).unwrap();
    }

    /// A page of what a push would do.
    pub(crate) fn preview(&self, limit: usize) {
        let limit = u32::try_from(limit).unwrap();
        let preview = self.store.preview(self.connection, None, limit, 0);
        self.runtime.block_on(preview).unwrap();
    }
}
