//! Every failure of the catalogue, and the pages that are made from it.
#![allow(clippy::unwrap_used, reason = "a test's helpers fail as its body does")]

use std::collections::BTreeSet;
use std::path::Path;

use nurturehub_failures::{error_page, run};

fn page(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../docs")
        .join(name);
    std::fs::read_to_string(path).unwrap_or_default()
}

/// The lines that one of two pages has and the other has not.
fn differing<'a>(written: &'a str, made: &'a str) -> Vec<String> {
    let lines = |text: &'a str| text.lines().collect::<BTreeSet<_>>();
    let (written, made) = (lines(written), lines(made));
    let gone = written.difference(&made).map(|line| format!("- {line}"));
    let new = made.difference(&written).map(|line| format!("+ {line}"));
    gone.chain(new).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_failure_is_told_and_ends_as_it_should() {
    let table = run().await.unwrap();
    assert!(table.is_right(), "{}", table.for_people());
    assert!(
        table.failures() >= 60,
        "{} failures are a small catalogue",
        table.failures()
    );
    let drifted = differing(&page("failures.md"), &table.markdown());
    assert!(
        drifted.is_empty(),
        "docs/failures.md says something else than what happens: {drifted:#?}; it is written by \
         `cargo run -p nurturehub-failures -- page > docs/failures.md`"
    );
}

#[test]
fn the_page_of_errors_is_what_the_code_says() {
    let drifted = differing(&page("errors.md"), &error_page());
    assert!(
        drifted.is_empty(),
        "docs/errors.md is out of date: {drifted:#?}; it is written by \
         `cargo run -p nurturehub-failures -- errors > docs/errors.md`"
    );
}
