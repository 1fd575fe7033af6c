//! From end to end: a real adapter, a real simulator, the proxy between them, and a description.

use futures_util::StreamExt;
use nurturehub_port::SyncStart;
use nurturehub_spec_check::{
    Checker, CrmPlan, Document, Finding, Side, Stage, Vector, Violation, drive, misjudged, replay,
};
use serde_json::{Value, json};

/// The one list of a CRM that the profile of an invented agency would know: path, query, envelope.
fn description(list: &str) -> Value {
    let id = |name: &str| json!({ "name": name, "in": "path", "schema": { "type": "integer" } });
    json!({
        "openapi": "3.1.0",
        "security": [{ "key": [] }],
        "paths": {
            format!("/v4/contacts/{{agency}}/{list}/{{offset}}/{{count}}"): { "get": {
                "parameters": [
                    id("offset"),
                    id("count"),
                    { "name": "branchID", "in": "query", "schema": { "type": "string" } },
                ],
                "responses": {
                    "200": { "content": { "application/json": { "schema": {
                        "type": "object",
                        "required": ["Count", "Data"],
                        "properties": {
                            "Count": { "type": "integer" },
                            "Data": { "type": "array", "items": { "type": "object",
                                "required": ["OID"],
                                "additionalProperties": { "type": ["string", "null"] } } },
                        },
                    } } } },
                    "404": {},
                },
            } },
        },
        "components": {
            "securitySchemes": { "key": { "type": "apiKey", "in": "header", "name": "api_key" } },
        },
    })
}

/// What a full listing breaks of a description of its list of tenants.
async fn tenants(stage: &Stage, list: &str) -> Vec<Violation> {
    let adapter = stage.adapter(&[]).unwrap();
    let mut stream = adapter.sync_contacts(SyncStart::Full);
    // A listing that is bent ends with an error, which is the adapter's business.
    while let Some(Ok(_)) = stream.next().await {}
    let document = Document::parse("tenants", description(list)).unwrap();
    let mut checker = Checker::new(vec![document]);
    let mut violations = Vec::new();
    let recorded = stage.recorder.exchanges();
    let about_tenants = recorded.iter().filter(|one| one.path.contains("/tenants/"));
    for exchange in about_tenants {
        violations.extend(checker.check(exchange).unwrap());
    }
    assert!(!recorded.is_empty(), "something was recorded");
    violations
}

#[tokio::test]
async fn a_faithful_pair_breaks_nothing() {
    let stage = Stage::set("agentos").await.unwrap();
    assert_eq!(tenants(&stage, "tenants").await, []);
}

#[tokio::test]
async fn a_simulator_that_answers_otherwise_is_caught() {
    for (fault, place) in [
        (".list:wrongType", "answer 200 /Data"),
        (".list:recordWrongType", "answer 200 /Data/*/"),
        (".list:html", "answer 200"),
        (".list:status=418", "answer 418"),
    ] {
        let stage = Stage::set("agentos").await.unwrap();
        stage.fault(fault).unwrap();
        let violations = tenants(&stage, "tenants").await;
        let caught = violations.iter().any(|violation| {
            violation.side == Side::Simulator && violation.place.starts_with(place)
        });
        assert!(caught, "{fault} must be seen at {place}: {violations:?}");
    }
}

#[tokio::test]
async fn an_adapter_that_asks_for_what_there_is_not_is_caught() {
    let stage = Stage::set("agentos").await.unwrap();
    let violations = tenants(&stage, "lodgers").await;
    let first = violations.first().unwrap();
    assert_eq!(
        (first.side, first.finding),
        (Side::Adapter, Finding::UnknownPath)
    );
}

/// A CRM that is driven without any description of it.
const PLAN: CrmPlan = CrmPlan {
    id: "agentos",
    describe: None,
    undescribed: "",
    variants: &[&[("pageSize", "20")]],
    topics: &[],
    probes: &[],
    amendments: &[],
    exceptions: &[],
};

#[tokio::test]
async fn refusals_are_seen_that_a_good_sync_never_meets() {
    let stage = Stage::set("agentos").await.unwrap();
    let driven = drive(&stage, &PLAN).await.unwrap();
    let document = Document::parse("tenants", description("tenants")).unwrap();
    let mut checker = Checker::new(vec![document]);
    let refused = || {
        let recorded = stage.recorder.exchanges();
        recorded.iter().filter(|one| one.status == 404).count()
    };
    assert_eq!(refused(), 0);
    replay(&stage, &PLAN, &driven.contact, &mut checker)
        .await
        .unwrap();
    assert_eq!(refused(), 1, "the one failure that the one operation names");
}

#[tokio::test]
async fn a_scene_that_does_not_come_off_is_no_success() {
    let stage = Stage::set("agentos").await.unwrap();
    stage.fault(".list:empty").unwrap();
    let failure = drive(&stage, &PLAN).await.unwrap_err();
    assert!(
        failure.to_string().contains("did not come off"),
        "{failure}"
    );
    stage.no_faults();
    let plan = CrmPlan {
        probes: &["/nowhere"],
        ..PLAN
    };
    let driven = drive(&stage, &plan).await.unwrap();
    let document = Document::parse("tenants", description("tenants")).unwrap();
    let mut checker = Checker::new(vec![document]);
    let failure = replay(&stage, &plan, &driven.contact, &mut checker).await;
    assert!(failure.is_err(), "a probe must be answered");
}

#[tokio::test]
async fn a_verdict_on_a_signature_that_differs_is_caught() {
    let mut stage = Stage::set("street").await.unwrap();
    let forged = Vector {
        name: "forged".to_owned(),
        secret: "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".to_owned(),
        headers: vec![
            ("svix-id".to_owned(), "msg_1".to_owned()),
            ("svix-timestamp".to_owned(), "1704164645".to_owned()),
            ("svix-signature".to_owned(), "v1,AAAA".to_owned()),
        ],
        body: "{}".to_owned(),
        received_at: 1_704_164_645,
        valid: false,
    };
    let judged = misjudged(&mut stage, std::slice::from_ref(&forged)).await;
    assert_eq!(judged.unwrap(), []);
    let claimed = Vector {
        valid: true,
        ..forged
    };
    assert_eq!(misjudged(&mut stage, &[claimed]).await.unwrap().len(), 1);
}
