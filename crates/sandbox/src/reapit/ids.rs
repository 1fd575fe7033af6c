//! Ids as this CRM forms them: three letters of the office, then digits in no order.

/// Offices: id, name, town.
pub(super) const OFFICES: &[(&str, &str, &str)] = &[
    ("OXF", "Oxford Sales", "Oxford"),
    ("SOL", "Solihull", "Solihull"),
    ("BHM", "Birmingham Lettings", "Birmingham"),
    ("KEN", "Kensington", "London"),
    ("HGT", "Harrogate", "Harrogate"),
    ("BRS", "Bristol", "Bristol"),
    ("CDF", "Caerdydd / Cardiff", "Cardiff"),
    ("EDI", "Edinburgh New Town", "Edinburgh"),
];

/// Negotiators: id, name, office.
pub(super) const NEGOTIATORS: &[(&str, &str, &str)] = &[
    ("JAS", "Jane Sample", "OXF"),
    ("ADV", "Adewale Vine", "OXF"),
    ("TST", "Tess Stone", "SOL"),
    ("MKH", "Mina Khatun", "SOL"),
    ("RPT", "Rupert Tate", "BHM"),
    ("LGW", "Lowri Gwynn", "CDF"),
    ("FMC", "Fiona McColl", "EDI"),
    ("PZK", "Piotr Zak", "KEN"),
    ("OBO", "Obi Okoro", "KEN"),
    ("SNB", "Sunita Bose", "HGT"),
    ("CDG", "Cecily Deng", "BRS"),
    ("HHL", "Hal Halloran", "BRS"),
];

/// Categories of contacts: id and words.
pub(super) const CATEGORIES: &[(&str, &str)] = &[
    ("VIP", "VIP client"),
    ("INV", "Investor"),
    ("FTB", "First-time buyer"),
    ("SUP", "Supplier"),
    ("NWS", "Newsletter"),
];

/// Types of journal entries: id and words.
pub(super) const JOURNAL_TYPES: &[(&str, &str)] = &[
    ("MI", "Miscellaneous"),
    ("EM", "Email"),
    ("TC", "Telephone call"),
    ("SM", "Text message"),
    ("LE", "Letter"),
    ("DS", "Discussion"),
];

/// Kinds of records, each with ids of its own. Ids of two kinds may be the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    Contact,
    Applicant,
    Landlord,
    Vendor,
    Tenancy,
    Offer,
}

/// A prime below 100,000,000: multiplying by anything not a multiple of it shuffles the numbers
/// below it without a collision.
const MODULUS: u64 = 99_999_989;

/// The id of the `index`th record of a kind, at the office with this number.
pub(super) fn id_of(kind: Kind, index: usize, office: usize, seed: u64) -> String {
    let (factor, shift) = match kind {
        Kind::Contact => (7_368_787, 18_000_001),
        Kind::Applicant => (5_915_587, 20_200_060),
        Kind::Landlord => (3_267_000, 18_000_101),
        Kind::Vendor => (9_576_890, 20_000_001),
        Kind::Tenancy => (2_860_486, 19_000_060),
        Kind::Offer => (1_234_577, 19_500_000),
    };
    let number = (index as u64 * factor + shift + seed % 1_000) % MODULUS;
    let prefix = OFFICES.get(office % OFFICES.len()).map_or("OXF", |o| o.0);
    format!("{prefix}{number:08}")
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn ids_are_unique_and_in_no_order() {
        let ids: Vec<String> = (0..50_000)
            .map(|index| id_of(Kind::Contact, index, 0, 1))
            .collect();
        let distinct: HashSet<&String> = ids.iter().collect();
        assert_eq!(distinct.len(), ids.len());
        assert!(!ids.is_sorted());
    }
}
