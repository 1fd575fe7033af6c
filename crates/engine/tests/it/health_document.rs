//! The page about health says what the function does.

use std::path::Path;

use nurturehub_engine::health_document;

#[test]
fn the_page_about_health_is_what_the_function_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/health.md");
    let written = health_document();
    if std::env::var_os("NURTUREHUB_WRITE_DOCS").is_some() {
        std::fs::write(&path, &written).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept.replace("\r\n", "\n") == written,
        "docs/health.md is out of date: NURTUREHUB_WRITE_DOCS=1 cargo test -p nurturehub-engine \
         --test it health_document"
    );
}
