//! What people are to the agency: statuses on their own record, and applicants, which are records of
//! their own that one or two people share.

use crate::people::{People, Purpose};

/// A status on a person's record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    Current,
    Previous,
}

impl Standing {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Current => "Current",
            Self::Previous => "Previous",
        }
    }
}

/// What an applicant looks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    Sales,
    Lettings,
}

impl Look {
    pub(super) const ALL: [Self; 2] = [Self::Sales, Self::Lettings];

    /// The vendor's word for it.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Sales => "sales",
            Self::Lettings => "lettings",
        }
    }

    /// The category that it gives, in the words of the canonical model.
    pub(super) const fn category(self) -> &'static str {
        match self {
            Self::Sales => "buyer",
            Self::Lettings => "tenantApplicant",
        }
    }

    pub(super) const fn other(self) -> Self {
        match self {
            Self::Sales => Self::Lettings,
            Self::Lettings => Self::Sales,
        }
    }
}

/// A person's roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Roles {
    pub(super) vendor: Option<Standing>,
    pub(super) landlord: Option<Standing>,
    pub(super) tenant: Option<Standing>,
    pub(super) sales: bool,
    pub(super) lettings: bool,
    /// The applicants are the previous person's: a couple that looks together.
    pub(super) joint: bool,
}

impl Roles {
    /// The roles of a person. Records that are no people have none.
    pub(super) fn of(people: &People, index: usize) -> Self {
        if people.is_unmappable(index) {
            return Self::default();
        }
        let mut dice = people.dice(Purpose::Roles, index);
        let mut roles = Self::default();
        let standing = if dice.one_in(5) {
            Standing::Previous
        } else {
            Standing::Current
        };
        match dice.below(100) {
            0..22 => roles.sales = true,
            22..40 => roles.lettings = true,
            40..44 => (roles.sales, roles.lettings) = (true, true),
            44..58 => roles.vendor = Some(standing),
            58..70 => roles.landlord = Some(standing),
            70..82 => roles.tenant = Some(standing),
            82..87 => (roles.vendor, roles.sales) = (Some(standing), true),
            87..90 => {
                (roles.landlord, roles.vendor) = (Some(standing), Some(Standing::Previous));
            }
            _ => {}
        }
        let may_join = roles == Self::default() && dice.percent(80);
        if may_join
            && let Some(before) = index.checked_sub(1)
            && let first = Self::of_first(people, before)
            && (first.sales || first.lettings)
        {
            roles = Self {
                sales: first.sales,
                lettings: first.lettings,
                joint: true,
                ..Self::default()
            };
        }
        roles
    }

    /// The roles of the first of a possible couple, who cannot be the second of another.
    fn of_first(people: &People, index: usize) -> Self {
        let roles = Self::of(people, index);
        if roles.joint { Self::default() } else { roles }
    }

    pub(super) const fn looks(self, look: Look) -> bool {
        match look {
            Look::Sales => self.sales,
            Look::Lettings => self.lettings,
        }
    }

    /// The categories that the statuses give now.
    pub(super) fn standing_categories(self) -> impl Iterator<Item = &'static str> {
        [
            (self.vendor, "vendor"),
            (self.landlord, "landlord"),
            (self.tenant, "tenant"),
        ]
        .into_iter()
        .filter(|(standing, _)| *standing == Some(Standing::Current))
        .map(|(_, category)| category)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_occurs_and_couples_share_applicants() {
        let people = People::new(1, "a", 10_000);
        let all: Vec<Roles> = (0..10_000).map(|index| Roles::of(&people, index)).collect();
        let count = |test: fn(&Roles) -> bool| all.iter().filter(|roles| test(roles)).count();
        for (what, found) in [
            ("buyers", count(|roles| roles.sales)),
            ("renters", count(|roles| roles.lettings)),
            ("both", count(|roles| roles.sales && roles.lettings)),
            (
                "past",
                count(|roles| roles.tenant == Some(Standing::Previous)),
            ),
            ("couples", count(|roles| roles.joint)),
        ] {
            assert!(found > 100, "{what}: {found} of 10,000");
        }
        let second = all.iter().position(|roles| roles.joint).unwrap();
        assert!(!all[second - 1].joint, "a couple is two people");
    }
}
