//! When a check applies: what follows from the provider's specification, and nothing else.

use nurturehub_port::SignInMethod;

use crate::subject::Subject;

/// Whether a check applies, or why not.
pub(crate) type Applies = fn(&Subject) -> Result<(), String>;

pub(crate) fn always(_subject: &Subject) -> Result<(), String> {
    Ok(())
}

/// The reason that the specification gives for what the CRM cannot do.
fn without(subject: &Subject, capability: &str, there: bool) -> Result<(), String> {
    if there {
        return Ok(());
    }
    let mut reasons = subject.spec.unsupported.iter();
    Err(match reasons.find(|one| one.capability == capability) {
        Some(one) => format!("`{capability}` is not supported: {}", one.reason),
        None => format!("`{capability}` is not supported."),
    })
}

pub(crate) fn changed_since(subject: &Subject) -> Result<(), String> {
    let there = subject.spec.capabilities.changed_since;
    without(subject, "changedSince", there)
}

pub(crate) fn lists_removed(subject: &Subject) -> Result<(), String> {
    let there = subject.spec.capabilities.lists_removed;
    without(subject, "listsRemoved", there)
}

pub(crate) fn total(subject: &Subject) -> Result<(), String> {
    without(subject, "total", subject.spec.capabilities.total)
}

pub(crate) fn consent(subject: &Subject) -> Result<(), String> {
    without(subject, "consent", subject.spec.capabilities.consent)
}

pub(crate) fn write_back(subject: &Subject) -> Result<(), String> {
    let there = !subject.spec.capabilities.activity_write_back.is_empty();
    without(subject, "activityWriteBack", there)
}

/// Where an adapter cannot find what it wrote, the outbox alone knows.
pub(crate) fn found_again(subject: &Subject) -> Result<(), String> {
    write_back(subject)?;
    if subject.spec.write_back_found_again {
        return Ok(());
    }
    let why = "What was written cannot be found again in the CRM, so that the outbox alone knows.";
    Err(why.to_owned())
}

pub(crate) fn no_write_back(subject: &Subject) -> Result<(), String> {
    match write_back(subject) {
        Ok(()) => Err("The CRM takes activities.".to_owned()),
        Err(_) => Ok(()),
    }
}

pub(crate) fn webhooks(subject: &Subject) -> Result<(), String> {
    without(subject, "webhooks", subject.spec.capabilities.webhooks)
}

pub(crate) fn no_webhooks(subject: &Subject) -> Result<(), String> {
    match webhooks(subject) {
        Ok(()) => Err("The CRM sends webhooks.".to_owned()),
        Err(_) => Ok(()),
    }
}

/// Tokens run out and can be had anew; keys do neither.
pub(crate) fn renewable(subject: &Subject) -> Result<(), String> {
    let mut methods = subject.spec.sign_in.methods.iter();
    if methods.any(|(_, method)| !matches!(method, SignInMethod::StaticSecret { .. })) {
        return Ok(());
    }
    Err("One signs in with a key or token that does not change.".to_owned())
}
