//! Each adapter keeps the promises that every adapter makes.

use nurturehub_adapters::registry;
use nurturehub_conformance::{Subject, check};

/// An adapter of the registry, against the sandbox's CRM of the same id.
fn subject(id: &str) -> Subject {
    let registration = registry::find(id).unwrap();
    Subject::new(registration.spec, registration.build)
}

#[tokio::test]
async fn reapit() {
    // Applicants are asked for page by page, and role entities are not on the contact.
    let subject = subject("reapit").lookups_per_page(2);
    check(&subject).await.assert_green();
}

#[tokio::test]
async fn agentos() {
    check(&subject("agentos")).await.assert_green();
}

#[tokio::test]
async fn alto() {
    // A list item lacks address and further numbers, which fifty at a time are asked for.
    let subject = subject("alto").lookups_per_page(2);
    check(&subject).await.assert_green();
}

#[tokio::test]
async fn street() {
    check(&subject("street")).await.assert_green();
}

#[tokio::test]
async fn the_profile_of_loop() {
    check(&subject("loop")).await.assert_green();
}
