//! Family names that are also words, and names of two letters: the word stays, the name does not.

use nurturehub_pseudonym::Pseudonyms;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use serde_json::json;

/// Family names that are words of the trade, too.
const WORDS: [&str; 24] = [
    "Long", "Short", "Day", "Head", "Key", "Lock", "Parent", "Sale", "Post", "Still", "Down",
    "Call", "Link", "Main", "Lead", "Field", "End", "Back", "Max", "Read", "Root", "Guest", "Main",
    "Button",
];

/// Family names that every sentence is made of: known for names only where they stand as one.
const SMALL: [&str; 8] = ["An", "To", "Do", "You", "So", "On", "By", "With"];

const GIVEN: [&str; 10] = [
    "Jane", "Jo", "Al", "Bo", "Cy", "Li", "Max", "Philippa", "Zoë", "Mary-Jo",
];

fn words(text: &str) -> Vec<&str> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect()
}

/// Places at which a word of these stands before and the same one stands after.
fn survivors(before: &str, after: &str, names: &[&str]) -> Vec<String> {
    let (before, after) = (words(before), words(after));
    assert_eq!(before.len(), after.len(), "each word has become one word");
    let kept = before.iter().zip(after).filter(|(was, is)| *was == is);
    kept.map(|(was, _)| (*was).to_owned())
        .filter(|was| names.iter().any(|name| words(name).contains(&was.as_str())))
        .collect()
}

fn capitals(name: &str) -> String {
    name.to_uppercase()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, rng_seed: RngSeed::Fixed(23), ..ProptestConfig::default() })]

    #[test]
    fn a_name_that_is_a_word_is_replaced_where_nobody_is_known(
        given in proptest::sample::select(&GIVEN),
        surname in proptest::sample::select(&WORDS),
        key in any::<[u8; 32]>(),
    ) {
        let made = Pseudonyms::new(key);
        let (shouted, all) = (capitals(surname), capitals(given));
        let note = format!(
            "Contact {given} {surname} not found. The applicant {surname} called; see Mr. {surname} \
             or {shouted}, {given}, of {given} {surname}-{surname} ({all} {shouted})."
        );
        let names = [given, surname, shouted.as_str(), all.as_str()];
        for after in [made.text(&note), made.field("remarks", &note)] {
            prop_assert_eq!(survivors(&note, &after, &names), Vec::<String>::new(), "{}", after);
        }
        let ours = format!("The CRM refused it: “{note}”");
        let said = made.said(&ours);
        prop_assert_eq!(survivors(&ours, &said, &names), Vec::<String>::new(), "{}", said);
        prop_assert!(said.starts_with("The CRM refused it: “"), "{}", said);
    }

    #[test]
    fn any_word_after_a_given_name_is_part_of_the_name(
        given in proptest::sample::select(&GIVEN),
        surname in proptest::sample::select(&SMALL),
        key in any::<[u8; 32]>(),
    ) {
        let note = format!("No contact for {given} {surname} or Dr. {surname} in the list.");
        let after = Pseudonyms::new(key).text(&note);
        prop_assert_eq!(survivors(&note, &after, &[given, surname]), Vec::<String>::new(), "{}", after);
        prop_assert!(after.ends_with(" in the list."), "what is no name stays: {}", after);
    }

    #[test]
    fn who_stands_in_a_name_field_is_known_however_written(
        given in proptest::sample::select(&GIVEN),
        surname in proptest::sample::select(&WORDS).prop_union(proptest::sample::select(&SMALL)),
        field in proptest::sample::select(&["fullName", "surname", "last_name", "contactName"]),
        key in any::<[u8; 32]>(),
    ) {
        let person = format!("{given} {surname}");
        let small = person.to_lowercase();
        let other = json!({ field: person }).to_string();
        let note = format!("Told {small} at length. {surname} rang again; ask {surname} with care");
        let mut made = Pseudonyms::new(key);
        made.learn(other.as_bytes());
        let lower = surname.to_lowercase();
        let after = made.text(&note);
        // The last `with` is a word, whoever is called so.
        let (before, shown) = (note.replace(" with care", ""), after.rsplit_once(' ').unwrap().0);
        let shown = shown.rsplit_once(' ').unwrap().0;
        let names = [given, surname, lower.as_str(), small.as_str()];
        prop_assert_eq!(survivors(&before, shown, &names), Vec::<String>::new(), "{}", after);
        let alone = made.field("anything", surname);
        prop_assert_ne!(alone, surname, "alone in a field of which nothing is known");
    }
}

#[test]
fn what_tells_a_networks_own_page_stays_after_its_name() {
    let made = Pseudonyms::new([5; 32]);
    let page = "<title>Welcome</title><h1>Zebulon Hotel Wi-Fi, Quixley Guest Network</h1>";
    let after = String::from_utf8(made.body(page.as_bytes())).unwrap();
    for sign in ["Wi-Fi", "Guest Network"] {
        assert!(
            after.contains(sign),
            "{sign} says what the page is: {after}"
        );
    }
    assert!(!after.contains("Zebulon"), "{after}");
    let person = made.text("Ask Zebulon Guest.");
    assert!(
        !person.contains("Guest"),
        "who is called so is replaced: {person}"
    );
}

#[test]
fn the_words_stay_where_they_are_words() {
    let mut made = Pseudonyms::new([5; 32]);
    made.learn(br#"{"fullName":"Jane Long","surname":"Key"}"#);
    for text in [
        "The key has been down for a long time.",
        "invalid field, no parent record, end of list",
        "This call is not permitted. The contact has no address.",
    ] {
        assert_eq!(made.text(text), text, "nobody is in it");
    }
    let ours = "The CRM refused the key. Sign in again as long as it lasts.";
    assert_eq!(made.said(ours), ours, "our own words are nobody's");
}
