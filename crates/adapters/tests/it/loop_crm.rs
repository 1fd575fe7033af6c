//! Loop, against its simulator, whose data are as untidy as an agency's.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures_util::StreamExt;
use nurturehub_adapter_kit::testing::ManualClock;
use nurturehub_adapter_kit::{AdapterContext, HttpClient, HttpConfig, Settings, StaticCredential};
use nurturehub_adapters::{ExplainOrigin, registry};
use nurturehub_port::{
    ConnectionId, ConsentState, CrmAdapter, ErrorKind, PageRecord, Secret, StepName, StepStatus,
    SyncStart, TenantId,
};
use nurturehub_sandbox::{AccessChange, Change, Faults, Mutation, Sandbox, SandboxConfig, Time};

use super::profile::server::{contacts, ids, list, now};

/// The adapter on a sandbox, and a clock that nobody waits for.
struct Loop {
    adapter: Box<dyn CrmAdapter>,
    clock: Arc<ManualClock>,
    http: HttpClient,
}

async fn sandbox(contacts: usize) -> Sandbox {
    let config = SandboxConfig {
        contacts,
        flawed: true,
        limits: false,
        time: Time::Fixed(now()),
        ..SandboxConfig::default()
    };
    Sandbox::start(config).await.unwrap()
}

fn connect(sandbox: &Sandbox) -> Loop {
    connect_with(sandbox, &[], None)
}

fn connect_with(sandbox: &Sandbox, more: &[(&str, &str)], key: Option<&str>) -> Loop {
    let access = sandbox.describe().providers.remove("loop").unwrap();
    let registration = registry::find("loop").unwrap();
    let spec = (registration.spec)();
    let mut given = access.settings;
    given.extend(
        more.iter()
            .map(|(key, value)| ((*key).into(), (*value).into())),
    );
    let settings = Settings::parse(&spec, given).unwrap();
    let clock = Arc::new(ManualClock::new(now()));
    let config = HttpConfig::from_settings(&settings, &spec).unwrap();
    let http = HttpClient::new(config, clock.clone(), 1, &[]).unwrap();
    let key = key.map_or_else(|| access.secrets["apiKey"].clone(), ToOwned::to_owned);
    let context = AdapterContext {
        connection: ConnectionId::parse("north").unwrap(),
        provider: spec.id.clone(),
        tenant: TenantId::parse("sample").unwrap(),
        settings,
        credential: Arc::new(StaticCredential::new(Secret::new(key))),
        secrets: BTreeMap::new(),
        http: http.clone(),
        clock: clock.clone(),
    };
    Loop {
        adapter: (registration.build)(context),
        clock,
        http,
    }
}

/// The external ids' last part, which is the CRM's own id.
fn own_ids(ids: &[String]) -> BTreeSet<&str> {
    ids.iter()
        .map(|id| id.split_once('/').map_or("", |(_, own)| own))
        .collect()
}

#[tokio::test]
async fn a_sweep_holds_what_the_crm_holds() {
    let sandbox = sandbox(3_000).await;
    let crm = connect(&sandbox);
    let (pages, error) = list(crm.adapter.as_ref(), SyncStart::Full).await;
    assert_eq!(error, None);
    let truth = sandbox.loop_crm().truth();
    let contacts = contacts(&pages);
    assert_eq!(contacts.len(), truth.mappable);
    let distinct: BTreeSet<String> = ids(&pages).into_iter().collect();
    assert_eq!(distinct.len(), truth.mappable, "nobody comes twice");
    let rejected = pages
        .iter()
        .flat_map(|page| &page.records)
        .filter(|record| matches!(record, PageRecord::Rejected(_)))
        .count();
    assert!(truth.unmappable > 0, "the agency's data are not clean");
    assert_eq!(rejected, truth.unmappable);
    let last = pages.last().unwrap();
    assert!(last.complete);
    assert_eq!(last.source_total, u64::try_from(truth.listed).ok());

    let mut categories: BTreeMap<String, usize> = BTreeMap::new();
    for mapped in &contacts {
        let contact = &mapped.contact;
        *categories
            .entry(contact.category.as_str().to_owned())
            .or_default() += 1;
        let consent = &contact.consent;
        for state in [consent.email, consent.sms, consent.phone, consent.post] {
            assert_eq!(state, ConsentState::Unknown, "nothing is known of consent");
        }
    }
    assert_eq!(categories, truth.categories);
    let reached = |test: &dyn Fn(&&&nurturehub_port::MappedContact) -> bool| {
        contacts.iter().filter(test).count() * 2 > contacts.len()
    };
    assert!(
        reached(&|mapped| !mapped.contact.emails.is_empty()),
        "mail in both styles"
    );
    assert!(
        reached(&|mapped| !mapped.contact.addresses.is_empty()),
        "addresses, too"
    );
    let requests = truth
        .lists
        .values()
        .map(|length| length.div_ceil(100))
        .sum::<usize>();
    assert_eq!(
        crm.http.requests(),
        requests as u64,
        "a request for each page and no more"
    );
}

