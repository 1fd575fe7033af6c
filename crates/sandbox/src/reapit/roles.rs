//! What a contact is to the agency. The contact's own record does not say; its relationships do.

use crate::people::{People, Purpose};

use super::ids::{Kind, OFFICES, id_of};

/// What an applicant is looking for, in the words of the vendor's schema and examples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Buying,
    /// The same as buying; the vendor's own example has it.
    Sales,
    Renting,
}

impl Mode {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Buying => "buying",
            Self::Sales => "sales",
            Self::Renting => "renting",
        }
    }
}

/// A contact's roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Roles {
    pub(super) applicant: Option<Mode>,
    pub(super) landlord: bool,
    pub(super) vendor: bool,
    pub(super) tenancy: bool,
    pub(super) offer: bool,
    /// The applicant record is the previous contact's: a couple that looks together.
    pub(super) joint: bool,
    /// The roles are in the past.
    pub(super) archived: bool,
}

impl Roles {
    /// The roles of a record. Records that are no contacts have none.
    pub(super) fn of(people: &People, index: usize) -> Self {
        if people.is_unmappable(index) {
            return Self::default();
        }
        let mut dice = people.dice(Purpose::Roles, index);
        let mut roles = Self::default();
        match dice.below(100) {
            0..24 => {
                roles.applicant = Some(if dice.one_in(3) {
                    Mode::Sales
                } else {
                    Mode::Buying
                });
            }
            24..44 => roles.applicant = Some(Mode::Renting),
            44..58 => roles.vendor = true,
            58..71 => roles.landlord = true,
            71..82 => roles.tenancy = true,
            82..84 => roles.offer = true,
            84..88 => {
                roles.vendor = true;
                roles.applicant = Some(Mode::Buying);
            }
            88..90 => {
                roles.landlord = true;
                roles.vendor = true;
            }
            _ => {}
        }
        roles.archived = dice.one_in(40);
        let may_join = roles == Self::default() && dice.percent(25);
        if may_join
            && let Some(before) = index.checked_sub(1)
            && let first = Self::of_first(people, before)
            && first.applicant.is_some()
            && !first.archived
        {
            roles.applicant = first.applicant;
            roles.joint = true;
        }
        roles
    }

    /// The roles of the first of a possible couple, who cannot be the second of another.
    fn of_first(people: &People, index: usize) -> Self {
        let roles = Self::of(people, index);
        if roles.joint { Self::default() } else { roles }
    }

    /// The kinds of the contact's relationships, with the index of the record that each is about.
    pub(super) fn links(self, index: usize) -> Vec<(Kind, usize)> {
        let mut links = Vec::with_capacity(2);
        if self.applicant.is_some() {
            let owner = if self.joint {
                index.saturating_sub(1)
            } else {
                index
            };
            links.push((Kind::Applicant, owner));
        }
        for (has, kind) in [
            (self.landlord, Kind::Landlord),
            (self.vendor, Kind::Vendor),
            (self.tenancy, Kind::Tenancy),
            (self.offer, Kind::Offer),
        ] {
            if has {
                links.push((kind, index));
            }
        }
        links
    }

    /// The roles as bits, for the ground truth.
    pub(super) fn bits(self) -> u8 {
        if self.archived {
            return 0;
        }
        let mut bits = 0;
        match self.applicant {
            Some(Mode::Buying | Mode::Sales) => bits |= BUYER,
            Some(Mode::Renting) => bits |= RENTER,
            None => {}
        }
        for (has, bit) in [
            (self.landlord, LANDLORD),
            (self.vendor, VENDOR),
            (self.tenancy, TENANT),
        ] {
            if has {
                bits |= bit;
            }
        }
        bits
    }
}

pub(super) const BUYER: u8 = 1;
pub(super) const RENTER: u8 = 2;
pub(super) const LANDLORD: u8 = 4;
pub(super) const VENDOR: u8 = 8;
pub(super) const TENANT: u8 = 16;

/// The categories that the bits stand for.
pub(super) const CATEGORIES: &[(u8, &str)] = &[
    (BUYER, "buyer"),
    (RENTER, "tenantApplicant"),
    (LANDLORD, "landlord"),
    (VENDOR, "vendor"),
    (TENANT, "tenant"),
];

/// The office that a record belongs to.
pub(super) fn office_of(people: &People, index: usize) -> usize {
    people.dice(Purpose::Record, index).index(OFFICES.len())
}

/// The id of the record of a kind that belongs to the `index`th contact.
pub(super) fn linked_id(people: &People, kind: Kind, index: usize, seed: u64) -> String {
    id_of(kind, index, office_of(people, index), seed)
}

impl Kind {
    /// The word for it in `associatedType`.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Contact => "contact",
            Self::Applicant => "applicant",
            Self::Landlord => "landlord",
            Self::Vendor => "vendor",
            Self::Tenancy => "tenancy",
            Self::Offer => "offer",
        }
    }

    /// Where such records are listed.
    pub(super) const fn path(self) -> &'static str {
        match self {
            Self::Contact => "/contacts/",
            Self::Applicant => "/applicants/",
            Self::Landlord => "/landlords/",
            Self::Vendor => "/vendors/",
            Self::Tenancy => "/tenancies/",
            Self::Offer => "/offers/",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_occurs_and_couples_share_an_applicant() {
        let people = People::new(1, "a", 10_000);
        let all: Vec<Roles> = (0..10_000).map(|i| Roles::of(&people, i)).collect();
        for (bit, category) in CATEGORIES {
            let found = all.iter().filter(|roles| roles.bits() & bit != 0).count();
            assert!(found > 500, "{category}: {found} of 10,000");
        }
        let joint = all.iter().position(|roles| roles.joint).unwrap();
        assert!(all[joint - 1].applicant.is_some() && !all[joint - 1].joint);
        assert_eq!(
            all[joint].links(joint),
            [(Kind::Applicant, joint - 1)],
            "the second of a couple is linked to the first one's applicant"
        );
    }
}
