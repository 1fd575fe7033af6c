//! What goes wrong, and what is said of it.

use futures_util::StreamExt;
use nurturehub_port::{
    Activity, ActivityContact, ActivityKind, ActivitySource, ErrorKind, ExternalId, StepName,
    StepStatus, SyncStart, WebhookDelivery, WriteBackStatus,
};
use serde_json::{Value, json};

use super::server::{KEY, list, now, people, profile, start, start_with_text};

fn marked() -> Value {
    let mut profile =
        profile(json!({"style": "pageNumber", "page": "page", "size": "size", "records": 5}));
    profile["answer"]["errors"] = json!([
        {"path": "status.code", "values": ["Denied"], "means": "authInvalid"},
        {"path": "status.code", "values": ["closed"], "means": "scopeMissing"},
        {"path": "status.code", "values": ["busy"], "means": "providerDown"},
        {"path": "ok", "values": ["false"]},
    ]);
    profile
}

#[tokio::test]
async fn an_error_mark_is_a_failure_whatever_the_status_says() {
    for (body, kind) in [
        (
            json!({"status": {"code": "DENIED"}}),
            ErrorKind::AuthInvalid,
        ),
        (
            json!({"status": {"code": "closed"}, "items": []}),
            ErrorKind::ScopeMissing,
        ),
        (json!({"status": {"code": "busy"}}), ErrorKind::ProviderDown),
        (
            json!({"ok": false, "items": [], "message": "for Ada Lovelace"}),
            ErrorKind::ProviderRejected,
        ),
    ] {
        let crm = start(&marked(), move |_| (200, body.to_string())).await;
        let (pages, error) = list(crm.adapter.as_ref(), SyncStart::Full).await;
        let error = error.expect("the mark is there");
        assert_eq!(error.kind, kind);
        assert!(pages.is_empty());
        assert!(
            !format!("{error:?}").contains("Lovelace"),
            "what the CRM says beside the mark may be anybody's name"
        );
    }
    let crm = start(&marked(), |_| {
        (
            200,
            json!({"ok": true, "status": null, "items": people(0..2)}).to_string(),
        )
    })
    .await;
    let (_, error) = list(crm.adapter.as_ref(), SyncStart::Full).await;
    assert_eq!(error, None, "no mark, no failure");
}

