//! Ids as this CRM forms them (digits, as text or as numbers), branches, and what contacts are.

use crate::people::{Dice, People, Purpose};

/// Branches: id and name. All have activated the integration.
pub(super) const BRANCHES: &[(u32, &str)] = &[
    (2681, "Kingsbridge"),
    (2682, "Totnes Sales"),
    (2690, "Totnes Lettings"),
    (2704, "Plymouth"),
];

/// A prime below 10,000,000: multiplying by anything not a multiple of it shuffles the numbers
/// below it without a collision.
const MODULUS: u64 = 9_999_991;

/// The id of the `index`th contact.
pub(super) fn contact_id(index: usize, seed: u64) -> u64 {
    10_000_000 + (index as u64 * 3_267_001 + seed % 1_000) % MODULUS
}

/// The id of the `number`th person of a contact.
pub(super) fn person_id(contact: u64, number: usize) -> u64 {
    contact * 10 + number as u64 + 1
}

/// What an applicant is looking for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Search {
    Buy,
    Rent,
}

impl Search {
    /// The word for it in a requirement's intention.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Buy => "Buy",
            Self::Rent => "Rent",
        }
    }
}

/// What a contact is to the agency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Role {
    /// A word of the vendor's list of categories.
    pub(super) category: &'static str,
    pub(super) applicant: bool,
    /// What an applicant's requirement says; none is registered for every applicant.
    pub(super) search: Option<Search>,
    pub(super) vendor: bool,
    pub(super) landlord: bool,
    pub(super) tenant: bool,
}

impl Role {
    const CLIENT: Self = Self {
        category: "Client",
        applicant: false,
        search: None,
        vendor: false,
        landlord: false,
        tenant: false,
    };

    const fn searching(search: Search) -> Self {
        Self {
            applicant: true,
            search: Some(search),
            ..Self::CLIENT
        }
    }

    /// The role of a record.
    pub(super) fn of(people: &People, index: usize) -> Self {
        let mut dice = people.dice(Purpose::Roles, index);
        let other = |category| Self {
            category,
            ..Self::CLIENT
        };
        match dice.below(100) {
            0..22 => Self::searching(Search::Buy),
            22..40 => Self::searching(Search::Rent),
            40..54 => Self {
                vendor: true,
                ..Self::CLIENT
            },
            54..67 => Self {
                landlord: true,
                ..Self::CLIENT
            },
            67..77 => Self {
                tenant: true,
                ..Self::CLIENT
            },
            77..81 => Self {
                vendor: true,
                ..Self::searching(Search::Buy)
            },
            81..83 => Self {
                landlord: true,
                vendor: true,
                ..Self::CLIENT
            },
            83..87 => Self::CLIENT,
            87..90 => Self {
                applicant: true,
                ..Self::CLIENT
            },
            90..96 => other(one_of(
                &mut dice,
                &["Solicitor", "Surveyor", "Builder", "Maintenance"],
            )),
            96..98 => other(one_of(&mut dice, &["EstateAgent", "Developer", "Bank"])),
            _ => other("PreviousClient"),
        }
    }

    /// The personas, in the vendor's words.
    pub(super) fn personas(self) -> Vec<&'static str> {
        [
            (self.applicant, "Applicant"),
            (self.vendor, "Vendor"),
            (self.landlord, "Landlord"),
            (self.tenant, "Tenant"),
        ]
        .into_iter()
        .filter_map(|(is, word)| is.then_some(word))
        .collect()
    }

    /// The categories that it gives, in the words of the canonical model.
    pub(super) fn categories(self) -> Vec<&'static str> {
        let mut found = Vec::new();
        if self.applicant {
            found.push(match self.search {
                Some(Search::Buy) => "buyer",
                Some(Search::Rent) => "tenantApplicant",
                None => "lead",
            });
        }
        for (is, word) in [
            (self.vendor, "vendor"),
            (self.landlord, "landlord"),
            (self.tenant, "tenant"),
        ] {
            if is {
                found.push(word);
            }
        }
        match self.category {
            "Solicitor" | "Surveyor" | "Builder" | "Maintenance" => found.push("supplier"),
            "EstateAgent" | "Developer" | "Bank" => found.push("company"),
            _ if found.is_empty() => found.push("other"),
            _ => {}
        }
        found
    }
}

fn one_of(dice: &mut Dice, words: &[&'static str]) -> &'static str {
    words
        .get(dice.index(words.len()))
        .copied()
        .unwrap_or("Client")
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeSet, HashSet};

    use super::*;

    #[test]
    fn ids_are_unique_and_in_no_order() {
        let ids: Vec<u64> = (0..50_000).map(|index| contact_id(index, 1)).collect();
        assert_eq!(ids.iter().collect::<HashSet<_>>().len(), ids.len());
        assert!(!ids.is_sorted());
    }

    #[test]
    fn every_category_occurs() {
        let people = People::new(1, "alto", 5_000);
        let found: BTreeSet<&str> = (0..5_000)
            .flat_map(|index| Role::of(&people, index).categories())
            .collect();
        assert_eq!(found.len(), 9, "{found:?}");
    }
}
