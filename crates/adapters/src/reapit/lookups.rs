//! What a contact's record points to and does not hold: which applicants look to buy and which to
//! rent, and the names of contact categories.

use std::collections::{BTreeSet, HashMap};

use nurturehub_port::{AdapterError, Category, ErrorKind};

use super::Reapit;
use super::spec::{MAX_PAGE_SIZE, key};
use super::wire::{Contact, ListItem, Page, Wish};

/// Looked up so far, for one operation.
#[derive(Debug, Default)]
pub(super) struct Lookups {
    /// What applicants look for, by applicant id; those of the page at hand.
    applicants: HashMap<String, Category>,
    /// Names of contact categories by id; asked for once, when first needed.
    categories: Option<HashMap<String, String>>,
}

impl Lookups {
    /// What an applicant looks for; a lead where that is not known.
    pub(super) fn applicant(&self, id: Option<&str>) -> Category {
        id.and_then(|id| self.applicants.get(id))
            .copied()
            .unwrap_or(Category::Lead)
    }

    /// The name of a contact category, or its id where it has none.
    pub(super) fn category<'a>(&'a self, id: &'a str) -> &'a str {
        self.categories
            .as_ref()
            .and_then(|names| names.get(id))
            .map_or(id, String::as_str)
    }

    /// Looks up what these contacts point to. Costs nothing where they point to nothing.
    ///
    /// # Errors
    /// What stood in the way, but for a missing permission to read the categories' names.
    pub(super) async fn prepare<'a>(
        &mut self,
        adapter: &Reapit,
        contacts: impl Iterator<Item = &'a Contact<'a>> + Clone + Send,
    ) -> Result<(), AdapterError> {
        let tagged = contacts.clone().any(|contact| {
            contact
                .category_ids
                .as_ref()
                .is_some_and(|ids| !ids.is_empty())
        });
        if tagged && self.categories.is_none() {
            self.categories = Some(fetch_categories(adapter).await?);
        }
        self.applicants.clear();
        if !adapter.context.settings.flag(key::APPLICANT_LOOKUP) {
            return Ok(());
        }
        let ids: BTreeSet<&str> = contacts
            .flat_map(Contact::roles)
            .filter(|role| role.associated_type.as_deref() == Some("applicant"))
            .filter_map(|role| role.associated_id.as_deref())
            .filter(|id| !id.is_empty())
            .collect();
        let ids: Vec<&str> = ids.into_iter().collect();
        for some in ids.chunks(usize::try_from(MAX_PAGE_SIZE).unwrap_or(1)) {
            self.fetch_applicants(adapter, some).await?;
        }
        Ok(())
    }

    async fn fetch_applicants(
        &mut self,
        adapter: &Reapit,
        ids: &[&str],
    ) -> Result<(), AdapterError> {
        let mut request = adapter
            .get("/applicants/", &[])?
            .query("pageSize", &MAX_PAGE_SIZE.to_string());
        for id in ids {
            request = request.query("id", id);
        }
        let response = request.send().await?;
        // An applicant that cannot be read is one of whom nothing is known.
        for applicant in Page::<Wish<'_>>::parse(&response)?.readable() {
            if let (Some(id), Some(looks_for)) = (
                applicant.id.as_deref(),
                looks_for(applicant.marketing_mode.as_deref()),
            ) {
                self.applicants.insert(id.to_owned(), looks_for);
            }
        }
        Ok(())
    }
}

/// What a marketing mode says: `buying` and `renting` by the schema, `sales` in an example, and
/// `lettings` beside it.
fn looks_for(mode: Option<&str>) -> Option<Category> {
    match mode?.to_ascii_lowercase().as_str() {
        "buying" | "sales" => Some(Category::Buyer),
        "renting" | "lettings" => Some(Category::TenantApplicant),
        _ => None,
    }
}

/// The names of the contact categories; none where the app may not read them, so that the ids stand
/// in their place.
async fn fetch_categories(adapter: &Reapit) -> Result<HashMap<String, String>, AdapterError> {
    let answer = adapter
        .get("/configuration/contactCategories", &[])?
        .send()
        .await;
    let response = match answer {
        Ok(response) => response,
        Err(error)
            if matches!(
                error.kind,
                ErrorKind::ScopeMissing | ErrorKind::ProviderRejected
            ) =>
        {
            return Ok(HashMap::new());
        }
        Err(error) => return Err(error),
    };
    let items: Vec<ListItem> = response.json()?;
    Ok(items
        .into_iter()
        .filter_map(|item| Some((item.id?, item.value?)))
        .collect())
}
