//! Answers that no CRM should give, and what becomes of them.

use std::io::Write;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use nurturehub_port::{AdapterError, ErrorKind};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use url::Url;

use crate::server::{Reply, Server, answer, clock, json};

const LIMIT: usize = 64 * 1024;

/// Asks once, with a limit of 64 KiB, and reads the answer as a list of numbers.
async fn ask(reply: Reply) -> Result<Vec<u8>, AdapterError> {
    let server = Server::start(vec![reply]).await;
    let client = server.client_with(&clock(), |config| {
        config.max_attempts = 1;
        config.max_body = LIMIT;
    });
    client.get("/x", &[]).send().await?.json()
}

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

fn gzipped(body: &[u8]) -> Reply {
    answer(200, &[("content-encoding", "gzip")], &gzip(body))
}

async fn kind_of(reply: Reply) -> ErrorKind {
    ask(reply).await.unwrap_err().kind
}

#[tokio::test]
async fn a_body_that_is_too_large_is_left_alone() {
    let announced = answer(200, &[("content-length", "99999999999")], b"[1]");
    let error = ask(announced).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Protocol, "not even begun");
    assert!(error.message.contains("larger"), "{error}");

    let mut endless = b"HTTP/1.1 200 x\r\nconnection: close\r\n\r\n".to_vec();
    endless.extend_from_slice(&[b' '; LIMIT + 1]);
    assert_eq!(
        kind_of(Reply::Bytes(endless)).await,
        ErrorKind::Protocol,
        "a body that does not say how long it is"
    );
    let just = format!("[{}1]", " ".repeat(LIMIT - 3));
    assert_eq!(
        ask(json(&just)).await.unwrap(),
        [1],
        "the limit itself is allowed"
    );
}

#[tokio::test]
async fn a_compressed_body_is_measured_by_what_it_becomes() {
    let honest = b"[1,2,3]";
    assert_eq!(ask(gzipped(honest)).await.unwrap(), [1, 2, 3]);

    let bomb = gzip(&vec![b' '; 16 * 1024 * 1024]);
    assert!(bomb.len() < 1024 * 1024, "it looks harmless");
    let server = Server::start(vec![answer(200, &[("content-encoding", "gzip")], &bomb)]).await;
    let client = server.client_with(&clock(), |config| {
        config.max_attempts = 1;
        config.max_body = 4 * LIMIT;
    });
    let error = client.get("/x", &[]).send().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Protocol);
    assert!(error.message.contains("larger"), "{error}");
    let read = client.trace().drain()[0].bytes;
    assert!(read <= 4 * LIMIT as u64, "{read} bytes were unpacked");

    let broken = answer(200, &[("content-encoding", "gzip")], b"not gzip at all");
    assert_eq!(kind_of(broken).await, ErrorKind::Protocol);
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_gets_no_credentials() {
    let other = Server::start(vec![json("[1]")]).await;
    for (status, to) in [(302, other.url.as_str()), (307, "/elsewhere")] {
        let server = Server::start(vec![answer(status, &[("location", to)], b"")]).await;
        let client = server.client(&clock());
        let error = client
            .get("/x", &[])
            .header("x-key", "key")
            .send()
            .await
            .unwrap_err();
        assert_eq!(error.kind, ErrorKind::Protocol, "{status}");
        assert_eq!(server.requests().len(), 1, "asked once");
    }
    assert!(
        other.requests().is_empty(),
        "nothing went to the other host"
    );
}

#[tokio::test]
async fn a_web_page_is_no_data() {
    let page = b"<!doctype html><title>Ada's caf\xc3\xa9</title>";
    let html = ("content-type", "text/html; charset=utf-8");
    let error = ask(answer(200, &[html], page)).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Protocol);
    assert!(
        !format!("{error:?}").contains("caf"),
        "the page is not repeated"
    );
    assert_eq!(
        kind_of(answer(200, &[], page)).await,
        ErrorKind::Protocol,
        "without a type, its first character tells"
    );

    let hotspot = b"<html><!-- <WISPAccessGatewayParam/> --></html>";
    assert_eq!(
        kind_of(answer(200, &[html], hotspot)).await,
        ErrorKind::NetworkProxy
    );
    let squid = answer(200, &[html, ("x-squid-error", "ERR_ACCESS_DENIED 0")], page);
    assert_eq!(kind_of(squid).await, ErrorKind::NetworkProxy);
    for status in [407, 511] {
        assert_eq!(
            kind_of(answer(status, &[html], page)).await,
            ErrorKind::NetworkProxy
        );
    }
}

