//! The floor: what nobody can do without.
//!
//! Fetch a page, take it apart into records, upsert each as it came, move a cursor, commit; then
//! the next page. No mapping, no hash, no diff, no encryption, no trace, no limits.

use std::path::Path;
use std::time::Instant;

use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use rusqlite::{Connection, OptionalExtension, params};
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;

use crate::{Failure, process};

#[derive(Deserialize)]
struct Page<'a> {
    #[serde(borrow, rename = "_embedded")]
    records: Vec<&'a RawValue>,
    #[serde(borrow, rename = "_links")]
    links: Links<'a>,
}

#[derive(Deserialize)]
struct Links<'a> {
    #[serde(borrow, default)]
    next: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Id<'a> {
    #[serde(borrow)]
    id: Option<std::borrow::Cow<'a, str>>,
}

/// Fetches all that the CRM lists.
pub(crate) async fn run(
    url: &str,
    client: &str,
    customer: &str,
    database: &Path,
) -> Result<(), Failure> {
    // Installed once in this process; a second time would only say so.
    drop(rustls::crypto::ring::default_provider().install_default());
    let http = reqwest::Client::builder()
        .no_proxy()
        .tls_certs_only(std::iter::empty())
        .tcp_nodelay(true)
        .build()?;
    let (id, secret) = client.split_once(':').ok_or("a client is `id:secret`")?;
    let answer = http
        .post(format!("{url}/oauth/token"))
        .basic_auth(id, Some(secret))
        .form(&[("grant_type", "client_credentials")])
        .send()
        .await?
        .error_for_status()?
        .bytes()
        .await?;
    let token: serde_json::Value = serde_json::from_slice(&answer)?;
    let token = token["access_token"].as_str().ok_or("no token")?;
    let mut headers = HeaderMap::new();
    headers.insert(
        AUTHORIZATION,
        HeaderValue::from_str(&format!("Bearer {token}"))?,
    );
    headers.insert(
        HeaderName::from_static("api-version"),
        HeaderValue::from_static("2020-01-31"),
    );
    headers.insert(
        HeaderName::from_static("reapit-customer"),
        HeaderValue::from_str(customer)?,
    );

    let mut store = Connection::open(database)?;
    store.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
         CREATE TABLE IF NOT EXISTS record (id TEXT PRIMARY KEY, body TEXT NOT NULL);
         CREATE TABLE IF NOT EXISTS cursor
             (id INTEGER PRIMARY KEY, archived INTEGER NOT NULL, page INTEGER NOT NULL);",
    )?;
    let stopped_at = cursor(&store)?;
    let began = Instant::now();
    let (mut records, mut pages) = (0_usize, 0_usize);
    for archived in [false, true] {
        let Some(first) = first_page(stopped_at, archived) else {
            continue;
        };
        for number in first.. {
            let address = format!(
                "{url}/contacts/?pageSize=100&pageNumber={number}&sortBy=created\
                 &embed=relationships&fromArchive={archived}"
            );
            let body = http
                .get(address)
                .headers(headers.clone())
                .send()
                .await?
                .error_for_status()?
                .bytes()
                .await?;
            let page: Page<'_> = serde_json::from_slice(&body)?;
            let transaction = store.transaction()?;
            {
                let mut upsert = transaction.prepare_cached(
                    "INSERT INTO record (id, body) VALUES (?1, ?2)
                     ON CONFLICT DO UPDATE SET body = excluded.body",
                )?;
                for record in &page.records {
                    let id = serde_json::from_str::<Id<'_>>(record.get())
                        .ok()
                        .and_then(|id| id.id);
                    upsert.execute(params![id.as_deref().unwrap_or("?"), record.get()])?;
                }
                transaction
                    .prepare_cached(
                        "INSERT INTO cursor (id, archived, page) VALUES (1, ?1, ?2)
                         ON CONFLICT DO UPDATE SET
                             archived = excluded.archived, page = excluded.page",
                    )?
                    .execute(params![archived, number])?;
            }
            transaction.commit()?;
            records += page.records.len();
            pages += 1;
            if page.links.next.is_none() {
                break;
            }
        }
    }
    // Done: the next run begins anew.
    store.execute("DELETE FROM cursor", [])?;
    let milliseconds = began.elapsed().as_millis();
    process::say(
        &json!({ "records": records, "pages": pages, "durationMs": milliseconds }).to_string(),
    );
    Ok(())
}

/// The last page that a run stored which did not come to its end.
fn cursor(store: &Connection) -> Result<Option<(bool, u32)>, Failure> {
    Ok(store
        .query_row("SELECT archived, page FROM cursor", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?)
}

/// Where to begin in a listing, or none where it was read to its end.
const fn first_page(stopped_at: Option<(bool, u32)>, archived: bool) -> Option<u32> {
    match (stopped_at, archived) {
        (Some((true, _)), false) => None,
        (Some((false, page)), false) | (Some((true, page)), true) => Some(page + 1),
        _ => Some(1),
    }
}
