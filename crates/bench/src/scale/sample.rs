//! People to look for: some contacts from all over the list.

use nurturehub_engine::{ContactQuery, Engine};
use serde::Deserialize;

use crate::Failure;

/// A contact, by what people know it by.
#[derive(Debug, Clone)]
pub(super) struct Somebody {
    /// Its id in the CRM.
    pub(super) external_id: String,
    /// The name, in full.
    pub(super) name: String,
    /// The first e-mail address, where there is one.
    pub(super) email: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    identity: Identity,
    emails: Vec<Email>,
    provenance: Provenance,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Identity {
    full_name: String,
}

#[derive(Deserialize)]
struct Email {
    address: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Provenance {
    external_id: String,
}

/// So many contacts, as far from each other as they can be.
pub(super) async fn take(
    engine: &Engine,
    connection: &str,
    count: usize,
    total: u64,
) -> Result<Vec<Somebody>, Failure> {
    let step = (total / u64::try_from(count)?.max(1)).max(1);
    let mut sample = Vec::with_capacity(count);
    for at in 0..u64::try_from(count)? {
        let query = ContactQuery {
            limit: 1,
            offset: (at * step).min(total.saturating_sub(1)),
            ..ContactQuery::default()
        };
        for contact in engine.contacts(connection, query).await?.contacts {
            let listed: Listed = serde_json::from_str(contact.get())?;
            let mut emails = listed.emails.into_iter();
            sample.push(Somebody {
                external_id: listed.provenance.external_id,
                name: listed.identity.full_name,
                email: emails.next().map(|email| email.address),
            });
        }
    }
    Ok(sample)
}
