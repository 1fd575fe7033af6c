//! Another key for the database, with the process killed at any moment of it.

use std::time::Instant;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::program::{Desk, until};

/// Contacts of the agency: enough for the copying to take its time.
const CONTACTS: usize = 3_000;

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_the_key_killed_at_any_moment_loses_nothing() {
    let desk = Desk::new(CONTACTS).await;
    let conn = &desk.connect("agentos", &[]).await;
    desk.run(&["sync", conn, "--json"]).await.done();
    let began = Instant::now();
    desk.run(&["rotate-key", "--json"]).await.done();
    let whole = began.elapsed();
    let copy = desk.home().join("connect.db.next");
    let mut dice = ChaCha8Rng::seed_from_u64(7);
    let (mut kills, mut while_copying) = (0, 0);
    while kills < 24 {
        let part = f64::from(dice.next_u32()) / f64::from(u32::MAX);
        let mut child = desk.command(&["rotate-key", "--json"]).spawn().unwrap();
        drop(child.stdin.take());
        // Any moment, and every other time one while the copy is there.
        let moment = async {
            if kills % 2 == 0 {
                until(|| copy.exists()).await;
            } else {
                tokio::time::sleep(whole.mul_f64(part)).await;
            }
        };
        let ended = tokio::select! {
            ended = child.wait() => Some(ended),
            () = moment => None,
        };
        if ended.is_none() {
            child.kill().await.unwrap();
            kills += 1;
        }
        while_copying += usize::from(copy.exists());
        let list = desk
            .run(&["contacts", conn, "--limit", "0", "--json"])
            .await;
        assert_eq!(list.done()["total"], CONTACTS, "after {kills} kills");
        assert!(!copy.exists(), "what was begun is tidied up");
    }
    assert!(
        while_copying >= 6,
        "of {kills} kills only {while_copying} hit the copying"
    );
    desk.run(&["rotate-key", "--json"]).await.done();
}

#[tokio::test(flavor = "multi_thread")]
async fn two_programs_that_start_at_once_make_one_key() {
    let desk = Desk::new(0).await;
    for round in 0..4 {
        let list = ["connections", "--json"];
        let (one, other) = tokio::join!(desk.run(&list), desk.run(&list));
        one.done();
        other.done();
        assert!(desk.home().join("connect.db").exists(), "round {round}");
        desk.run(&list).await.done();
        desk.clear_home();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_key_ends_with_5_and_a_fresh_start_is_a_command_of_its_own() {
    let desk = Desk::new(20).await;
    let conn = &desk.connect("agentos", &[]).await;
    let refused = desk.run(&["start-fresh", "--json"]).await.failed(2);
    assert_eq!(
        refused["kind"], "configuration",
        "nothing is lost: {refused}"
    );

    // Without the vault's file the key is lost, and with it the credentials.
    std::fs::remove_file(desk.home().join("vault.bin")).unwrap();
    let lost = desk.run(&["connections", "--json"]).await.failed(5);
    assert_eq!(lost["kind"], "storageCorrupt");
    assert!(
        lost["remedy"].as_str().unwrap().contains("start-fresh"),
        "it says how to go on: {lost}"
    );
    let fresh = desk.run(&["start-fresh", "--json"]).await.done();
    let aside = fresh["setAside"].as_str().unwrap();
    assert!(std::path::Path::new(aside).exists(), "{fresh}");
    let none = desk.run(&["connections", "--json"]).await.done();
    assert_eq!(none["connections"].as_array().unwrap().len(), 0);
    assert_eq!(&desk.connect("agentos", &[]).await, conn, "and it goes on");
}
