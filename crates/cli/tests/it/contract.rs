//! `CONTRACT.md`, command by command, to the letter: its keys with their types and words, its error
//! kinds, and the schemas that the program itself prints. Written down here a second time, so that a
//! change of a name shows, whoever makes it.

mod shape;

use std::path::Path;

use jsonschema::Validator;
use nurturehub_port::ErrorKind;
use nurturehub_sandbox::reapit::WebhookRequest;
use nurturehub_sandbox::{Change, Mutation, SandboxConfig};
use serde_json::{Value, json};

use crate::program::Desk;
pub(crate) use shape::{each_holds, holds};

use shape::Shape;

/// The closed list.
const ERROR_KINDS: [&str; 37] = [
    "signInCancelled",
    "signInTimedOut",
    "signInRefused",
    "wrongAccount",
    "authExpired",
    "authRevoked",
    "authInvalid",
    "scopeMissing",
    "tenantUnknown",
    "rateLimited",
    "quotaExhausted",
    "providerDown",
    "providerRejected",
    "unsupported",
    "network.dns",
    "network.connect",
    "network.tls",
    "network.timeout",
    "network.interrupted",
    "network.proxy",
    "protocol",
    "schemaChanged",
    "incompleteListing",
    "mapping",
    "clockSkew",
    "configuration",
    "vaultLocked",
    "vaultUnavailable",
    "vaultRefused",
    "storageFull",
    "storageCorrupt",
    "storageBusy",
    "platformRejected",
    "platformDown",
    "alreadyRunning",
    "cancelled",
    "internal",
];

const CONNECTION: &Shape<'_> = &[
    ("id", "text"),
    ("provider", "text"),
    ("tenant", "text"),
    ("name", "text"),
];

const CONTACT: &Shape<'_> = &[
    ("id", "text"),
    ("identity", "object"),
    ("emails", "list"),
    ("phones", "list"),
    ("addresses", "list"),
    (
        "category",
        "buyer / tenantApplicant / vendor / landlord / tenant / lead / supplier / company / other",
    ),
    ("categories", "list"),
    ("consent", "object"),
    ("assignment", "object"),
    ("lifecycle", "active / archived / deleted"),
    ("tags", "list"),
    ("attributes", "object"),
    ("provenance", "object"),
];

const CONSENT: &str = "granted / denied / unknown";

const SYNC: &Shape<'_> = &[
    ("runId", "text"),
    ("mode", "full / incremental"),
    ("status", "succeeded / failed / cancelled / partial"),
    ("resumed", "truth"),
    ("pages", "number"),
    ("requests", "number"),
    ("fetched", "number"),
    ("created", "number"),
    ("updated", "number"),
    ("unchanged", "number"),
    ("removed", "number"),
    ("rejected", "number"),
    ("inDoubt?", "object"),
    ("proof", "object"),
    ("cursorBefore?", "text"),
    ("cursorAfter", "text"),
    ("durationMs", "number"),
    ("spent", "object"),
];

const PROOF: &Shape<'_> = &[
    ("sourceTotal?", "number"),
    ("listed", "number"),
    ("stored", "number"),
    ("created", "number"),
    ("updated", "number"),
    ("unchanged", "number"),
    ("removed", "number"),
    ("rejected", "number"),
];

const HEALTH: &Shape<'_> = &[
    (
        "state",
        "needsReauth / actionNeeded / paused / failing / degraded / stale / expiring / new / healthy",
    ),
    ("activity", "idle / queued / running / waiting / cancelling"),
    ("since", "time"),
    ("lastSyncedAt?", "time"),
    ("lastVerifiedAt?", "time"),
    ("lastErrorAt?", "time"),
    ("lastErrorMessage?", "text"),
    ("lastErrorKind?", "text"),
    ("failureStreak", "number"),
    ("staleAfter", "any"),
    ("tokenExpires?", "object"),
    ("quota?", "object"),
    ("issues", "list"),
];

const OWNERS: &str = "agency / crm / nurturehub / support";

const SPENT: &Shape<'_> = &[
    ("waitingMs", "number"),
    ("throttledMs", "number"),
    ("mappingMs", "number"),
    ("storingMs", "number"),
];

