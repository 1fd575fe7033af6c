//! Contacts on their way up.

use nurturehub_adapter_kit::HttpResponse;
use nurturehub_adapter_kit::crm_words::presentable;
use nurturehub_port::{ConnectionId, ErrorKind};
use serde::{Deserialize, Serialize};

use crate::PlatformError;

/// The most contacts in one batch (the platform's contract).
pub const MAX_BATCH: usize = 500;

/// A contact to send.
#[derive(Debug, Clone, Copy)]
pub struct OutgoingContact<'a> {
    /// Its record's id in the CRM, as it stands in the JSON.
    pub external_id: &'a str,
    /// The contact as JSON, sent as it is.
    pub json: &'a str,
}

/// What became of one contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RowStatus {
    /// It is new there.
    Created,
    /// It replaced what was there.
    Updated,
    /// It was there already, just so.
    Unchanged,
    /// It was not taken.
    Rejected,
}

/// Why a contact was not taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RowError {
    /// A stable word for it.
    pub code: String,
    /// It, in plain English.
    pub message: String,
    /// The contact's field that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

/// The answer for one contact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RowResult {
    /// The record's id in the CRM.
    pub external_id: String,
    /// What became of it.
    pub status: RowStatus,
    /// Why it was not taken; always there where it was not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<RowError>,
}

#[derive(Deserialize)]
struct Answer {
    results: Vec<RowResult>,
}

/// The body of a batch.
///
/// # Errors
/// `internal`, for a batch that is too large: the caller's own mistake.
pub(crate) fn body(
    connection: &ConnectionId,
    contacts: &[OutgoingContact<'_>],
) -> Result<String, PlatformError> {
    if contacts.len() > MAX_BATCH {
        return Err(PlatformError::new(
            ErrorKind::Internal,
            format!(
                "A batch of {} contacts is over the limit of {MAX_BATCH}.",
                contacts.len()
            ),
        ));
    }
    let size: usize = contacts.iter().map(|contact| contact.json.len() + 1).sum();
    let mut body = String::with_capacity(size + 192);
    body.push_str("{\"connection\":\"");
    // A connection's id holds letters, digits, `-`, `_` and `.` alone; nothing to escape.
    body.push_str(connection.as_str());
    body.push_str("\",\"contacts\":[");
    for (index, contact) in contacts.iter().enumerate() {
        if index > 0 {
            body.push(',');
        }
        body.push_str(contact.json);
    }
    body.push_str("]}");
    Ok(body)
}

/// Reads the answer to a batch.
///
/// # Errors
/// `protocol`, where it is not one result for each contact in order.
pub(crate) fn results(
    response: &HttpResponse,
    contacts: &[OutgoingContact<'_>],
) -> Result<Vec<RowResult>, PlatformError> {
    let answer: Answer = response.json().map_err(PlatformError::from)?;
    check(answer.results, contacts).map_err(|what| PlatformError::protocol(response, &what))
}

fn check(
    mut results: Vec<RowResult>,
    contacts: &[OutgoingContact<'_>],
) -> Result<Vec<RowResult>, String> {
    if results.len() != contacts.len() {
        return Err(format!(
            "{} results for {} contacts.",
            results.len(),
            contacts.len()
        ));
    }
    for (index, (result, contact)) in results.iter_mut().zip(contacts).enumerate() {
        if result.external_id != contact.external_id {
            return Err(format!("result {} is for another contact.", index + 1));
        }
        result.error = result.error.take().map(fit_to_keep);
        if result.status == RowStatus::Rejected {
            result.error.get_or_insert_with(|| RowError {
                code: "unspecified".to_owned(),
                message: UNSAID.to_owned(),
                field: None,
            });
        }
    }
    Ok(results)
}

/// What stands where the platform gives no reason.
const UNSAID: &str = "NurtureHub did not say why.";

/// Longest code and name of a field that are kept, in characters.
const LONGEST_WORD: usize = 100;

/// A refusal as it may be written down: a reason likes to repeat the address or number that it is
/// about, and nothing bounds its length.
fn fit_to_keep(error: RowError) -> RowError {
    let word = |text: String| presentable(&text).chars().take(LONGEST_WORD).collect();
    let message = presentable(&error.message);
    RowError {
        code: word(error.code),
        message: if message.is_empty() {
            UNSAID.to_owned()
        } else {
            message
        },
        field: error.field.map(word),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: &str, status: RowStatus) -> RowResult {
        RowResult {
            external_id: id.into(),
            status,
            error: None,
        }
    }

    fn sent(id: &str) -> OutgoingContact<'_> {
        OutgoingContact {
            external_id: id,
            json: "{}",
        }
    }

    #[test]
    fn the_contacts_go_as_they_are() {
        let connection = ConnectionId::parse("north").unwrap();
        let contacts = [
            OutgoingContact {
                external_id: "1",
                json: r#"{"a": 1.50}"#,
            },
            sent("2"),
        ];
        assert_eq!(
            body(&connection, &contacts).unwrap(),
            r#"{"connection":"north","contacts":[{"a": 1.50},{}]}"#
        );
        let many = vec![sent("1"); MAX_BATCH + 1];
        assert_eq!(
            body(&connection, &many).unwrap_err().kind,
            ErrorKind::Internal,
            "too many are never sent"
        );
    }

    #[test]
    fn a_reason_is_kept_without_whom_it_is_about() {
        let mut refused = row("1", RowStatus::Rejected);
        refused.error = Some(RowError {
            code: "duplicate".into(),
            message: format!("ada@example.org is another's. {}", "x".repeat(100_000)),
            field: Some("emails[0].address".into()),
        });
        let checked = check(vec![refused], &[sent("1")]).unwrap();
        let kept = checked[0].error.as_ref().unwrap();
        assert!(kept.message.contains("is another's."), "{kept:?}");
        assert!(!kept.message.contains("ada@example.org"), "{kept:?}");
        assert!(kept.message.len() < 2_000, "{}", kept.message.len());
        assert_eq!(kept.code, "duplicate");
        assert_eq!(kept.field.as_deref(), Some("emails[0].address"));
    }

    #[test]
    fn results_must_match_the_contacts_one_by_one() {
        let contacts = [sent("1"), sent("2")];
        let good = vec![row("1", RowStatus::Created), row("2", RowStatus::Rejected)];
        let checked = check(good, &contacts).unwrap();
        assert!(checked[0].error.is_none());
        assert!(
            checked[1].error.is_some(),
            "a refusal without a reason gets one that says so"
        );
        let short = vec![row("1", RowStatus::Created)];
        assert!(check(short, &contacts).is_err(), "one is missing");
        let swapped = vec![row("2", RowStatus::Created), row("1", RowStatus::Created)];
        assert!(check(swapped, &contacts).is_err(), "out of order");
    }
}
