//! Invariant 10: no core code names a CRM.

use std::path::{Path, PathBuf};

use nurturehub_adapters::registry;

/// Crates that must not know which CRMs there are.
const CORE: [&str; 7] = [
    "port",
    "adapter-kit",
    "store",
    "vault",
    "oauth",
    "platform",
    "engine",
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path
            .extension()
            .is_some_and(|extension| extension == "rs" || extension == "sql")
        {
            found.push(path);
        }
    }
}

/// Whether a word stands in a text as a word of its own, in any case.
fn has_word(text: &str, word: &str) -> bool {
    text.to_lowercase()
        .split(|character: char| !character.is_alphanumeric())
        .any(|part| part == word)
}

#[test]
fn invariant_10_no_core_code_names_a_crm() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut files = Vec::new();
    for name in CORE {
        sources(&crates.join(name).join("src"), &mut files);
    }
    sources(&crates.join("store").join("migrations"), &mut files);
    assert!(files.len() > 60, "the sources were found");
    // `loop`, `street` and `alto` are words of the language or of English too; these are not.
    let mut names: Vec<String> = registry::all()
        .iter()
        .map(|entry| (entry.spec)().id.to_string())
        .collect();
    names.extend(["letmc", "vebra", "houseful", "foundations"].map(String::from));
    names.retain(|name| !matches!(name.as_str(), "loop" | "street" | "custom"));
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        for name in &names {
            assert!(!has_word(&text, name), "{} names {name}", file.display());
        }
    }
}
