//! The steps of a verification that are Alto's own.

use async_trait::async_trait;
use nurturehub_adapter_kit::verify::OwnSteps;
use nurturehub_port::{AdapterError, ErrorKind, PageRecord};

use super::details::{Mode, is_status};
use super::map::{self, Surroundings};
use super::spec::{CONSENT_ON, key};
use super::wire::{Integration, Page};
use super::{Alto, errors};

#[async_trait]
impl OwnSteps for Alto {
    /// The state of the integration says whose it is. Where that may not be read, the list of
    /// contacts is asked: refused, too, means that nothing at all is allowed for this agency.
    async fn authenticate(&self) -> Result<String, AdapterError> {
        let refused = match self.get("/partners/integration", &[])?.send().await {
            Ok(answer) => {
                let state: Integration<'_> = answer.json()?;
                let agency = state.agency_name.as_deref().unwrap_or("an agency");
                let branches = state.branches.map_or(0, |branches| branches.len());
                return Ok(format!(
                    "Alto knows the integration for “{agency}”, active in {branches} branch(es)."
                ));
            }
            Err(error) if is_status(&error, &[404]) => return Err(errors::not_enabled(error)),
            Err(error) if error.kind == ErrorKind::ScopeMissing => error,
            Err(error) => return Err(error),
        };
        match self.first(true).await {
            Ok(_) => Ok("Alto accepts the token and the agency reference.".to_owned()),
            Err(error) if error.kind == ErrorKind::ScopeMissing => {
                Err(errors::not_enabled(refused))
            }
            Err(error) => Err(error),
        }
    }

    /// What is read is tried. Writing file notes is not, as there is no way to try it without
    /// writing.
    async fn permissions(&self) -> Result<String, AdapterError> {
        let listed = named(self.first(true).await, "get-contacts-all")?;
        let Some((id, _)) = listed else {
            return Ok("The list of contacts may be read; it is empty so far.".to_owned());
        };
        let batch = self.get("/contacts", &[])?.query("id", &id).send().await;
        named(batch, "get-contacts")?;
        let one = self.get("/contacts/{contactId}", &[&id])?.send().await;
        named(one, "get-contacts-contactid")?;
        if self.context.settings.get(key::CONSENT) == Some(CONSENT_ON) {
            let preferences = self.preferences_of(&id).await;
            named(preferences, "post-contacts-contactid-preferences")?;
        }
        let notes = self
            .get("/file-notes/search", &[])?
            .query("contact-id", &id)
            .send()
            .await;
        match notes {
            Ok(_) => Ok("Contacts and file notes may be read.".to_owned()),
            Err(error) if is_status(&error, &[404]) => {
                Ok("Contacts and file notes may be read.".to_owned())
            }
            // A connection that only reads contacts is whole without it.
            Err(error) if error.kind == ErrorKind::ScopeMissing => Ok(
                "Contacts may be read. File notes may not, so no activity can be written back."
                    .to_owned(),
            ),
            Err(error) => Err(error),
        }
    }

    async fn read_contact(&self) -> Result<String, AdapterError> {
        let mut listed = self.first(true).await?;
        if listed.is_none() {
            listed = self.first(false).await?;
        }
        let Some((id, item)) = listed else {
            return Ok("Alto answers, and holds no contacts yet.".to_owned());
        };
        let details = self.details(&[&id], &mut Mode::Batches).await?;
        let by_id = details.by_id()?;
        let Some(detail) = by_id.get(&id) else {
            return Ok("A contact was listed, though Alto gives no details of it.".to_owned());
        };
        let around = Surroundings::of(self, self.context.clock.now());
        Ok(
            match map::record(details.join(&id, &item, detail), &around) {
                PageRecord::Mapped(mapped) => format!(
                    "A contact was read and mapped as `{}`.",
                    mapped.contact.category.as_str()
                ),
                PageRecord::Rejected(_) => {
                    "A contact was read, though it is one that cannot be mapped.".to_owned()
                }
            },
        )
    }
}

impl Alto {
    /// The first contact of the list that has an id: the id, and the item.
    async fn first(&self, active: bool) -> Result<Option<(String, String)>, AdapterError> {
        let response = self
            .get("/contacts/all", &[])?
            .query("active", &active.to_string())
            .query("max-results", "1")
            .send()
            .await?;
        let page = Page::parse(&response)?;
        Ok(page.records.iter().find_map(|(head, item)| {
            let id = head.as_ref().ok()?.id()?;
            Some((id.to_owned(), (*item).to_owned()))
        }))
    }
}

/// The answer; a refusal names the permission.
fn named<T>(answer: Result<T, AdapterError>, permission: &str) -> Result<T, AdapterError> {
    answer.map_err(|mut error| {
        if error.kind == ErrorKind::ScopeMissing {
            error.message =
                format!("Alto has not given the integration `alto/route:{permission}`.");
        }
        error
    })
}
