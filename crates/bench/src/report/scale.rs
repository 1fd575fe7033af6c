//! The tables and sentences on scale.

use super::aims::Aim;
use super::{NONE, takings};
use crate::scale::{Change, FullSync, Largest, PageTimes, Scale, Times};

/// Milliseconds that a page may take.
const PAGE_MS: f64 = 50.0;

/// Hundredths of the full sync that a sync takes at most where little has changed.
const FEW: f64 = 1.0;

/// Growth is told of over so many times as many contacts.
const TIMES: usize = 10;

/// So much more than in proportion is still in proportion.
const EVEN: f64 = 1.1;

/// The table of full syncs, by size.
pub(super) fn sizes(scale: &Scale) -> String {
    let with = takings::differ(scale);
    let more = |text: &str| {
        if with {
            format!(" {text} |")
        } else {
            String::new()
        }
    };
    let mut text = format!(
        "| contacts | seconds | contacts a second | peak memory, MiB | database, bytes a contact | runs |{}\n\
         | ---: | ---: | ---: | ---: | ---: | ---: |{}",
        more(takings::COLUMN),
        more("---:"),
    );
    for (contacts, size) in &scale.sizes {
        text.push_str(&format!(
            "\n| {} | {:.2} | {:.0} | {:.1} | {:.0} | {} |{}",
            grouped(*contacts),
            size.middle(|run| run.seconds),
            size.middle(|run| run.listed / run.seconds),
            size.middle(|run| run.peak_mib),
            size.middle(FullSync::bytes_each),
            size.runs.len(),
            more(&size.taken),
        ));
    }
    if scale.sizes.is_empty() {
        text.push_str(&format!("\n| {NONE} | | | | | |"));
    }
    text
}

/// How time and memory grow from the smallest size to the greatest.
struct Growth {
    few: usize,
    many: usize,
    /// So many times as many contacts.
    times: f64,
    /// So many times the sync's own time.
    sync: f64,
    /// So many times the memory.
    memory: f64,
}

impl Growth {
    fn of(scale: &Scale) -> Option<Self> {
        let (&many, great) = scale.sizes.last_key_value()?;
        // Where there are few contacts, what every sync begins with counts for as much as they do.
        let (&few, small) = scale.sizes.range(..=many / TIMES).next_back()?;
        let memory = |size: &crate::scale::Size| size.middle(|run| run.peak_mib);
        #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
        let times = many as f64 / few as f64;
        Some(Self {
            few,
            many,
            times,
            sync: great.sync_ms() / small.sync_ms(),
            memory: memory(great) / memory(small),
        })
    }

    fn is_even(&self) -> bool {
        self.sync <= self.times * EVEN
    }
}

/// How time and memory grow from the smallest size to the greatest.
pub(super) fn growth(scale: &Scale) -> String {
    let Some(growth) = Growth::of(scale) else {
        return format!("How both grow was {NONE}.");
    };
    format!(
        "From {} to {} contacts, {:.0} times as many, the sync itself took {:.1} times as \
         long, {}, and the process {:.2} times the memory.",
        grouped(growth.few),
        grouped(growth.many),
        growth.times,
        growth.sync,
        if growth.is_even() {
            "in proportion"
        } else {
            "which is more than in proportion"
        },
        growth.memory
    )
}

/// The times of a page in one state of what is held in memory.
type State = fn(&PageTimes) -> Times;

/// All of these, in the order of the columns.
const STATES: [(&str, State); 3] = [
    ("while nothing changes", |page| page.again),
    ("the first time after a change", |page| page.changed),
    ("the first time after opening", |page| page.opened),
];

/// What is aimed at as contacts grow in number.
pub(super) fn aims(scale: &Scale) -> Vec<Aim> {
    let growth = Growth::of(scale);
    let growth = growth.as_ref();
    let largest = scale.largest.as_ref();
    let little = largest.and_then(|largest| {
        let some = largest.changes.iter().find(|change| change.changed > 0)?;
        Some((largest, some))
    });
    let mut aims = vec![
        (
            format!(
                "Scale: time in proportion, within {:.0}%",
                (EVEN - 1.0) * 100.0
            ),
            growth.map(|growth| {
                let words = format!(
                    "{:.1} times for {:.0} times as many contacts",
                    growth.sync, growth.times
                );
                (words, growth.is_even())
            }),
        ),
        (
            format!(
                "Scale: memory the same, within {:.0}%",
                (EVEN - 1.0) * 100.0
            ),
            growth.map(|growth| (format!("{:.2} times", growth.memory), growth.memory <= EVEN)),
        ),
        (
            format!("Few changes among many: under {FEW:.0}% of the full sync"),
            little.map(|(largest, change)| {
                let part = share(largest, change);
                let words = format!(
                    "{part:.2}% for {} of {}",
                    change.changed,
                    grouped(largest.contacts)
                );
                (words, part < FEW)
            }),
        ),
    ];
    aims.extend(STATES.map(|(when, times)| {
        (
            format!("Each page under {PAGE_MS:.0} ms, {when}"),
            largest.map(|largest| {
                let medians = largest.pages.iter().map(|page| times(page).median_ms);
                let worst = medians.fold(0.0, f64::max);
                (
                    format!("{worst:.0} ms, the slowest of {}", largest.pages.len()),
                    worst <= PAGE_MS,
                )
            }),
        )
    }));
    aims
}

