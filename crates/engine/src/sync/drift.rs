//! Whether the CRM's records have lost a field.
//!
//! A CRM that gives an optional field another name answers as before, and the adapter finds nobody's
//! e-mail address. Nothing fails, so it is the numbers that must tell: how many contacts have which
//! field filled, now and in the last full listing.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use nurturehub_port::{ConsentState, Contact, ErrorKind};
use nurturehub_store::runs::RunRecord;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use specta::Type;

use super::close::is_complete;

/// Contacts that a listing must have for its silence to say something.
const ENOUGH: u64 = 200;

/// Percent of the contacts that must have had a field for its loss to be strange.
const COMMON: u64 = 30;

/// Contacts that show by themselves that a field is back.
const SOME: u64 = 20;

/// How long a loss is said. A CRM that has stopped sharing a field for good is as it is from then on.
const SAID_FOR: SignedDuration = SignedDuration::from_hours(14 * 24);

/// How often each field is filled, in the contacts of a listing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Filled {
    contacts: u64,
    fields: BTreeMap<String, u64>,
}

/// The same while it is counted: a few comparisons for each contact.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Count {
    contacts: u64,
    fields: [u64; FIELDS.len()],
}

type Test = fn(&Contact) -> bool;

/// Fields that a contact may lack, by their names in the canonical model.
const FIELDS: [(&str, Test); 12] = [
    ("identity.title", |contact| contact.identity.title.is_some()),
    ("identity.firstName", |contact| {
        contact.identity.first_name.is_some()
    }),
    ("identity.lastName", |contact| {
        contact.identity.last_name.is_some()
    }),
    ("identity.companyName", |contact| {
        contact.identity.company_name.is_some()
    }),
    ("emails", |contact| !contact.emails.is_empty()),
    ("phones", |contact| !contact.phones.is_empty()),
    ("addresses", |contact| !contact.addresses.is_empty()),
    ("consent", |contact| {
        let consent = &contact.consent;
        [consent.email, consent.sms, consent.phone, consent.post]
            .iter()
            .any(|state| *state != ConsentState::Unknown)
    }),
    ("assignment.negotiator", |contact| {
        contact.assignment.negotiator.is_some()
    }),
    ("assignment.office", |contact| {
        contact.assignment.office.is_some()
    }),
    ("provenance.createdAt", |contact| {
        contact.provenance.created_at.is_some()
    }),
    ("provenance.updatedAt", |contact| {
        contact.provenance.updated_at.is_some()
    }),
];

impl Count {
    pub(super) fn add(&mut self, contact: &Contact) {
        self.contacts += 1;
        for ((_, is_filled), count) in FIELDS.iter().zip(&mut self.fields) {
            *count += u64::from(is_filled(contact));
        }
    }
}

impl Filled {
    /// Counts a page's contacts in.
    pub(super) fn count(&mut self, page: &Count) {
        self.contacts += page.contacts;
        for ((field, _), count) in FIELDS.iter().zip(page.fields) {
            *self.fields.entry((*field).to_owned()).or_default() += count;
        }
    }

    /// Counts in what was counted of more of the same listing.
    pub(super) fn add(&mut self, more: &Self) {
        self.contacts += more.contacts;
        for (field, count) in &more.fields {
            *self.fields.entry(field.clone()).or_default() += count;
        }
    }

    /// The same with what some pages were counted for exchanged for what they are counted for now.
    pub(super) fn exchanged(&self, then: &Self, now: &Self) -> Self {
        let of = |field: &String, count: u64| {
            count
                .saturating_sub(then.of(field))
                .saturating_add(now.of(field))
        };
        Self {
            contacts: self.contacts.saturating_sub(then.contacts) + now.contacts,
            fields: self
                .fields
                .iter()
                .map(|(field, count)| (field.clone(), of(field, *count)))
                .collect(),
        }
    }

    /// Whether there are enough of them to say something.
    const fn is_enough(&self) -> bool {
        self.contacts >= ENOUGH
    }

    fn of(&self, field: &str) -> u64 {
        self.fields.get(field).copied().unwrap_or_default()
    }

    /// Hardly any contact has the field: less than a tenth of what it was. Some may have it from
    /// another place in the CRM's record.
    fn lacks(&self, field: &str, percent_before: u64) -> bool {
        self.is_enough() && self.of(field) * 1000 < percent_before * self.contacts
    }

    /// The field is there again: half as common as it was, or at least no more lacking.
    fn has_again(&self, field: &str, percent_before: u64) -> bool {
        let is_common = self.of(field) * 200 >= percent_before * self.contacts;
        (is_common && self.contacts >= SOME)
            || (self.is_enough() && !self.lacks(field, percent_before))
    }

    fn percent(&self, field: &str) -> u64 {
        (self.of(field) * 100)
            .checked_div(self.contacts)
            .unwrap_or(0)
    }
}

/// A field that contacts had and have no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Drift {
    /// The field, as the canonical model names it.
    pub field: String,
    /// Of how many contacts in a hundred it was filled before.
    pub percent_before: u64,
    /// When it was last seen to be: the end of that full listing.
    pub last_seen: Timestamp,
    /// The sync that first found it gone.
    pub since: Timestamp,
}

impl Drift {
    /// Those that a sync's record has.
    pub(crate) fn all_of(report: &Value) -> Vec<Self> {
        Vec::deserialize(&report["drift"]).unwrap_or_default()
    }

