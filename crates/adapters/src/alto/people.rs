//! Who a contact is.
//!
//! A contact may be a couple. It stays one canonical contact, as categories, consent and file notes
//! belong to it and not to either person: the first person gives the names, both give numbers and
//! addresses, the full name shows both, and the attribute `people` lists them with ids of the form
//! `contact/person`.

use nurturehub_adapter_kit::borrowed_text::Text;
use nurturehub_adapter_kit::mapping::ContactBuilder;
use serde_json::{Value, json};

use super::map::{entries, text};
use super::wire::{Entries, Person, Reach, Record};

/// Names, numbers and addresses.
pub(super) fn people(builder: &mut ContactBuilder<'_>, record: &Record<'_>) {
    let detailed: Vec<&Person<'_>> = entries(&record.detail.people).collect();
    if detailed.is_empty() {
        return briefly(builder, record);
    }
    if let Some(first) = detailed.first() {
        builder
            .title("detail.people[0].title", text(first.title.as_ref()))
            .first_name("detail.people[0].forename", first.given_name())
            .last_name("detail.people[0].surname", text(first.surname.as_ref()));
    }
    if detailed.len() > 1 {
        let name = together(&detailed);
        builder.full_name("detail.people[]", Some(&name));
        let id = record.item.id.as_deref().unwrap_or_default();
        let listed = detailed.iter().map(|person| person.listed(id)).collect();
        builder.attribute("detail.people[]", "people", Value::Array(listed));
    }
    for person in detailed {
        for (number, kind) in in_order(&person.phone_numbers, |reach| reach.number.as_ref()) {
            builder.phone(
                "detail.people[].phoneNumbers[].number",
                number,
                kind.as_deref(),
            );
        }
        for (address, kind) in in_order(&person.email_addresses, |reach| reach.address.as_ref()) {
            builder.email(
                "detail.people[].emailAddresses[].address",
                address,
                kind.as_deref(),
            );
        }
    }
}

/// Where the detail names nobody, the list may.
fn briefly(builder: &mut ContactBuilder<'_>, record: &Record<'_>) {
    for (number, person) in entries(&record.item.contact_information).enumerate() {
        let given = person.fore_name.as_ref().or(person.forename.as_ref());
        if number == 0 {
            builder
                .title(
                    "item.contactInformation[0].title",
                    text(person.title.as_ref()),
                )
                .first_name("item.contactInformation[0].foreName", text(given))
                .last_name(
                    "item.contactInformation[0].surname",
                    text(person.surname.as_ref()),
                );
        }
        builder
            .phone(
                "item.contactInformation[].phoneNumber",
                person.phone_number.as_deref(),
                None,
            )
            .email(
                "item.contactInformation[].emailAddress",
                person.email_address.as_deref(),
                None,
            );
    }
}

impl Person<'_> {
    fn given_name(&self) -> Option<&str> {
        text(self.forename.as_ref()).or(text(self.fore_name.as_ref()))
    }

    /// As one of several people of a contact.
    fn listed(&self, contact: &str) -> Value {
        let id = text(self.id.as_ref()).map(|id| format!("{contact}/{id}"));
        json!({
            "id": id,
            "title": text(self.title.as_ref()),
            "firstName": self.given_name(),
            "lastName": text(self.surname.as_ref()),
        })
    }
}

/// The names of several people in one: `Jane & John Example`, or each with the own family name.
fn together(people: &[&Person<'_>]) -> String {
    let family = |person: &Person<'_>| text(person.surname.as_ref()).map(str::to_lowercase);
    let mut families = people.iter().map(|person| family(person));
    let first = families.next().flatten();
    let shared = first.is_some()
        && families.all(|family| family == first)
        && people.iter().all(|person| person.given_name().is_some());
    let name = |person: &&Person<'_>| {
        let last = text(person.surname.as_ref()).filter(|_| !shared);
        let parts: Vec<&str> = person.given_name().into_iter().chain(last).collect();
        (!parts.is_empty()).then(|| parts.join(" "))
    };
    let mut all = people
        .iter()
        .filter_map(name)
        .collect::<Vec<_>>()
        .join(" & ");
    if let Some(last) = people
        .first()
        .and_then(|person| text(person.surname.as_ref()))
        .filter(|_| shared)
    {
        all.push(' ');
        all.push_str(last);
    }
    all
}

/// Numbers or addresses by preference, each with what it is called; a fax comes last, as nobody
/// answers it.
fn in_order<'a>(
    list: &'a Entries<Reach<'a>>,
    value: impl Fn(&'a Reach<'a>) -> Option<&'a Text<'a>>,
) -> Vec<(Option<&'a str>, Option<String>)> {
    let mut ordered: Vec<&Reach<'_>> = entries(list).collect();
    let is_fax = |reach: &Reach<'_>| reach.kind.as_deref() == Some("Fax");
    ordered.sort_by_key(|reach| (is_fax(reach), reach.preference_order.unwrap_or(i64::MAX)));
    ordered
        .into_iter()
        .map(|reach| {
            let kind = text(reach.kind.as_ref())
                .filter(|kind| !matches!(*kind, "Unspecified" | "Unknown"))
                .map(str::to_lowercase);
            (value(reach).map(|value| &**value), kind)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person<'a>(json: &'a str) -> Person<'a> {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn couples_are_named_together() {
        let named = |one: &str, other: &str| together(&[&person(one), &person(other)]);
        let jane = r#"{"forename": "Jane", "surname": "Example"}"#;
        for (other, expected) in [
            (
                r#"{"forename": "John", "surname": "EXAMPLE"}"#,
                "Jane & John Example",
            ),
            (
                r#"{"forename": "John", "surname": "Smith"}"#,
                "Jane Example & John Smith",
            ),
            (
                r#"{"forename": null, "surname": "Example"}"#,
                "Jane Example & Example",
            ),
            (r#"{}"#, "Jane Example"),
        ] {
            assert_eq!(named(jane, other), expected, "{other}");
        }
        assert_eq!(named("{}", "{}"), "", "nobody is nobody");
    }
}
