//! Signing in in a browser, which the test is.

use std::net::TcpListener;

use nurturehub_sandbox::reapit::ConsentPage;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Child;

use crate::program::{Desk, ask, interrupt};

/// A `connect` that waits for a person, and the address that it shows.
async fn begin(desk: &Desk) -> (Child, String) {
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let port = format!("redirectPort={port}");
    let (mut arguments, _) = desk.connecting("reapit", &["signIn=browser", &port]);
    arguments.retain(|word| word != "--secret" && !word.starts_with("clientSecret"));
    arguments.push("--no-browser".to_owned());
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut child = desk.command(&arguments).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let line = lines.next_line().await.unwrap().unwrap();
    let address = line
        .strip_prefix("authorize: ")
        .expect("the contract's line")
        .to_owned();
    (child, address)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_in_the_browser_makes_a_connection_that_works() {
    let desk = Desk::new(20).await;
    desk.sandbox.reapit().set_consent_page(ConsentPage::Approve);
    let (child, address) = begin(&desk).await;
    let (status, head, _) = ask(&address, "GET", "", "").await;
    assert!(
        (300..400).contains(&status),
        "the CRM sends the browser back: {head}"
    );
    let back = head
        .lines()
        .find_map(|line| line.strip_prefix("location: "))
        .unwrap();
    assert_eq!(
        ask(back, "GET", "", "").await.0,
        200,
        "the person sees that it worked"
    );
    let connected = desk.wait(child).await.done();
    let conn = connected["connection"]["id"].as_str().unwrap();
    let verified = desk.run(&["verify", conn, "--json"]).await.done();
    assert_eq!(verified["ok"], true, "{verified}");
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_gives_a_sign_in_up() {
    let desk = Desk::new(0).await;
    let (child, _) = begin(&desk).await;
    interrupt(&child);
    let error = desk.wait(child).await.failed(130);
    assert_eq!(error["kind"], "signInCancelled");
    let none = desk.run(&["connections", "--json"]).await.done();
    assert_eq!(
        none["connections"].as_array().unwrap().len(),
        0,
        "nothing is kept of it"
    );
}