#[tokio::test]
async fn whoever_is_held_throughout_is_listed_while_people_work_in_the_crm() {
    let sandbox = sandbox(2_000).await;
    let crm = connect(&sandbox);
    let everybody = ids(&list(crm.adapter.as_ref(), SyncStart::Full).await.0);
    let mut gone = BTreeSet::new();
    let mut moved = BTreeSet::new();
    let mut pages = Vec::new();
    let mut stream = crm.adapter.sync_contacts(SyncStart::Full);
    while let Some(page) = stream.next().await {
        pages.push(page.unwrap());
        if pages.len() < 12 {
            let crm = sandbox.loop_crm();
            gone.extend(crm.mutate(&Mutation::of(Change::Erase, 7)));
            moved.extend(crm.mutate(&Mutation::of(Change::ChangeRole, 2)));
            crm.mutate(&Mutation::of(Change::Edit, 5));
            crm.mutate(&Mutation::of(Change::Create, 3));
        }
    }
    assert!(pages.last().unwrap().complete);
    let seen = ids(&pages);
    let seen = own_ids(&seen);
    for id in own_ids(&everybody) {
        assert!(
            seen.contains(id) || gone.contains(id) || moved.contains(id),
            "{id} was on its list all the time and must be listed"
        );
    }
    let (after, error) = list(crm.adapter.as_ref(), SyncStart::Full).await;
    assert_eq!(error, None);
    assert_eq!(contacts(&after).len(), sandbox.loop_crm().truth().mappable);
}

#[tokio::test]
async fn an_edit_shows_in_the_hash_of_that_contact_alone() {
    let sandbox = sandbox(300).await;
    let crm = connect(&sandbox);
    let hashes = |pages: &[nurturehub_port::ContactPage]| -> BTreeMap<String, String> {
        contacts(pages)
            .into_iter()
            .map(|mapped| {
                let origin = &mapped.contact.provenance;
                (origin.external_id.to_string(), origin.content_hash.clone())
            })
            .collect()
    };
    let (before, _) = list(crm.adapter.as_ref(), SyncStart::Full).await;
    let edited: BTreeSet<String> = sandbox
        .loop_crm()
        .mutate(&Mutation::of(Change::Edit, 4))
        .into_iter()
        .collect();
    let since = before.last().unwrap().cursor.clone();
    let (after, error) = list(crm.adapter.as_ref(), SyncStart::Incremental { since }).await;
    assert_eq!(error, None);
    let (before, after) = (hashes(&before), hashes(&after));
    assert_eq!(
        before.len(),
        after.len(),
        "no filter is known, so everybody comes again"
    );
    let changed: BTreeSet<&str> = after
        .iter()
        .filter(|(id, hash)| before[*id] != **hash)
        .map(|(id, _)| id.split_once('/').unwrap().1)
        .collect();
    assert_eq!(changed, edited.iter().map(String::as_str).collect());
}

#[tokio::test]
async fn a_listing_that_is_cut_short_or_repeats_itself_is_never_taken_for_a_whole_one() {
    for (fault, kind) in [
        ("loop.list:shortListing=150", ErrorKind::IncompleteListing),
        ("loop.list:repeatPage", ErrorKind::Protocol),
        ("loop.list:html", ErrorKind::NetworkProxy),
        ("loop.list:wrongType", ErrorKind::SchemaChanged),
    ] {
        let sandbox = sandbox(2_000).await;
        sandbox.add_faults(fault.parse::<Faults>().unwrap());
        let (pages, error) = list(connect(&sandbox).adapter.as_ref(), SyncStart::Full).await;
        assert_eq!(error.expect("it is not whole").kind, kind, "{fault}");
        assert!(pages.iter().all(|page| !page.complete), "{fault}");
    }
}

