//! What goes wrong, and what is said of it.

use nurturehub_port::{
    Activity, ActivityContact, ActivityKind, ActivitySource, ErrorKind, ExternalId, Retry,
    SyncStart, WebhookDelivery, WriteBackStatus,
};

use super::scripted::{Answer, KEY, Script, list, minutes, now, start, tenants};

fn with(answers: Vec<Answer>) -> Script {
    let mut script = Script {
        instead: vec![("tenants", answers.into())],
        ..Script::default()
    };
    script.lists.insert("tenants", tenants(1));
    script
}

#[tokio::test]
async fn after_a_429_nothing_is_asked_for_a_minute() {
    let agentos = start(with(vec![Answer::Status(429, "")]), &[]).await;
    let (_, error) = list(&agentos, SyncStart::Full).await;
    assert_eq!(error, None, "the listing goes on by itself");
    let waited: std::time::Duration = agentos.clock.waits().iter().sum();
    assert!(waited >= minutes(1), "waited only {waited:?}");
}

#[tokio::test]
async fn a_403_after_a_429_is_a_block_and_not_a_bad_key() {
    let script = with(vec![
        Answer::Status(429, ""),
        Answer::Status(403, "Forbidden"),
    ]);
    let agentos = start(script, &[]).await;
    let (_, error) = list(&agentos, SyncStart::Full).await;
    let error = error.unwrap();
    assert_eq!(error.kind, ErrorKind::RateLimited);
    let Retry::At(at) = error.retry else {
        panic!("a block ends at some time, not {:?}", error.retry);
    };
    assert!(
        at.duration_since(now()).as_secs() >= 15 * 60,
        "asking during the block prolongs it"
    );
    let requests = agentos.http.requests();
    assert_eq!(requests, 2, "nothing more is asked of it");
}

#[tokio::test]
async fn each_refusal_names_what_to_do() {
    for (status, body, kind, word) in [
        (401, "", ErrorKind::ScopeMissing, "Contacts tier"),
        (403, "Forbidden", ErrorKind::ScopeMissing, "Contacts tier"),
        (404, "", ErrorKind::TenantUnknown, "short name"),
        (400, "", ErrorKind::ProviderRejected, "bundle"),
    ] {
        let agentos = start(with(vec![Answer::Status(status, body)]), &[]).await;
        let (_, error) = list(&agentos, SyncStart::Full).await;
        let error = error.unwrap();
        assert_eq!(error.kind, kind, "{status}");
        assert!(
            error.remedy.contains(word),
            "{status}: `{}` does not say `{word}`",
            error.remedy
        );
        assert_eq!(error.evidence.status, Some(status));
    }
}

#[tokio::test]
async fn a_refusal_gives_the_reason_and_nobody_is_sent_to_read_one_that_is_not_there() {
    const WHY: &str = r#"{"Message": "The limit is too large."}"#;
    for (status, body) in [(400, WHY), (405, WHY), (418, WHY), (400, ""), (418, "")] {
        let agentos = start(with(vec![Answer::Status(status, body)]), &[]).await;
        let (_, error) = list(&agentos, SyncStart::Full).await;
        let error = error.unwrap();
        let said = error.message.contains("“The limit is too large”");
        let sent = error.remedy.contains("the reason that the CRM gives");
        let given = !body.is_empty();
        assert_eq!((said, sent), (given, given), "{status} {body}: {error:?}");
    }
}

#[tokio::test]
async fn a_401_is_about_the_key_where_no_tier_knows_it() {
    let mut script = with(vec![Answer::Status(401, "")]);
    script.closed.push("company");
    let agentos = start(script, &[]).await;
    let (_, error) = list(&agentos, SyncStart::Full).await;
    let error = error.unwrap();
    assert_eq!(error.kind, ErrorKind::AuthInvalid);
    assert!(
        error.remedy.contains("enter the key again"),
        "{}",
        error.remedy
    );
}

#[tokio::test]
async fn another_shape_is_told_apart_from_broken_json() {
    for (body, kind) in [
        (r#"{"Total":1,"Items":[]}"#, ErrorKind::SchemaChanged),
        (
            r#"{"Count":1,"Data":{"OID":"1"}}"#,
            ErrorKind::SchemaChanged,
        ),
        (r#"[]"#, ErrorKind::SchemaChanged),
        (r#"{"Count":1,"Data":[{"OID":"#, ErrorKind::Protocol),
        ("<html>Sign in</html>", ErrorKind::Protocol),
    ] {
        let agentos = start(with(vec![Answer::Body(body.to_owned())]), &[]).await;
        let (_, error) = list(&agentos, SyncStart::Full).await;
        assert_eq!(error.unwrap().kind, kind, "{body}");
    }
}

#[tokio::test]
async fn the_key_goes_in_its_header_and_nowhere_else() {
    let agentos = start(with(vec![]), &[("keyHeader", "ApiKey")]).await;
    let (_, error) = list(&agentos, SyncStart::Full).await;
    assert_eq!(error, None, "the header's name is a setting");
    let script = agentos.script.lock().unwrap();
    for (address, headers) in &script.seen {
        assert!(!address.contains(KEY), "a key in {address} would be logged");
        assert!(headers.iter().any(|name| name == "apikey"));
        assert!(
            address.contains("/samplelets/"),
            "the short name goes in lower case: {address}"
        );
    }
    let trace = format!("{:?}", agentos.http.trace());
    assert!(!trace.contains(KEY));
}

#[tokio::test]
async fn what_agentos_cannot_do_is_unsupported_with_a_reason() {
    let agentos = start(Script::default(), &[]).await;
    let activity = Activity {
        id: "a1".into(),
        kind: ActivityKind::Note,
        occurred_at: now(),
        source: ActivitySource {
            system: "nurturehub".into(),
            reference: None,
        },
        contact: ActivityContact {
            external_id: ExternalId::parse("tenant/T1").unwrap(),
            external_type: None,
        },
        subject: None,
        body: None,
        link: None,
        attributes: std::collections::BTreeMap::new(),
    };
    let outcomes = agentos
        .adapter
        .push_activity(&[activity.clone(), activity])
        .await
        .unwrap();
    assert_eq!(outcomes.len(), 2, "one answer for each");
    for outcome in outcomes {
        assert_eq!(outcome.status, WriteBackStatus::Unsupported);
        assert_eq!(outcome.error.unwrap().kind, ErrorKind::Unsupported);
    }
    let delivery = WebhookDelivery {
        headers: vec![],
        body: b"{}".to_vec(),
        received_at: now(),
        check_signature: false,
    };
    let refused = agentos.adapter.ingest_webhook(&delivery).await.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::Unsupported);
    assert_eq!(agentos.http.requests(), 0, "nothing is asked of the CRM");
}
