//! Postal addresses.

use std::borrow::Cow;

use super::country::country_code;
use super::postcode::parse_postcode;
use super::text::{MAX_FIELD_BYTES, clean, head};

/// An address in the parts in which a CRM keeps it; each may be missing or blank.
#[derive(Debug, Clone, Copy, Default)]
pub struct AddressParts<'a> {
    /// The lines before the town.
    pub lines: &'a [Option<&'a str>],
    /// Post town.
    pub town: Option<&'a str>,
    /// County.
    pub county: Option<&'a str>,
    /// Postcode.
    pub postcode: Option<&'a str>,
    /// Country, as a code or a name.
    pub country: Option<&'a str>,
}

/// An address read from one text; what the text does not say is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct SplitAddress<'a> {
    /// The lines before the town.
    pub(super) lines: Vec<Cow<'a, str>>,
    /// Post town.
    pub(super) town: Option<Cow<'a, str>>,
    /// County.
    pub(super) county: Option<Cow<'a, str>>,
    /// Postcode in normal form.
    pub(super) postcode: Option<String>,
    /// ISO 3166-1 alpha-2.
    pub(super) country: Option<&'static str>,
    /// Set where the text went on beyond what is taken of a field.
    pub(super) cut: bool,
}

/// Counties whose names do not end in `shire`, in lower case.
const COUNTIES: &[&str] = &[
    "avon",
    "bedfordshire",
    "berks",
    "bucks",
    "cambs",
    "cheshire",
    "cleveland",
    "clwyd",
    "co durham",
    "cornwall",
    "county durham",
    "cumbria",
    "devon",
    "dorset",
    "dyfed",
    "east sussex",
    "essex",
    "fife",
    "glos",
    "greater london",
    "greater manchester",
    "gwent",
    "gwynedd",
    "hants",
    "herts",
    "isle of wight",
    "kent",
    "lancs",
    "leics",
    "lincs",
    "merseyside",
    "mid glamorgan",
    "middlesex",
    "middx",
    "norfolk",
    "northants",
    "northumberland",
    "notts",
    "oxon",
    "powys",
    "rutland",
    "shropshire",
    "somerset",
    "south glamorgan",
    "south yorkshire",
    "staffs",
    "suffolk",
    "surrey",
    "tyne and wear",
    "warks",
    "west glamorgan",
    "west midlands",
    "west sussex",
    "west yorkshire",
    "wilts",
    "worcs",
];

/// Splits an address that a CRM keeps as one text (`12 Sample Road, London, SW1A 1AA`).
///
/// Parts are separated by commas or line ends. From the end backwards: a country, a postcode (a part
/// of its own, or the end of one), a county by its name; the last part left is the town when there
/// are two or more, as a lone part says more as a line. The rest are lines. Nothing is dropped.
pub(super) fn split_address(text: &str) -> SplitAddress<'_> {
    let (text, cut) = head(text, MAX_FIELD_BYTES);
    let mut found = SplitAddress {
        cut,
        ..SplitAddress::default()
    };
    let mut parts: Vec<Cow<'_, str>> = text
        .split([',', '\n', '\r'])
        .filter_map(|part| clean(part).map(|cleaned| cleaned.text))
        .collect();
    if parts.len() > 1
        && let Some(code) = parts.last().and_then(|part| country_code(part))
    {
        found.country = Some(code);
        parts.pop();
    }
    if let Some(last) = parts.pop() {
        match postcode_at_end(&last) {
            Some((before, postcode)) => {
                found.postcode = Some(postcode);
                if let Some(before) = before {
                    parts.push(Cow::Owned(before.to_owned()));
                }
            }
            None => parts.push(last),
        }
    }
    if parts.len() > 2 && parts.last().is_some_and(|part| is_county(part)) {
        found.county = parts.pop();
    }
    if parts.len() > 1 {
        found.town = parts.pop();
    }
    found.lines = parts;
    found
}

/// A postcode at the end of a part, and what stands before it.
fn postcode_at_end(part: &str) -> Option<(Option<&str>, String)> {
    if let Some(postcode) = parse_postcode(part) {
        return Some((None, postcode));
    }
    // The postcode may be one word or two: `London SW1A 1AA`, `London SW1A1AA`.
    part.rmatch_indices(' ').take(2).find_map(|(at, _)| {
        let postcode = parse_postcode(part.get(at + 1..)?)?;
        let before = part.get(..at)?.trim_end();
        // `Road M1 1AE` also reads as `M1 1AE`, never as `1AE`, as that alone is none.
        Some((Some(before).filter(|text| !text.is_empty()), postcode))
    })
}

/// Whether a text is the name of a British county, by its ending or by a list.
#[must_use]
pub fn is_county(part: &str) -> bool {
    let lower = part.to_ascii_lowercase();
    lower.ends_with("shire") || COUNTIES.contains(&lower.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> (Vec<String>, String, String, String, String) {
        let found = split_address(text);
        let text = |part: Option<Cow<'_, str>>| part.map_or("-".into(), Cow::into_owned);
        (
            found.lines.into_iter().map(Cow::into_owned).collect(),
            text(found.town),
            text(found.county),
            found.postcode.unwrap_or_else(|| "-".into()),
            found.country.unwrap_or("-").to_owned(),
        )
    }

    #[test]
    fn one_line_addresses_come_apart_from_the_end() {
        for (text, lines, town, county, postcode, country) in [
            (
                "12 Sample Road, London, SW1A 1AA",
                vec!["12 Sample Road"],
                "London",
                "-",
                "SW1A 1AA",
                "-",
            ),
            (
                "12 Sample Road, London sw1a1aa",
                vec!["12 Sample Road"],
                "London",
                "-",
                "SW1A 1AA",
                "-",
            ),
            (
                "Flat 2\r\n12 Sample Road\r\nGuildford\r\nSurrey\r\nGU1 1AA\r\nUnited Kingdom",
                vec!["Flat 2", "12 Sample Road"],
                "Guildford",
                "Surrey",
                "GU1 1AA",
                "GB",
            ),
            (
                "1 Elm Close, Bristol, Gloucestershire",
                vec!["1 Elm Close"],
                "Bristol",
                "Gloucestershire",
                "-",
                "-",
            ),
            ("M1 1AE", vec![], "-", "-", "M1 1AE", "-"),
            ("Rose Cottage", vec!["Rose Cottage"], "-", "-", "-", "-"),
            (
                "Rose Cottage, Kent",
                vec!["Rose Cottage"],
                "Kent",
                "-",
                "-",
                "-",
            ),
            (" , ,", vec![], "-", "-", "-", "-"),
        ] {
            let lines: Vec<String> = lines.into_iter().map(str::to_owned).collect();
            assert_eq!(
                split(text),
                (
                    lines,
                    town.into(),
                    county.into(),
                    postcode.into(),
                    country.into()
                ),
                "{text:?}"
            );
        }
    }

    #[test]
    fn an_endless_text_is_cut_and_said_to_be() {
        let found = split_address(&"a,".repeat(5_000_000)).cut;
        assert!(found, "a cut must never be silent");
    }
}
