//! Reapit: its public OpenAPI document, and what its documentation says besides.

use nurturehub_port::{ProviderSpec, SignInMethod};
use serde_json::{Map, Value, json};
use url::Url;

use super::{CrmPlan, Description, example};
use crate::{Amendment, Document, Exception, Failure, Finding, Folder, Side, Vector, Violation};

const REST: &str = "reapit REST";

const BIRTH: &str = "The format is `date`, and the example in the same place has a time.";

pub(super) const PLAN: CrmPlan = CrmPlan {
    id: "reapit",
    describe: Some(describe),
    undescribed: "",
    variants: &[
        &[],
        &[("pageSize", "25"), ("journalNegotiatorId", "JAS")],
        &[("applicantLookup", "false")],
    ],
    topics: &["contacts.created", "contacts.modified", "contacts.optedout"],
    probes: &[
        "/contacts/{contact}",
        "/contacts/{contact}/relationships",
        "/contacts/?sortBy=-modified&fromArchive=false&marketingConsent=grant&pageSize=5",
        "/offices/",
        "/negotiators/",
    ],
    amendments: &[
        Amendment {
            document: REST,
            pointer: "/components/schemas/ContactModel/properties/_embedded",
            json: r##"{"type": "object", "properties": {"relationships": {
                "type": "array", "items": {"$ref": "#/components/schemas/ContactRoleModel"}}}}"##,
            reason: "Every embedded resource is described as an object, and a contact has several \
                     relationships; that they come as a list is inferred.",
        },
        Amendment {
            document: REST,
            pointer: "/components/schemas/ContactModel/properties/dateOfBirth/format",
            json: r#""date-time""#,
            reason: BIRTH,
        },
        Amendment {
            document: REST,
            pointer: "/components/schemas/ApplicantContactModel/properties/dateOfBirth/format",
            json: r#""date-time""#,
            reason: BIRTH,
        },
    ],
    exceptions: &[
        Exception {
            operation: "*",
            place: "answer 200 *",
            finding: Finding::Null,
            reason: "The document was converted from Swagger 2, which cannot say that a value may \
                     be null; the vendor's examples are full of nulls.",
        },
        Exception {
            operation: "*",
            place: "answer 401",
            finding: Finding::UnknownStatus,
            reason: "The document names no 401; the documentation has one for a token that has run \
                     out and for an app that is not installed.",
        },
    ],
};

const DISCOVERY: &str = "reapit/connect-openid-configuration.json";

fn describe(folder: &Folder) -> Result<Description, Failure> {
    let vectors = folder.json("reapit/webhook-signature.synthetic-vectors.json")?;
    let rest = with_headers(folder.json("reapit/foundations-rest.openapi.json")?);
    let sign_in = sign_in(&folder.json(DISCOVERY)?).ok_or_else(|| Failure::Document {
        document: "reapit sign-in".to_owned(),
        why: "the discovery document has another form".to_owned(),
    })?;
    let delivery = delivery(
        &folder.json("reapit/webhook-contacts-modified.example.json")?,
        &folder.json("reapit/webhook-topics.json")?,
    );
    Ok(Description {
        documents: vec![
            Document::parse(REST, rest)?,
            Document::parse("reapit sign-in", sign_in)?,
            Document::parse("reapit signing keys", signing_keys(&vectors))?,
        ],
        delivery: Some(delivery),
        vectors: self::vectors(&vectors),
        facts,
    })
}

/// The document says nothing of what its prose makes mandatory on every call: the bearer token and
/// the version. Machine clients name the customer, too.
fn with_headers(mut document: Value) -> Value {
    let header = |name: &str, schema: Value| json!({ "name": name, "in": "header", "required": true, "schema": schema });
    let version = header("api-version", json!({ "const": "2020-01-31" }));
    let customer = header("reapit-customer", json!({ "type": "string" }));
    if let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) {
        for item in paths.values_mut().filter_map(Value::as_object_mut) {
            item.insert("parameters".to_owned(), json!([version, customer]));
        }
    }
    if let Some(document) = document.as_object_mut() {
        document.insert("security".to_owned(), json!([{ "Authorization": [] }]));
    }
    document
}

