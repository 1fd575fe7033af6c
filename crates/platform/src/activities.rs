//! Activities on their way down, and what became of them.

use nurturehub_adapter_kit::HttpResponse;
use nurturehub_port::{Activity, ActivityOutcome, WriteBackStatus};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::PlatformError;

/// Activities that wait to be written to a CRM.
#[derive(Debug, Clone, PartialEq)]
pub struct ActivityPage {
    /// Those that can be read, in the platform's order.
    pub activities: Vec<Activity>,
    /// Those that cannot, so that they can be acknowledged as rejected and do not wait for ever.
    pub unreadable: Vec<UnreadableActivity>,
    /// Where the list goes on; none at its end.
    pub next: Option<String>,
}

/// An activity that this version of the app cannot read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadableActivity {
    /// Its id, where it has one.
    pub id: Option<String>,
}

/// What became of an activity, for the platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Acknowledgement {
    /// The activity's id.
    pub id: String,
    /// What became of it.
    pub status: WriteBackStatus,
    /// The CRM's own id for the entry, where it gives one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Why it was refused or is unsupported.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<AcknowledgementError>,
}

/// Why an activity was not written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AcknowledgementError {
    /// The kind of error, from the contract's list.
    pub code: String,
    /// It, in plain English.
    pub message: String,
}

impl From<&ActivityOutcome> for Acknowledgement {
    fn from(outcome: &ActivityOutcome) -> Self {
        Self {
            id: outcome.id.clone(),
            status: outcome.status,
            reference: outcome.reference.clone(),
            error: outcome.error.as_ref().map(|error| AcknowledgementError {
                code: error.kind.as_str().to_owned(),
                message: error.message.clone(),
            }),
        }
    }
}

#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(borrow)]
    activities: Vec<&'a RawValue>,
    #[serde(default)]
    next: Option<String>,
}

/// Reads a page, activity by activity: one of a kind that came after this version must not hold up
/// the others.
///
/// # Errors
/// `protocol`, where the answer is no such page.
pub(crate) fn page(response: &HttpResponse) -> Result<ActivityPage, PlatformError> {
    let answer: Answer<'_> = response.json().map_err(PlatformError::from)?;
    Ok(sort(&answer))
}

fn sort(answer: &Answer<'_>) -> ActivityPage {
    #[derive(Deserialize)]
    struct OnlyId {
        id: String,
    }
    let mut page = ActivityPage {
        activities: Vec::with_capacity(answer.activities.len()),
        unreadable: Vec::new(),
        next: answer.next.clone(),
    };
    for raw in &answer.activities {
        match serde_json::from_str::<Activity>(raw.get()) {
            Ok(activity) => page.activities.push(activity),
            Err(_) => page.unreadable.push(UnreadableActivity {
                id: serde_json::from_str::<OnlyId>(raw.get())
                    .ok()
                    .map(|only| only.id),
            }),
        }
    }
    page
}

/// The body of an acknowledgement.
#[derive(Serialize)]
pub(crate) struct Acknowledgements<'a> {
    pub(crate) results: &'a [Acknowledgement],
}

#[cfg(test)]
mod tests {
    use nurturehub_port::{AdapterError, ErrorKind};

    use super::*;

    #[test]
    fn an_activity_of_an_unknown_kind_does_not_hold_up_the_others() {
        let text = r#"{"next":"c2","activities":[
            {"id":"1","kind":"hologram","occurredAt":"2024-01-01T00:00:00Z"},
            {"id":"2","kind":"note","occurredAt":"2024-01-01T00:00:00Z",
             "source":{"system":"x"},"contact":{"externalId":"A1"},"attributes":{}},
            7]}"#;
        let answer: Answer<'_> = serde_json::from_str(text).unwrap();
        let page = sort(&answer);
        assert_eq!(page.activities.len(), 1);
        assert_eq!(page.activities[0].id, "2");
        let ids: Vec<_> = page
            .unreadable
            .iter()
            .map(|activity| activity.id.as_deref())
            .collect();
        assert_eq!(ids, [Some("1"), None], "none is lost from sight");
        assert_eq!(page.next.as_deref(), Some("c2"));
    }

    #[test]
    fn an_outcome_is_acknowledged_with_its_reason() {
        let outcome = ActivityOutcome {
            id: "1".into(),
            status: WriteBackStatus::Unsupported,
            reference: None,
            error: Some(AdapterError::new(
                ErrorKind::Unsupported,
                "No place for it.",
            )),
        };
        assert_eq!(
            serde_json::to_value(Acknowledgement::from(&outcome)).unwrap(),
            serde_json::json!({
                "id": "1", "status": "unsupported",
                "error": {"code": "unsupported", "message": "No place for it."}
            })
        );
    }
}
