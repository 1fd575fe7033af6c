//! What a list leaves out: details of each contact and, where it is wanted, what it agreed to.

use std::collections::BTreeMap;

use futures_util::future::try_join_all;
use nurturehub_adapter_kit::HttpResponse;
use nurturehub_port::{AdapterError, ErrorKind};
use serde_json::value::RawValue;

use super::Alto;
use super::spec::{CONSENT_ON, DETAIL_BATCH, key};
use super::wire::{self, Head};

/// From so many contacts on it is not believed that all of them have gone between two requests.
const BEYOND_BELIEF: usize = 3;

/// How details are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// Many with one request.
    Batches,
    /// One by one, once Alto has refused a batch or answered it with one contact.
    Singly,
}

/// Details of some contacts, as they came.
#[derive(Debug, Default)]
pub(super) struct Details {
    answers: Vec<HttpResponse>,
    preferences: BTreeMap<String, String>,
    /// Those that Alto does not hold any more.
    pub(super) gone: Vec<String>,
}

/// The answer about one contact.
enum One {
    Found(HttpResponse),
    Gone(String),
    /// Alto does not tell, of this one.
    Refused,
}

impl Alto {
    /// Asks for the details of contacts. `mode` is changed where batches turn out not to work.
    ///
    /// What a batch does not bring is asked for one by one, so that only Alto's own word says that
    /// a contact has gone.
    ///
    /// # Errors
    /// What stood in the way; `incompleteListing`, where Alto denies every contact of a whole page
    /// that it has just listed.
    pub(super) async fn details(
        &self,
        ids: &[&str],
        mode: &mut Mode,
    ) -> Result<Details, AdapterError> {
        let mut details = Details::default();
        if *mode == Mode::Batches {
            self.in_batches(ids, mode, &mut details).await?;
        }
        let missing: Vec<&str> = {
            let there = details.by_id()?;
            ids.iter()
                .copied()
                .filter(|id| !there.contains_key(*id))
                .collect()
        };
        for one in try_join_all(missing.iter().map(|id| self.one(id))).await? {
            match one {
                One::Found(answer) => details.answers.push(answer),
                One::Gone(id) => details.gone.push(id),
                One::Refused => {}
            }
        }
        if details.gone.len() >= BEYOND_BELIEF && details.gone.len() == ids.len() {
            return Err(AdapterError::new(
                ErrorKind::IncompleteListing,
                "Alto lists contacts and then says that it holds none of them.",
            ));
        }
        if self.context.settings.get(key::CONSENT) == Some(CONSENT_ON) {
            self.preferences(&mut details).await?;
        }
        Ok(details)
    }

    async fn in_batches(
        &self,
        ids: &[&str],
        mode: &mut Mode,
        details: &mut Details,
    ) -> Result<(), AdapterError> {
        let size = self.context.settings.integer(key::DETAIL_BATCH)?;
        let size = usize::try_from(size.unwrap_or(DETAIL_BATCH)).unwrap_or(1);
        // The client lets no more of them through at once than the limits allow.
        let answers = try_join_all(ids.chunks(size.max(1)).map(|some| self.batch(some))).await?;
        for (some, answer) in ids.chunks(size.max(1)).zip(answers) {
            let brought = match &answer {
                Some(answer) => wire::details(answer)?.len(),
                None => 0,
            };
            if answer.is_none() || (some.len() > 2 && brought == 1) {
                *mode = Mode::Singly;
            }
            details.answers.extend(answer);
        }
        Ok(())
    }

    /// Asks for several; none where Alto refuses the request as wrong.
    async fn batch(&self, ids: &[&str]) -> Result<Option<HttpResponse>, AdapterError> {
        let mut request = self.get("/contacts", &[])?;
        for id in ids {
            request = request.query("id", id);
        }
        match request.send().await {
            Ok(answer) => Ok(Some(answer)),
            Err(error) if is_status(&error, &[400, 404]) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn one(&self, id: &str) -> Result<One, AdapterError> {
        match self.get("/contacts/{contactId}", &[id])?.send().await {
            Ok(answer) => Ok(One::Found(answer)),
            Err(error) if is_status(&error, &[404]) => Ok(One::Gone(id.to_owned())),
            Err(error) if is_status(&error, &[400]) => Ok(One::Refused),
            Err(error) => Err(error),
        }
    }

    /// Asks what those contacts agreed to whose details are there.
    async fn preferences(&self, details: &mut Details) -> Result<(), AdapterError> {
        let ids: Vec<String> = details.by_id()?.into_keys().collect();
        let answers = try_join_all(ids.iter().map(|id| self.preferences_of(id))).await?;
        let pairs = ids.into_iter().zip(answers);
        details
            .preferences
            .extend(pairs.filter_map(|(id, text)| Some((id, text?))));
        Ok(())
    }

    /// One contact's preferences, as they came; none where Alto has none.
    pub(super) async fn preferences_of(&self, id: &str) -> Result<Option<String>, AdapterError> {
        let answer = self
            .get("/contacts/{contactId}/preferences", &[id])?
            .send()
            .await;
        match answer {
            Ok(answer) => {
                let raw: &RawValue = answer.json()?;
                Ok(Some(raw.get().to_owned()))
            }
            Err(error) if is_status(&error, &[404]) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl Details {
    /// Each contact's detail, as it came, by id.
    ///
    /// # Errors
    /// `protocol` or `schemaChanged`, where an answer is not what Alto sends.
    pub(super) fn by_id(&self) -> Result<BTreeMap<String, &str>, AdapterError> {
        let mut found = BTreeMap::new();
        for answer in &self.answers {
            for raw in wire::details(answer)? {
                if let Ok(head) = serde_json::from_str::<Head<'_>>(raw)
                    && let Some(id) = head.id()
                {
                    found.insert(id.to_owned(), raw);
                }
            }
        }
        Ok(found)
    }

    /// The record to keep and to map: the list's item with the detail and the preferences.
    pub(super) fn join(&self, id: &str, item: &str, detail: &str) -> String {
        let preferences = self.preferences.get(id).map_or("null", String::as_str);
        [
            "{\"item\":",
            item,
            ",\"detail\":",
            detail,
            ",\"preferences\":",
            preferences,
            "}",
        ]
        .concat()
    }
}

/// Whether Alto answered with one of these statuses.
pub(super) fn is_status(error: &AdapterError, statuses: &[u16]) -> bool {
    error
        .evidence
        .status
        .is_some_and(|status| statuses.contains(&status))
}