/// The token endpoint that the discovery document names, as an OpenAPI document.
fn sign_in(discovery: &Value) -> Option<Value> {
    let token = Url::parse(discovery.get("token_endpoint")?.as_str()?).ok()?;
    let methods = discovery
        .get("token_endpoint_auth_methods_supported")?
        .as_array()?;
    let by_basic = methods.iter().any(|method| method == "client_secret_basic");
    let security = if by_basic {
        json!([{ "basic": [] }])
    } else {
        json!([])
    };
    let answer = json!({
        "type": "object",
        "required": ["access_token", "token_type"],
        "properties": {
            "access_token": { "type": "string" },
            "token_type": { "type": "string" },
            "expires_in": { "type": "integer" },
            "scope": { "type": "string" },
            "id_token": { "type": "string" },
            "refresh_token": { "type": "string" },
        },
    });
    let form = json!({
        "type": "object",
        "required": ["grant_type"],
        "properties": {
            // Discovery lists the grants of people; the documentation has machines use this one.
            "grant_type": { "const": "client_credentials" },
            "scope": { "type": "string" },
        },
    });
    Some(json!({
        "openapi": "3.1.0",
        "paths": { token.path(): { "post": {
            "security": security,
            "requestBody": {
                "required": true,
                "content": { "application/x-www-form-urlencoded": { "schema": form } },
            },
            "responses": {
                "200": { "content": { "application/json": { "schema": answer } } },
                "4XX": {},
            },
        } } },
        "components": {
            "securitySchemes": { "basic": { "type": "http", "scheme": "basic" } },
        },
    }))
}

/// The documentation's `/webhooks/signing/{keyId}`, which the REST document lacks.
fn signing_keys(vectors: &Value) -> Value {
    let answer = vectors.get("signing_key_response").map(example::schema);
    json!({
        "openapi": "3.1.0",
        "paths": { "/webhooks/signing/{keyId}": { "get": {
            "security": [{ "bearer": [] }],
            "responses": { "200": { "content": { "application/json": { "schema": answer } } } },
        } } },
        "components": { "securitySchemes": { "bearer": { "type": "http", "scheme": "bearer" } } },
    })
}

/// The vendor's example has an envelope, and two contacts in it of which only some fields show.
fn delivery(example: &Value, topics: &Value) -> Value {
    let topics = topics.get("topics").and_then(Value::as_array);
    let names: Vec<&Value> = topics
        .into_iter()
        .flatten()
        .filter_map(|topic| topic.get("topic"))
        .collect();
    let mut schema = example::schema(example);
    if let Some(members) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        for entity in ["new", "old", "diff"] {
            members.insert(entity.to_owned(), json!({ "type": ["object", "null"] }));
        }
        members.insert("topicId".to_owned(), json!({ "enum": names }));
    }
    if let (Some(schema), Some(example)) = (schema.as_object_mut(), example.as_object()) {
        let required: Vec<&String> = example.keys().collect();
        schema.insert("required".to_owned(), json!(required));
    }
    schema
}

fn vectors(file: &Value) -> Vec<Vector> {
    let key = file.pointer("/signing_key_response/keys/0/x");
    let key = key.and_then(Value::as_str).unwrap_or_default();
    let list = file.get("vectors").and_then(Value::as_array);
    let vector = |vector: &Value| {
        let text = |name: &str| {
            vector
                .get(name)
                .and_then(Value::as_str)
                .map(ToOwned::to_owned)
        };
        Some(Vector {
            name: text("name")?,
            secret: key.to_owned(),
            headers: vec![("X-Signature".to_owned(), text("x_signature")?)],
            body: text("body")?,
            received_at: text("timestamp")?.parse().ok()?,
            valid: vector.get("valid")?.as_bool()?,
        })
    };
    list.into_iter().flatten().filter_map(vector).collect()
}

/// The endpoints of the sign-in must be those of the discovery document.
fn facts(folder: &Folder, spec: &ProviderSpec) -> Result<Vec<Violation>, Failure> {
    let discovery = folder.json(DISCOVERY)?;
    let mut violations = Vec::new();
    for (way, method) in &spec.sign_in.methods {
        let endpoints = match method {
            SignInMethod::AuthorizationCode { endpoints, .. }
            | SignInMethod::ClientCredentials { endpoints, .. } => endpoints,
            SignInMethod::StaticSecret { .. } => continue,
        };
        let ours: Map<String, Value> = [
            ("authorization_endpoint", endpoints.authorize),
            ("token_endpoint", Some(endpoints.token)),
            ("revocation_endpoint", endpoints.revoke),
            ("issuer", endpoints.issuer),
        ]
        .into_iter()
        .filter_map(|(name, url)| Some((name.to_owned(), json!(url?))))
        .collect();
        for (name, url) in ours {
            let theirs = discovery.get(&name).unwrap_or(&Value::Null);
            if *theirs != url {
                violations.push(Violation {
                    side: Side::Adapter,
                    operation: "provider".to_owned(),
                    place: format!("signIn {way} {name}"),
                    finding: Finding::Fact,
                    message: format!("{url} is not {theirs}"),
                });
            }
        }
    }
    Ok(violations)
}
