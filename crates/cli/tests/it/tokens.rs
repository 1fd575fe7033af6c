//! Tokens and real processes: two at once, and one that is killed at the worst moment.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use nurturehub_sandbox::AccessChange;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

use crate::program::Desk;
use crate::sign_in::{approve, signed_in, waiting};

/// How often the token address was asked since the last look.
fn asked(desk: &Desk) -> usize {
    let asked = desk
        .sandbox
        .requests(|request| request.path() == "/oauth/token");
    desk.sandbox.clear_requests();
    asked.len()
}

/// Invariant 6. The CRM rotates refresh tokens and takes a second use of one for theft, so two
/// renewals would end the sign-in.
#[tokio::test(flavor = "multi_thread")]
async fn invariant_06_one_renewal_at_a_time_across_processes() {
    let desk = Desk::new(20).await;
    let conn = &signed_in(&desk, &[]).await;
    // So that the second comes while the first one's renewal is under way.
    desk.sandbox.set_latency(Some(Duration::from_millis(40)));
    for round in 0..6 {
        desk.sandbox.reapit().change_access(&AccessChange::Expire);
        asked(&desk);
        let verify = ["verify", conn, "--json"];
        let (one, other, third) =
            tokio::join!(desk.run(&verify), desk.run(&verify), desk.run(&verify));
        for outcome in [one, other, third] {
            assert_eq!(outcome.done()["ok"], true, "round {round}: {outcome:?}");
        }
        assert_eq!(asked(&desk), 1, "round {round}: one of them renews for all");
    }
}

/// Stands before the CRM's token address: passes everything on, or keeps the answer to itself.
struct Door {
    address: String,
    holds: Arc<AtomicBool>,
    held: Arc<Notify>,
}

impl Door {
    async fn before(token_address: &str) -> Self {
        let rest = token_address.strip_prefix("http://").unwrap();
        let (host, path) = rest.split_once('/').unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let door = Self {
            address: format!("http://{}/{path}", listener.local_addr().unwrap()),
            holds: Arc::default(),
            held: Arc::default(),
        };
        let (host, holds, held) = (
            host.to_owned(),
            Arc::clone(&door.holds),
            Arc::clone(&door.held),
        );
        tokio::spawn(async move {
            while let Ok((caller, _)) = listener.accept().await {
                let (host, holds, held) = (host.clone(), Arc::clone(&holds), Arc::clone(&held));
                tokio::spawn(pass(caller, host, holds, held));
            }
        });
        door
    }
}

/// Passes a request on and its answer back. The answer is known to be complete when the CRM closes.
async fn pass(mut caller: TcpStream, host: String, holds: Arc<AtomicBool>, held: Arc<Notify>) {
    let mut crm = TcpStream::connect(&host).await.unwrap();
    let mut answer = vec![0; 64 * 1024];
    let mut request = vec![0; 64 * 1024];
    loop {
        tokio::select! {
            read = caller.read(&mut request) => match read {
                Ok(read @ 1..) => crm.write_all(&request[..read]).await.unwrap(),
                _ => return,
            },
            read = crm.read(&mut answer) => match read {
                Ok(read @ 1..) if holds.load(Ordering::SeqCst) => {
                    assert!(answer[..read].starts_with(b"HTTP/1.1 200"), "it was renewed");
                    held.notify_one();
                    // The caller hears nothing, and the line stays open.
                    let _ = caller.read(&mut request).await;
                    return;
                }
                Ok(read @ 1..) => caller.write_all(&answer[..read]).await.unwrap(),
                _ => return,
            },
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renewal_killed_before_it_was_stored_ends_in_a_clear_wish_to_sign_in_again() {
    let desk = Desk::new(20).await;
    let token_address = desk.access("reapit").settings["tokenUrl"].clone();
    let door = Door::before(&token_address).await;
    let conn = &signed_in(&desk, &[&format!("tokenUrl={}", door.address)]).await;
    let first = desk.run(&["sync", conn, "--json"]).await.done();

    desk.sandbox.reapit().change_access(&AccessChange::Expire);
    door.holds.store(true, Ordering::SeqCst);
    let mut child = desk.command(&["sync", conn, "--json"]).spawn().unwrap();
    // The CRM has answered, and what it answered is lost with the process.
    door.held.notified().await;
    child.kill().await.unwrap();
    door.holds.store(false, Ordering::SeqCst);
    asked(&desk);

    // Looking into it would ask once more; this is about what the sync does by itself.
    let sync = ["sync", conn, "--no-diagnose", "--json"];
    let error = desk.run(&sync).await.failed(3);
    assert_eq!(error["kind"], "authRevoked", "{error}");
    let said = format!("{} {}", error["message"], error["remedy"]);
    assert!(
        said.contains("cut off half-way") && said.contains("Sign in again"),
        "it says what happened, and what to do: {said}"
    );
    assert_eq!(error["retryable"], false);
    assert_eq!(asked(&desk), 1, "it was tried once, and not over and over");
    let health = desk.run(&["health", conn, "--json"]).await.done();
    assert_eq!(health["state"], "needsReauth", "{health}");
    let kept = desk.run(&["keep-alive", conn, "--json"]).await;
    assert_eq!(kept.code, Some(3), "{kept:?}");
    assert_eq!(kept.json()["connections"][0]["outcome"], "needsSignIn");
    assert_eq!(asked(&desk), 0, "nor does the schedule try again by itself");

    let again = ["reauthorize", conn, "--no-browser", "--json"];
    let (child, address) = waiting(&desk, &again).await;
    approve(&address).await;
    desk.wait(child).await.done();
    let health = desk.run(&["health", conn, "--json"]).await.done();
    assert_eq!(health["state"], "healthy", "{health}");
    let synced = desk.run(&["sync", conn, "--json"]).await.done();
    assert_eq!(
        synced["cursorBefore"], first["cursorAfter"],
        "it goes on from where it was"
    );
}
