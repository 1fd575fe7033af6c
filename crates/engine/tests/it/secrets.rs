//! Secrets are in the vault alone: the database is opened with its key and every value looked at.

use std::collections::BTreeMap;

use nurturehub_engine::{ConnectRequest, SyncOptions};
use nurturehub_port::Secret;
use nurturehub_sandbox::reapit::ConsentPage;
use nurturehub_sandbox::{AccessChange, Sandbox, SandboxConfig};
use nurturehub_vault::{AccountKey, Vault};
use rusqlite::Connection;
use rusqlite::types::ValueRef;
use tokio_util::sync::CancellationToken;

use crate::desk::no_prompt;
use crate::person::{Office, approving, at_sandbox, borrowed};

/// Every value of every table, as bytes.
fn dump(database: &Connection) -> BTreeMap<String, Vec<u8>> {
    let mut names = database
        .prepare("SELECT name FROM sqlite_master WHERE type = 'table'")
        .unwrap();
    let names: Vec<String> = names
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    let values = |name: &String| {
        let mut bytes = Vec::new();
        let mut statement = database.prepare(&format!("SELECT * FROM {name}")).unwrap();
        let columns = statement.column_count();
        let mut rows = statement.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            for column in 0..columns {
                match row.get_ref(column).unwrap() {
                    ValueRef::Text(value) | ValueRef::Blob(value) => bytes.extend(value),
                    _ => {}
                }
                bytes.push(0);
            }
        }
        bytes
    };
    names
        .iter()
        .map(|name| (name.clone(), values(name)))
        .collect()
}

/// The parts of stored tokens that are secret.
fn tokens_of(stored: &Secret<Vec<u8>>) -> Vec<String> {
    let stored: serde_json::Value = serde_json::from_slice(stored.expose()).unwrap();
    ["accessToken", "refreshToken"]
        .iter()
        .filter_map(|key| stored[key].as_str().map(str::to_owned))
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invariant_05_secrets_are_in_the_vault_alone() {
    let config = SandboxConfig {
        contacts: 30,
        limits: false,
        ..SandboxConfig::default()
    };
    let sandbox = Sandbox::start(config).await.unwrap();
    sandbox.reapit().set_consent_page(ConsentPage::Approve);
    let office = Office::new().await;
    let (sync, none) = (SyncOptions::default(), CancellationToken::new());
    let platform = sandbox.describe().platform;
    let url = &platform.url;
    let token = Secret::new(platform.token.clone());
    office.engine.set_platform(url, token).await.unwrap();

    let mut secrets = vec![platform.token];
    let settings = at_sandbox(&sandbox);
    let made = office.connect(&borrowed(&settings), &approving()).await;
    let conn = made.unwrap().id.to_string();
    secrets.extend(tokens_of(&office.tokens().await.unwrap()));
    office.engine.verify(&conn, &|_| {}).await.unwrap();
    office
        .engine
        .sync(&conn, sync, &|_| {}, &none)
        .await
        .unwrap();
    sandbox.reapit().change_access(&AccessChange::Expire);
    office
        .engine
        .sync(&conn, sync, &|_| {}, &none)
        .await
        .unwrap();
    secrets.extend(tokens_of(&office.tokens().await.unwrap()));
    sandbox.reapit().change_access(&AccessChange::Revoke);
    office
        .engine
        .sync(&conn, sync, &|_| {}, &none)
        .await
        .unwrap_err();

    for (provider, access) in sandbox.describe().providers {
        if access.secrets.is_empty() || provider == "reapit" {
            continue;
        }
        secrets.extend(access.secrets.values().cloned());
        let own = access.secrets.into_iter();
        let mut settings = access.settings;
        // The clock stands still, so nothing may wait for it.
        settings.insert("requestsPerSecond".to_owned(), "100000".to_owned());
        let request = ConnectRequest {
            provider,
            tenant: "other".to_owned(),
            name: None,
            settings,
            secrets: own.map(|(key, value)| (key, Secret::new(value))).collect(),
        };
        let made = office.engine.connect(request, &no_prompt()).await.unwrap();
        let conn = made.id.as_str();
        office
            .engine
            .sync(conn, sync, &|_| {}, &none)
            .await
            .unwrap();
        if let Some(stored) = office
            .vault
            .read(&AccountKey::tokens(&made.id))
            .await
            .unwrap()
        {
            secrets.extend(tokens_of(&stored));
        }
    }
    assert!(secrets.len() >= 8, "there is something to look for");

    let key = office
        .vault
        .read(&AccountKey::database_key())
        .await
        .unwrap()
        .unwrap();
    let hex: String = key
        .expose()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let database = Connection::open(office.home.path().join("connect.db")).unwrap();
    database
        .pragma_update(None, "key", format!("x'{hex}'"))
        .unwrap();
    database
        .pragma_update(None, "cipher_hmac_algorithm", "HMAC_SHA256")
        .unwrap();
    let tables = dump(&database);
    let written: usize = tables.values().map(Vec::len).sum();
    assert!(
        written > 50_000,
        "the whole database was read: {written} bytes"
    );
    secrets.push(hex);
    for (name, values) in &tables {
        for secret in &secrets {
            let found = values
                .windows(secret.len())
                .any(|part| part == secret.as_bytes());
            assert!(!found, "a secret stands in the table `{name}`");
        }
    }
}
