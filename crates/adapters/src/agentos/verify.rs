//! Is the connection good: the steps that are agentOS's own.
//!
//! The limit is low, so that each step asks once where it can.

use async_trait::async_trait;
use nurturehub_adapter_kit::verify::{self, OwnSteps};
use nurturehub_port::{AdapterError, ErrorKind, PageRecord, VerifyStream};

use super::map::Mapping;
use super::spec::spec;
use super::wire::{BRANCHES, List, Page};
use super::{AgentOs, errors};

/// All steps.
pub(super) fn steps(adapter: &AgentOs) -> VerifyStream<'_> {
    verify::steps(&adapter.context, spec(), adapter)
}

#[async_trait]
impl OwnSteps for AgentOs {
    /// The branches are asked for first, as they are on the tier that is used.
    async fn authenticate(&self) -> Result<String, AdapterError> {
        let branches = self.get(BRANCHES, &["0", "1"])?.send().await;
        let refused = match branches {
            Ok(_) => return Ok("agentOS knows the key and the agency.".to_owned()),
            Err(error) if error.kind == ErrorKind::AuthInvalid => error,
            Err(error) => return Err(error),
        };
        if self.is_key_known().await {
            return Ok("agentOS knows the key, on another tier than that of contacts.".to_owned());
        }
        Err(refused)
    }

    /// One list stands for all: the tier is open or not as a whole.
    async fn permissions(&self) -> Result<String, AdapterError> {
        match self.get(List::Tenant.path(), &["0", "1"])?.send().await {
            // Whoever else answers in its place would open everything.
            Ok(answer) => {
                Page::read(&answer).map(|_| "The Contacts tier (V4) is open to the key.".to_owned())
            }
            // The key has proved itself in the step before.
            Err(error) if error.kind == ErrorKind::AuthInvalid => Err(errors::tier_off(error)),
            Err(error) => Err(error),
        }
    }

    /// The first contact of the first list that has one.
    async fn read_contact(&self) -> Result<String, AdapterError> {
        for list in List::ALL {
            let response = self.get(list.path(), &["0", "1"])?.send().await?;
            let Some(page) = Page::read(&response)? else {
                continue;
            };
            let Some(raw) = page.data.first() else {
                continue;
            };
            let mapping = Mapping {
                connection: &self.context.connection,
                provider: &self.context.provider,
                list,
                fetched_at: self.context.clock.now(),
            };
            return match mapping.record(raw.get()) {
                PageRecord::Mapped(_) => Ok("A contact was read and understood.".to_owned()),
                PageRecord::Rejected(record) => Err(AdapterError::new(
                    ErrorKind::Mapping,
                    format!(
                        "A contact was read but not understood. {}",
                        record.issue.message
                    ),
                )),
            };
        }
        Ok(
            "agentOS shares no contacts: none of the agency's people has agreed to Third Party \
            Marketing."
                .to_owned(),
        )
    }
}