const STEP: &Shape<'_> = &[
    (
        "step",
        "configuration / credentials / dns / connect / tls / authenticate / permissions / readContact",
    ),
    ("status", "passed / failed / skipped"),
    ("detail", "text"),
    ("durationMs", "number"),
    ("remedy?", "text"),
];

const PUSH: &Shape<'_> = &[
    ("runId", "text"),
    ("status", "succeeded / failed / cancelled / partial"),
    ("sent", "number"),
    ("accepted", "number"),
    ("rejected", "number"),
    ("unchanged", "number"),
    ("rejections", "list"),
];

const WRITTEN: &Shape<'_> = &[
    ("id", "text"),
    ("status", "written / duplicate / rejected / unsupported"),
    ("reference?", "text"),
    ("error?", "object"),
];

const INGESTED: &Shape<'_> = &[
    ("accepted", "truth"),
    ("duplicate", "truth"),
    ("event", "text"),
    ("contacts", "number"),
    ("activities", "number"),
];

const RUN: &Shape<'_> = &[
    ("runId", "text"),
    ("kind", "sync / push / verify / writeBack / webhook"),
    (
        "status",
        "running / succeeded / partial / failed / cancelled / interrupted",
    ),
    ("startedAt", "time"),
    ("endedAt?", "time"),
];

#[test]
fn the_error_kinds_are_those_of_the_contract() {
    let kinds: Vec<&str> = ErrorKind::ALL.iter().map(|kind| kind.as_str()).collect();
    assert_eq!(kinds, ERROR_KINDS);
}

/// What checks a value against a schema, formats included.
fn validator(schema: &Value) -> Validator {
    jsonschema::draft202012::options()
        .should_validate_formats(true)
        .build(schema)
        .unwrap()
}

/// What checks a value against a schema of the platform's document.
fn platforms(name: &str) -> Validator {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sandbox/openapi/platform.json");
    let mut document: Value =
        serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    document["$ref"] = json!(format!("#/components/schemas/{name}"));
    validator(&document)
}

