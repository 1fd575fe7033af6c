//! Removals that a CRM names in its pages. As many as go in a normal run go at once; once there are
//! more, the rest waits for a person.

use nurturehub_port::{ContactPage, Removal};
use nurturehub_store::contacts;
use nurturehub_store::listings::Listing;

use super::doubt;
use crate::EngineError;
use crate::session::Session;

/// What the CRM has named in a listing, and what of it is held back.
#[derive(Debug)]
pub(super) struct Told {
    listing: i64,
    /// A person has confirmed that contacts have gone.
    confirmed: bool,
    /// Named so far, by this listing's earlier runs, too.
    so_far: u64,
    /// How many may go; asked for once there is one.
    free: Option<u64>,
    /// Contacts whose removal waits.
    pub(super) held: u64,
}

impl Told {
    pub(super) const fn new(listing: &Listing, confirmed: bool) -> Self {
        Self {
            listing: listing.number,
            confirmed,
            so_far: listing.counts.removed,
            free: None,
            held: 0,
        }
    }

    /// Takes from a page those removals that are not to be believed without a person's word.
    pub(super) async fn withhold(
        &mut self,
        session: &Session,
        store: &nurturehub_store::Store,
        page: &mut ContactPage,
    ) -> Result<Vec<Removal>, EngineError> {
        if page.removals.is_empty() || self.confirmed {
            return Ok(Vec::new());
        }
        let free = match self.free {
            Some(free) => free,
            None => {
                let (connection, listing) = (session.record.row, self.listing);
                let policy = session.spec.absence;
                let population = store
                    .read(move |db| contacts::population(db, connection, listing, &policy))
                    .await?;
                doubt::free_removals(population.living)
            }
        };
        self.free = Some(free);
        self.so_far += u64::try_from(page.removals.len()).unwrap_or(u64::MAX);
        if self.so_far <= free {
            return Ok(Vec::new());
        }
        Ok(std::mem::take(&mut page.removals))
    }
}
