//! What the desktop app costs: figures that `ui/e2e/measure.mjs` takes in the real window, and the sizes
//! of the packages, kept beside the others.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::Failure;
use crate::kept::{Figures, Kept};
use crate::taken::Taken;

/// One start of the app; none where the window did not say.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Start {
    /// From the start of the process to the first paint.
    pub(crate) first_paint_ms: Option<f64>,
    /// To an overview that can be used.
    pub(crate) interactive_ms: Option<f64>,
}

/// A letter that was typed into the search.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Key {
    /// The word that it is of.
    pub(crate) word: String,
    /// The letter.
    pub(crate) text: String,
    /// Until its rows were there; none where it changed nothing.
    pub(crate) ms: Option<f64>,
}

/// What the app holds when nobody does anything.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Held {
    /// The proportional memory of all its processes.
    #[serde(rename = "pssMiB")]
    pub(crate) pss_mib: f64,
    /// How many there are.
    pub(crate) processes: usize,
}

/// What was taken in the window.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Window {
    /// Contacts in the list that was searched.
    pub(crate) contacts: usize,
    /// The starts.
    pub(crate) starts: Vec<Start>,
    /// The letters.
    pub(crate) keys: Vec<Key>,
    /// The memory at rest.
    pub(crate) held: Held,
}

/// What is known of the app.
pub(crate) type App = Kept<Costs>;

/// All figures of the app.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Costs {
    taken: String,
    /// What was taken in the window.
    pub(crate) window: Option<Window>,
    /// The size of each package in bytes, by its file's name.
    pub(crate) packages: BTreeMap<String, u64>,
}

impl Figures for Costs {
    fn takings(&self) -> Vec<&str> {
        let any = self.window.as_ref().map(|_| self.taken.as_str());
        any.into_iter().collect()
    }
}

/// Keeps what `figures` has, with the sizes of all `packages`, instead of what was kept before.
pub(crate) fn keep(
    figures: &Path,
    packages: &Path,
    app: &Path,
    kept_in: &Path,
) -> Result<(), Failure> {
    let window: Window = serde_json::from_slice(&std::fs::read(figures)?)?;
    let mut sizes = BTreeMap::new();
    for entry in std::fs::read_dir(packages)? {
        let entry = entry?;
        if entry.metadata()?.is_file() {
            let name = entry.file_name().to_string_lossy().into_owned();
            sizes.insert(name, entry.metadata()?.len());
        }
    }
    let mut kept = App::open(kept_in);
    let taken = kept.note(&Taken::now(&[app.to_owned()], BTreeMap::new())?);
    *kept = Costs {
        taken,
        window: Some(window),
        packages: sizes,
    };
    kept.save(kept_in)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_window_says_is_kept_with_the_packages_sizes() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir(at("package")).expect("a folder");
        std::fs::write(at("package").join("some.deb"), [0; 7]).expect("a package");
        std::fs::write(at("app"), "program").expect("the app");
        // As `ui/e2e/measure.mjs` writes it.
        let said = r#"{"contacts":20,"starts":[{"firstPaintMs":310.5,"interactiveMs":null}],
            "keys":[{"text":"s","word":"smith","ms":12.5},{"text":"m","word":"smith","ms":null}],
            "held":{"pssMiB":150.25,"processes":3}}"#;
        std::fs::write(at("said.json"), said).expect("figures");
        let kept_in = at("app.json");
        keep(&at("said.json"), &at("package"), &at("app"), &kept_in).expect("kept");
        let kept = App::open(&kept_in);
        assert_eq!(kept.packages, BTreeMap::from([("some.deb".into(), 7)]));
        let window = kept.window.as_ref().expect("the window's figures");
        assert_eq!(window.starts[0].first_paint_ms, Some(310.5));
        assert_eq!(window.keys[1].ms, None);
        assert_eq!(
            kept.takings().len(),
            1,
            "and it says with what they were taken"
        );
    }
}
