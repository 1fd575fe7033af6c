//! A CRM that says more than it should: names and keys in its reasons and headers.

use std::collections::BTreeMap;

use nurturehub_engine::SyncOptions;
use nurturehub_port::Secret;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::desk::{Desk, no_prompt, request};

/// A key with few digits, so that nothing but its being the key gives it away.
const KEY: &str = "street-kestrel-harbour-marmalade";

/// What is planted of a person, and another secret.
const PLANTED: [&str; 5] = [
    "Quixley",
    "Zebulon",
    "Rosewood",
    "brontefield",
    "hunter2secret",
];

/// Refuses everything with the same words.
async fn serve(listener: TcpListener) {
    let said = format!(
        "Contact Zebulon Quixley of 12 Rosewood Lane owes brontefield, password=hunter2secret, {KEY}"
    );
    let body = serde_json::json!({ "errors": [{ "title": "Bad", "detail": said }] }).to_string();
    let answer = format!(
        "HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\nx-request-id: for-{KEY}\r\n\
         x-ratelimit-limit: 60\r\nx-ratelimit-user: Zebulon Quixley\r\ncontent-length: {}\r\n\
         connection: close\r\n\r\n{body}",
        body.len()
    );
    loop {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut asked = Vec::new();
        while !asked.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            if stream.read(&mut byte).await.unwrap() == 0 {
                break;
            }
            asked.push(byte[0]);
        }
        stream.write_all(answer.as_bytes()).await.unwrap();
        stream.shutdown().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_crm_says_in_its_errors_tells_support_of_nobody() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(serve(listener));
    let desk = Desk::new(1).await;
    let mut wanted = request(&desk.sandbox, "street", &[("baseUrl", &address)]);
    wanted.secrets = BTreeMap::from([("token".to_owned(), Secret::new(KEY.to_owned()))]);
    let connected = desk.engine.connect(wanted, &no_prompt()).await.unwrap();
    let connection = connected.id.as_str();
    let error = desk.sync_with(connection, SyncOptions::default()).await;
    let report = error.unwrap_err().report();
    assert!(
        report.message.contains("refused the request (400): “"),
        "the CRM's words are marked as its own: {}",
        report.message
    );

    // Nothing is written down with the key, nor with what is written as a name.
    let run = desk.engine.runs(connection, 1).await.unwrap().remove(0);
    let run = desk.engine.run(&run.run_id).await.unwrap();
    let kept = serde_json::to_string(&run).unwrap();
    for planted in [KEY, "Quixley", "Zebulon", "Rosewood"] {
        assert!(!kept.contains(planted), "{planted} is in the run: {kept}");
    }
    let limits = &run.requests[0]["limitHeaders"];
    assert_eq!(limits.as_array().map(Vec::len), Some(1), "{limits}");

    // And a bundle has nothing of it at all.
    let draft = desk.engine.prepare_bundle(connection, None).await.unwrap();
    assert!(draft.replayable, "it was recorded");
    for entry in &draft.manifest.contents {
        let text = String::from_utf8_lossy(draft.entry(&entry.path).unwrap());
        for planted in PLANTED.iter().chain([&KEY]) {
            assert!(
                !text.contains(planted),
                "{planted} is in {}: {text}",
                entry.path
            );
        }
    }
    server.abort();
}
