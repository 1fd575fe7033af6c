//! Writes `docs/performance.md` and its pictures from the figures that were kept.
//!
//! The words stand in a template beside this crate; each figure in the document comes from a run.

mod bars;
mod tables;

use std::path::{Path, PathBuf};

use crate::process::say;
use crate::race::{Results, Scene};
use crate::{Failure, machine};

/// The document's words, with places for figures in double braces.
const TEMPLATE: &str = include_str!("../../report/performance.md");

/// Where the figures are kept between parts of a race.
pub(crate) fn figures(binary: &Path, quick: bool) -> Result<PathBuf, Failure> {
    let target = binary.parent().and_then(Path::parent);
    let folder = target.ok_or("the command line is in no folder")?;
    let name = if quick { "quick.json" } else { "figures.json" };
    Ok(folder.join("peers").join(name))
}

/// Writes document and pictures: into `docs`, or, of a quick run, into `target/peers`.
pub(crate) fn write(results: &Results, quick: bool) -> Result<(), Failure> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folder = if quick {
        root.join("target/peers")
    } else {
        root.join("docs")
    };
    let images = folder.join("images");
    std::fs::create_dir_all(&images)?;
    bars::draw(results, Scene::Processor, &images.join("performance.svg"))?;
    let path = folder.join("performance.md");
    std::fs::write(&path, document(results)?)?;
    say(&format!("written: {}", path.canonicalize()?.display()));
    Ok(())
}

/// The document: the template with its places filled.
fn document(results: &Results) -> Result<String, Failure> {
    let mut text = String::with_capacity(TEMPLATE.len() * 2);
    let mut rest = TEMPLATE;
    while let Some((before, after)) = rest.split_once("{{") {
        let (place, after) = after.split_once("}}").ok_or("a place has no end")?;
        text.push_str(before);
        text.push_str(&fill(place, results)?);
        rest = after;
    }
    text.push_str(rest);
    Ok(text)
}

fn fill(place: &str, results: &Results) -> Result<String, Failure> {
    let (what, scene) = match place.split_once(':') {
        Some((what, id)) => {
            let scene = Scene::ALL.iter().copied().find(|scene| scene.id() == id);
            (what, scene)
        }
        None => (place, None),
    };
    Ok(match (what, scene) {
        ("machine", None) => {
            let memory = machine::memory_gib();
            let memory = memory.map_or_else(String::new, |gib| format!(", {gib} GiB of memory"));
            format!("{}{memory}, {}", results.machine, machine::system())
        }
        ("days", None) => results.days.join(", "),
        ("versions", None) => results
            .versions
            .iter()
            .map(|(name, version)| format!("{name} {version}"))
            .collect::<Vec<_>>()
            .join(", "),
        ("table", Some(scene)) => tables::of(results, scene),
        ("lead", Some(scene)) => tables::lead(results, scene),
        ("spent", Some(scene)) => tables::spent(results, scene),
        ("contacts", Some(scene)) => tables::contacts(results, scene),
        ("runs", Some(scene)) => tables::runs(results, scene),
        _ => return Err(format!("the template has a place `{place}` that nothing fills").into()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_of_the_template_is_filled_also_where_nothing_was_measured() {
        let text = document(&Results::default()).expect("a document");
        assert!(!text.contains("{{"), "a place was left: {text}");
        assert!(
            text.contains("not measured"),
            "what was not measured is said to be so"
        );
    }

    #[test]
    fn the_template_has_no_figures_of_its_own() {
        let words = TEMPLATE
            .lines()
            .filter(|line| !line.contains("{{"))
            .flat_map(str::split_whitespace);
        let measured: Vec<&str> = words
            .filter(|word| {
                let number = word.trim_end_matches(['%', '×', ',', '.']);
                word.ends_with('%') || (number != *word && number.parse::<f64>().is_ok())
            })
            .collect();
        assert!(measured.is_empty(), "figures come from runs: {measured:?}");
    }
}
