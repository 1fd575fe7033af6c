//! Secrets stay where they are.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures_util::StreamExt;
use nurturehub_port::SyncStart;
use nurturehub_sandbox::AccessChange;

use super::checks;
use crate::agency::Agency;
use crate::subject::Subject;
use crate::verdict::{Checked, ensure};

checks! {
    "Secrets":
    in_errors, always, "secrets-not-in-errors", "No error says a key, a token or a password, even where the CRM repeats what it was sent.";
    in_traces, always, "secrets-not-in-traces", "No trace has a key, a token or a password in it, nor whom a request was about.";
    in_addresses, always, "secrets-not-in-addresses", "Keys, tokens and passwords travel in headers, and never in an address.";
}

/// Every form in which a secret could be found.
fn forms(agency: &Agency<'_>) -> Vec<String> {
    let plain = agency.all_secrets();
    let mut forms = Vec::new();
    for secret in plain.iter().filter(|secret| secret.len() >= 8) {
        forms.push(STANDARD.encode(secret));
        forms.push(secret.clone());
        // Cut short, it is a secret still.
        forms.push(secret.chars().take(12).collect());
    }
    forms.retain(|form| form.len() >= 8);
    forms
}

fn none_in(agency: &Agency<'_>, text: &str, place: &str) -> Checked {
    let found = forms(agency)
        .iter()
        .any(|form| text.contains(form.as_str()));
    ensure!(!found, "{place} holds a secret");
    Ok(())
}

async fn in_errors(subject: &Subject) -> Checked {
    for fault in [
        "echo=400",
        "echo=401",
        "echo=403",
        "echo=404",
        "echo=409",
        "echo=422",
        "echo=429",
        "echo=500",
        "html",
        "malformed",
        "cut",
        "missingScope",
        "wrongTenant",
        "revokeToken",
    ] {
        let agency = subject.agency(20).open().await?;
        agency.spoil(&format!("*:{fault}"))?;
        let adapter = agency.adapter()?;
        let mut said = Vec::new();
        let mut pages = adapter.sync_contacts(SyncStart::Full);
        while let Some(page) = pages.next().await {
            said.push(format!("{page:?}"));
        }
        drop(pages);
        let mut steps = adapter.verify_connection();
        while let Some(step) = steps.next().await {
            said.push(format!("{step:?}"));
        }
        drop(steps);
        for text in &said {
            none_in(&agency, text, &format!("with `{fault}`, an error"))?;
        }
        let traces = serde_json::to_string(&agency.traces()).unwrap_or_default();
        none_in(&agency, &traces, &format!("with `{fault}`, the trace"))?;
    }
    let agency = subject.agency(20).open().await?;
    agency.crm.change_access(&AccessChange::Revoke);
    let error = agency.refused().await?;
    none_in(&agency, &format!("{error:?} {error}"), "the refusal")
}

async fn in_traces(subject: &Subject) -> Checked {
    let agency = subject.many().open().await?;
    let listed = agency.full().await?;
    let traces = agency.traces();
    ensure!(!traces.is_empty(), "nothing was written down");
    let ids = listed.ids();
    let text = serde_json::to_string(&traces).unwrap_or_default();
    none_in(&agency, &text, "the trace")?;
    for entry in &traces {
        let named = ids
            .iter()
            .find(|id| id.len() > 4 && entry.path_template.contains(*id));
        ensure!(
            named.is_none() && !entry.path_template.contains('?'),
            "the trace tells more than a template: {}",
            entry.path_template
        );
    }
    for page in &listed.pages {
        none_in(&agency, &format!("{:?}", page.cursor), "a cursor")?;
    }
    Ok(())
}

async fn in_addresses(subject: &Subject) -> Checked {
    let agency = subject.many().open().await?;
    agency.full().await?;
    for request in agency.crm.requests() {
        none_in(&agency, &request.target, "an address")?;
    }
    Ok(())
}
