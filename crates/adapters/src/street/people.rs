//! Reads people, from a page or one by one, with what they point to.
//!
//! **Where category and assignment come from.** Street can include a page's applicants with its
//! people (`include=applicants`), so that who looks to buy or to rent costs no further request and
//! nothing has to be remembered from page to page. Branch and negotiator are documented on an
//! applicant's own record alone. The lists of applicants cannot be asked for certain ids, and joining
//! them with the people would take a memory of all of either; what is left is a request for each
//! applicant, which only the setting `applicantDetails` switches on. Where Street names branch or
//! negotiator on an included applicant all the same, they are read.

use jiff::Timestamp;
use nurturehub_port::{AdapterError, ErrorKind, MappedContact, PageRecord};

use super::Street;
use super::map::{self, Surroundings};
use super::related::Included;
use super::spec::key;
use super::wire::{Page, Person, Single};

impl Street {
    /// Maps the people of a page.
    pub(super) async fn map_page(
        &self,
        page: Page<'_, Person<'_>>,
        fetched_at: Timestamp,
        trashed: bool,
    ) -> Result<Vec<PageRecord>, AdapterError> {
        let mut included = page.included();
        let readable = page
            .records
            .iter()
            .filter_map(|(read, _)| read.as_ref().ok());
        self.add_details(&mut included, readable).await?;
        let around = self.surroundings(fetched_at, &included, trashed);
        let records = page.records.into_iter();
        Ok(records
            .map(|(read, raw)| record(map::admit(read, raw), raw, &around))
            .collect())
    }

    /// Reads a person as it is now; none where Street does not show such a person (any more).
    pub(super) async fn read_person(&self, id: &str) -> Result<Option<PageRecord>, AdapterError> {
        let answer = self
            .get("/people/{id}", &[id])
            .query("include", "applicants")
            .send()
            .await;
        let response = match answer {
            Ok(response) => response,
            Err(error) if is_missing(&error) => return Ok(None),
            Err(error) => return Err(error),
        };
        let single = Single::parse(&response)?;
        let raw = single.data.get();
        let read = map::admit(serde_json::from_str(raw), raw);
        let mut included = single.included();
        if let Ok((person, _)) = &read {
            self.add_details(&mut included, std::iter::once(person))
                .await?;
        }
        let around = self.surroundings(response.received_at, &included, false);
        Ok(Some(record(read, raw, &around)))
    }

    /// Puts applicants' own records in the place of the included ones, where that is wanted.
    async fn add_details<'a>(
        &self,
        included: &mut Included,
        people: impl Iterator<Item = &'a Person<'a>> + Send,
    ) -> Result<(), AdapterError> {
        if !self.context.settings.flag(key::APPLICANT_DETAILS) {
            return Ok(());
        }
        let mut ids: Vec<&str> = people.flat_map(Person::applicants).collect();
        ids.sort_unstable();
        ids.dedup();
        for id in ids {
            let attributes = included.get(id).and_then(|it| it.attributes.0.as_ref());
            let template = match attributes.and_then(|it| it.applicant_type.as_deref()) {
                Some("sales") => "/sales-applicants/{id}",
                Some("lettings") => "/lettings-applicants/{id}",
                _ => continue,
            };
            let answer = self
                .get(template, &[id])
                .query("include", "branch,negotiator")
                .send()
                .await;
            match answer {
                Ok(response) => {
                    let single = Single::parse(&response)?;
                    included.take(&[single.data]);
                    included.take(single.included.as_deref().unwrap_or_default());
                }
                // Gone meanwhile: what came with the person will do.
                Err(error) if is_missing(&error) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    const fn surroundings<'a>(
        &'a self,
        fetched_at: Timestamp,
        included: &'a Included,
        trashed: bool,
    ) -> Surroundings<'a> {
        Surroundings {
            connection: &self.context.connection,
            provider: &self.context.provider,
            fetched_at,
            included,
            trashed,
            explain: false,
        }
    }
}

/// Whether Street says that it does not hold such a record.
fn is_missing(error: &AdapterError) -> bool {
    error.kind == ErrorKind::ProviderRejected && error.evidence.status == Some(404)
}

/// A record, mapped, or why it is not.
fn record(read: map::Read<'_>, raw: &str, around: &Surroundings<'_>) -> PageRecord {
    match read {
        Ok((person, id)) => {
            let built = map::contact(&person, id, around);
            PageRecord::Mapped(Box::new(MappedContact {
                contact: built.contact,
                raw: map::document(&person, raw, around),
                issues: built.issues,
            }))
        }
        Err(rejected) => PageRecord::Rejected(*rejected),
    }
}
