//! Ids and lists.

use crate::people::{Dice, People, Purpose};

/// The five lists of people, as the proposed profile has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum List {
    Buyers,
    RentalApplicants,
    Sellers,
    Landlords,
    Tenants,
}

impl List {
    pub(super) const ALL: [Self; 5] = [
        Self::Buyers,
        Self::RentalApplicants,
        Self::Sellers,
        Self::Landlords,
        Self::Tenants,
    ];

    /// The path's one part, and the name of the permission to read the list.
    pub(super) const fn path(self) -> &'static str {
        match self {
            Self::Buyers => "buyers",
            Self::RentalApplicants => "rental-applicants",
            Self::Sellers => "sellers",
            Self::Landlords => "landlords",
            Self::Tenants => "tenants",
        }
    }

    /// The list with this path.
    pub(super) fn of_path(path: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|list| list.path() == path)
    }

    /// The category that being on the list gives, in the words of the canonical model.
    pub(super) const fn category(self) -> &'static str {
        match self {
            Self::Buyers => "buyer",
            Self::RentalApplicants => "tenantApplicant",
            Self::Sellers => "vendor",
            Self::Landlords => "landlord",
            Self::Tenants => "tenant",
        }
    }

    pub(super) const fn position(self) -> usize {
        self as usize
    }

    /// Whether records of the list are written in the style of the newer interface.
    pub(super) const fn is_newer(self) -> bool {
        matches!(self, Self::Buyers | Self::Sellers)
    }

    /// The list that a record of a person is on at the start.
    pub(super) fn of_person(people: &People, index: usize) -> Self {
        match people.dice(Purpose::Roles, index).below(100) {
            0..30 => Self::Buyers,
            30..50 => Self::RentalApplicants,
            50..65 => Self::Sellers,
            65..80 => Self::Landlords,
            _ => Self::Tenants,
        }
    }
}

/// The id of the `index`th record: a number on the newer lists, a reference on the others.
pub(super) fn id(list: List, index: usize) -> String {
    let number = 100_001 + index * 7;
    if list.is_newer() {
        number.to_string()
    } else {
        format!("REF{number}")
    }
}

/// A key in the vendor's form: a GUID of 36 characters.
pub(super) fn guid(secret: &str) -> String {
    let mut text = String::with_capacity(36);
    for (position, digit) in secret.chars().take(32).enumerate() {
        if matches!(position, 8 | 12 | 16 | 20) {
            text.push('-');
        }
        text.push(digit);
    }
    text
}

/// A member of staff.
pub(super) fn agent(dice: &mut Dice) -> &'static str {
    dice.pick(&["Priya Shah", "Tom Bailey", "Hannah Cole", "Owen Pugh"])
}
