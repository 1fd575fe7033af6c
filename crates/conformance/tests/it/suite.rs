//! The suite can fail, check by check.

use std::collections::BTreeSet;

use nurturehub_adapters::registry;
use nurturehub_conformance::{Subject, Verdict, check_only, promises};

use crate::sabotage::{SABOTAGES, Sabotage};

fn subject(id: &str) -> Subject {
    let registration = registry::find(id).unwrap();
    Subject::new(registration.spec, registration.build).lookups_per_page(2)
}

#[test]
fn every_check_has_a_sabotage_and_every_promise_is_a_sentence() {
    let mut ids = BTreeSet::new();
    for promise in promises() {
        assert!(ids.insert(promise.id), "{} is there twice", promise.id);
        assert!(promise.title.ends_with('.'), "{}", promise.title);
        assert!(
            SABOTAGES.iter().any(|(id, ..)| *id == promise.id),
            "nothing shows that `{}` can fail",
            promise.id
        );
    }
    for (id, ..) in SABOTAGES {
        assert!(ids.contains(id), "there is no check `{id}`");
    }
}

/// Each passes with the adapter as it is, and fails with the broken one.
async fn are_caught(sabotages: impl Iterator<Item = &Sabotage>) {
    let mut wrong = Vec::new();
    for (id, provider, how) in sabotages {
        let sound = check_only(&subject(provider), &[id]).await;
        let broken = check_only(&how.breaks(subject(provider)), &[id]).await;
        if sound.verdict(id) != Some(&Verdict::Passed) {
            wrong.push(format!("{id} with a sound adapter: {sound}"));
        }
        if !matches!(broken.verdict(id), Some(Verdict::Failed { .. })) {
            wrong.push(format!("{id} with a broken adapter: {broken}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Every fourth sabotage, so that they are tried side by side.
fn quarter(from: usize) -> impl Iterator<Item = &'static Sabotage> {
    SABOTAGES.iter().skip(from).step_by(4)
}

#[tokio::test]
async fn sabotages_are_caught_first_quarter() {
    are_caught(quarter(0)).await;
}

#[tokio::test]
async fn sabotages_are_caught_second_quarter() {
    are_caught(quarter(1)).await;
}

#[tokio::test]
async fn sabotages_are_caught_third_quarter() {
    are_caught(quarter(2)).await;
}

#[tokio::test]
async fn sabotages_are_caught_fourth_quarter() {
    are_caught(quarter(3)).await;
}
