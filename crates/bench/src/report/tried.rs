//! The table of what was tried.

use super::NONE;
use super::scale::grouped;
use crate::tried::{Cipher, Form, Processors, Trial, Tried};

/// The words on a trial: of what it is a setting, which, and why it was taken or left.
struct Words {
    what: &'static str,
    setting: String,
    why: &'static str,
}

/// The table.
pub(super) fn table(tried: &Tried) -> String {
    let mut text = String::from(
        "| what | how | in force | time | size | why |\n| --- | --- | --- | ---: | ---: | --- |",
    );
    for trial in Trial::all() {
        let (time, size) = match tried.ratios(trial) {
            Some((time, size)) => (format!("{time:.2}"), format!("{size:.2}")),
            None => (NONE.to_owned(), NONE.to_owned()),
        };
        let Words { what, setting, why } = words(trial);
        let force = in_force(trial);
        text.push_str(&format!(
            "\n| {what} | {setting} | {force} | {time} | {size} | {why} |"
        ));
    }
    text
}

/// Over how many contacts, and how often.
pub(super) fn how_often(tried: &Tried) -> String {
    match tried.rounds() {
        0 => format!("How often: {NONE}."),
        1 => format!("{} contacts, one round.", grouped(tried.contacts)),
        rounds => format!(
            "{} contacts, medians of {rounds} rounds.",
            grouped(tried.contacts)
        ),
    }
}

const MERGED: &str = "contacts that are merged together";
const PACKED: &str = "packing";
const PROTECTED: &str = "encryption of the file";
const PAGES: &str = "pages of the file";
const MAPPED: &str = "mapping";

fn words(trial: Trial) -> Words {
    let (what, setting, why) = match trial {
        Trial::Merged(100) => (
            MERGED,
            "100, each page by itself".to_owned(),
            "Left: a page of the index over the CRM's ids that several pages of the listing touch is \
             encrypted and written again for each of them.",
        ),
        Trial::Merged(2_000) => (
            MERGED,
            "2,000".to_owned(),
            "Taken: of the index over the CRM's ids it writes least. More would hold more in memory than \
             a sync may.",
        ),
        Trial::Merged(together) => (
            MERGED,
            grouped(together),
            "Taken for the beginning of a listing, while the index is small: contacts are there the \
             sooner.",
        ),
        Trial::Mapped(Processors::All) => (
            MAPPED,
            "on all processors (the whole sync)".to_owned(),
            "Taken: a page is ready the sooner, and it is the next one that waits for it.",
        ),
        Trial::Mapped(Processors::One) => (
            MAPPED,
            "on one processor (the whole sync)".to_owned(),
            "Left: it leaves a processor to the writing thread, and every page waits for its mapping.",
        ),
        Trial::Form(form) => of_form(form),
    };
    Words { what, setting, why }
}

fn of_form(form: Form) -> (&'static str, String, &'static str) {
    let force = Form::IN_FORCE;
    if form == force {
        return (
            "packing, encryption and pages",
            "in blocks of 64 KiB, zstd level 1; HMAC-SHA-256; 4 KiB".to_owned(),
            "What those below are held against.",
        );
    }
    if form.block_bytes != force.block_bytes {
        return (
            PACKED,
            "each body by itself".to_owned(),
            "Left: bodies share nothing then, so that there is more to encrypt and to write; one body \
             would be read without its neighbours.",
        );
    }
    if form.level < force.level {
        return (
            PACKED,
            format!("zstd level {}, which works like LZ4", form.level),
            "Left: what it saves in packing is for the length of a sync, and the larger file for good.",
        );
    }
    if form.level > force.level {
        return (
            PACKED,
            format!("zstd level {}", form.level),
            "Left so far: it packs closer, and takes more of the processors for it while they are \
             wanted for mapping.",
        );
    }
    match form.cipher {
        Cipher::Sha512 => (
            PROTECTED,
            "HMAC-SHA-512, SQLCipher's default".to_owned(),
            "Left: SHA-256 is as sound here, and processors have instructions for it.",
        ),
        Cipher::None => (
            PROTECTED,
            "none".to_owned(),
            "Not to be had: people's data at rest is encrypted. It shows what that costs.",
        ),
        Cipher::Sha256 => (
            PAGES,
            format!("{} KiB", form.page_kib),
            if form.page_kib > 8 {
                "Left: a change of one contact encrypts and writes as much more, and a block leaves \
                 more of its last page empty."
            } else {
                "Left so far: a change of one contact encrypts and writes as much more, and every file \
                 that there is would have to be written anew."
            },
        ),
    }
}

fn in_force(trial: Trial) -> &'static str {
    match trial {
        Trial::Merged(500) => "up to 5,000 listed",
        Trial::Merged(2_000) => "from 20,000 listed on",
        _ if trial == trial.in_force() => "yes",
        _ => "no",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_trial_has_a_row_with_a_reason_of_its_own() {
        let table = table(&Tried::default());
        assert_eq!(table.lines().count(), 2 + Trial::all().len());
        let mut rows: Vec<&str> = table.lines().skip(2).collect();
        for row in &rows {
            assert_eq!(row.matches('|').count(), 7, "{row}");
            assert!(row.contains(NONE), "nothing was tried yet: {row}");
        }
        rows.sort_unstable();
        rows.dedup();
        assert_eq!(rows.len(), Trial::all().len(), "no two are alike");
    }
}
