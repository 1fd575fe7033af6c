//! Ids, branches and lists.

use crate::people::{Dice, People, Purpose};

/// The five lists of people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum List {
    Tenants,
    Landlords,
    ApplicantsLettings,
    ApplicantsSales,
    Vendors,
}

impl List {
    pub(super) const ALL: [Self; 5] = [
        Self::Tenants,
        Self::Landlords,
        Self::ApplicantsLettings,
        Self::ApplicantsSales,
        Self::Vendors,
    ];

    /// The path below the agency's name.
    pub(super) const fn path(self) -> &'static str {
        match self {
            Self::Tenants => "tenants",
            Self::Landlords => "landlords",
            Self::ApplicantsLettings => "applicants/lettings",
            Self::ApplicantsSales => "applicants/sales",
            Self::Vendors => "vendors",
        }
    }

    /// The category that being on the list gives, in the words of the canonical model.
    pub(super) const fn category(self) -> &'static str {
        match self {
            Self::Tenants => "tenant",
            Self::Landlords => "landlord",
            Self::ApplicantsLettings => "tenantApplicant",
            Self::ApplicantsSales => "buyer",
            Self::Vendors => "vendor",
        }
    }

    pub(super) const fn position(self) -> usize {
        self as usize
    }

    /// The list that the dice put a person on.
    pub(super) fn of(dice: &mut Dice) -> Self {
        match dice.below(100) {
            0..30 => Self::Tenants,
            30..50 => Self::Landlords,
            50..70 => Self::ApplicantsLettings,
            70..90 => Self::ApplicantsSales,
            _ => Self::Vendors,
        }
    }
}

/// Names of branches.
pub(super) const BRANCHES: &[&str] = &["Riverside", "Market Place", "Harbourside", "Uptown"];

/// The place of a person: the list and the branch.
pub(super) fn place_of(people: &People, index: usize) -> (List, usize) {
    let mut dice = people.dice(Purpose::Roles, index);
    (List::of(&mut dice), dice.index(BRANCHES.len()))
}

/// The id of the `number`th thing, in four groups of hexadecimal digits.
pub(super) fn oid(number: u64, seed: u64) -> String {
    // SplitMix64's finisher: it maps no two numbers to the same one.
    let mut z = number.wrapping_add(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^= z >> 31;
    format!(
        "{:04X}-{:04X}-{:04X}-{:04X}",
        z >> 48,
        (z >> 32) & 0xffff,
        (z >> 16) & 0xffff,
        z & 0xffff
    )
}

/// The id of a branch.
pub(super) fn branch_oid(branch: usize, seed: u64) -> String {
    oid(u64::MAX - branch as u64, seed)
}
