//! Names of people and companies.

/// Forms of address that may stand before a name, in lower case without dots.
const TITLES: &[&str] = &[
    "mr",
    "mrs",
    "ms",
    "miss",
    "mx",
    "dr",
    "prof",
    "professor",
    "rev",
    "reverend",
    "sir",
    "dame",
    "lord",
    "lady",
    "messrs",
    "master",
    "capt",
    "captain",
    "major",
    "col",
    "colonel",
    "hon",
];

/// Words that belong to the family name after them, in lower case.
const PARTICLES: &[&str] = &[
    "van", "von", "der", "den", "de", "da", "do", "dos", "del", "della", "di", "du", "la", "le",
    "bin", "ibn", "al", "el", "ter", "ten", "st", "st.",
];

/// Words by which a company is known, in lower case without dots.
const COMPANY_WORDS: &[&str] = &[
    "ltd",
    "limited",
    "llp",
    "plc",
    "inc",
    "lettings",
    "solicitors",
    "properties",
    "holdings",
    "investments",
    "developments",
    "council",
    "association",
    "trust",
    "trustees",
    "estates",
];

/// A person's name in its parts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NameParts<'a> {
    /// Form of address, as written: `Ms`, `Mr & Mrs`.
    pub title: Option<&'a str>,
    /// Given names.
    pub first: Option<&'a str>,
    /// Family name, with its particles.
    pub last: Option<&'a str>,
}

/// Whether a name is that of a company, by the words that only companies bear.
#[must_use]
pub fn is_company_name(name: &str) -> bool {
    name.split_whitespace().any(|word| {
        let word = word.trim_matches(['.', ',', '(', ')']);
        COMPANY_WORDS
            .iter()
            .any(|known| known.eq_ignore_ascii_case(word))
    })
}

/// Splits a whole name, as cautiously as can be: titles before it, then given names, then the family
/// name, which is the last word with the particles before it. `Doe, Jane` is read backwards.
///
/// A lone word is taken as a family name after a title and as a given name without one. The name is
/// to be clean already (single spaces); a company's name is not to be split, see [`is_company_name`].
#[must_use]
pub fn split_name(name: &str) -> NameParts<'_> {
    let (title, rest) = split_title(name.trim());
    if rest.is_empty() {
        return NameParts {
            title,
            ..NameParts::default()
        };
    }
    if let Some((last, first)) = rest.split_once(',') {
        // The title may stand behind the comma as well: `Doe, Ms Jane`.
        let (inner, first) = split_title(first.trim());
        return NameParts {
            title: title.or(inner),
            first: Some(first).filter(|text| !text.is_empty()),
            last: Some(last.trim()).filter(|text| !text.is_empty()),
        };
    }
    let Some(mut split) = rest.rfind(' ') else {
        return if title.is_some() {
            NameParts {
                title,
                first: None,
                last: Some(rest),
            }
        } else {
            NameParts {
                title,
                first: Some(rest),
                last: None,
            }
        };
    };
    while let Some(before) = rest.get(..split) {
        let start = before.rfind(' ').map_or(0, |at| at + 1);
        let word = before.get(start..).unwrap_or("");
        let particle = PARTICLES
            .iter()
            .any(|known| known.eq_ignore_ascii_case(word));
        // A particle at the very beginning is a given name (`Al Green`).
        if !particle || start == 0 {
            break;
        }
        split = start - 1;
    }
    NameParts {
        title,
        first: rest.get(..split).map(str::trim),
        last: rest.get(split..).map(str::trim),
    }
}

/// The titles at the beginning of a name, and the rest of it.
fn split_title(name: &str) -> (Option<&str>, &str) {
    let mut end = 0;
    let mut at = 0;
    for word in name.split(' ') {
        let known = TITLES
            .iter()
            .any(|title| title.eq_ignore_ascii_case(word.trim_end_matches('.')));
        let joins = end > 0 && matches!(word, "&" | "and" | "And" | "+" | "/");
        if !known && !joins {
            break;
        }
        at += word.len();
        if known {
            end = at;
        }
        at += 1;
    }
    match (name.get(..end), name.get(end..)) {
        (Some(title), Some(rest)) if end > 0 => (Some(title), rest.trim()),
        _ => (None, name),
    }
}

/// The name to show: the given one, else the parts in order (the title only where a given name is
/// missing: `Mrs Doe`). Empty where there is nothing.
pub(super) fn shown_name(title: Option<&str>, first: Option<&str>, last: Option<&str>) -> String {
    let lead = first.or(if last.is_some() { title } else { None });
    match (lead, last) {
        (Some(lead), Some(last)) => {
            let mut name = String::with_capacity(lead.len() + last.len() + 1);
            name.push_str(lead);
            name.push(' ');
            name.push_str(last);
            name
        }
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(name: &str) -> (&str, &str, &str) {
        let parts = split_name(name);
        (
            parts.title.unwrap_or("-"),
            parts.first.unwrap_or("-"),
            parts.last.unwrap_or("-"),
        )
    }

    #[test]
    fn names_split_where_a_reader_would_split_them() {
        for (name, parts) in [
            ("Ms Jane Example", ("Ms", "Jane", "Example")),
            ("Jane Example", ("-", "Jane", "Example")),
            ("Mr. & Mrs. Smith", ("Mr. & Mrs.", "-", "Smith")),
            ("Mr and Mrs John Smith", ("Mr and Mrs", "John", "Smith")),
            (
                "Prof Dr Mary Jane Watson",
                ("Prof Dr", "Mary Jane", "Watson"),
            ),
            ("Jan van der Berg", ("-", "Jan", "van der Berg")),
            ("Al Green", ("-", "Al", "Green")),
            ("Doe, Ms Jane", ("Ms", "Jane", "Doe")),
            ("Cher", ("-", "Cher", "-")),
            ("Mrs Doe", ("Mrs", "-", "Doe")),
            ("Dr", ("Dr", "-", "-")),
            ("", ("-", "-", "-")),
            ("Sirius Black", ("-", "Sirius", "Black")),
        ] {
            assert_eq!(split(name), parts, "{name:?}");
        }
    }

    #[test]
    fn companies_are_known_by_their_words() {
        assert!(is_company_name("Sample Lettings Ltd."));
        assert!(is_company_name("Acme (Holdings) PLC"));
        assert!(!is_company_name("Jane Trustworthy"));
    }

    #[test]
    fn the_shown_name_needs_the_title_only_without_a_given_name() {
        assert_eq!(
            shown_name(Some("Ms"), Some("Jane"), Some("Doe")),
            "Jane Doe"
        );
        assert_eq!(shown_name(Some("Ms"), None, Some("Doe")), "Ms Doe");
        assert_eq!(
            shown_name(Some("Ms"), None, None),
            "",
            "a title alone names nobody"
        );
    }
}