/// The table of syncs that found little to do.
pub(super) fn changes(scale: &Scale) -> String {
    let mut text = String::from(
        "| held | changed | found changed | the sync, ms | of that waiting for the CRM, ms | with the process, ms | peak memory, MiB | of the full sync |\n\
         | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    );
    let Some(largest) = &scale.largest else {
        return format!("{text}\n| {NONE} | | | | | | | |");
    };
    for change in &largest.changes {
        text.push_str(&format!(
            "\n| {} | {} | {:.0} | {:.0} | {:.0} | {:.0} | {} | {:.2}% |",
            grouped(largest.contacts),
            change.changed,
            change.updated,
            change.sync_ms,
            change.waiting_ms,
            change.process_ms,
            change
                .peak_mib
                .map_or_else(|| NONE.to_owned(), |peak| format!("{peak:.1}")),
            share(largest, change),
        ));
    }
    if takings::differ(scale) {
        text.push_str(&format!(
            "\n\nThese, each page and the push were {} {}.",
            takings::COLUMN,
            largest.taken
        ));
    }
    text
}

/// A sync in hundredths of the full one.
fn share(largest: &Largest, change: &Change) -> f64 {
    change.sync_ms / largest.full_ms * 100.0
}

/// The table of pages.
pub(super) fn pages(scale: &Scale) -> String {
    let mut text = String::from(
        "| page | while nothing changes | first after a change | first after opening |\n\
         | --- | ---: | ---: | ---: |",
    );
    let Some(largest) = &scale.largest else {
        return format!("{text}\n| {NONE} | | | |");
    };
    for page in &largest.pages {
        text.push_str(&format!(
            "\n| {} | {} | {} | {} |",
            page.what, page.again, page.changed, page.opened
        ));
    }
    text
}

/// Which pages take longer than they may.
pub(super) fn slow(scale: &Scale) -> String {
    let Some(largest) = &scale.largest else {
        return format!("Which pages take over {PAGE_MS:.0} ms was {NONE}.");
    };
    let held = grouped(largest.contacts);
    let state = |(when, times): (&str, State)| {
        let over = largest
            .pages
            .iter()
            .filter(|page| times(page).median_ms > PAGE_MS);
        let over: Vec<String> = over
            .map(|page| format!("{} ({:.0} ms)", page.what, times(page).median_ms))
            .collect();
        if over.is_empty() {
            return format!("- {when}: no page.");
        }
        format!("- {when}: {}.", over.join("; "))
    };
    format!(
        "With {held} contacts, these have a median of over {PAGE_MS:.0} ms:\n\n{}",
        STATES.map(state).join("\n")
    )
}

/// The push of everything.
pub(super) fn push(scale: &Scale) -> String {
    let Some(largest) = &scale.largest else {
        return format!("A push was {NONE}.");
    };
    let push = &largest.push;
    format!(
        "The first push sent {:.0} contacts over HTTP in {:.1} s, that is {:.0} contacts a second, with \
         {:.1} MiB of memory at its peak; the platform took {:.0} of them.",
        push.sent,
        push.seconds,
        push.sent / push.seconds,
        push.peak_mib,
        push.accepted
    )
}

/// A number with its thousands apart.
pub(super) fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scale::{Push, Size};
    use crate::taken::Taken;

    #[test]
    fn sizes_of_two_programs_say_with_which_each_was_taken() {
        let run = FullSync {
            listed: 10.0,
            sync_ms: 1.0,
            seconds: 1.0,
            peak_mib: 1.0,
            database_bytes: 10,
        };
        let mut scale = Scale::default();
        for (contacts, program) in [(10, "a"), (100, "b")] {
            let taken = scale.note(&Taken {
                program: program.into(),
                ..Taken::default()
            });
            let runs = vec![run.clone()];
            scale.put(contacts, Size { taken, runs });
            let differ = contacts == 100;
            assert_eq!(sizes(&scale).contains("taken with"), differ, "{program}");
        }
        let row = "| 100 | 1.00 | 10 | 1.0 | 1 | 1 | 2 |";
        assert!(sizes(&scale).contains(row), "{}", sizes(&scale));
        let none = Times::of(&[]);
        scale.largest = Some(Largest {
            taken: "2".into(),
            contacts: 100,
            full_ms: 1.0,
            changes: Vec::new(),
            pages: vec![PageTimes {
                what: "some".into(),
                again: none,
                changed: none,
                opened: none,
            }],
            push: Push {
                seconds: 1.0,
                sent: 1.0,
                accepted: 1.0,
                peak_mib: 1.0,
            },
        });
        assert!(
            changes(&scale).ends_with("were taken with 2."),
            "{}",
            changes(&scale)
        );
    }

    #[test]
    fn thousands_stand_apart() {
        let texts = [7, 999, 1_000, 30_000, 1_000_000].map(grouped);
        assert_eq!(texts, ["7", "999", "1,000", "30,000", "1,000,000"]);
    }
}
