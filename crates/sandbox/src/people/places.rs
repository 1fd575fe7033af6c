//! Postal addresses.

use super::Dice;

const STREETS: &[&str] = &[
    "High Street",
    "Station Road",
    "Church Lane",
    "Victoria Road",
    "The Green",
    "Mill Lane",
    "Park Avenue",
    "Queen's Crescent",
    "Back Lane",
    "London Road",
    "St. John's Terrace",
    "Upper Brook St",
    "Long Acre",
    "Y Stryd Fawr",
];

const HOUSES: &[&str] = &[
    "Rose Cottage",
    "Flat 2",
    "The Old Rectory",
    "Apartment 14B",
    "Unit 7 The Maltings",
    "Top Floor Flat",
];

/// Town, county and the outward half of a postcode.
const TOWNS: &[(&str, &str, &str)] = &[
    ("Oxford", "Oxfordshire", "OX4"),
    ("Solihull", "West Midlands", "B91"),
    ("Bristol", "", "BS6"),
    ("Harrogate", "North Yorkshire", "HG1"),
    ("Cardiff", "South Glamorgan", "CF10"),
    ("Edinburgh", "Midlothian", "EH3"),
    ("London", "Greater London", "SW1A"),
    ("LONDON", "", "N1"),
    ("Truro", "Cornwall", "TR1"),
    ("Belfast", "Co. Antrim", "BT9"),
    ("Stow-on-the-Wold", "Glos", "GL54"),
    ("Llanfairpwllgwyngyll", "Anglesey", "LL61"),
];

const INWARD: &[&str] = &[
    "1AA", "2BB", "3DE", "4FG", "5HJ", "6LN", "7PQ", "8RS", "9TU", "0WX",
];

/// An address, as far as anybody typed it in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) building_name: Option<String>,
    pub(crate) building_number: Option<String>,
    pub(crate) street: Option<String>,
    pub(crate) town: Option<String>,
    pub(crate) county: Option<String>,
    pub(crate) postcode: Option<String>,
    /// ISO 3166 alpha-2.
    pub(crate) country: Option<&'static str>,
}

impl Place {
    /// An address, or none.
    pub(super) fn make(dice: &mut Dice) -> Option<Self> {
        if dice.percent(12) {
            return None;
        }
        let (town, county, outward) = dice.pick(TOWNS);
        let inward = dice.pick(INWARD);
        let mut place = Self {
            building_name: dice.percent(20).then(|| dice.pick(HOUSES).to_owned()),
            building_number: dice.percent(85).then(|| (1 + dice.below(180)).to_string()),
            street: Some(dice.pick(STREETS).to_owned()),
            town: Some(town.to_owned()),
            county: (!county.is_empty()).then(|| county.to_owned()),
            postcode: Some(format!("{outward} {inward}")),
            country: Some("GB"),
        };
        match dice.below(100) {
            0..4 => place.postcode = Some(format!("{outward}{inward}").to_lowercase()),
            4..7 => place.postcode = None,
            7..9 => {
                place.street = None;
                place.town = None;
                place.building_number = None;
            }
            9..11 => place.postcode = Some(outward.to_owned()),
            11..13 => {
                place = Self {
                    building_name: None,
                    building_number: Some("12".to_owned()),
                    street: Some("Rue de l'Exemple".to_owned()),
                    town: Some("Lyon".to_owned()),
                    county: None,
                    postcode: Some("69001".to_owned()),
                    country: Some("FR"),
                };
            }
            13..16 => place.country = None,
            16..18 => {
                // Everything typed into the first line.
                place.street = Some(format!("{town}, {outward} {inward}"));
                place.town = Some(String::new());
                place.postcode = Some(String::new());
            }
            _ => {}
        }
        Some(place)
    }

    /// The address as one text, as some CRMs have it.
    pub(crate) fn one_line(&self) -> String {
        let house = match (&self.building_number, &self.street) {
            (Some(number), Some(street)) => Some(format!("{number} {street}")),
            (None, street) => street.clone(),
            (number, None) => number.clone(),
        };
        [
            self.building_name.clone(),
            house,
            self.town.clone(),
            self.county.clone(),
            self.postcode.clone(),
        ]
        .into_iter()
        .flatten()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(", ")
    }
}
