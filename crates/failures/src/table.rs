//! What came of the cases, as a table.

use std::fmt::Write as _;

use nurturehub_engine::State;

use crate::finding::Finding;

/// What came of one case on one CRM.
#[derive(Debug, Clone)]
pub struct Row {
    /// What went wrong.
    pub failure: &'static str,
    /// On which CRM.
    pub crm: &'static str,
    /// What it was said to be; none where the case did not get so far.
    pub found: Option<Finding>,
    /// Whether its bundle replays to the same on another desk, or why not.
    pub replays: Option<String>,
    /// The connection's state afterwards; none where there was no connection, or no database.
    pub state: Option<State>,
    /// How it got well again.
    pub healed: &'static str,
    /// Why it is not as it should be, where it is not.
    pub wrong: Option<String>,
}

/// What came of all cases.
#[derive(Debug, Clone)]
pub struct Table {
    /// A row for each case and CRM.
    pub rows: Vec<Row>,
}

/// How many columns there are.
const COLUMNS: usize = 9;

/// What they are called.
const HEAD: [&str; COLUMNS] = [
    "failure", "CRM", "kind", "doctor", "owner", "remedy", "state", "healed", "replays",
];

/// Longest sentence in a column on a screen, in characters.
const SHOWN: usize = 60;

impl Table {
    /// Whether each case went as it should.
    #[must_use]
    pub fn is_right(&self) -> bool {
        self.rows.iter().all(|row| row.wrong.is_none())
    }

    /// How many failures there are, whatever the number of CRMs.
    #[must_use]
    pub fn failures(&self) -> usize {
        let mut titles: Vec<&str> = self.rows.iter().map(|row| row.failure).collect();
        titles.dedup();
        titles.len()
    }

    /// For a screen: a line for each row, with what is wrong below it.
    #[must_use]
    pub fn for_people(&self) -> String {
        let head = HEAD;
        let mut lines: Vec<[String; COLUMNS]> = vec![head.map(ToOwned::to_owned)];
        lines.extend(self.rows.iter().map(|row| {
            let mut cells = row.cells();
            let [.., remedy, _, _, replays] = &mut cells;
            for long in [remedy, replays] {
                if long.chars().count() > SHOWN {
                    *long = long.chars().take(SHOWN - 1).chain(['…']).collect();
                }
            }
            cells
        }));
        let mut widths = [0; COLUMNS];
        for line in &lines {
            for (width, cell) in widths.iter_mut().zip(line) {
                *width = cell.chars().count().max(*width);
            }
        }
        let mut text = String::new();
        for (line, row) in lines
            .iter()
            .zip(std::iter::once(None).chain(self.rows.iter().map(Some)))
        {
            for (cell, width) in line.iter().zip(widths) {
                let _ = write!(text, "{cell:<width$}  ");
            }
            text.truncate(text.trim_end().len());
            text.push('\n');
            if let Some(why) = row.and_then(|row| row.wrong.as_ref()) {
                let _ = writeln!(text, "  WRONG: {why}");
            }
        }
        let wrong = self.rows.iter().filter(|row| row.wrong.is_some()).count();
        let _ = write!(
            text,
            "\n{} failures on {} rows; {wrong} wrong.\n",
            self.failures(),
            self.rows.len()
        );
        text
    }

    /// For the documents.
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut text = String::from(
            "# Failures\n\n\
             Each row is a failure that is brought about over real sockets against the sandbox, met \
             through the real engine, and ended again: `cargo xtask failures` runs them all and \
             prints this table. `doctor` is the step at which a verification found the cause, where \
             one did. `healed` is how the connection got well: by itself with the next run once the \
             cause was gone, or not before a person did what is named. Where nothing is connected, \
             there is no state. `replays` says whether the bundle of the failed run, saved and opened on \
             another desk without data folder or network, ended in the same kind at the same step: \
             `yes`, where the adapter lived through the recorded exchange again; `as recorded`, where \
             what went wrong came before any request, on this computer's own network or at a sign-in \
             service, so that only its record can be shown; `no`, with the reason, where there is no exchange with the CRM. What the kinds mean stands in [errors.md](errors.md).\n\n\
             This page is generated; a test holds it against what happens.\n\n",
        );
        let _ = writeln!(text, "| {} |", HEAD.join(" | "));
        let _ = writeln!(text, "| {} |", HEAD.map(|_| "---").join(" | "));
        for row in &self.rows {
            let cells = row.cells().map(|cell| cell.replace('|', "\\|"));
            let _ = writeln!(text, "| {} |", cells.join(" | "));
        }
        text
    }
}

impl Row {
    fn cells(&self) -> [String; COLUMNS] {
        let of = |say: fn(&Finding) -> String| self.found.as_ref().map_or_else(none, say);
        [
            self.failure.to_owned(),
            self.crm.to_owned(),
            of(|found| found.kind.to_string()),
            of(|found| found.step.map_or_else(none, |step| word(&step))),
            of(|found| word(&found.owner)),
            of(|found| found.remedy.clone()),
            self.state.map_or_else(none, |state| word(&state)),
            self.healed.to_owned(),
            self.replays.clone().unwrap_or_else(none),
        ]
    }
}

fn none() -> String {
    "–".to_owned()
}

/// A value's name in JSON.
fn word(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => none(),
    }
}
