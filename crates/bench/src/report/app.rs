//! The tables on the desktop app.

use super::NONE;
use super::scale::grouped;
use crate::app::{App, Key, Start, Window};
use crate::figures::median;

/// Over how many contacts, and how often.
pub(super) fn how_often(app: &App) -> String {
    let Some(window) = &app.window else {
        return format!("Over how many contacts: {NONE}.");
    };
    let lost = window.keys.iter().filter(|key| key.ms.is_none()).count();
    let lost = match lost {
        0 => String::new(),
        lost => format!(" {lost} of the letters changed nothing in the list and are not counted."),
    };
    format!(
        "{} contacts; the starts and the letters typed are counted in the table.{lost}",
        grouped(window.contacts)
    )
}

/// The table of what was taken in the window.
pub(super) fn table(app: &App) -> String {
    let head = "| what | median | worst | taken so often |\n| --- | ---: | ---: | ---: |";
    let Some(window) = &app.window else {
        return format!("{head}\n| {NONE} | | | |");
    };
    let starts = |time: fn(&Start) -> Option<f64>| window.starts.iter().filter_map(time).collect();
    let rows = [
        (
            "start to the first paint, ms",
            starts(|start| start.first_paint_ms),
        ),
        (
            "start to an overview that can be used, ms",
            starts(|start| start.interactive_ms),
        ),
        ("key press to the filtered rows, ms", keys(window)),
    ];
    let rows = rows.map(|(what, taken)| row(what, &taken));
    let held = window.held;
    let processes = held.processes;
    format!(
        "{head}\n{}\n| memory at rest, MiB (of {processes} processes) | {:.1} | | 1 |",
        rows.join("\n"),
        held.pss_mib
    )
}

fn keys(window: &Window) -> Vec<f64> {
    window.keys.iter().filter_map(|key: &Key| key.ms).collect()
}

fn row(what: &str, taken: &[f64]) -> String {
    if taken.is_empty() {
        return format!("| {what} | {NONE} | | |");
    }
    let worst = taken.iter().copied().fold(0.0, f64::max);
    format!(
        "| {what} | {:.0} | {worst:.0} | {} |",
        median(taken.to_vec()),
        taken.len()
    )
}

/// The table of packages.
pub(super) fn packages(app: &App) -> String {
    let mut text = String::from("| package | MB |\n| --- | ---: |");
    for (name, bytes) in &app.packages {
        #[expect(clippy::cast_precision_loss, reason = "file sizes are far below 2^52")]
        let megabytes = *bytes as f64 / 1_000_000.0;
        text.push_str(&format!("\n| `{name}` | {megabytes:.1} |"));
    }
    if app.packages.is_empty() {
        text.push_str(&format!("\n| {NONE} | |"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::Held;

    #[test]
    fn what_is_missing_is_said_and_not_counted() {
        let start = |paint| Start {
            first_paint_ms: paint,
            interactive_ms: None,
        };
        let key = |ms| Key {
            word: "smith".into(),
            text: "s".into(),
            ms,
        };
        let mut app = App::default();
        app.window = Some(Window {
            contacts: 1_000,
            starts: [310.0, 290.0, 400.0].map(|paint| start(Some(paint))).into(),
            keys: vec![key(Some(20.0)), key(None), key(Some(10.0)), key(Some(90.0))],
            held: Held {
                pss_mib: 150.0,
                processes: 3,
            },
        });
        app.packages.insert("some.deb".into(), 12_345_678);
        let table = table(&app);
        for row in [
            "| start to the first paint, ms | 310 | 400 | 3 |",
            "| start to an overview that can be used, ms | not measured | | |",
            "| key press to the filtered rows, ms | 20 | 90 | 3 |",
            "| memory at rest, MiB (of 3 processes) | 150.0 | | 1 |",
        ] {
            assert!(table.contains(row), "`{row}` is missing:\n{table}");
        }
        assert!(how_often(&app).contains("1 of the letters changed nothing"));
        assert!(packages(&app).contains("| `some.deb` | 12.3 |"));
    }
}
