//! Ids, branches and staff.

use uuid::Uuid;

/// What an id is for. Ids of different things never clash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Thing {
    Person = 1,
    SalesApplicant = 2,
    LettingsApplicant = 3,
    Branch = 4,
    User = 5,
    Company = 6,
    Note = 7,
    Message = 8,
}

/// Names of branches.
pub(super) const BRANCHES: &[&str] = &["Monton", "Didsbury", "Chorlton"];

/// Members of staff: first name, last name, branch.
pub(super) const STAFF: &[(&str, &str, usize)] = &[
    ("Priya", "Sandbox", 0),
    ("Tom", "Sandbox", 0),
    ("Aoife", "Sandbox", 1),
    ("Marek", "Sandbox", 2),
];

/// The id of the `number`th thing of a kind: a UUID of version 4 in form.
pub(super) fn id_of(thing: Thing, number: u64, seed: u64) -> Uuid {
    const FORM: u64 = !0xf000;
    let high = seed
        .wrapping_add(1)
        .wrapping_mul(0xd134_2543_de82_ef95)
        .rotate_left(17)
        ^ ((thing as u64) << 32);
    // An odd factor maps no two numbers below 2^62 to the same one.
    let low = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) & (u64::MAX >> 2);
    Uuid::from_u64_pair(high & FORM | 0x4000, low | (1 << 63))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn ids_are_uuids_and_never_clash() {
        let things = [
            Thing::Person,
            Thing::SalesApplicant,
            Thing::LettingsApplicant,
        ];
        let ids: HashSet<Uuid> = (0..5_000)
            .flat_map(|number| things.map(|thing| id_of(thing, number, 7)))
            .collect();
        assert_eq!(ids.len(), 15_000);
        let one = id_of(Thing::Person, 3, 7);
        assert_eq!(one.get_version_num(), 4, "{one}");
        assert_ne!(one, id_of(Thing::Person, 3, 8), "another seed, another id");
    }
}
