//! Countries, as British CRMs write them.

/// ISO 3166-1 alpha-2 code elements that are assigned to countries.
const ALPHA_2: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ \
BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ \
DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT \
GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY \
KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX \
MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS \
RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN \
TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW";

/// Names and other codes, in lower case with letters and single spaces only, sorted.
const NAMES: &[(&str, &str)] = &[
    ("alderney", "GG"),
    ("america", "US"),
    ("australia", "AU"),
    ("austria", "AT"),
    ("belgium", "BE"),
    ("britain", "GB"),
    ("bulgaria", "BG"),
    ("canada", "CA"),
    ("channel islands guernsey", "GG"),
    ("channel islands jersey", "JE"),
    ("china", "CN"),
    ("croatia", "HR"),
    ("cyprus", "CY"),
    ("czech republic", "CZ"),
    ("czechia", "CZ"),
    ("denmark", "DK"),
    ("deutschland", "DE"),
    ("egypt", "EG"),
    ("eire", "IE"),
    ("england", "GB"),
    ("espana", "ES"),
    ("fra", "FR"),
    ("france", "FR"),
    ("gbr", "GB"),
    ("germany", "DE"),
    ("ghana", "GH"),
    ("gibraltar", "GI"),
    ("great britain", "GB"),
    ("greece", "GR"),
    ("guernsey", "GG"),
    ("holland", "NL"),
    ("hong kong", "HK"),
    ("hungary", "HU"),
    ("india", "IN"),
    ("ireland", "IE"),
    ("irl", "IE"),
    ("isle of man", "IM"),
    ("israel", "IL"),
    ("italy", "IT"),
    ("jersey", "JE"),
    ("kenya", "KE"),
    ("kuwait", "KW"),
    ("latvia", "LV"),
    ("lithuania", "LT"),
    ("luxembourg", "LU"),
    ("malaysia", "MY"),
    ("malta", "MT"),
    ("monaco", "MC"),
    ("morocco", "MA"),
    ("netherlands", "NL"),
    ("new zealand", "NZ"),
    ("nigeria", "NG"),
    ("northern ireland", "GB"),
    ("norway", "NO"),
    ("pakistan", "PK"),
    ("poland", "PL"),
    ("portugal", "PT"),
    ("qatar", "QA"),
    ("republic of ireland", "IE"),
    ("romania", "RO"),
    ("saudi arabia", "SA"),
    ("scotland", "GB"),
    ("singapore", "SG"),
    ("slovakia", "SK"),
    ("slovenia", "SI"),
    ("south africa", "ZA"),
    ("spain", "ES"),
    ("sweden", "SE"),
    ("switzerland", "CH"),
    ("thailand", "TH"),
    ("the netherlands", "NL"),
    ("turkey", "TR"),
    ("turkiye", "TR"),
    ("uae", "AE"),
    ("uk", "GB"),
    ("ukraine", "UA"),
    ("united arab emirates", "AE"),
    ("united kingdom", "GB"),
    ("united states", "US"),
    ("united states of america", "US"),
    ("usa", "US"),
    ("wales", "GB"),
];

/// The longest name above, with room for dots and spaces.
const LONGEST: usize = 48;

/// The ISO 3166-1 alpha-2 code of a country, from a code or a name in English; none where the text
/// is neither. `UK`, and the nations of the United Kingdom, are `GB`.
#[must_use]
pub fn country_code(raw: &str) -> Option<&'static str> {
    let raw = raw.trim();
    if raw == "GB" {
        return Some("GB");
    }
    if raw.len() == 2 {
        let found = ALPHA_2
            .split(' ')
            .find(|code| code.eq_ignore_ascii_case(raw));
        if found.is_some() {
            return found;
        }
    }
    if raw.len() > LONGEST {
        return None;
    }
    let mut name = String::with_capacity(raw.len());
    let mut gap = false;
    for letter in raw.chars() {
        let letter = match letter {
            '\u{F1}' | '\u{D1}' => 'n',
            '\u{FC}' | '\u{DC}' => 'u',
            other => other.to_ascii_lowercase(),
        };
        if letter.is_ascii_lowercase() {
            if gap && !name.is_empty() {
                name.push(' ');
            }
            gap = false;
            name.push(letter);
        } else if letter != '.' {
            gap = true;
        }
    }
    NAMES
        .binary_search_by(|(known, _)| (*known).cmp(name.as_str()))
        .ok()
        .and_then(|at| NAMES.get(at))
        .map(|(_, code)| *code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_gives_codes() {
        assert!(
            NAMES.is_sorted_by(|one, next| one.0 < next.0),
            "the search needs order, without repeats"
        );
        for (name, code) in NAMES {
            assert!(
                ALPHA_2.split(' ').any(|known| known == *code),
                "{name}: {code} is no alpha-2 code"
            );
        }
    }

    #[test]
    fn what_british_crms_write_becomes_a_code() {
        for (raw, code) in [
            ("GB", Some("GB")),
            ("uk", Some("GB")),
            ("U.K.", Some("GB")),
            (" United  Kingdom ", Some("GB")),
            ("ENGLAND", Some("GB")),
            ("Northern Ireland", Some("GB")),
            ("Ireland", Some("IE")),
            ("Eire", Some("IE")),
            ("U.S.A.", Some("US")),
            ("Espa\u{F1}a", Some("ES")),
            ("fr", Some("FR")),
            ("Isle-of-Man", Some("IM")),
            ("ZZ", None),
            ("Surrey", None),
            ("", None),
        ] {
            assert_eq!(country_code(raw), code, "{raw:?}");
        }
    }
}
