//! The steps of a verification that rest on the profile.

use async_trait::async_trait;
use nurturehub_port::{AdapterError, ErrorKind, PageRecord};

use super::mapping::Mapping;
use super::rules::{List, Style};
use super::{Profile, ProfileAdapter};
use crate::HttpResponse;
use crate::verify::OwnSteps;

impl ProfileAdapter {
    /// The first record of a list, asked for as cheaply as the paging allows.
    async fn peek(&self, profile: &Profile, list: &List) -> Result<HttpResponse, AdapterError> {
        let mut parameters = list.query.clone();
        match &profile.paging.style {
            Style::PageNumber { parameter, first } => {
                parameters.push((parameter.clone(), first.to_string()));
            }
            Style::Offset { parameter } => parameters.push((parameter.clone(), "0".to_owned())),
            Style::OnePage | Style::Next { .. } => {}
        }
        self.ask(profile, list, &parameters, Some(1)).await
    }

    /// Whether a list can be read.
    async fn try_list(&self, profile: &Profile, list: &List) -> Result<(), AdapterError> {
        let response = self.peek(profile, list).await?;
        self.read(profile, &response).map(|_| ())
    }
}

#[async_trait]
impl OwnSteps for ProfileAdapter {
    fn configuration(&self) -> Result<(), AdapterError> {
        self.profile().map(|_| ())
    }

    /// A list that is closed to the key still shows that the CRM knows it.
    async fn authenticate(&self) -> Result<String, AdapterError> {
        let profile = self.profile()?;
        if let Some(list) = profile.lists.first() {
            match self.try_list(profile, list).await {
                Err(error) if error.kind != ErrorKind::ScopeMissing => return Err(error),
                Ok(()) | Err(_) => {}
            }
        }
        Ok(format!("{} knows the key.", profile.name()))
    }

    /// Each list may be open or closed by itself.
    async fn permissions(&self) -> Result<String, AdapterError> {
        let profile = self.profile()?;
        for list in &profile.lists {
            self.try_list(profile, list).await.map_err(|mut error| {
                error.message = format!("The list `{}`: {}", list.name, error.message);
                error
            })?;
        }
        Ok(format!(
            "Every list of the profile can be read ({}).",
            profile.list_names().collect::<Vec<_>>().join(", ")
        ))
    }

    /// The first contact of the first list that has one.
    async fn read_contact(&self) -> Result<String, AdapterError> {
        let profile = self.profile()?;
        for list in &profile.lists {
            let response = self.peek(profile, list).await?;
            let page = self.read(profile, &response)?;
            let Some(raw) = page.records.first() else {
                continue;
            };
            let mapping = Mapping {
                profile,
                list,
                connection: &self.context.connection,
                provider: &self.context.provider,
                fetched_at: response.received_at,
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
        Ok("The lists can be read; there is no contact in them yet.".to_owned())
    }
}
