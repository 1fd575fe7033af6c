//! Reports and settings, masked for a reader who may not know whom they are about.

use std::collections::BTreeMap;

use nurturehub_port::{
    Activity, ActivityContact, ActivitySource, ExternalId, ProviderSpec, SettingKind,
};
use nurturehub_pseudonym::Pseudonyms;
use serde_json::Value;

use crate::{ErrorReport, Finding, VerifyReport, VerifyStepReport};

/// Settings: addresses, numbers and choices stay, and so does a file that says how to read the CRM;
/// any other text is replaced.
pub(super) fn settings(
    spec: &ProviderSpec,
    settings: &BTreeMap<String, String>,
    pseudonyms: &Pseudonyms,
) -> BTreeMap<String, String> {
    let masked = |key: &String, value: &String| {
        let field = spec.fields.iter().find(|field| field.key == *key);
        match field.map(|field| (&field.setting, field.secret)) {
            Some((_, true)) => String::new(),
            Some((SettingKind::Text, _)) => pseudonyms.field(key, value),
            Some((SettingKind::Url, _)) => without_person(value, pseudonyms),
            Some(_) => value.clone(),
            None if value.contains("://") => without_person(value, pseudonyms),
            None if value.bytes().all(|byte| byte.is_ascii_digit()) => value.clone(),
            None => pseudonyms.field(key, value),
        }
    };
    settings
        .iter()
        .map(|(key, value)| (key.clone(), masked(key, value)))
        .filter(|(_, value)| !value.is_empty())
        .collect()
}

/// An address without the name and password that may stand in it, and without its query.
fn without_person(address: &str, pseudonyms: &Pseudonyms) -> String {
    let bare = address.split(['?', '#']).next().unwrap_or_default();
    let Some((scheme, rest)) = bare.split_once("://") else {
        return pseudonyms.opaque(address);
    };
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    if path.is_empty() {
        format!("{scheme}://{host}")
    } else {
        format!("{scheme}://{host}/{path}")
    }
}

/// An error as it is recorded.
pub(super) fn error(report: &ErrorReport, pseudonyms: &Pseudonyms) -> ErrorReport {
    let mut detail = report.detail.clone();
    // What the run had done stands in the run's own report.
    if let Some(members) = detail.as_object_mut() {
        members.remove("run");
    }
    masked(&mut detail, "", pseudonyms);
    ErrorReport {
        message: pseudonyms.said(&report.message),
        remedy: pseudonyms.said(&report.remedy),
        detail,
        ..report.clone()
    }
}

/// A step of a verification.
pub(super) fn step(step: VerifyStepReport, pseudonyms: &Pseudonyms) -> VerifyStepReport {
    VerifyStepReport {
        detail: pseudonyms.said(&step.detail),
        remedy: step.remedy.map(|remedy| pseudonyms.said(&remedy)),
        error: step.error.map(|found| error(&found, pseudonyms)),
        ..step
    }
}

/// What was found of a run that failed.
pub(super) fn finding(finding: Finding, pseudonyms: &Pseudonyms) -> Finding {
    let masked = |report: VerifyReport| VerifyReport {
        steps: report
            .steps
            .into_iter()
            .map(|taken| step(taken, pseudonyms))
            .collect(),
        ..report
    };
    Finding {
        verification: finding.verification.map(masked),
        ..finding
    }
}

/// An activity: what kind it is, when it was and whose it is not stay.
pub(super) fn activity(activity: &Activity, pseudonyms: &Pseudonyms) -> Activity {
    let id = |id: &str| pseudonyms.field("id", id);
    let text = |text: &Option<String>| text.as_deref().map(|text| pseudonyms.text(text));
    let contact = &activity.contact.external_id;
    let attributes = serde_json::to_vec(&activity.attributes).unwrap_or_default();
    Activity {
        id: id(&activity.id),
        source: ActivitySource {
            system: activity.source.system.clone(),
            reference: activity.source.reference.as_deref().map(id),
        },
        contact: ActivityContact {
            external_id: ExternalId::parse(id(contact.as_str()))
                .unwrap_or_else(|_| contact.clone()),
            external_type: activity.contact.external_type.clone(),
        },
        subject: text(&activity.subject),
        body: text(&activity.body),
        link: activity
            .link
            .as_deref()
            .map(|link| without_person(link, pseudonyms)),
        attributes: serde_json::from_slice(&pseudonyms.body(&attributes)).unwrap_or_default(),
        ..*activity
    }
}

/// Any JSON of our own: our words stay; ids of contacts and activities, and what others said, do not.
pub(super) fn masked(value: &mut Value, name: &str, pseudonyms: &Pseudonyms) {
    match value {
        Value::Object(members) => {
            let others = matches!(name, "rejections" | "results" | "deliveries");
            for (key, member) in members {
                match member {
                    Value::String(text) if others && key == "message" => {
                        *text = pseudonyms.text(text);
                    }
                    member => masked(member, key, pseudonyms),
                }
            }
        }
        Value::Array(items) => items
            .iter_mut()
            .for_each(|item| masked(item, name, pseudonyms)),
        Value::String(text) => {
            *text = match name {
                "runId" | "connection" | "provider" | "requestId" | "startedAt" | "endedAt" => {
                    text.clone()
                }
                "cursorBefore" | "cursorAfter" => pseudonyms.position(text),
                "externalId" | "externalIds" | "id" | "reference" | "event" | "contact"
                | "delivery" => pseudonyms.field("id", text),
                _ => pseudonyms.said(text),
            };
        }
        _ => {}
    }
}
