//! Signing in in a browser, which the test is.

use std::net::TcpListener;

use nurturehub_sandbox::reapit::ConsentPage;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::Child;

use crate::program::{Desk, ask, interrupt};

/// A `connect` that waits for a person, and the address that it shows.
async fn begin(desk: &Desk) -> (Child, String) {
    begin_with(desk, &[], &["--no-browser"]).await
}

/// The same, with further settings and options.
pub(crate) async fn begin_with(
    desk: &Desk,
    settings: &[&str],
    options: &[&str],
) -> (Child, String) {
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let port = format!("redirectPort={port}");
    let mut all = vec!["signIn=browser", port.as_str()];
    all.extend(settings);
    let (mut arguments, _) = desk.connecting("reapit", &all);
    arguments.retain(|word| word != "--secret" && !word.starts_with("clientSecret"));
    arguments.extend(options.iter().map(|&option| option.to_owned()));
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    waiting(desk, &arguments).await
}

/// A program that waits for a person, and the address that it shows.
pub(crate) async fn waiting(desk: &Desk, arguments: &[&str]) -> (Child, String) {
    let mut child = desk.command(arguments).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let line = lines.next_line().await.unwrap().unwrap();
    let address = line
        .strip_prefix("authorize: ")
        .expect("the contract's line")
        .to_owned();
    (child, address)
}

/// Where the CRM sends the browser, which approves at once.
async fn sent_back(address: &str) -> String {
    let (status, head, _) = ask(address, "GET", "", "").await;
    assert!(
        (300..400).contains(&status),
        "the CRM sends the browser back: {head}"
    );
    let mut lines = head.lines();
    let back = lines.find_map(|line| line.strip_prefix("location: "));
    back.unwrap().to_owned()
}

/// The person approves, and the browser goes where it is sent.
pub(crate) async fn approve(address: &str) {
    let back = sent_back(address).await;
    assert_eq!(
        ask(&back, "GET", "", "").await.0,
        200,
        "the person sees that it worked"
    );
}

/// A connection by the browser, with further settings, and its id.
pub(crate) async fn signed_in(desk: &Desk, settings: &[&str]) -> String {
    desk.sandbox.reapit().set_consent_page(ConsentPage::Approve);
    let (child, address) = begin_with(desk, settings, &["--no-browser"]).await;
    approve(&address).await;
    let connected = desk.wait(child).await.done();
    connected["connection"]["id"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_in_the_browser_makes_a_connection_that_works() {
    let desk = Desk::new(20).await;
    let conn = &signed_in(&desk, &[]).await;
    let verified = desk.run(&["verify", conn, "--json"]).await.done();
    assert_eq!(verified["ok"], true, "{verified}");
    let kept = desk.run(&["keep-alive", "--json"]).await.done();
    assert_eq!(kept["connections"][0]["outcome"], "notDue", "{kept}");
    assert!(
        kept["connections"][0]["tokenExpires"]["at"].is_string(),
        "it says until when: {kept}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_final_address_is_pasted_where_the_browser_runs_elsewhere() {
    let desk = Desk::new(20).await;
    desk.sandbox.reapit().set_consent_page(ConsentPage::Approve);
    let (mut child, address) = begin_with(&desk, &[], &["--paste"]).await;
    let back = sent_back(&address).await;
    let mut stdin = child.stdin.take().unwrap();
    let forged = back.replace("state=", "state=x");
    let lines = format!("https://crm.example/\n{forged}\n\n  {back} \n");
    stdin.write_all(lines.as_bytes()).await.unwrap();
    let connected = desk.wait(child).await.done();
    assert!(connected["connection"]["id"].is_string(), "{connected}");
    // Open until now: a line that may still come does not hold up the end.
    drop(stdin);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_agencys_account_ends_with_3_and_leaves_nothing() {
    let desk = Desk::new(0).await;
    desk.sandbox.reapit().sign_in_as("OTHER");
    desk.sandbox.reapit().set_consent_page(ConsentPage::Approve);
    let (child, address) = begin(&desk).await;
    approve(&address).await;
    let error = desk.wait(child).await.failed(3);
    assert_eq!(error["kind"], "wrongAccount", "{error}");
    let none = desk.run(&["connections", "--json"]).await.done();
    assert_eq!(none["connections"].as_array().unwrap().len(), 0);
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
