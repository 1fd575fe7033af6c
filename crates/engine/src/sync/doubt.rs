//! When the result of a listing is not to be believed without a person's word.

use serde::{Deserialize, Serialize};
use specta::Type;

/// Removals beyond this many, or beyond 2% of the contacts, wait for a person.
const FREE_REMOVALS: u64 = 50;

/// Why a result is in doubt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum DoubtReason {
    /// The listing has fewer records than the CRM says there are.
    IncompleteListing,
    /// No records, where the runs before had some.
    ZeroRecords,
    /// More than a fifth fewer records than last time.
    TotalDropped,
    /// More contacts have gone than go in a normal run.
    ManyRemovals,
}

/// A result in doubt: what was listed is stored, and nothing is removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Doubt {
    /// Why.
    pub reason: DoubtReason,
    /// It, in plain English.
    pub message: String,
    /// Contacts whose removal waits.
    pub held: u64,
}

/// What a closed listing is judged by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Facts {
    /// Everything was listed, not only changes.
    pub(super) full: bool,
    /// Different records listed.
    pub(super) listed: u64,
    /// By how many records the listing falls short of what the CRM says.
    pub(super) short_by: Option<u64>,
    /// Records of the last full listing that was believed.
    pub(super) listed_before: Option<u64>,
    /// The last ten listings of this kind all had records.
    pub(super) ten_before_had_some: bool,
    /// Contacts that could go.
    pub(super) living: u64,
    /// Contacts that the listing did not show.
    pub(super) absent: u64,
    /// A person has confirmed that contacts have gone.
    pub(super) confirmed: bool,
}

/// Judges a listing. An incomplete one is never believed, whatever a person confirms: the person
/// can know that contacts have gone, but not that the CRM's list was whole.
pub(super) fn judge(facts: &Facts) -> Option<Doubt> {
    let doubt = |reason, message: String| {
        Some(Doubt {
            reason,
            message,
            held: 0,
        })
    };
    if let Some(short_by) = facts.short_by {
        return doubt(
            DoubtReason::IncompleteListing,
            format!("The CRM says that it has {short_by} more records than it listed."),
        );
    }
    if facts.confirmed {
        return None;
    }
    if facts.listed == 0 && ((facts.full && facts.living > 0) || facts.ten_before_had_some) {
        return doubt(
            DoubtReason::ZeroRecords,
            "The CRM listed no records, where there were some before.".into(),
        );
    }
    if !facts.full {
        return None;
    }
    if let Some(before) = facts.listed_before
        && u128::from(facts.listed) * 5 < u128::from(before) * 4
    {
        return doubt(
            DoubtReason::TotalDropped,
            format!(
                "The CRM listed {} records; last time it was {before}.",
                facts.listed
            ),
        );
    }
    if facts.absent > FREE_REMOVALS.max(facts.living / 50) {
        return doubt(
            DoubtReason::ManyRemovals,
            format!(
                "{} of {} contacts are missing from the CRM's list.",
                facts.absent, facts.living
            ),
        );
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const FINE: Facts = Facts {
        full: true,
        listed: 1000,
        short_by: None,
        listed_before: Some(1000),
        ten_before_had_some: true,
        living: 1000,
        absent: 0,
        confirmed: false,
    };

    fn reason(facts: Facts) -> Option<DoubtReason> {
        judge(&facts).map(|doubt| doubt.reason)
    }

    #[test]
    fn a_listing_like_the_last_is_believed() {
        assert_eq!(reason(FINE), None);
        assert_eq!(
            reason(Facts {
                listed: 800,
                ..FINE
            }),
            None,
            "down by exactly a fifth"
        );
        assert_eq!(reason(Facts { absent: 50, ..FINE }), None, "fifty may go");
        let large = Facts {
            listed: 10_000,
            listed_before: None,
            living: 10_000,
            ..FINE
        };
        assert_eq!(
            reason(Facts {
                absent: 200,
                ..large
            }),
            None,
            "two percent may go"
        );
    }

    #[test]
    fn each_doubt_has_its_cause() {
        assert_eq!(
            reason(Facts {
                short_by: Some(1),
                ..FINE
            }),
            Some(DoubtReason::IncompleteListing)
        );
        assert_eq!(
            reason(Facts { listed: 0, ..FINE }),
            Some(DoubtReason::ZeroRecords)
        );
        assert_eq!(
            reason(Facts {
                listed: 799,
                ..FINE
            }),
            Some(DoubtReason::TotalDropped)
        );
        assert_eq!(
            reason(Facts { absent: 51, ..FINE }),
            Some(DoubtReason::ManyRemovals)
        );
    }

    #[test]
    fn a_first_listing_of_an_empty_agency_is_believed() {
        let empty = Facts {
            listed: 0,
            listed_before: None,
            ten_before_had_some: false,
            living: 0,
            ..FINE
        };
        assert_eq!(reason(empty), None);
    }

    #[test]
    fn a_quiet_hour_is_no_doubt_unless_every_run_before_had_records() {
        let quiet = Facts {
            full: false,
            listed: 0,
            ten_before_had_some: false,
            ..FINE
        };
        assert_eq!(reason(quiet), None);
        assert_eq!(
            reason(Facts {
                ten_before_had_some: true,
                ..quiet
            }),
            Some(DoubtReason::ZeroRecords)
        );
    }

    #[test]
    fn a_person_can_confirm_removals_but_not_that_a_list_was_whole() {
        assert_eq!(
            reason(Facts {
                absent: 900,
                listed: 100,
                confirmed: true,
                ..FINE
            }),
            None
        );
        assert_eq!(
            reason(Facts {
                short_by: Some(3),
                confirmed: true,
                ..FINE
            }),
            Some(DoubtReason::IncompleteListing)
        );
    }
}