#[track_caller]
fn valid(validator: &Validator, value: &Value) {
    let wrong: Vec<String> = validator
        .iter_errors(value)
        .map(|error| format!("{} at {}", error, error.instance_path()))
        .collect();
    assert!(wrong.is_empty(), "{wrong:?}: {value}");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_command_answers_in_the_contracts_words() {
    let desk = Desk::with(SandboxConfig {
        contacts: 250,
        limits: false,
        flawed: true,
        ..SandboxConfig::default()
    })
    .await;
    desk.set_platform().await;
    each_holds(
        &desk.run(&["providers", "--json"]).await.done(),
        &[
            ("id", "text"),
            ("name", "text"),
            ("auth", "text"),
            ("fields", "list"),
            ("capabilities", "object"),
            ("documentation", "text"),
        ],
    );
    for provider in desk
        .run(&["providers", "--json"])
        .await
        .done()
        .as_array()
        .unwrap()
    {
        each_holds(
            &provider["fields"],
            &[
                ("key", "text"),
                ("label", "text"),
                ("help", "text"),
                ("secret", "truth"),
                ("required", "truth"),
                ("default?", "any"),
            ],
        );
    }
    let conn = &connecting(&desk).await;
    reading(&desk, conn).await;
    sending(&desk, conn).await;
    looking_back(&desk, conn).await;
    failing(&desk, conn).await;
    ending(&desk, conn).await;
}

async fn connecting(desk: &Desk) -> String {
    let (arguments, input) = desk.connecting("reapit", &[]);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let connected = desk.run_with(&arguments, &input).await.done();
    holds(&connected["connection"], CONNECTION);
    let conn = connected["connection"]["id"].as_str().unwrap().to_owned();
    let all = desk.run(&["connections", "--json"]).await.done();
    each_holds(&all["connections"], CONNECTION);
    for command in ["pause", "resume"] {
        let told = desk.run(&[command, &conn, "--json"]).await.done();
        holds(&told["connection"], CONNECTION);
    }
    let fresh = desk.run(&["health", &conn, "--json"]).await.done();
    holds(&fresh, HEALTH);
    assert_eq!(fresh["state"], "new");
    let verified = desk.run(&["verify", &conn, "--json"]).await.done();
    assert_eq!(verified["ok"], true);
    each_holds(&verified["steps"], STEP);
    holds(&verified["spent"], SPENT);
    conn
}

/// What comes from the CRM.
async fn reading(desk: &Desk, conn: &str) {
    // A record that cannot become a contact is a part undone.
    let synced = desk.run(&["sync", conn, "--json"]).await.json();
    holds(&synced, SYNC);
    holds(&synced["proof"], PROOF);
    holds(&synced["spent"], SPENT);
    let again = desk.run(&["sync", conn, "--full", "--json"]).await.json();
    holds(&again, SYNC);
    assert_eq!(again["mode"], "full");
    assert!(
        again["cursorBefore"].is_string(),
        "it stands somewhere: {again}"
    );

    let list = desk
        .run(&["contacts", conn, "--limit", "1000", "--json"])
        .await
        .done();
    assert!(list["total"].is_u64());
    each_holds(&list["contacts"], CONTACT);
    let schema = validator(&desk.run(&["schema", "contact"]).await.done());
    for contact in list["contacts"].as_array().unwrap() {
        valid(&schema, contact);
        holds(
            &contact["consent"],
            &[
                ("email", CONSENT),
                ("sms", CONSENT),
                ("phone", CONSENT),
                ("post", CONSENT),
                ("updatedAt?", "time"),
            ],
        );
        holds(&contact["identity"], &[("fullName", "text")]);
        holds(
            &contact["provenance"],
            &[
                ("provider", "text"),
                ("connectionId", "text"),
                ("externalId", "text"),
                ("externalType", "text"),
                ("externalUrl?", "text"),
                ("createdAt?", "time"),
                ("updatedAt?", "time"),
                ("fetchedAt", "time"),
                ("contentHash", "text"),
            ],
        );
    }
    let mut broken = list["contacts"][0].clone();
    broken["lifecycle"] = json!("gone");
    assert!(!schema.is_valid(&broken), "the schema tells words apart");

    let id = list["contacts"][0]["provenance"]["externalId"]
        .as_str()
        .unwrap();
    let shown = desk.run(&["contact", conn, id, "--json"]).await.done();
    holds(
        &shown,
        &[
            ("contact", "object"),
            ("raw", "any"),
            ("lineage", "list"),
            ("issues", "list"),
        ],
    );
    assert!(shown["raw"].is_object(), "the CRM's own record: {shown}");
    each_holds(&shown["lineage"], &[("field", "text"), ("from", "text")]);
}

/// What goes to the platform and to the CRM.
async fn sending(desk: &Desk, conn: &str) {
    let preview = desk.run(&["preview", conn, "--json"]).await.done();
    holds(
        &preview["summary"],
        &[
            ("create", "number"),
            ("update", "number"),
            ("archive", "number"),
            ("unchanged", "number"),
            ("blocked", "number"),
        ],
    );
    each_holds(
        &preview["changes"],
        &[
            ("externalId", "text"),
            ("kind", "create / update / archive"),
            ("fields", "list"),
            ("blockedBy?", "object"),
        ],
    );
    each_holds(
        &preview["changes"][0]["fields"],
        &[("field", "text"), ("before?", "any"), ("after?", "any")],
    );
    holds(
        &desk
            .run(&["push", conn, "--dry-run", "--json"])
            .await
            .done(),
        PUSH,
    );
    let pushed = desk.run(&["push", conn, "--json"]).await;
    assert_eq!(pushed.code, Some(4), "a name is too long for the platform");
    let pushed = pushed.json();
    holds(&pushed, PUSH);
    holds(&pushed["spent"], SPENT);
    each_holds(
        &pushed["rejections"],
        &[
            ("externalId", "text"),
            ("code", "text"),
            ("message", "text"),
        ],
    );

    let held = desk.sandbox.platform().contacts();
    let bodies: Vec<Value> = held.into_iter().map(|held| held.body).collect();
    assert_eq!(
        pushed["accepted"],
        bodies.len(),
        "all of them are looked at"
    );
    let schema = validator(&desk.run(&["schema", "contact"]).await.done());
    for body in &bodies {
        valid(&schema, body);
    }
    let batch = json!({ "connection": conn, "contacts": bodies });
    valid(&platforms("ContactBatch"), &batch);
    let nobody = json!({ "connection": conn, "contacts": [{}] });
    assert!(
        !platforms("ContactBatch").is_valid(&nobody),
        "not anything passes"
    );

    let contact = &bodies[0]["provenance"]["externalId"];
    let note = json!({
        "id": "a-1", "kind": "note", "occurredAt": "2026-01-02T03:04:05Z",
        "source": { "system": "nurturehub" }, "contact": { "externalId": contact },
        "subject": "A note", "attributes": {},
    });
    valid(
        &validator(&desk.run(&["schema", "activity"]).await.done()),
        &note,
    );
    valid(&platforms("Activity"), &note);
    let file = desk.file("activities.json", &json!([note]).to_string());
    for status in ["written", "duplicate"] {
        let arguments = ["activities", "push", conn, "--file", &file, "--json"];
        let report = desk.run(&arguments).await.done();
        each_holds(&report["results"], WRITTEN);
        holds(&report["spent"], SPENT);
        assert_eq!(report["results"][0]["status"], status);
    }
    let mut waiting = note;
    waiting["id"] = json!("a-2");
    desk.sandbox.platform().add_activities(conn, vec![waiting]);
    let pulled = desk
        .run(&["activities", "pull", conn, "--json"])
        .await
        .done();
    each_holds(&pulled["results"], WRITTEN);

    let changed = desk
        .sandbox
        .mutate("reapit", &Mutation::of(Change::Edit, 1));
    let delivery = desk
        .sandbox
        .reapit()
        .webhook(&WebhookRequest::new("contacts.modified", &*changed[0]));
    let file = desk.file("delivery.json", &delivery.body);
    let arguments = [
        "webhook",
        "ingest",
        conn,
        "--file",
        &file,
        "--unverified",
        "--json",
    ];
    let ingested = desk.run(&arguments).await.done();
    holds(&ingested, INGESTED);
    holds(&ingested["spent"], SPENT);
    assert_eq!(
        (&ingested["accepted"], &ingested["contacts"]),
        (&json!(true), &json!(1))
    );
}

async fn looking_back(desk: &Desk, conn: &str) {
    let health = desk.run(&["health", conn, "--json"]).await.done();
    holds(&health, HEALTH);
    each_holds(
        &health["issues"],
        &[
            ("kind", "text"),
            ("title", "text"),
            ("remedy", "text"),
            ("owner", OWNERS),
            ("openedAt", "time"),
        ],
    );
    let schema = validator(&desk.run(&["schema", "health"]).await.done());
    valid(&schema, &health);
    let history = desk.run(&["runs", conn, "--json"]).await.done();
    each_holds(&history["runs"], RUN);
    for run in history["runs"].as_array().unwrap() {
        let run = desk
            .run(&["run", run["runId"].as_str().unwrap(), "--json"])
            .await
            .done();
        holds(&run, RUN);
        holds(&run, &[("requests", "list")]);
    }
    let platform = desk.run(&["platform", "show", "--json"]).await.done();
    holds(&platform, &[("url", "text")]);
}

/// A failure's document, and what is made of it.
async fn failing(desk: &Desk, conn: &str) {
    desk.sandbox
        .add_faults("reapit.list:malformed".parse().unwrap());
    let error = desk
        .run(&["sync", conn, "--full", "--json"])
        .await
        .failed(1);
    holds(
        &error,
        &[
            ("kind", "protocol"),
            ("message", "text"),
            ("remedy", "text"),
            ("owner", OWNERS),
            ("retryable", "truth"),
            ("detail", "object"),
        ],
    );
    desk.sandbox.clear_faults();
    let out = desk.file("bundle.zip", "");
    std::fs::remove_file(&out).unwrap();
    desk.run(&["bundle", conn, "--out", &out, "--json"])
        .await
        .done();
    let replayed = desk.run(&["replay", &out, "--json"]).await.done();
    assert_eq!(replayed["recordedKind"], "protocol", "{replayed}");
    assert_eq!(replayed["replayedKind"], "protocol", "{replayed}");
}

async fn ending(desk: &Desk, conn: &str) {
    let (key, secret) = desk.access("reapit").secrets.into_iter().next().unwrap();
    let key = format!("{key}=-");
    let again = ["reauthorize", conn, "--secret", &key, "--json"];
    let told = desk.run_with(&again, &format!("{secret}\n")).await.done();
    holds(&told["connection"], CONNECTION);
    let told = desk.run(&["disconnect", conn, "--json"]).await.done();
    holds(&told["connection"], CONNECTION);
}
