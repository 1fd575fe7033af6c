//! The part of a profile that is about records, from how it was written to what makes sense.

use super::check::{Checked, at, line, maybe, path, shown, words};
use super::consent::{AnswerTo, ConsentRules};
use super::format::{
    AddressText, AnswerToText, ConsentText, LineText, MarkText, PartyText, ReachText, RecordText,
};
use super::path::FieldPath;
use super::rules::{AddressRules, Mark, Party, Reach, RecordRules, folded};
use crate::mapping::Channel;

/// The record's part of a profile.
pub(super) fn record(text: &RecordText) -> Checked<RecordRules> {
    let field = |name: &str, text: &Option<String>| maybe(&format!("record.{name}"), text.as_ref());
    Ok(RecordRules {
        id: path("record.id", &text.id)?,
        title: field("title", &text.title)?,
        first_name: field("firstName", &text.first_name)?,
        last_name: field("lastName", &text.last_name)?,
        full_name: field("fullName", &text.full_name)?,
        company_name: field("companyName", &text.company_name)?,
        emails: reaches("record.emails", &text.emails)?,
        phones: reaches("record.phones", &text.phones)?,
        addresses: addresses(&text.addresses)?,
        category: text
            .category
            .as_ref()
            .map(|category| {
                if category.values.is_empty() {
                    return Err(at("record.category.values", "must have at least one value"));
                }
                let values = &category.values;
                let words = values.iter().map(|(word, meant)| (folded(word), *meant));
                Ok((
                    path("record.category.path", &category.path)?,
                    words.collect(),
                ))
            })
            .transpose()?,
        consent: text.consent.as_ref().map(consent).transpose()?,
        negotiator: party("record.negotiator", text.negotiator.as_ref())?,
        office: party("record.office", text.office.as_ref())?,
        archived: text.archived.as_ref().map(archived).transpose()?,
        created_at: field("createdAt", &text.created_at)?,
        updated_at: field("updatedAt", &text.updated_at)?,
        url: field("url", &text.url)?,
        tags: text
            .tags
            .iter()
            .enumerate()
            .map(|(index, tag)| path(&format!("record.tags[{index}]"), tag))
            .collect::<Checked<_>>()?,
        attributes: text
            .attributes
            .iter()
            .map(|(name, from)| {
                let place = format!("record.attributes.{}", shown(name));
                Ok((line(&place, name)?, path(&place, from)?))
            })
            .collect::<Checked<_>>()?,
    })
}

fn archived(mark: &MarkText) -> Checked<Mark> {
    Ok(Mark {
        path: path("record.archived.path", &mark.path)?,
        values: words("record.archived.values", &mark.values)?,
    })
}

fn reaches(place: &str, given: &[ReachText]) -> Checked<Vec<Reach>> {
    given
        .iter()
        .enumerate()
        .map(|(index, reach)| {
            let place = format!("{place}[{index}]");
            Ok(match reach {
                ReachText::Path(text) => Reach {
                    path: path(&place, text)?,
                    label: None,
                },
                ReachText::Labelled(labelled) => Reach {
                    path: path(&format!("{place}.path"), &labelled.path)?,
                    label: Some(line(&format!("{place}.label"), &labelled.label)?),
                },
            })
        })
        .collect()
}

fn addresses(given: &[AddressText]) -> Checked<Vec<AddressRules>> {
    given
        .iter()
        .enumerate()
        .map(|(index, text)| address(&format!("record.addresses[{index}]"), text))
        .collect()
}

fn address(place: &str, text: &AddressText) -> Checked<AddressRules> {
    let field =
        |name: &str, text: &Option<String>| maybe(&format!("{place}.{name}"), text.as_ref());
    let town = field("town", &text.town)?;
    let county = field("county", &text.county)?;
    let postcode = field("postcode", &text.postcode)?;
    let country = field("country", &text.country)?;
    let lines = lines(&format!("{place}.lines"), &text.lines)?;
    let parts = [&town, &county, &postcode, &country];
    let has_parts = !lines.is_empty() || parts.iter().any(|part| part.is_some());
    match (&text.text, has_parts) {
        (Some(_), true) => Err(at(place, "is given as one text and in parts; choose one")),
        (Some(text), false) => path(&format!("{place}.text"), text).map(AddressRules::Text),
        (None, false) => Err(at(place, "has no field")),
        (None, true) => Ok(AddressRules::Parts {
            lines,
            town,
            county,
            postcode,
            country,
        }),
    }
}

fn lines(place: &str, given: &[LineText]) -> Checked<Vec<Vec<FieldPath>>> {
    given
        .iter()
        .enumerate()
        .map(|(index, line)| {
            let place = format!("{place}[{index}]");
            match line {
                LineText::Path(text) => Ok(vec![path(&place, text)?]),
                LineText::Joined(texts) if texts.is_empty() => Err(at(&place, "has no field")),
                LineText::Joined(texts) => texts.iter().map(|text| path(&place, text)).collect(),
            }
        })
        .collect()
}

fn party(place: &str, given: Option<&PartyText>) -> Checked<Option<Party>> {
    given
        .map(|party| {
            Ok(Party {
                id: path(&format!("{place}.id"), &party.id)?,
                name: maybe(&format!("{place}.name"), party.name.as_ref())?,
                email: maybe(&format!("{place}.email"), party.email.as_ref())?,
            })
        })
        .transpose()
}

fn consent(text: &ConsentText) -> Checked<ConsentRules> {
    let given = [
        ("email", Channel::Email, &text.email),
        ("sms", Channel::Sms, &text.sms),
        ("phone", Channel::Phone, &text.phone),
        ("post", Channel::Post, &text.post),
    ];
    let channels = given
        .into_iter()
        .filter_map(|(name, channel, answer)| Some((name, channel, answer.as_ref()?)))
        .map(|(name, channel, answer)| {
            Ok((
                channel,
                answer_to(&format!("record.consent.{name}"), answer)?,
            ))
        })
        .collect::<Checked<Vec<_>>>()?;
    if channels.is_empty() {
        return Err(at(
            "record.consent",
            "names no channel; leave it out to have consent unknown",
        ));
    }
    Ok(ConsentRules {
        channels,
        updated_at: maybe("record.consent.updatedAt", text.updated_at.as_ref())?,
    })
}

fn answer_to(place: &str, text: &AnswerToText) -> Checked<AnswerTo> {
    let fold =
        |words: &[String]| -> Vec<String> { words.iter().map(|word| folded(word)).collect() };
    let (granted, denied) = (fold(&text.granted), fold(&text.denied));
    if granted.iter().chain(&denied).any(String::is_empty) {
        return Err(at(place, "has a blank value: silence is never an answer"));
    }
    if granted.is_empty() && denied.is_empty() {
        return Err(at(
            place,
            "must say which values mean `granted` or `denied`",
        ));
    }
    if granted.iter().any(|word| denied.contains(word)) {
        return Err(at(place, "has a value that is both `granted` and `denied`"));
    }
    Ok(AnswerTo {
        path: path(&format!("{place}.path"), &text.path)?,
        granted,
        denied,
    })
}
