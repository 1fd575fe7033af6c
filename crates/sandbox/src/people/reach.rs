//! Telephone numbers and e-mail addresses.
//!
//! British numbers come from the ranges that Ofcom keeps for drama: 07700 900000 to 900999,
//! 020 7946 0xxx, 01632 960xxx, and 496 0xxx in the large cities. Numbers abroad come from the
//! ranges that their regulators keep for fiction. Mail goes to the `example` domains.

use super::Dice;

const CITY_CODES: &[&str] = &[
    "0113", "0114", "0115", "0116", "0117", "0118", "0121", "0131", "0141", "0151", "0161",
];

const JUNK_PHONES: &[&str] = &[
    "0",
    "n/a",
    "ask wife",
    "000000",
    "ex-directory",
    "see notes",
    "07700",
    "tbc",
    "-",
    "call office",
];

const JUNK_MAILS: &[&str] = &[
    "none",
    "n/a",
    "noemail",
    "john@",
    "@example.com",
    "john smith@example.com",
    "john@example..com",
    "john@example,com",
    "www.example.com",
    "-",
];

const MAIL_DOMAINS: &[&str] = &[
    "example.com",
    "example.net",
    "example.org",
    "mail.example.com",
    "post.example.net",
    "example.co.uk",
];

/// A British mobile number from the drama range, without blanks.
pub(crate) fn drama_mobile(dice: &mut Dice) -> String {
    format!("07700900{:03}", dice.below(1_000))
}

/// A mobile number, or what stands in its field.
pub(super) fn mobile(dice: &mut Dice) -> Option<String> {
    let digits = dice.below(1_000);
    Some(match dice.below(100) {
        0..16 => return None,
        16..18 => dice.pick(JUNK_PHONES).to_owned(),
        18..21 => landline(dice)?,
        21..24 => abroad(dice),
        24..30 => format!("+44 7700 900{digits:03}"),
        30..34 => format!("+447700900{digits:03}"),
        34..37 => format!("0044 7700 900{digits:03}"),
        37..40 => format!("+44 (0) 7700 900{digits:03}"),
        40..43 => format!("7700900{digits:03}"),
        43..45 => format!("07700900{digits:03} (wife)"),
        45..47 => format!("07700900{digits:03} / 07700900{:03}", dice.below(1_000)),
        47..50 => format!(" 07700-900-{digits:03} "),
        50..70 => format!("07700 900{digits:03}"),
        _ => format!("07700900{digits:03}"),
    })
}

/// A landline number, or what stands in its field.
pub(super) fn home(dice: &mut Dice) -> Option<String> {
    match dice.below(100) {
        0..45 => None,
        45..47 => Some(dice.pick(JUNK_PHONES).to_owned()),
        47..49 => Some(drama_mobile(dice)),
        49..54 => Some(String::new()),
        _ => landline(dice),
    }
}

/// A number at work, which few people give.
pub(super) fn work(dice: &mut Dice) -> Option<String> {
    match dice.below(100) {
        0..85 => None,
        85..87 => landline(dice).map(|number| format!("{number} ext. {}", 100 + dice.below(900))),
        _ => landline(dice),
    }
}

fn landline(dice: &mut Dice) -> Option<String> {
    let last = dice.below(1_000);
    Some(match dice.below(10) {
        0..3 => format!("020 7946 0{last:03}"),
        3..5 => format!("02079460{last:03}"),
        5..7 => format!("01632 960{last:03}"),
        7 => format!("(01632) 960 {last:03}"),
        _ => format!("{} 496 0{last:03}", dice.pick(CITY_CODES)),
    })
}

fn abroad(dice: &mut Dice) -> String {
    let last = dice.below(100);
    match dice.below(5) {
        0 => format!("+1 212 555 01{last:02}"),
        1 => format!("+33 1 99 00 12 {last:02}"),
        2 => format!("+61 491 570 1{last:02}"),
        3 => format!("0049 30 23125 1{last:02}"),
        _ => format!("+353 20 915 01{last:02}"),
    }
}

/// An e-mail address, or what stands in its field.
pub(super) fn email(
    dice: &mut Dice,
    forename: Option<&str>,
    surname: Option<&str>,
    index: usize,
) -> Option<String> {
    let local = local_part(forename, surname);
    let domain = dice.pick(MAIL_DOMAINS);
    Some(match dice.below(100) {
        0..11 => return None,
        11..14 => dice.pick(JUNK_MAILS).to_owned(),
        14..17 => format!("{}@{}", local.to_uppercase(), domain.to_uppercase()),
        17..20 => format!(" {local}{index}@{domain} "),
        20 => format!("{local}@{domain}; {local}.work@{domain}"),
        21..24 => String::new(),
        24..30 => format!("{local}+home@{domain}"),
        30..60 => format!("{local}@{domain}"),
        _ => format!("{local}{index}@{domain}"),
    })
}

/// The one address of a household.
pub(super) fn household_email(surname: &str, household: usize) -> String {
    format!(
        "the.{}s{household}@example.net",
        local_part(None, Some(surname))
    )
}

/// Letters, digits and dots that a mailbox may have, from a name.
fn local_part(forename: Option<&str>, surname: Option<&str>) -> String {
    let mut local = String::new();
    for name in [forename, surname].into_iter().flatten() {
        if !local.is_empty() {
            local.push('.');
        }
        local.extend(
            name.chars()
                .filter(char::is_ascii_alphanumeric)
                .take(20)
                .map(|letter| letter.to_ascii_lowercase()),
        );
    }
    let local = local.trim_matches('.');
    if local.is_empty() {
        "contact".to_owned()
    } else {
        local.to_owned()
    }
}