    /// It, in plain English.
    #[must_use]
    pub fn message(&self) -> String {
        format!(
            "Hardly a contact has had `{}` since the sync of {:.0}; until {:.0} {} in a hundred had it.",
            self.field, self.since, self.last_seen, self.percent_before
        )
    }

    /// What to do about it.
    #[must_use]
    pub fn remedy(&self) -> String {
        format!(
            "Do not push yet: it would take `{}` away on the platform, too. Look in the CRM whether a \
             contact still has it. If so, hand the diagnostic bundle to support: {}",
            self.field,
            "the adapter needs an update. If the agency has stopped using it, nothing needs to be done."
        )
    }

    /// In a few words.
    #[must_use]
    pub fn title(&self) -> String {
        format!("Contacts have lost their `{}`", self.field)
    }

    /// Its kind.
    pub const KIND: ErrorKind = ErrorKind::SchemaChanged;
}

/// The last full listing that had enough contacts to go by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Before {
    filled: Filled,
    at: Timestamp,
}

/// Where a sync's record has the counts of its listing, up to its end.
pub(super) const FILLED: &str = "filled";

/// The counts that a sync's record has.
pub(super) fn filled_of(run: &RunRecord) -> Option<Filled> {
    Filled::deserialize(&run.report[FILLED]).ok()
}

/// The last full listing among these syncs that had enough contacts to go by.
pub(super) fn last_full(syncs: &[RunRecord]) -> Option<Before> {
    syncs
        .iter()
        .filter(|run| is_complete(run) && run.report["mode"] == "full")
        .find_map(|run| {
            let filled = filled_of(run).filter(Filled::is_enough)?;
            Some(Before {
                filled,
                at: run.ended_at?,
            })
        })
}

/// What the last sync that came to its end said was gone.
pub(super) fn known(syncs: &[RunRecord]) -> Vec<Drift> {
    let last = syncs.iter().find(|run| is_complete(run));
    last.map_or_else(Vec::new, |run| Drift::all_of(&run.report))
}

/// What is gone by this listing: of `known` what is still gone, and what is new. A listing of few
/// contacts proves no loss.
pub(super) fn judge(
    now: &Filled,
    at: Timestamp,
    before: Option<&Before>,
    known: &[Drift],
) -> Vec<Drift> {
    let gone = FIELDS.iter().filter_map(|(field, _)| {
        let held = known
            .iter()
            .find(|drift| drift.field == *field)
            .filter(|drift| at.duration_since(drift.since) < SAID_FOR);
        if let Some(drift) = held {
            let is_back = now.has_again(field, drift.percent_before);
            return (!is_back).then(|| drift.clone());
        }
        let before = before?;
        let percent_before = before.filled.percent(field);
        (percent_before >= COMMON && now.lacks(field, percent_before)).then(|| Drift {
            field: (*field).to_owned(),
            percent_before,
            last_seen: before.at,
            since: at,
        })
    });
    gone.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(contacts: u64, emails: u64) -> Filled {
        let mut fields: BTreeMap<String, u64> = FIELDS
            .iter()
            .map(|(field, _)| ((*field).to_owned(), contacts))
            .collect();
        fields.insert("emails".to_owned(), emails);
        Filled { contacts, fields }
    }

    fn day(number: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + number * 86_400).unwrap()
    }

    fn fields(drifts: &[Drift]) -> Vec<&str> {
        drifts.iter().map(|drift| drift.field.as_str()).collect()
    }

    #[test]
    fn a_common_field_that_nobody_has_any_more_is_gone() {
        let before = Before {
            filled: filled(1000, 600),
            at: day(0),
        };
        let judged = judge(&filled(200, 0), day(1), Some(&before), &[]);
        assert_eq!(fields(&judged), ["emails"]);
        let drift = judged.first().unwrap();
        assert_eq!((drift.percent_before, drift.since), (60, day(1)));
        let hardly = judge(&filled(200, 11), day(1), Some(&before), &[]);
        assert_eq!(fields(&hardly), ["emails"], "some have it from elsewhere");
        for (now, what) in [
            (filled(200, 12), "a tenth of what it was"),
            (filled(199, 0), "too few to say"),
        ] {
            assert!(judge(&now, day(1), Some(&before), &[]).is_empty(), "{what}");
        }
        let rare = Before {
            filled: filled(1000, 299),
            at: day(0),
        };
        assert!(
            judge(&filled(1000, 0), day(1), Some(&rare), &[]).is_empty(),
            "a field that few had may be in none"
        );
        assert!(
            judge(&filled(1000, 0), day(1), None, &[]).is_empty(),
            "nothing is known of before"
        );
    }

    #[test]
    fn it_stays_said_until_somebody_has_it_or_two_weeks_have_passed() {
        let known = judge(
            &filled(500, 0),
            day(1),
            Some(&Before {
                filled: filled(500, 400),
                at: day(0),
            }),
            &[],
        );
        let after = Before {
            filled: filled(500, 0),
            at: day(1),
        };
        for few in [filled(0, 0), filled(3, 0), filled(3, 3), filled(20, 7)] {
            let later = judge(&few, day(14), Some(&after), &known);
            assert_eq!(later, known, "these disprove nothing: {few:?}");
        }
        for enough in [filled(20, 8), filled(500, 40)] {
            let later = judge(&enough, day(2), Some(&after), &known);
            assert!(later.is_empty(), "these do: {enough:?}");
        }
        let much_later = judge(&filled(500, 0), day(15), Some(&after), &known);
        assert!(much_later.is_empty(), "that is how it is now");
    }
}
