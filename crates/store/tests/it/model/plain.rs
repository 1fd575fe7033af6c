//! What the store should hold, as plainly as it can be said.

use std::collections::BTreeMap;

use nurturehub_port::{AbsencePolicy, Consent, Contact, Lifecycle};
use nurturehub_store::contacts::{ChangeKind, PendingCounts};
use nurturehub_store::listings::ListingCounts;

use super::steps::{Page, Record};
use crate::desk::contact;

/// All that tells one content of a contact from another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Content {
    pub(super) version: u8,
    pub(super) lifecycle: Lifecycle,
    pub(super) consent: bool,
    pub(super) reason: Option<&'static str>,
}

/// A contact as the model sees it.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub(super) id: u8,
    pub(super) content: Content,
    pub(super) raw: u8,
    /// What the platform last took.
    pub(super) accepted: Option<Content>,
    /// What the platform last refused.
    pub(super) refused: Option<Content>,
    /// The removal waits for a person.
    pub(super) held: bool,
    /// The last listing that showed it.
    pub(super) seen: i64,
    /// Listings in a row that did not show it.
    pub(super) absent: u32,
    /// The last listing for which that was counted.
    pub(super) absent_at: i64,
}

#[derive(Debug, Clone)]
pub(super) struct Open {
    pub(super) number: i64,
    pub(super) full: bool,
    pub(super) complete: bool,
    pub(super) cursor: Option<String>,
    pub(super) counts: ListingCounts,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Model {
    pub(super) listing: i64,
    pub(super) open: Option<Open>,
    pub(super) cursor: Option<String>,
    /// In the order in which they were first stored.
    pub(super) contacts: Vec<Known>,
    /// By id, or by text where there is none: the last listing that showed them.
    pub(super) rejected: BTreeMap<(Option<u8>, u8), i64>,
}

pub(super) fn name(id: u8) -> String {
    format!("p{id}")
}

pub(super) fn raw_text(raw: u8) -> String {
    format!("{{\"raw\":\"{raw}\"}}")
}

impl Content {
    pub(super) fn new(version: u8, archived: bool) -> Self {
        Self {
            version,
            lifecycle: if archived {
                Lifecycle::Archived
            } else {
                Lifecycle::Active
            },
            consent: true,
            reason: None,
        }
    }

    pub(super) fn contact(&self, id: u8) -> Contact {
        let mut contact = contact(&name(id));
        contact.tags.push(self.version.to_string());
        // Found by it, and of another length for each.
        let more = "!".repeat(usize::from(self.version));
        contact.identity.company_name = Some(format!("Version {}{more}", self.version));
        contact.lifecycle = self.lifecycle;
        if !self.consent {
            contact.consent = Consent::default();
        }
        if let Some(reason) = self.reason {
            contact
                .attributes
                .insert("lifecycleReason".into(), reason.into());
        }
        contact.sealed().into_contact()
    }
}

impl Known {
    pub(super) fn change(&self) -> (ChangeKind, Option<&'static str>) {
        if self.held {
            return (ChangeKind::Blocked, Some("held"));
        }
        let kind = match &self.accepted {
            None if self.content.lifecycle == Lifecycle::Deleted => ChangeKind::Unchanged,
            // Ended before it was ever sent.
            None if self.content.reason.is_some() => ChangeKind::Unchanged,
            Some(accepted) if *accepted == self.content => ChangeKind::Unchanged,
            _ if self.refused.as_ref() == Some(&self.content) => {
                return (ChangeKind::Blocked, Some("refused"));
            }
            None => ChangeKind::Create,
            Some(accepted)
                if accepted.lifecycle == Lifecycle::Active
                    && self.content.lifecycle != Lifecycle::Active =>
            {
                ChangeKind::Archive
            }
            Some(_) => ChangeKind::Update,
        };
        (kind, None)
    }

    pub(super) fn set(&mut self, content: Content) {
        self.content = content;
        self.held = false;
    }

    pub(super) fn missing(&self, listing: i64, policy: &AbsencePolicy) -> bool {
        let over = match policy.lifecycle {
            Lifecycle::Deleted => self.content.lifecycle == Lifecycle::Deleted,
            _ => self.content.lifecycle != Lifecycle::Active,
        };
        !over && self.seen < listing && self.absent_at < listing
    }
}

impl Model {
    pub(super) fn find(&mut self, id: u8) -> Option<&mut Known> {
        self.contacts.iter_mut().find(|known| known.id == id)
    }