#[tokio::test]
async fn another_shape_is_told_apart_from_what_is_no_json() {
    for (body, kind) in [
        (r#"{"people": []}"#, ErrorKind::SchemaChanged),
        (r#"{"items": {"1": {}}}"#, ErrorKind::SchemaChanged),
        ("[]", ErrorKind::SchemaChanged),
        ("7", ErrorKind::SchemaChanged),
        (r#"{"items": [{"id": 1}"#, ErrorKind::Protocol),
        ("", ErrorKind::Protocol),
        ("<html>Sign in</html>", ErrorKind::Protocol),
    ] {
        let crm = start(&marked(), move |_| (200, body.to_owned())).await;
        let (_, error) = list(crm.adapter.as_ref(), SyncStart::Full).await;
        assert_eq!(error.map(|error| error.kind), Some(kind), "{body}");
    }
    for body in [r#"{"items": null}"#, r#"{"items": [], "total": null}"#] {
        let crm = start(&marked(), move |_| (200, body.to_owned())).await;
        let (pages, error) = list(crm.adapter.as_ref(), SyncStart::Full).await;
        assert_eq!(error, None, "{body} is a list of nobody");
        assert!(pages.len() == 1 && pages[0].complete);
    }
}

#[tokio::test]
async fn each_refusal_names_what_to_do() {
    for (status, kind, word) in [
        (401, ErrorKind::AuthInvalid, "key"),
        (403, ErrorKind::ScopeMissing, "permission"),
        (404, ErrorKind::Configuration, "baseUrl"),
        (400, ErrorKind::ProviderRejected, "parameters"),
        (418, ErrorKind::ProviderRejected, "bundle"),
    ] {
        let crm = start(&marked(), move |_| (status, "{}".to_owned())).await;
        let (_, error) = list(crm.adapter.as_ref(), SyncStart::Full).await;
        let error = error.unwrap();
        assert_eq!(error.kind, kind, "{status}");
        assert!(error.remedy.contains(word), "{status}: {}", error.remedy);
        assert_eq!(error.evidence.status, Some(status));
    }
}

#[tokio::test]
async fn the_key_goes_in_its_header_and_nowhere_else() {
    let crm = start(&marked(), |_| (200, json!({"items": []}).to_string())).await;
    list(crm.adapter.as_ref(), SyncStart::Full).await;
    let asked = crm.asked.lock().unwrap()[0].clone();
    assert_eq!(asked.headers["x-key"], KEY);
    assert!(asked.query.values().all(|value| !value.contains(KEY)));
    assert!(!format!("{:?}", crm.http.trace()).contains(KEY));
}

#[tokio::test]
async fn a_profile_that_is_not_right_is_told_before_anything_is_asked() {
    let mut wrong = marked();
    wrong["record"]["id"] = json!("a..b");
    for (text, place) in [
        (wrong.to_string(), "record.id"),
        ("{\n \"version\": 1,\n \"nme\": 2}".to_owned(), "nme"),
        ("not json".to_owned(), "line 1"),
    ] {
        let crm = start_with_text(&text, |_| (200, "{}".to_owned())).await;
        let (_, error) = list(crm.adapter.as_ref(), SyncStart::Full).await;
        let error = error.unwrap();
        assert_eq!(error.kind, ErrorKind::Configuration);
        assert!(error.message.contains(place), "{}", error.message);
        let steps: Vec<_> = crm.adapter.verify_connection().collect().await;
        let failed = steps.iter().find(|step| step.status == StepStatus::Failed);
        assert_eq!(failed.unwrap().step, StepName::Configuration);
        assert_eq!(
            crm.requests(),
            0,
            "nothing is asked by a profile that is not right"
        );
    }
}

#[tokio::test]
async fn verification_asks_every_list_for_one_record() {
    let mut two = marked();
    two["lists"] = json!([
        {"name": "person", "path": "/people"},
        {"name": "firm", "path": "/firms", "query": {"kind": "all"}},
    ]);
    let closed_list = Some((StepName::Permissions, ErrorKind::ScopeMissing));
    for (closed, failed) in [
        ("", None),
        ("/people", closed_list),
        ("/firms", closed_list),
    ] {
        let crm = start(&two, move |asked| {
            let status = if asked.path == closed { 403 } else { 200 };
            (status, json!({"items": people(0..1)}).to_string())
        })
        .await;
        let steps: Vec<_> = crm.adapter.verify_connection().collect().await;
        let names: Vec<StepName> = steps.iter().map(|step| step.step).collect();
        assert_eq!(names, StepName::ALL, "every step once and in order");
        let broken = steps.iter().find(|step| step.status == StepStatus::Failed);
        let broken = broken.map(|step| (step.step, step.error.as_ref().unwrap().kind));
        assert_eq!(broken, failed, "each list may be closed by itself");
        if let Some(step) = steps.iter().find(|step| step.status == StepStatus::Failed) {
            let name = if closed == "/firms" { "firm" } else { "person" };
            assert!(step.detail.contains(name), "{} names the list", step.detail);
        }
        for asked in crm.asked.lock().unwrap().iter() {
            assert_eq!(asked.query["size"], "1", "no more than is needed");
        }
    }
}

#[tokio::test]
async fn what_a_profile_does_not_describe_is_unsupported_with_a_reason() {
    let crm = start(&marked(), |_| (200, "{}".to_owned())).await;
    let activity = Activity {
        id: "a1".into(),
        kind: ActivityKind::Note,
        occurred_at: now(),
        source: ActivitySource {
            system: "nurturehub".into(),
            reference: None,
        },
        contact: ActivityContact {
            external_id: ExternalId::parse("person/1").unwrap(),
            external_type: None,
        },
        subject: None,
        body: None,
        link: None,
        attributes: std::collections::BTreeMap::new(),
    };
    let outcomes = crm
        .adapter
        .push_activity(&[activity.clone(), activity])
        .await
        .unwrap();
    assert_eq!(outcomes.len(), 2, "one answer for each");
    for outcome in outcomes {
        assert_eq!(outcome.status, WriteBackStatus::Unsupported);
        assert!(outcome.error.unwrap().message.contains("profile"));
    }
    let delivery = WebhookDelivery {
        headers: vec![],
        body: b"{}".to_vec(),
        received_at: now(),
        check_signature: false,
    };
    let refused = crm.adapter.ingest_webhook(&delivery).await.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::Unsupported);
    assert_eq!(crm.requests(), 0);
}
