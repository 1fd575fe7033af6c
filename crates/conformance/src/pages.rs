//! An adapter's pages, for those who measure it and check nothing.

use nurturehub_port::ContactPage;

use crate::subject::Subject;
use crate::verdict::Stop;

impl Subject {
    /// The pages of a full listing of so many contacts, from a fresh simulated CRM.
    ///
    /// # Errors
    /// Why there is none, in words.
    pub async fn pages(&self, contacts: usize) -> Result<Vec<ContactPage>, String> {
        let listed = async { self.agency(contacts).open().await?.full().await };
        match listed.await {
            Ok(listed) => Ok(listed.pages),
            Err(Stop::Failed(why) | Stop::NotHere(why)) => Err(why),
        }
    }
}
