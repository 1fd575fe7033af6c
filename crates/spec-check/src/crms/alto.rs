//! Alto: a transcription of the vendor's OpenAPI files, for the part that concerns contacts.

use serde_json::{Value, json};

use super::{CrmPlan, Description, no_facts};
use crate::{Amendment, Document, Failure, Folder};

const DOCUMENT: &str = "alto contacts";

/// A negotiator of the sandbox.
const NEGOTIATOR: &str = "9681";

pub(super) const PLAN: CrmPlan = CrmPlan {
    id: "alto",
    describe: Some(describe),
    undescribed: "",
    variants: &[
        &[],
        &[
            ("consent", "on"),
            ("pageSize", "40"),
            ("detailBatch", "1"),
            ("fileNoteNegotiatorId", NEGOTIATOR),
        ],
    ],
    topics: &["Contact.Created", "Contact.Modified"],
    probes: &[
        "/contacts/{contact}",
        "/contacts/{contact}/persons",
        "/contacts/{contact}/preferences",
        "/contacts/all?active=false&persona=Landlord&max-results=5",
        "/branches",
        "/negotiators",
        "/file-notes/search?contact-id={contact}",
    ],
    amendments: &[Amendment {
        document: DOCUMENT,
        pointer: "/paths/~1contacts/get/responses/200/content/application~1json/schema",
        json: r##"{"type": "object", "required": ["items"], "properties": {
            "items": {"type": "array", "items": {"$ref": "#/components/schemas/Contact"}}}}"##,
        reason: "Several ids are asked for and a single contact is described; a real client reads \
                 a list in `items` (a documented conflict of the fact sheet).",
    }],
    exceptions: &[],
};

fn describe(folder: &Folder) -> Result<Description, Failure> {
    let document = folder.json("alto/alto-contacts-subset.openapi.json")?;
    Ok(Description {
        documents: vec![Document::parse(DOCUMENT, document)?],
        delivery: Some(delivery(&folder.json("alto/alto-webhooks.json")?)),
        vectors: Vec::new(),
        facts: no_facts,
    })
}

/// The schema of a delivery, closed over the events that there are.
fn delivery(file: &Value) -> Value {
    let events = file.get("event_types").and_then(Value::as_array);
    let names: Vec<&Value> = events
        .into_iter()
        .flatten()
        .filter_map(|event| event.get("type"))
        .collect();
    json!({
        "allOf": [file.get("schema"), { "properties": { "type": { "enum": names } } }],
    })
}
