//! Street: the vendor's own OpenAPI document.

use serde_json::{Value, json};

use super::{CrmPlan, Description, no_facts};
use crate::{Amendment, Document, Failure, Folder, Vector};

const DOCUMENT: &str = "street open API";

/// A user of the sandbox.
const USER: &str = "950f7a0e-be55-44d0-8000-000000000000";

pub(super) const PLAN: CrmPlan = CrmPlan {
    id: "street",
    describe: Some(describe),
    undescribed: "",
    variants: &[
        &[],
        &[
            ("applicantDetails", "true"),
            ("pageSize", "25"),
            ("noteAuthor", USER),
        ],
    ],
    topics: &["person.marketing-preferences.updated"],
    probes: &[
        "/people?include=applicants&page%5Bsize%5D=10",
        "/people/{contact}?include=applicants",
        "/sales-applicants?include=people,branch,negotiator&page%5Bsize%5D=10",
        "/lettings-applicants?include=people,branch,negotiator&page%5Bsize%5D=10",
        "/branches?page%5Bsize%5D=1",
        "/users?include=branch",
        "/companies",
    ],
    amendments: &[Amendment {
        document: DOCUMENT,
        pointer: "/components/schemas/Applicant/allOf/1/properties/relationships/properties/negotiator",
        json: r##"{"$ref": "#/components/schemas/RelationshipSingular"}"##,
        reason: "`include=negotiator` is described, and so is what it includes, but not the \
                 relationship by which an applicant's negotiator is found there.",
    }],
    exceptions: &[],
};

fn describe(folder: &Folder) -> Result<Description, Failure> {
    let document = folder.json("street/street-open-api.openapi.json")?;
    let events = folder.json("street/webhook-events.json")?;
    Ok(Description {
        documents: vec![Document::parse(DOCUMENT, document)?],
        // Names of events are all that is public of a delivery's body.
        delivery: Some(json!({
            "type": "object",
            "required": ["type"],
            "properties": { "type": { "enum": events.get("events") } },
        })),
        vectors: vectors(&folder.json("street/webhook-svix.synthetic-vectors.json")?),
        facts: no_facts,
    })
}

fn vectors(file: &Value) -> Vec<Vector> {
    let secret = file
        .get("secret")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let vectors = file.get("vectors").and_then(Value::as_array);
    let vector = |vector: &Value| {
        let text = |key: &str| {
            vector
                .get(key)
                .and_then(Value::as_str)
                .map(ToOwned::to_owned)
        };
        let headers = ["svix-id", "svix-timestamp", "svix-signature"];
        Some(Vector {
            name: text("name")?,
            secret: secret.to_owned(),
            headers: headers
                .iter()
                .filter_map(|name| Some(((*name).to_owned(), text(name)?)))
                .collect(),
            body: text("body")?,
            received_at: text("svix-timestamp")?.parse().ok()?,
            valid: vector.get("valid")?.as_bool()?,
        })
    };
    vectors.into_iter().flatten().filter_map(vector).collect()
}
