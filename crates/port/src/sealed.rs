//! A contact whose content is settled.

use std::ops::Deref;

use crate::Contact;

/// Where the part of the text ends that the hash covers: these two stand last, so that the text is
/// written once, for the hash, the store and the platform alike.
const UNCOVERED: &str = r#","fetchedAt":""#;

/// What follows the hash.
const END: &str = "\"}}";

/// Nearly every contact fits in so many bytes.
const USUAL_BYTES: usize = 1024;

/// Hexadecimal digits of a content hash (128 bits).
const HASH_DIGITS: usize = 32;

/// A contact with its hash, beside the JSON text of it that is hashed, stored and sent.
#[derive(Debug, Clone, PartialEq)]
pub struct SealedContact {
    contact: Contact,
    canonical: String,
}

impl SealedContact {
    pub(crate) fn new(mut contact: Contact) -> Self {
        contact.provenance.content_hash.clear();
        let mut text = Vec::with_capacity(USUAL_BYTES);
        let written = serde_json::to_writer(&mut text, &contact);
        debug_assert!(written.is_ok(), "plain data with text keys is always JSON");
        // The library writes nothing but UTF-8.
        let mut canonical = String::from_utf8(text).unwrap_or_default();
        let covered = canonical.rfind(UNCOVERED).unwrap_or(canonical.len());
        let (covered, _) = canonical.split_at(covered);
        let mut hash = blake3::hash(covered.as_bytes()).to_hex();
        hash.truncate(HASH_DIGITS);
        canonical.truncate(canonical.len().saturating_sub(END.len()));
        canonical.push_str(&hash);
        canonical.push_str(END);
        contact.provenance.content_hash = hash.as_str().to_owned();
        Self { contact, canonical }
    }

    /// Reads a contact that was sealed before, and takes its hash as it is.
    ///
    /// # Errors
    /// Where the text is not a contact.
    pub fn parse(canonical: String) -> Result<Self, serde_json::Error> {
        let contact = serde_json::from_str(&canonical)?;
        Ok(Self { contact, canonical })
    }

    /// The contact as JSON text.
    #[must_use]
    pub fn canonical(&self) -> &str {
        &self.canonical
    }

    /// The contact and its text.
    #[must_use]
    pub fn into_parts(self) -> (Contact, String) {
        (self.contact, self.canonical)
    }

    /// The contact alone, to be changed and sealed anew.
    #[must_use]
    pub fn into_contact(self) -> Contact {
        self.contact
    }
}

impl Deref for SealedContact {
    type Target = Contact;

    fn deref(&self) -> &Contact {
        &self.contact
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::contact::tests::contact;
    use crate::{Category, Lifecycle};

    fn hash(contact: Contact) -> String {
        contact.sealed().provenance.content_hash.clone()
    }

    #[test]
    fn the_hash_leaves_out_the_time_of_fetching_and_nothing_else() {
        let first = hash(contact());
        let changed = |change: fn(&mut Contact)| {
            let mut contact = contact();
            change(&mut contact);
            hash(contact)
        };
        let later = changed(|it| it.provenance.fetched_at = Timestamp::MAX);
        assert_eq!(first, later, "fetched again, and the same");
        let resealed = changed(|it| it.provenance.content_hash = "old".into());
        assert_eq!(first, resealed, "the hash is not part of itself");
        let others = [
            changed(|it| it.lifecycle = Lifecycle::Archived),
            changed(|it| it.category = Category::Other),
            changed(|it| it.provenance.external_url = Some("https://crm.example/1".into())),
            changed(|it| it.provenance.updated_at = Some(Timestamp::UNIX_EPOCH)),
            changed(|it| it.provenance.external_type = "applicant".into()),
        ];
        assert!(others.iter().all(|other| *other != first), "{others:?}");
    }

    #[test]
    fn the_text_is_the_contact_with_its_hash() {
        let mut odd = contact();
        // What looks like the uncovered part, in places where it is content.
        odd.tags.push(UNCOVERED.to_owned());
        odd.attributes.insert("fetchedAt".into(), "x".into());
        let sealed = odd.clone().sealed();
        assert_eq!(sealed.provenance.content_hash.len(), HASH_DIGITS);
        assert_eq!(
            sealed.canonical(),
            serde_json::to_string(&*sealed).unwrap(),
            "written once, and yet the same"
        );
        assert_eq!(
            SealedContact::parse(sealed.canonical().to_owned()).unwrap(),
            sealed
        );
        odd.attributes.insert("fetchedAt".into(), "y".into());
        assert_ne!(
            sealed.provenance.content_hash,
            hash(odd),
            "an attribute counts"
        );
    }
}
