//! Another key for the database, and a lost one.

use std::collections::BTreeMap;
use std::sync::Arc;

use nurturehub_engine::{ConnectRequest, Engine, EngineOptions};
use nurturehub_port::{ErrorKind, Secret};
use nurturehub_vault::{AccountKey, MemoryVault, Vault};

use crate::desk::no_prompt;
use crate::person::{Office, START, options};
use crate::time::Time;

const AGENCY_KEY: &str = "marked-key";

fn request(name: &str, secret: Option<&str>) -> ConnectRequest {
    ConnectRequest {
        provider: "agentos".into(),
        tenant: "demo".into(),
        name: None,
        settings: BTreeMap::from([("shortName".to_owned(), name.to_owned())]),
        secrets: secret
            .map(|secret| ("apiKey".to_owned(), Secret::new(secret.to_owned())))
            .into_iter()
            .collect(),
    }
}

async fn key(office: &Office) -> Option<Secret<Vec<u8>>> {
    let vault = &office.vault;
    vault.read(&AccountKey::database_key()).await.unwrap()
}

async fn connections(engine: &Engine) -> usize {
    engine.connections().await.unwrap().len()
}

/// An office with one connection in its database.
async fn connected() -> Office {
    let office = Office::new().await;
    let request = request("one", Some(AGENCY_KEY));
    office.engine.connect(request, &no_prompt()).await.unwrap();
    office
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_key_opens_the_same_data_and_the_old_one_nothing() {
    let office = connected().await;
    let old = key(&office).await.unwrap();
    let busy = Engine::rotate_key(office.options()).await.unwrap_err();
    assert_eq!(
        busy.kind(),
        ErrorKind::StorageBusy,
        "an engine has it open: {busy}"
    );
    assert_eq!(
        key(&office).await.as_ref(),
        Some(&old),
        "and nothing was done"
    );

    let (office, rotated) = office.between(Engine::rotate_key).await;
    rotated.unwrap();
    let new = key(&office).await.unwrap();
    assert_ne!(new, old);
    assert_eq!(connections(&office.engine).await, 1, "all is there");
    let next = AccountKey::next_database_key();
    assert!(
        office.vault.read(&next).await.unwrap().is_none(),
        "one key is left"
    );
    assert!(
        !office.home.path().join("connect.db.next").exists(),
        "and one file"
    );

    let (vault, put) = (Arc::clone(&office.vault), old.clone());
    let (office, outcome) = office
        .between(async |options| {
            let account = AccountKey::database_key();
            vault.write(&account, put).await.unwrap();
            let outcome = Engine::open(options).await.map(drop);
            vault.write(&account, new).await.unwrap();
            outcome
        })
        .await;
    assert_eq!(
        outcome.unwrap_err().kind(),
        ErrorKind::StorageCorrupt,
        "the old key opens nothing any more"
    );
    assert_eq!(connections(&office.engine).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_that_was_cut_off_before_or_after_the_swap_is_settled_at_the_next_start() {
    let office = connected().await;
    let (current, next) = (AccountKey::database_key(), AccountKey::next_database_key());
    let copy = office.home.path().join("connect.db.next");
    let vault = Arc::clone(&office.vault);
    let old = key(&office).await.unwrap();

    // Before: the next key is there, and half a copy.
    let (office, ()) = office
        .between(async |_| {
            let other = Secret::new(vec![9; 32]);
            vault.write(&next, other).await.unwrap();
            std::fs::write(&copy, b"half a copy").unwrap();
        })
        .await;
    assert_eq!(connections(&office.engine).await, 1);
    assert_eq!(key(&office).await, Some(old.clone()), "it was taken back");
    assert!(vault.read(&next).await.unwrap().is_none() && !copy.exists());

    // After: the database has the new key, and the vault says so last.
    let (office, new) = office
        .between(async |options| {
            Engine::rotate_key(options).await.unwrap();
            let new = vault.read(&current).await.unwrap().unwrap();
            vault.write(&next, new.clone()).await.unwrap();
            vault.write(&current, old).await.unwrap();
            new
        })
        .await;
    assert_eq!(connections(&office.engine).await, 1);
    assert_eq!(key(&office).await, Some(new), "it was brought to its end");
    assert!(vault.read(&next).await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_key_is_said_to_be_lost_and_credentials_outlive_it() {
    let office = connected().await;
    let vault = Arc::clone(&office.vault);
    let refused = async |options: EngineOptions| Engine::start_fresh(options).await;
    let (office, fresh) = office.between(refused).await;
    assert_eq!(
        fresh.unwrap_err().kind(),
        ErrorKind::Configuration,
        "a database that opens is not thrown away"
    );

    let (office, fresh) = office
        .between(async |options: EngineOptions| {
            vault.delete(&AccountKey::database_key()).await.unwrap();
            let again = EngineOptions::clone(&options);
            let lost = Engine::open(again).await.unwrap_err();
            assert_eq!(lost.kind(), ErrorKind::StorageCorrupt, "{lost}");
            assert!(
                lost.report().remedy.contains("start-fresh"),
                "it says what to do: {}",
                lost.report().remedy
            );
            Engine::start_fresh(options).await.unwrap()
        })
        .await;
    assert!(
        fresh.set_aside.exists(),
        "the old one is set aside: {fresh:?}"
    );
    assert_eq!(connections(&office.engine).await, 0, "and all is empty");

    let other = request("two", None);
    let error = office
        .engine
        .connect(other, &no_prompt())
        .await
        .unwrap_err();
    assert_eq!(
        error.kind(),
        ErrorKind::AuthInvalid,
        "another agency does not get the key of the first"
    );
    let same = request("one", None);
    office
        .engine
        .connect(same, &no_prompt())
        .await
        .expect("its key was kept, and need not be given again");
}

/// As many programs as may start at once with a desktop's session.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_opens_a_new_data_folder_at_once_opens_the_same() {
    for round in 0..10 {
        let home = tempfile::tempdir().unwrap();
        let vault = Arc::new(MemoryVault::new());
        let time = Time::at(START.parse().unwrap());
        let starts: Vec<_> = (0..6)
            .map(|_| tokio::spawn(Engine::open(options(&home, &vault, &time))))
            .collect();
        for start in starts {
            let engine = start.await.unwrap();
            assert_eq!(connections(&engine.unwrap()).await, 0, "round {round}");
        }
    }
}
