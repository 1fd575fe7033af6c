//! The steps of a verification that are Street's own.

use async_trait::async_trait;
use nurturehub_adapter_kit::verify::OwnSteps;
use nurturehub_port::{AdapterError, ErrorKind, PageRecord};

use super::Street;
use super::wire::{Extent, Id, Page, Person};

#[async_trait]
impl OwnSteps for Street {
    /// A token and an answer. What the token does not reach is another step's business.
    async fn authenticate(&self) -> Result<String, AdapterError> {
        match self.probe("/branches").await {
            Err(error) if error.kind != ErrorKind::ScopeMissing => Err(error),
            _ => Ok("Street accepts the token.".to_owned()),
        }
    }

    /// What is read is tried. Writing notes is not, as there is no way to try it without writing.
    async fn permissions(&self) -> Result<String, AdapterError> {
        for list in ["/people", "/sales-applicants", "/lettings-applicants"] {
            self.probe(list).await.map_err(|mut error| {
                if error.kind == ErrorKind::ScopeMissing {
                    error.message = format!("The token may not read `{list}` in Street.");
                }
                error
            })?;
        }
        Ok("People and applicants may be read.".to_owned())
    }

    async fn read_contact(&self) -> Result<String, AdapterError> {
        let response = self
            .get("/people", &[])
            .query("page[size]", "1")
            .query("include", "applicants")
            .send()
            .await?;
        let page = Page::<Person<'_>>::parse(&response)?;
        let total = page.extent.total;
        let records = self.map_page(page, response.received_at, false).await?;
        let total = total.map_or_else(String::new, |total| format!(" of {total}"));
        Ok(match records.first() {
            None => "Street answers, and holds no people yet.".to_owned(),
            Some(PageRecord::Rejected(_)) => {
                "A person was read, though one that cannot be mapped.".to_owned()
            }
            Some(PageRecord::Mapped(mapped)) => format!(
                "A person{total} was read and mapped as `{}`.",
                mapped.contact.category.as_str()
            ),
        })
    }
}

impl Street {
    /// Asks for one record of a list.
    async fn probe(&self, list: &str) -> Result<Extent, AdapterError> {
        let response = self.get(list, &[]).query("page[size]", "1").send().await?;
        Page::<Id<'_>>::parse(&response).map(|page| page.extent)
    }
}
