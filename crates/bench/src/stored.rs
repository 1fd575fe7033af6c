//! What our own store holds, read a thousand contacts at a time.

use nurturehub_engine::{ContactQuery, Engine};
use nurturehub_store::connections;
use nurturehub_store::contacts::{self, Detail};
use serde::Deserialize;

use crate::Failure;

/// Contacts that are read at a time.
const AT_ONCE: u32 = 1_000;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    provenance: Provenance,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Provenance {
    external_id: String,
}

/// Some contacts from this one on, as they are stored, each with the CRM's own record; none behind the
/// last one.
pub(crate) async fn some(
    engine: &Engine,
    connection: &str,
    from: u64,
) -> Result<Vec<Detail>, Failure> {
    let query = ContactQuery {
        limit: AT_ONCE,
        offset: from,
        ..ContactQuery::default()
    };
    let mut ids = Vec::new();
    for contact in engine.contacts(connection, query).await?.contacts {
        let listed: Listed = serde_json::from_str(contact.get())?;
        ids.push(listed.provenance.external_id);
    }
    let key = connection.to_owned();
    let read = engine.store().read(move |db| {
        let row = connections::get(db, &key)?.row;
        ids.iter()
            .map(|id| contacts::detail(db, row, id))
            .collect::<Result<Vec<_>, _>>()
    });
    Ok(read.await?)
}
