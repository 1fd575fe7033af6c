//! Activities that wait for write-back, and what became of them.

use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::call::Call;

use super::problem::problem;

const USUAL_PER_PAGE: usize = 100;
const MOST_PER_PAGE: usize = 500;

/// What a write-back came to, as it was acknowledged.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
pub struct Settlement {
    /// The activity.
    pub id: String,
    /// `written`, `duplicate`, `rejected` or `unsupported`.
    pub status: SettledAs,
    /// The CRM's id for the entry, where it gives one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Why it was not written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Value>,
}

/// How an activity was settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum SettledAs {
    /// Written now.
    Written,
    /// Was there already.
    Duplicate,
    /// The CRM refused it.
    Rejected,
    /// The CRM has no place for it.
    Unsupported,
}

#[derive(Debug)]
struct Waiting {
    /// Its place in the order in which activities came; the cursor counts these.
    number: u64,
    connection: String,
    activity: Value,
}

/// The activities of the tenant.
#[derive(Debug, Default)]
pub(super) struct Activities {
    waiting: Vec<Waiting>,
    added: u64,
    settlements: Vec<Settlement>,
}

#[derive(Deserialize)]
struct Acknowledgement {
    results: Vec<Settlement>,
}

impl Activities {
    pub(super) fn add(&mut self, connection: &str, activities: Vec<Value>) {
        for activity in activities {
            self.added += 1;
            self.waiting.push(Waiting {
                number: self.added,
                connection: connection.to_owned(),
                activity,
            });
        }
    }

    pub(super) const fn waiting(&self) -> usize {
        self.waiting.len()
    }

    pub(super) fn settlements(&self) -> &[Settlement] {
        &self.settlements
    }

    /// A page of those that wait. The cursor is opaque to the caller.
    pub(super) fn list(&self, call: &Call) -> Answer {
        let Some(connection) = call.query.first("connection") else {
            return problem(
                StatusCode::BAD_REQUEST,
                "connectionMissing",
                "The parameter `connection` is needed.",
            );
        };
        let after = match call.query.first("after").unwrap_or_default() {
            "" => 0,
            cursor => match cursor.strip_prefix("a-").map(str::parse::<u64>) {
                Some(Ok(number)) => number,
                _ => {
                    return problem(
                        StatusCode::BAD_REQUEST,
                        "badCursor",
                        "The cursor is not one of ours.",
                    );
                }
            },
        };
        let limit = match call.query.first("limit").map(str::parse::<usize>) {
            None => USUAL_PER_PAGE,
            Some(Ok(limit)) if (1..=MOST_PER_PAGE).contains(&limit) => limit,
            Some(_) => {
                return problem(
                    StatusCode::BAD_REQUEST,
                    "badLimit",
                    "The limit is a number from 1 to 500.",
                );
            }
        };
        let mut rest = self
            .waiting
            .iter()
            .filter(|waiting| waiting.connection == connection && waiting.number > after);
        let page: Vec<&Waiting> = rest.by_ref().take(limit).collect();
        let activities: Vec<&Value> = page.iter().map(|waiting| &waiting.activity).collect();
        let mut body = json!({ "activities": activities });
        if rest.next().is_some()
            && let Some(last) = page.last()
        {
            body["next"] = json!(format!("a-{}", last.number));
        }
        Answer::value(StatusCode::OK, &body)
    }

    /// Settles activities. One that is settled already, or not known, is passed over.
    pub(super) fn acknowledge(&mut self, call: &Call) -> Answer {
        let acknowledgement: Acknowledgement = match serde_json::from_slice(&call.body) {
            Ok(acknowledgement) => acknowledgement,
            Err(error) => {
                return problem(
                    StatusCode::BAD_REQUEST,
                    "malformed",
                    &format!("The body cannot be read: {error}."),
                );
            }
        };
        let mut settled = 0;
        for settlement in acknowledgement.results {
            let before = self.waiting.len();
            self.waiting
                .retain(|waiting| waiting.activity.get("id") != Some(&json!(settlement.id)));
            if self.waiting.len() < before {
                settled += 1;
                self.settlements.push(settlement);
            }
        }
        Answer::value(StatusCode::OK, &json!({ "settled": settled }))
    }
}
