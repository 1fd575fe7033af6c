//! The steps of a verification that are Reapit's own.

use async_trait::async_trait;
use nurturehub_adapter_kit::verify::OwnSteps;
use nurturehub_port::{AdapterError, ErrorKind};

use super::Reapit;
use super::lookups::Lookups;
use super::map::{self, Surroundings};
use super::spec::key;
use super::wire::{Contact, Id, Page};

#[async_trait]
impl OwnSteps for Reapit {
    /// A token, a customer and an answer. A missing permission is another step's business.
    async fn authenticate(&self) -> Result<String, AdapterError> {
        match self.probe("/contacts/").await {
            Err(error) if error.kind != ErrorKind::ScopeMissing => Err(error),
            _ => Ok("Reapit accepts the sign-in.".to_owned()),
        }
    }

    /// What is read is tried. Writing to the journal is not, as there is no way to try it without
    /// writing.
    async fn permissions(&self) -> Result<String, AdapterError> {
        self.permission("/contacts/", "contacts.read").await?;
        if self.context.settings.flag(key::APPLICANT_LOOKUP) {
            self.permission("/applicants/", "applicants.read").await?;
        }
        match self.permission("/journalEntries/", "journalEntries.read").await {
            Ok(()) => Ok("Contacts, applicants and journal entries may be read.".to_owned()),
            // A connection that only reads contacts is whole without it.
            Err(error) if error.kind == ErrorKind::ScopeMissing => Ok(
                "Contacts may be read. Journal entries may not, so no activity can be written back."
                    .to_owned(),
            ),
            Err(error) => Err(error),
        }
    }

    async fn read_contact(&self) -> Result<String, AdapterError> {
        let response = self
            .get("/contacts/", &[])?
            .query("pageSize", "1")
            .query("embed", "relationships")
            .send()
            .await?;
        let page = Page::<Contact<'_>>::parse(&response)?;
        let Some((read, raw)) = page.records.into_iter().next() else {
            return Ok("Reapit answers, and holds no contacts yet.".to_owned());
        };
        let Ok((record, id)) = map::admit(read, raw) else {
            return Ok("A contact was read, though it is one that cannot be mapped.".to_owned());
        };
        let around = Surroundings {
            connection: &self.context.connection,
            provider: &self.context.provider,
            fetched_at: response.received_at,
            lookups: &Lookups::default(),
            explain: false,
        };
        let built = map::contact(&record, id, &around);
        let total = page
            .extent
            .total
            .map_or_else(String::new, |total| format!(" of {total}"));
        Ok(format!(
            "A contact{total} was read and mapped as `{}`.",
            built.contact.category.as_str()
        ))
    }
}

impl Reapit {
    /// Asks for one record of a list.
    async fn probe(&self, list: &str) -> Result<(), AdapterError> {
        let response = self.get(list, &[])?.query("pageSize", "1").send().await?;
        Page::<Id<'_>>::parse(&response).map(|_| ())
    }

    /// Whether a list may be read; a refusal names the scope.
    async fn permission(&self, list: &str, scope: &str) -> Result<(), AdapterError> {
        self.probe(list).await.map_err(|mut error| {
            if error.kind == ErrorKind::ScopeMissing {
                error.message = format!("The permission `{scope}` is missing in Reapit.");
            }
            error
        })
    }
}