#[tokio::test]
async fn what_is_no_key_of_loops_is_never_sent() {
    let sandbox = sandbox(10).await;
    let crm = connect_with(&sandbox, &[], Some("sk-secret-of-another-service"));
    let (_, error) = list(crm.adapter.as_ref(), SyncStart::Full).await;
    let error = error.unwrap();
    assert_eq!(error.kind, ErrorKind::AuthInvalid);
    assert!(
        !format!("{error:?}").contains("sk-secret"),
        "the key stays secret"
    );
    let steps: Vec<_> = crm.adapter.verify_connection().collect().await;
    let failed = steps.iter().find(|step| step.status == StepStatus::Failed);
    assert_eq!(failed.unwrap().step, StepName::Credentials);
    assert_eq!(crm.http.requests(), 0);
    assert!(
        sandbox
            .requests(|request| request.part == "loop")
            .is_empty()
    );
}

#[tokio::test]
async fn verification_finds_a_list_that_is_closed_to_the_key() {
    let sandbox = sandbox(50).await;
    let crm = connect(&sandbox);
    let steps: Vec<_> = crm.adapter.verify_connection().collect().await;
    let failed = steps.iter().find(|step| step.status == StepStatus::Failed);
    assert!(failed.is_none(), "{failed:?}");
    let withheld = AccessChange::Withhold {
        permission: "landlords".to_owned(),
    };
    sandbox.loop_crm().change_access(&withheld);
    let steps: Vec<_> = crm.adapter.verify_connection().collect().await;
    let failed = steps
        .iter()
        .find(|step| step.status == StepStatus::Failed)
        .unwrap();
    assert_eq!(failed.step, StepName::Permissions);
    assert_eq!(failed.error.as_ref().unwrap().kind, ErrorKind::ScopeMissing);
    assert!(failed.detail.contains("landlord"), "{}", failed.detail);
}

#[tokio::test]
async fn a_profile_of_the_agencys_own_takes_the_place_of_the_built_in_one() {
    let sandbox = sandbox(300).await;
    let own = include_str!("../../src/loop/profile.json")
        .replace("\"records\": 100", "\"records\": 9000")
        .replace("\"name\": \"Loop\"", "\"name\": \"Loop of ours\"");
    let crm = connect_with(&sandbox, &[("profile", &own)], None);
    let (pages, error) = list(crm.adapter.as_ref(), SyncStart::Full).await;
    // The CRM refuses pages of that length by an error mark, with a status of success.
    assert_eq!(error.unwrap().kind, ErrorKind::ProviderRejected);
    assert!(pages.is_empty());

    let own = own.replace("9000", "40");
    let crm = connect_with(&sandbox, &[("profile", &own)], None);
    let (pages, error) = list(crm.adapter.as_ref(), SyncStart::Full).await;
    assert_eq!(error, None);
    assert!(pages.iter().all(|page| page.records.len() <= 40));
    assert_eq!(contacts(&pages).len(), sandbox.loop_crm().truth().mappable);
}

#[tokio::test]
async fn one_request_a_second_is_kept_and_a_429_is_waited_out() {
    let sandbox = sandbox(600).await;
    let crm = connect(&sandbox);
    sandbox.add_faults(
        "loop.list:status=429,retryAfter=20,times=1"
            .parse::<Faults>()
            .unwrap(),
    );
    let (pages, error) = list(crm.adapter.as_ref(), SyncStart::Full).await;
    assert_eq!(error, None, "the listing goes on by itself");
    let waited: std::time::Duration = crm.clock.waits().iter().sum();
    let requests = crm.http.requests();
    assert!(
        waited.as_secs() >= 20 + requests - 2,
        "{requests} requests for {} pages took only {waited:?}",
        pages.len()
    );
    assert_eq!(sandbox.request_summary().most_at_once["loop"], 1);
}

#[tokio::test]
async fn a_stored_record_is_explained_by_the_built_in_profile() {
    let sandbox = sandbox(100).await;
    let (pages, _) = list(connect(&sandbox).adapter.as_ref(), SyncStart::Full).await;
    let contacts = contacts(&pages);
    let mapped = contacts
        .iter()
        .find(|mapped| mapped.contact.provenance.external_type == "tenant")
        .unwrap();
    let origin = &mapped.contact.provenance;
    let registration = registry::find("loop").unwrap();
    let told = registration
        .explain_with(
            &mapped.raw,
            &ExplainOrigin {
                connection: origin.connection_id.clone(),
                provider: origin.provider.clone(),
                external_id: origin.external_id.clone(),
                external_type: origin.external_type.clone(),
                fetched_at: origin.fetched_at,
            },
            &BTreeMap::new(),
        )
        .unwrap();
    let category = told.lineage.iter().find(|line| line.field == "category");
    assert_eq!(category.unwrap().from, "(list)");
    assert_eq!(told.issues, mapped.issues, "it is the same reading");
}
