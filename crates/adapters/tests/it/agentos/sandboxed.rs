//! Against the simulator, whose data are as untidy as an agency's.

use std::collections::{BTreeMap, BTreeSet};

use nurturehub_port::{ErrorKind, Lifecycle, MappedContact, PageRecord, SyncStart};
use nurturehub_sandbox::{Change, Faults, Mutation, Sandbox, SandboxConfig, Time};

use super::scripted::{AgentOs, connect, list, now};

async fn sandbox(contacts: usize) -> (Sandbox, AgentOs) {
    let config = SandboxConfig {
        contacts,
        flawed: true,
        limits: false,
        time: Time::Fixed(now()),
        ..SandboxConfig::default()
    };
    let sandbox = Sandbox::start(config).await.unwrap();
    let access = sandbox.describe().providers.remove("agentos").unwrap();
    let key = access.secrets.get("apiKey").unwrap().clone();
    let agentos = connect(access.settings, key);
    (sandbox, agentos)
}

struct Swept {
    contacts: BTreeMap<String, Box<MappedContact>>,
    rejected: usize,
    total: Option<u64>,
}

async fn sweep(agentos: &AgentOs) -> Swept {
    let (pages, error) = list(agentos, SyncStart::Full).await;
    assert_eq!(error, None);
    let last = pages.last().unwrap();
    assert!(last.complete);
    let mut swept = Swept {
        contacts: BTreeMap::new(),
        rejected: 0,
        total: last.source_total,
    };
    for record in pages.into_iter().flat_map(|page| page.records) {
        match record {
            PageRecord::Mapped(mapped) => {
                let id = mapped.contact.provenance.external_id.to_string();
                let repeated = swept.contacts.insert(id, mapped);
                assert!(repeated.is_none(), "no list changes meanwhile");
            }
            PageRecord::Rejected(_) => swept.rejected += 1,
        }
    }
    swept
}

#[tokio::test]
async fn a_sweep_holds_what_the_crm_holds() {
    let (sandbox, agentos) = sandbox(3_000).await;
    let swept = sweep(&agentos).await;
    let truth = sandbox.agentos().truth();
    assert!(truth.unmappable > 0, "the agency's data are not clean");
    assert_eq!(swept.contacts.len(), truth.mappable);
    assert_eq!(swept.rejected, truth.unmappable);
    assert_eq!(swept.total, u64::try_from(truth.listed).ok());

    let mut categories: BTreeMap<String, usize> = BTreeMap::new();
    for mapped in swept.contacts.values() {
        let contact = &mapped.contact;
        *categories
            .entry(contact.category.as_str().to_owned())
            .or_default() += 1;
        assert!(!contact.identity.full_name.trim().is_empty());
        assert!(
            serde_json::from_str::<serde_json::Value>(&mapped.raw).is_ok(),
            "the raw record is the CRM's own JSON"
        );
    }
    assert_eq!(categories, truth.categories);
}

#[tokio::test]
async fn people_who_take_their_consent_back_vanish_or_turn_blank() {
    let (sandbox, agentos) = sandbox(500).await;
    let before = sweep(&agentos).await;
    sandbox
        .agentos()
        .mutate(&Mutation::of(Change::WithdrawConsent, 20));
    sandbox.agentos().mutate(&Mutation::of(Change::Blank, 10));
    let after = sweep(&agentos).await;
    assert!(
        before.contacts.len() > after.contacts.len(),
        "some are not listed any more"
    );
    let archived: BTreeSet<&String> = after
        .contacts
        .iter()
        .filter(|(_, mapped)| mapped.contact.lifecycle == Lifecycle::Archived)
        .map(|(id, _)| id)
        .collect();
    let before_archived = before
        .contacts
        .values()
        .filter(|mapped| mapped.contact.lifecycle == Lifecycle::Archived)
        .count();
    assert!(
        archived.len() > before_archived,
        "those that turned blank are archived"
    );
    for (id, mapped) in &after.contacts {
        let was = before.contacts.get(id).unwrap();
        assert_eq!(
            was.contact.provenance.content_hash == mapped.contact.provenance.content_hash,
            was.raw == mapped.raw,
            "{id}: what did not change has the same hash, and what did has another"
        );
    }
}

#[tokio::test]
async fn a_listing_that_is_cut_short_is_never_taken_for_a_whole_one() {
    let (sandbox, agentos) = sandbox(2_000).await;
    sandbox.add_faults("agentos.list:shortListing=100".parse::<Faults>().unwrap());
    let (pages, error) = list(&agentos, SyncStart::Full).await;
    assert_eq!(
        error.expect("the total says that there is more").kind,
        ErrorKind::IncompleteListing
    );
    assert!(pages.iter().all(|page| !page.complete));
}
