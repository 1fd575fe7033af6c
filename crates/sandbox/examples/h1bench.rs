//! temporary
#![allow(missing_docs)]
use nurturehub_sandbox::*;
use std::io::{BufRead, BufReader, Read, Write};
use std::time::Instant;
fn main() {
    let n: usize = std::env::args().nth(1).unwrap().parse().unwrap();
    let rt = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let t = Instant::now();
    let sb = rt
        .block_on(Sandbox::start(SandboxConfig {
            contacts: n,
            limits: false,
            ..Default::default()
        }))
        .unwrap();
    eprintln!("start {n}: {:?} rss {}", t.elapsed(), rss());
    let t = Instant::now();
    eprintln!("truth {:?} {:?}", sb.reapit().truth(), t.elapsed());
    let d = sb.describe();
    let a = &d.providers["reapit"];
    let host = sb.url().replace("http://", "");
    let mut c = BufReader::new(std::net::TcpStream::connect(&host).unwrap());
    let mut call = |req: String| -> (usize, Vec<u8>) {
        c.get_mut().write_all(req.as_bytes()).unwrap();
        let mut len = 0;
        loop {
            let mut l = String::new();
            c.read_line(&mut l).unwrap();
            if l == "\r\n" {
                break;
            }
            let l = l.to_lowercase();
            if let Some(v) = l.strip_prefix("content-length:") {
                len = v.trim().parse().unwrap();
            }
        }
        let mut b = vec![0; len];
        c.read_exact(&mut b).unwrap();
        (len, b)
    };
    use base64::Engine;
    let basic = base64::engine::general_purpose::STANDARD.encode(format!(
        "{}:{}",
        a.settings["clientId"], a.secrets["clientSecret"]
    ));
    let body = "grant_type=client_credentials";
    let (_, b) = call(format!(
        "POST /reapit/oauth/token HTTP/1.1\r\nHost: {host}\r\nAuthorization: Basic {basic}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    ));
    let v: serde_json::Value = serde_json::from_slice(&b).unwrap();
    let tok = v["access_token"].as_str().unwrap().to_owned();
    let get = |p: &str| {
        format!(
            "GET /reapit{p} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {tok}\r\napi-version: 2020-01-31\r\nreapit-customer: RES\r\n\r\n"
        )
    };
    for q in [
        "sortBy=created",
        "embed=relationships&sortBy=created",
        "modifiedFrom=2020-01-01T00:00:00Z&sortBy=modified",
    ] {
        let t = Instant::now();
        let (l, _) = call(get(&format!("/contacts/?pageSize=100&pageNumber=1&{q}")));
        let first = t.elapsed();
        let pages = (n / 100).min(5000);
        let t = Instant::now();
        let mut bytes = 0;
        for p in 1..=pages {
            bytes += call(get(&format!("/contacts/?pageSize=100&pageNumber={p}&{q}"))).0;
        }
        let e = t.elapsed();
        eprintln!(
            "{q}: first {first:?} ({l} bytes), {pages} pages {e:?} = {:.0}/s, {} MB",
            pages as f64 / e.as_secs_f64(),
            bytes / 1_000_000
        );
    }
    let (_, b) = call(get("/applicants/?pageSize=100"));
    let v: serde_json::Value = serde_json::from_slice(&b).unwrap();
    let q: String = v["_embedded"]
        .as_array()
        .unwrap()
        .iter()
        .map(|a| format!("&id={}", a["id"].as_str().unwrap()))
        .collect();
    let t = Instant::now();
    let mut bytes = 0;
    for _ in 0..1000 {
        bytes += call(get(&format!("/applicants/?pageSize=100{q}"))).0;
    }
    eprintln!(
        "applicants 1000 lookups {:?} {} bytes",
        t.elapsed(),
        bytes / 1000
    );
    let t = Instant::now();
    let ids = sb.reapit().mutate(&Mutation::of(Change::Edit, 100));
    eprintln!("edit {} {:?}", ids.len(), t.elapsed());
    let t = Instant::now();
    call(get(
        "/contacts/?pageSize=100&modifiedFrom=2026-01-01T00:00:00Z&sortBy=modified",
    ));
    eprintln!("incremental {:?} rss {}", t.elapsed(), rss());
}
fn rss() -> String {
    std::fs::read_to_string("/proc/self/status")
        .unwrap()
        .lines()
        .find(|l| l.starts_with("VmRSS"))
        .unwrap()
        .to_owned()
}
