//! Contacts on their way up.

use nurturehub_adapter_kit::HttpResponse;
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
        if result.status == RowStatus::Rejected {
            result.error.get_or_insert_with(|| RowError {
                code: "unspecified".to_owned(),
                message: "NurtureHub did not say why.".to_owned(),
                field: None,
            });
        }
    }
    Ok(results)
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