#[tokio::test]
async fn broken_json_is_a_protocol_error_and_is_not_repeated_in_it() {
    for body in [
        "[1, 2",
        "[1 2]",
        "{\"ada\": 1}",
        "",
        "\u{feff}[1]",
        "\"ada\"",
    ] {
        let error = ask(json(body)).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Protocol, "{body:?}");
        assert!(!error.message.contains("\"ada\""), "{error}");
    }
    assert_eq!(
        kind_of(answer(200, &[], b"[\xff]")).await,
        ErrorKind::Protocol
    );
}

#[tokio::test]
async fn a_cut_answer_is_tried_again_and_then_an_interruption() {
    let cut = answer(200, &[("content-length", "100")], b"[1, 2");
    let server = Server::start(vec![cut.clone(), json("[3]")]).await;
    let response = server.client(&clock()).get("/x", &[]).send().await.unwrap();
    assert_eq!(response.json::<Vec<u8>>().unwrap(), [3]);

    assert_eq!(kind_of(cut).await, ErrorKind::NetworkInterrupted);
    assert_eq!(kind_of(Reply::Close).await, ErrorKind::NetworkInterrupted);
    assert_eq!(
        kind_of(Reply::Bytes(b"SSH-2.0-OpenSSH\r\n".to_vec())).await,
        ErrorKind::NetworkInterrupted,
        "something that does not speak HTTP"
    );
    let packed = gzip(&[b'1'; 4000]);
    let half = answer(
        200,
        &[("content-encoding", "gzip")],
        &packed[..packed.len() / 2],
    );
    assert!(
        ask(half).await.is_err(),
        "half a compressed body is not a whole one"
    );
}

#[tokio::test]
async fn silence_is_a_timeout_wherever_it_falls() {
    let in_the_body = b"HTTP/1.1 200 x\r\ncontent-length: 100\r\n\r\n[1".to_vec();
    for start in [vec![], in_the_body] {
        let server = Server::start(vec![Reply::Hang(start)]).await;
        let client = server.client_with(&clock(), |config| {
            config.max_attempts = 1;
            config.read_timeout = Duration::from_millis(50);
        });
        let error = client.get("/x", &[]).send().await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::NetworkTimeout);
    }
}

#[tokio::test]
async fn a_host_that_is_not_there_is_told_apart() {
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = closed.local_addr().unwrap().port();
    drop(closed);
    let server = Server::start(vec![json("{}")]).await;
    let client = server.client_with(&clock(), |config| {
        config.max_attempts = 2;
        config.base_url = Url::parse(&format!("http://127.0.0.1:{port}")).unwrap();
    });
    let error = client.post("/x", &[]).send().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::NetworkConnect);
    assert_eq!(
        client.requests(),
        2,
        "even a POST may be tried again when nobody was there to hear it"
    );

    let plain = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}/", plain.local_addr().unwrap());
    let speaks_plainly = tokio::spawn(async move {
        let (mut stream, _) = plain.accept().await.unwrap();
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        let _ = stream.read(&mut [0; 1024]).await;
    });
    let client = server.client_with(&clock(), |config| config.base_url = url.parse().unwrap());
    let error = client.get("/x", &[]).send().await.unwrap_err();
    assert_eq!(
        error.kind,
        ErrorKind::NetworkTls,
        "plain HTTP where TLS is due: {error}"
    );
    assert_eq!(client.requests(), 1, "trust does not come with trying");
    speaks_plainly.await.unwrap();
}
