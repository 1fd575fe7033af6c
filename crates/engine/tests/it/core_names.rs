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

/// Whether a word stands in a text in quotation marks of any kind, in any case.
fn quotes(text: &str, word: &str) -> bool {
    let text = text.to_lowercase();
    ['"', '\'', '`']
        .iter()
        .any(|mark| text.contains(&format!("{mark}{word}{mark}")))
}

#[test]
fn a_word_is_an_id_where_it_is_quoted() {
    assert!(quotes("provider == \"Street\"", "street"));
    assert!(quotes("WHERE provider = 'loop'", "loop"));
    assert!(!quotes("loop { street }", "loop"), "a keyword is none");
    assert!(!quotes("\"custom fields\"", "custom"), "nor part of a text");
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
    // Some ids are words of the language or of English, too; as an id they stand in quotation marks.
    let mut names: Vec<String> = registry::all()
        .iter()
        .map(|entry| (entry.spec)().id.to_string())
        .collect();
    names.extend(["letmc", "vebra", "houseful", "foundations"].map(String::from));
    let is_word = |name: &String| matches!(name.as_str(), "loop" | "street" | "custom");
    let (words, names): (Vec<_>, Vec<_>) = names.into_iter().partition(is_word);
    assert_eq!(words.len(), 3, "they are ids still: {words:?}");
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        for name in &names {
            assert!(!has_word(&text, name), "{} names {name}", file.display());
        }
        for word in &words {
            assert!(!quotes(&text, word), "{} names {word}", file.display());
        }
    }
}
