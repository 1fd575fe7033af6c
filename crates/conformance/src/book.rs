//! What a sync leaves behind, in miniature: contacts by external id, as the store would hold them.

use std::collections::{BTreeMap, BTreeSet};

use nurturehub_port::{Contact, ContactPage, Lifecycle, PageRecord};

/// The contacts of an agency, as far as they were synced.
#[derive(Debug, Clone, Default)]
pub(crate) struct Book {
    contacts: BTreeMap<String, Contact>,
}

/// What a listing changed in a book.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Changes {
    pub(crate) created: BTreeSet<String>,
    pub(crate) updated: BTreeSet<String>,
    pub(crate) removed: BTreeSet<String>,
}

impl Changes {
    pub(crate) fn none(&self) -> bool {
        self.created.is_empty() && self.updated.is_empty() && self.removed.is_empty()
    }
}

impl Book {
    /// Takes pages in: a record with another hash than before is a change, a removal ends a contact.
    pub(crate) fn take(&mut self, pages: &[ContactPage]) -> Changes {
        let mut changes = Changes::default();
        for page in pages {
            for record in &page.records {
                let PageRecord::Mapped(mapped) = record else {
                    continue;
                };
                let id = mapped.contact.provenance.external_id.to_string();
                let hash = &mapped.contact.provenance.content_hash;
                match self.contacts.get(&id) {
                    None => {
                        changes.created.insert(id.clone());
                    }
                    Some(before) if before.provenance.content_hash != *hash => {
                        changes.updated.insert(id.clone());
                    }
                    Some(_) => {}
                }
                self.contacts
                    .insert(id, mapped.contact.clone().into_contact());
            }
            for removal in &page.removals {
                let id = removal.external_id.to_string();
                if self.contacts.remove(&id).is_some() {
                    changes.removed.insert(id);
                }
            }
        }
        changes
    }

    /// After a complete full listing: who was not in it is gone.
    pub(crate) fn keep_only(&mut self, listed: &BTreeSet<String>) -> BTreeSet<String> {
        let gone: BTreeSet<String> = self
            .contacts
            .keys()
            .filter(|id| !listed.contains(*id))
            .cloned()
            .collect();
        self.contacts.retain(|id, _| listed.contains(id));
        gone
    }

    pub(crate) fn ids(&self) -> BTreeSet<String> {
        self.contacts.keys().cloned().collect()
    }

    pub(crate) fn contacts(&self) -> impl Iterator<Item = &Contact> {
        self.contacts.values()
    }

    /// The contact of a record of the CRM's, by the CRM's own id.
    pub(crate) fn find(&self, own: &str) -> Option<&Contact> {
        let mut found = self.contacts.iter().filter(|(id, _)| is_of(id, own));
        found.next().map(|(_, contact)| contact)
    }

    /// The contacts in use.
    pub(crate) fn active(&self) -> impl Iterator<Item = &Contact> {
        self.contacts()
            .filter(|contact| contact.lifecycle == Lifecycle::Active)
    }
}

/// Whether an external id is that of a record of the CRM's: the CRM's own id, or that behind the
/// name of its list.
pub(crate) fn is_of(external: &str, own: &str) -> bool {
    external == own
        || external
            .strip_suffix(own)
            .is_some_and(|list| list.ends_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_known_by_its_id_with_or_without_its_list() {
        assert!(is_of("A1", "A1") && is_of("buyers/A1", "A1"));
        assert!(
            !is_of("AA1", "A1") && !is_of("A1", "1"),
            "not by its end alone"
        );
    }
}
