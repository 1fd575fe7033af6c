//! Every failure of the catalogue, and the pages that are made from it.
#![allow(clippy::unwrap_used, reason = "a test's helpers fail as its body does")]

use std::collections::BTreeSet;
use std::path::Path;

use nurturehub_failures::{error_page, run};
use nurturehub_port::ErrorKind;

fn page(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../docs")
        .join(name);
    std::fs::read_to_string(path).unwrap_or_default()
}

/// The lines in which two pages differ, place by place.
fn differing(written: &str, made: &str) -> Vec<String> {
    let (mut written, mut made) = (written.lines(), made.lines());
    let mut drifted = Vec::new();
    loop {
        match (written.next(), made.next()) {
            (None, None) => return drifted,
            (was, is) if was == is => {}
            (was, is) => {
                drifted.extend(was.map(|line| format!("- {line}")));
                drifted.extend(is.map(|line| format!("+ {line}")));
            }
        }
    }
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
    // A mistake of our own has no cause that could be brought about.
    let met: BTreeSet<ErrorKind> = table
        .rows
        .iter()
        .filter_map(|row| Some(row.found.as_ref()?.kind))
        .chain([ErrorKind::Internal])
        .collect();
    let all = ErrorKind::ALL.iter().copied().collect::<BTreeSet<_>>();
    assert_eq!(met, all, "each kind of error is met");
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
