//! Writes `docs/performance.md` and its pictures from the figures that were kept.
//!
//! The words stand in a template beside this crate; each figure in the document comes from a run.

mod aims;
mod app;
mod bars;
mod curves;
mod palette;
mod places;
mod scale;
mod tables;
mod takings;
mod tried;

pub(crate) use places::Places;

use crate::Failure;
use crate::app::App;
use crate::race::{Results, Scene};
use crate::scale::Scale;
use crate::tried::Tried;

/// The document's words, with places for figures in double braces.
const TEMPLATE: &str = include_str!("../../report/performance.md");

/// What stands where there is no figure.
const NONE: &str = "not measured";

/// All that was measured.
#[derive(Debug, Default)]
struct Measured {
    race: Results,
    scale: Scale,
    tried: Tried,
    app: App,
}

/// The document: the template with its places filled.
fn document(measured: &Measured) -> Result<String, Failure> {
    let mut text = String::with_capacity(TEMPLATE.len() * 2);
    let mut rest = TEMPLATE;
    while let Some((before, after)) = rest.split_once("{{") {
        let (place, after) = after.split_once("}}").ok_or("a place has no end")?;
        text.push_str(before);
        text.push_str(&fill(place, measured)?);
        rest = after;
    }
    text.push_str(rest);
    Ok(text)
}

fn fill(place: &str, measured: &Measured) -> Result<String, Failure> {
    let results = &measured.race;
    let (what, part) = match place.split_once(':') {
        Some((what, part)) => (what, Some(part)),
        None => (place, None),
    };
    let scene = Scene::ALL.iter().copied();
    let scene = part.and_then(|id| scene.into_iter().find(|scene| scene.id() == id));
    Ok(match (what, part, scene) {
        ("aims", None, _) => aims::table(measured),
        ("taken", None, _) => takings::head(results),
        ("table", _, Some(scene)) => tables::of(results, scene),
        ("lead", _, Some(scene)) => tables::lead(results, scene),
        ("limit", _, Some(scene)) => tables::limit(results, scene),
        ("spent", _, Some(scene)) => tables::spent(results, scene),
        ("contacts", _, Some(scene)) => tables::contacts(results, scene),
        ("runs", _, Some(scene)) => tables::runs(results, scene),
        ("scale", Some("taken"), _) => takings::part(&measured.scale, results),
        ("scale", Some("sizes"), _) => scale::sizes(&measured.scale),
        ("scale", Some("growth"), _) => scale::growth(&measured.scale),
        ("scale", Some("changes"), _) => scale::changes(&measured.scale),
        ("scale", Some("pages"), _) => scale::pages(&measured.scale),
        ("scale", Some("slow"), _) => scale::slow(&measured.scale),
        ("scale", Some("push"), _) => scale::push(&measured.scale),
        ("tried", Some("taken"), _) => takings::part(&measured.tried, results),
        ("tried", Some("often"), _) => tried::how_often(&measured.tried),
        ("tried", Some("table"), _) => tried::table(&measured.tried),
        ("app", Some("taken"), _) => takings::part(&measured.app, results),
        ("app", Some("often"), _) => app::how_often(&measured.app),
        ("app", Some("table"), _) => app::table(&measured.app),
        ("app", Some("packages"), _) => app::packages(&measured.app),
        _ => return Err(format!("the template has a place `{place}` that nothing fills").into()),
    })
}

/// Words in a row.
fn listed(words: &[String]) -> String {
    if words.is_empty() {
        return NONE.to_owned();
    }
    words.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_of_the_template_is_filled_also_where_nothing_was_measured() {
        let text = document(&Measured::default()).expect("a document");
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