    /// What a page's records and removals do, whether they come with a listing or a webhook.
    pub(super) fn take(&mut self, page: &Page) -> ListingCounts {
        let mut counts = ListingCounts::default();
        let listing = self.listing;
        for record in &page.records {
            let Record::Whole {
                id,
                version,
                archived,
                raw,
            } = *record
            else {
                continue;
            };
            self.rejected.retain(|(key, _), _| *key != Some(id));
            let content = Content::new(version, archived);
            let Some(known) = self.find(id) else {
                counts.created += 1;
                self.contacts.push(Known {
                    id,
                    content,
                    raw,
                    accepted: None,
                    refused: None,
                    held: false,
                    seen: listing,
                    absent: 0,
                    absent_at: 0,
                });
                continue;
            };
            if known.seen == listing {
                counts.repeated += 1;
            } else if known.content == content {
                counts.unchanged += 1;
            } else {
                counts.updated += 1;
            }
            known.set(content);
            (known.raw, known.seen, known.absent) = (raw, listing, 0);
        }
        for record in &page.records {
            let Record::Broken { id, raw } = *record else {
                continue;
            };
            let key = (id, if id.is_some() { 0 } else { raw });
            let before = self.rejected.insert(key, listing);
            if id.is_some() && before == Some(listing) {
                counts.repeated += 1;
            } else {
                counts.rejected += 1;
            }
            if let Some(known) = id.and_then(|id| self.find(id)) {
                (known.seen, known.absent, known.held) = (listing, 0, false);
            }
        }
        for &(id, deleted) in &page.removals {
            self.rejected.retain(|(key, _), _| *key != Some(id));
            let lifecycle = removal_of(deleted);
            if let Some(known) = self.find(id)
                && known.content.lifecycle != lifecycle
            {
                let content = Content {
                    lifecycle,
                    reason: Some("The CRM says so."),
                    ..known.content.clone()
                };
                known.set(content);
                counts.removed += 1;
            }
        }
        counts.listed = counts.created + counts.updated + counts.unchanged + counts.rejected;
        counts
    }

    /// Settles what is missing, as far as the limit goes; says how many went and how many wait.
    pub(super) fn settle(&mut self, policy: &AbsencePolicy, limit: usize) -> (u64, u64) {
        let listing = self.listing;
        let (mut removed, mut waiting) = (0, 0);
        let missing = self
            .contacts
            .iter_mut()
            .filter(|known| known.missing(listing, policy));
        for known in missing.take(limit) {
            known.absent += 1;
            known.absent_at = listing;
            let mut content = known.content.clone();
            content.consent &= !policy.withdraws_consent;
            if known.absent >= policy.listings {
                content.lifecycle = policy.lifecycle;
                content.reason = Some(policy.reason);
                removed += 1;
            } else {
                waiting += 1;
            }
            known.set(content);
        }
        (removed, waiting)
    }

    pub(super) fn counts(&self) -> PendingCounts {
        let mut counts = PendingCounts::default();
        for known in &self.contacts {
            match known.change().0 {
                ChangeKind::Create => counts.create += 1,
                ChangeKind::Update => counts.update += 1,
                ChangeKind::Archive => counts.archive += 1,
                ChangeKind::Unchanged => counts.unchanged += 1,
                ChangeKind::Blocked => counts.blocked += 1,
            }
        }
        counts
    }

    /// What a push sends, in its order.
    pub(super) fn to_push(&self, only: Option<&[u8]>) -> Vec<(u8, Content)> {
        self.contacts
            .iter()
            .filter(|known| only.is_none_or(|only| only.contains(&known.id)))
            .filter(|known| match known.change() {
                (ChangeKind::Create | ChangeKind::Update | ChangeKind::Archive, _) => true,
                (ChangeKind::Blocked, Some("refused")) => only.is_some(),
                _ => false,
            })
            .map(|known| (known.id, known.content.clone()))
            .collect()
    }
}

pub(super) fn removal_of(deleted: bool) -> Lifecycle {
    if deleted {
        Lifecycle::Deleted
    } else {
        Lifecycle::Archived
    }
}
