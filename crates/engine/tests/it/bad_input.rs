//! Bad input of every kind: a typed error with a remedy, and nothing lost.

use std::collections::BTreeMap;

use nurturehub_engine::{ConnectRequest, SyncOptions, SyncStatus};
use nurturehub_port::{ErrorKind, Secret, StepStatus};
use nurturehub_sandbox::Faults;

use crate::desk::{Desk, no_prompt};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bad_page_has_its_own_error_and_loses_nothing() {
    let desk = Desk::new(350).await;
    for provider in ["reapit", "agentos"] {
        let connection = desk
            .connect_with(provider, &[("pageSize", "50")])
            .await
            .unwrap();
        for (fault, kind) in [
            ("malformed", ErrorKind::Protocol),
            ("truncate", ErrorKind::Protocol),
            ("wrongType", ErrorKind::SchemaChanged),
            ("html", ErrorKind::NetworkProxy),
            ("oversized=40", ErrorKind::Protocol),
            ("status=403", ErrorKind::ScopeMissing),
        ] {
            let spec = format!("{provider}.list:{fault},after=3");
            desk.sandbox.add_faults(Faults::parse(&spec).unwrap());
            let options = SyncOptions {
                full: true,
                ..SyncOptions::default()
            };
            let error = desk.sync_with(&connection, options).await.unwrap_err();
            let report = error.report();
            desk.sandbox.clear_faults();
            assert_eq!(report.kind, kind, "{provider} {fault}: {}", report.message);
            assert!(!report.remedy.is_empty(), "{provider} {fault}: a remedy");
            let mended = desk.full_sync(&connection).await;
            assert!(
                mended.resumed,
                "{provider} {fault}: it goes on where it stopped"
            );
            assert_eq!(
                mended.proof.listed, 350,
                "{provider} {fault}: and nothing is lost"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_bad_record_among_good_ones_is_kept_and_reported() {
    let desk = Desk::new(150).await;
    let connection = desk.connect("reapit").await;
    desk.sandbox
        .add_faults(Faults::parse("reapit.list:unmappable=1,times=1").unwrap());
    let report = desk.sync(&connection).await;
    assert_eq!(
        (report.created, report.rejected),
        (150, 1),
        "the page goes on: {report:?}"
    );
    assert_eq!(report.status, SyncStatus::Partial);
    let connections = desk.engine.connections().await.unwrap();
    assert_eq!(connections.len(), 1);
    let kept = desk
        .engine
        .store()
        .read(|db| nurturehub_store::contacts::rejected(db, 1, 10))
        .await
        .unwrap();
    assert_eq!(kept.len(), 1, "the record is kept");
    assert!(
        !kept[0].raw.is_empty() && !kept[0].message.is_empty(),
        "as it came, with its reason"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_person_gets_wrong_is_named() {
    let desk = Desk::new(10).await;
    let try_it = async |provider: &str, settings: &[(&str, &str)], secrets: &[(&str, &str)]| {
        let request = ConnectRequest {
            provider: provider.into(),
            tenant: "demo".into(),
            name: None,
            settings: settings
                .iter()
                .map(|(k, v)| ((*k).into(), (*v).into()))
                .collect(),
            secrets: secrets
                .iter()
                .map(|(k, v)| ((*k).into(), Secret::new((*v).to_owned())))
                .collect::<BTreeMap<_, _>>(),
        };
        desk.engine
            .connect(request, &no_prompt())
            .await
            .unwrap_err()
            .report()
    };
    let unknown = try_it("nosuch", &[], &[]).await;
    assert_eq!(unknown.kind, ErrorKind::Configuration);
    assert!(
        unknown.remedy.contains("agentos"),
        "the remedy lists what there is: {}",
        unknown.remedy
    );
    let missing = try_it("agentos", &[], &[("apiKey", "k")]).await;
    assert_eq!(missing.kind, ErrorKind::Configuration);
    assert!(missing.message.contains("shortName"), "{}", missing.message);
    let bad = try_it(
        "agentos",
        &[("shortName", "x"), ("nonsense", "1")],
        &[("apiKey", "k")],
    )
    .await;
    assert_eq!(bad.kind, ErrorKind::Configuration);
    let plain = [("shortName", "x"), ("baseUrl", "http://crm.example")];
    let plain = try_it("agentos", &plain, &[("apiKey", "k")]).await;
    assert_eq!(
        plain.kind,
        ErrorKind::Configuration,
        "plain http is for this computer only"
    );
    let secret = try_it("agentos", &[("shortName", "x")], &[]).await;
    assert_eq!(secret.kind, ErrorKind::AuthInvalid);
    assert!(secret.message.contains("apiKey"), "{}", secret.message);
    assert!(
        desk.engine.connections().await.unwrap().is_empty(),
        "nothing is kept of any of it"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_key_fails_at_the_step_that_finds_it() {
    let desk = Desk::new(10).await;
    let connection = desk.connect("agentos").await;
    let secrets = BTreeMap::from([("apiKey".to_owned(), Secret::new("wrong".to_owned()))]);
    desk.engine
        .reauthorize(&connection, BTreeMap::new(), secrets, &no_prompt())
        .await
        .unwrap();
    let report = desk.engine.verify(&connection, &|_| {}).await.unwrap();
    assert!(!report.ok);
    let failed: Vec<_> = report
        .steps
        .iter()
        .filter(|step| step.status == StepStatus::Failed)
        .collect();
    assert_eq!(
        failed.len(),
        1,
        "one step fails, the rest are skipped: {report:?}"
    );
    assert_eq!(
        serde_json::to_value(failed[0].step).unwrap(),
        "authenticate"
    );
    assert!(failed[0].remedy.is_some(), "with what to do");
}
