//! A person, in no CRM's form.

use super::names::Name;
use super::{Dice, People, Place, Purpose, names, reach};

/// What a person said about marketing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Said {
    Yes,
    No,
    NotAsked,
    /// Nothing is recorded.
    #[default]
    Nothing,
}

/// What is odd about a person's record, for the ground truth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Oddity {
    /// Nothing is left but the id, as after an erasure.
    pub(crate) blank: bool,
    /// The name is longer than 200 characters.
    pub(crate) long_name: bool,
}

/// A person, or now and then a company.
#[derive(Debug, Clone, Default)]
pub(crate) struct Person {
    pub(crate) title: Option<String>,
    pub(crate) forename: Option<String>,
    pub(crate) surname: Option<String>,
    /// `YYYY-MM-DD`.
    pub(crate) born: Option<String>,
    pub(crate) home: Option<String>,
    pub(crate) work: Option<String>,
    pub(crate) mobile: Option<String>,
    pub(crate) email: Option<String>,
    /// A second address or number, of whatever kind.
    pub(crate) also: Option<String>,
    pub(crate) place: Option<Place>,
    pub(crate) second_place: Option<Place>,
    pub(crate) said: Said,
    /// Letter, e-mail, telephone, text message.
    pub(crate) channels: [Option<bool>; 4],
    pub(crate) odd: Oddity,
}

impl Person {
    /// The person behind a record.
    pub(super) fn make(people: &People, index: usize) -> Self {
        let mut own = people.dice(Purpose::Person, index);
        if own.one_in(400) {
            return Self {
                odd: Oddity {
                    blank: true,
                    ..Oddity::default()
                },
                ..Self::default()
            };
        }
        // Some people were entered twice: the record says the same as an earlier one.
        let twin = index
            .checked_sub(1 + own.index(60))
            .filter(|_| own.percent(2));
        let index = twin.unwrap_or(index);
        if twin.is_some() {
            own = people.dice(Purpose::Person, index);
            if own.one_in(400) {
                // The earlier record was erased since; this one was forgotten.
                own = people.dice(Purpose::Household, index);
            }
        }
        Self::from_dice(people, own, index)
    }

    fn from_dice(people: &People, mut dice: Dice, index: usize) -> Self {
        let household = index / 3;
        let family = dice.percent(6).then(|| {
            let mut shared = people.dice(Purpose::Household, household);
            let surname = shared.pick(names::SURNAMES);
            let email = reach::household_email(surname, household);
            (surname, email, Place::make(&mut shared))
        });
        let name = Name::make(&mut dice, family.as_ref().map(|(surname, ..)| *surname));
        let own_email = reach::email(
            &mut dice,
            name.forename.as_deref(),
            name.surname.as_deref().filter(|_| !name.long),
            index,
        );
        let own_place = Place::make(&mut dice);
        let (email, place) = match family {
            Some((_, email, place)) => (Some(email), place.or(own_place)),
            None => (own_email, own_place),
        };
        let said = match dice.below(100) {
            0..45 => Said::Yes,
            45..65 => Said::No,
            65..90 => Said::NotAsked,
            _ => Said::Nothing,
        };
        Self {
            title: name.title,
            forename: name.forename,
            surname: name.surname,
            born: dice.percent(30).then(|| {
                let (month, day) = (1 + dice.below(12), 1 + dice.below(28));
                format!("{}-{month:02}-{day:02}", 1935 + dice.below(70))
            }),
            home: reach::home(&mut dice),
            work: reach::work(&mut dice),
            mobile: reach::mobile(&mut dice),
            email,
            also: dice.percent(6).then(|| {
                if dice.percent(50) {
                    format!("second{index}@example.org")
                } else {
                    reach::drama_mobile(&mut dice)
                }
            }),
            place,
            second_place: if dice.percent(5) {
                Place::make(&mut dice)
            } else {
                None
            },
            said,
            channels: std::array::from_fn(|_| match dice.below(20) {
                0 => None,
                1..11 => Some(true),
                _ => Some(false),
            }),
            odd: Oddity {
                blank: false,
                long_name: name.long,
            },
        }
    }

    /// Title, forename and surname in one text.
    pub(crate) fn full_name(&self) -> String {
        [&self.title, &self.forename, &self.surname]
            .into_iter()
            .flatten()
            .map(|part| part.trim())
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_are_as_untidy_as_promised() {
        let people = People::new(1, "a", 20_000);
        let all: Vec<Person> = (0..20_000).map(|index| people.person(index)).collect();
        let count = |test: &dyn Fn(&Person) -> bool| all.iter().filter(|p| test(p)).count();
        let some = |field: &Option<String>, test: &dyn Fn(&str) -> bool| {
            field.as_deref().is_some_and(test)
        };
        for (what, found) in [
            ("blank", count(&|p| p.odd.blank)),
            ("long", count(&|p| p.odd.long_name)),
            ("no forename", count(&|p| p.forename.is_none())),
            (
                "emoji",
                count(&|p| some(&p.forename, &|name| name.contains('🏡'))),
            ),
            (
                "landline as mobile",
                count(&|p| some(&p.mobile, &|number| number.starts_with("02"))),
            ),
            (
                "abroad",
                count(&|p| some(&p.mobile, &|number| number.starts_with("+33"))),
            ),
            (
                "bad mail",
                count(&|p| some(&p.email, &|mail| !mail.is_empty() && !mail.contains('@'))),
            ),
            (
                "capitals",
                count(&|p| some(&p.surname, &|name| name == "SMITH")),
            ),
        ] {
            assert!(found > 3, "{what}: {found} in 20,000");
        }
        let household = all
            .iter()
            .filter_map(|p| p.email.as_deref())
            .filter(|mail| mail.starts_with("the."))
            .collect::<Vec<_>>();
        let mut distinct = household.clone();
        distinct.sort_unstable();
        distinct.dedup();
        assert!(distinct.len() < household.len(), "families share a mailbox");
    }

    #[test]
    fn a_person_is_the_same_each_time_and_in_any_order() {
        let people = People::new(3, "a", 100);
        let late = format!("{:?}", people.person(90));
        let _ = people.person(2);
        assert_eq!(late, format!("{:?}", people.person(90)));
        assert_ne!(
            late,
            format!("{:?}", People::new(4, "a", 100).person(90)),
            "another seed is another person"
        );
    }
}
