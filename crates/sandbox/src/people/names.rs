//! Names.

use super::Dice;

pub(super) const FORENAMES: &[&str] = &[
    "Oliver",
    "Amelia",
    "George",
    "Isla",
    "Harry",
    "Ava",
    "Noah",
    "Emily",
    "Jack",
    "Sophia",
    "Charlie",
    "Grace",
    "Muhammad",
    "Aisha",
    "Oscar",
    "Lily",
    "William",
    "Freya",
    "Henry",
    "Ivy",
    "Priya",
    "Arjun",
    "Wei",
    "Chidi",
    "Ngozi",
    "Siobhan",
    "Niamh",
    "Rhys",
    "Carys",
    "Hamish",
    "Eilidh",
    "Agnieszka",
    "Tomasz",
    "Maria",
    "José",
    "Zoë",
    "Chloé",
    "Renée",
    "Björn",
    "Søren",
    "Thandiwe",
    "Olumide",
    "Fatima",
    "Yusuf",
    "Ana-Maria",
    "Mary Jane",
    "Jean-Luc",
    "Kate",
    "Ruth",
    "Peter",
    "Margaret",
    "Doris",
    "Albert",
    "Gladys",
    "Nigel",
    "Trevor",
    "Susan",
    "Linda",
    "Keith",
    "Jo",
];

pub(super) const SURNAMES: &[&str] = &[
    "Smith",
    "Jones",
    "Taylor",
    "Brown",
    "Williams",
    "Wilson",
    "Johnson",
    "Davies",
    "Robinson",
    "Wright",
    "Thompson",
    "Evans",
    "Walker",
    "White",
    "Roberts",
    "Green",
    "Hall",
    "Wood",
    "Jackson",
    "Clarke",
    "Patel",
    "Khan",
    "Begum",
    "Singh",
    "Ali",
    "Hussain",
    "Ahmed",
    "Kaur",
    "Chowdhury",
    "O'Neill",
    "O’Brien",
    "MacDonald",
    "McKenzie",
    "Fitzgerald",
    "St John",
    "Smythe-Jones",
    "Cholmondeley",
    "Featherstonehaugh",
    "van der Berg",
    "de la Cruz",
    "Nowak",
    "Kowalczyk",
    "Wiśniewski",
    "Müller",
    "García",
    "Nguyễn",
    "Okonkwo",
    "Adeyemi",
    "Mensah",
    "Dlamini",
    "Popescu",
    "Ivanov",
    "Öztürk",
    "Papadopoulos",
    "Li",
    "Ng",
    "Wu",
    "Le Quesne",
    "ap Gwilym",
    "Ó Súilleabháin",
];

const TITLES: &[&str] = &[
    "Mr", "Mrs", "Miss", "Ms", "Mr", "Mrs", "Dr", "Mx", "Prof", "Rev", "Mr.", "Mr & Mrs", "Sir",
];

const COMPANIES: &[&str] = &[
    "Acme Lettings Ltd",
    "Harbour & Vale Developments LLP",
    "The Old Mill Trust",
    "Executors of the late A. Brown",
    "Blue Door Property Investments Limited",
    "St Mary's Housing Association",
    "PHOENIX ESTATES (UK) PLC",
];

const FOREIGN: &[(&str, &str)] = &[
    ("王", "小明"),
    ("محمد", "الحسيني"),
    ("Ольга", "Кузнецова"),
    ("Ελένη", "Παπαδοπούλου"),
    ("יעל", "כהן"),
    ("さくら", "田中"),
];

/// A person's or a company's name.
#[derive(Debug, Clone, Default)]
pub(super) struct Name {
    pub(super) title: Option<String>,
    pub(super) forename: Option<String>,
    pub(super) surname: Option<String>,
    /// Longer than 200 characters.
    pub(super) long: bool,
}

impl Name {
    /// A name, with the family's surname where there is one.
    pub(super) fn make(dice: &mut Dice, family: Option<&str>) -> Self {
        let mut name = Self {
            title: dice.percent(80).then(|| dice.pick(TITLES).to_owned()),
            forename: Some(dice.pick(FORENAMES).to_owned()),
            surname: Some(family.map_or_else(|| dice.pick(SURNAMES).to_owned(), ToOwned::to_owned)),
            long: false,
        };
        name.spoil(dice);
        name
    }

    /// What typing, importing and merging did to it.
    fn spoil(&mut self, dice: &mut Dice) {
        match dice.below(1_000) {
            0..30 => self.forename = None,
            30..40 => self.surname = Some(String::new()),
            40..50 => {
                self.title = None;
                self.forename = None;
                self.surname = Some(dice.pick(COMPANIES).to_owned());
            }
            50..110 => self.each(|text| text.to_uppercase()),
            110..130 => self.each(|text| text.to_lowercase()),
            130..170 => self.each(|text| format!("  {text} ")),
            170..176 => {
                self.forename = self.forename.take().map(|name| format!("{name} 🏡"));
            }
            176..180 => self.surname = Some("👨‍👩‍👧 Family".to_owned()),
            180..186 => {
                let (first, last) = dice.pick(FOREIGN);
                self.forename = Some(first.to_owned());
                self.surname = Some(last.to_owned());
            }
            186..206 => {
                self.title = Some("Mr & Mrs".to_owned());
                let other = dice.pick(FORENAMES);
                self.forename = self.forename.take().map(|name| format!("{name} & {other}"));
            }
            206..210 => {
                // Notes typed into the name.
                self.surname = self
                    .surname
                    .take()
                    .map(|name| format!("{name} (DO NOT CALL - see notes)"));
            }
            210 => {
                let mut long = String::new();
                while long.chars().count() < 300 {
                    long.push_str(dice.pick(SURNAMES));
                    long.push('-');
                }
                self.surname = Some(long.chars().take(300).collect());
                self.long = true;
            }
            211..215 => {
                self.forename = self
                    .forename
                    .take()
                    .map(|name| name.chars().take(1).collect());
            }
            215..218 => self.surname = self.surname.take().map(|name| format!("{name}\t\u{200b}")),
            _ => {}
        }
    }

    fn each(&mut self, change: impl Fn(String) -> String) {
        self.title = self.title.take().map(&change);
        self.forename = self.forename.take().map(&change);
        self.surname = self.surname.take().map(change);
    }
}
