//! Temporary: speed of listing.
#![allow(clippy::all, clippy::unwrap_used, clippy::print_stdout, missing_docs)]
use futures_util::StreamExt;
use nurturehub_adapter_kit::*;
use nurturehub_port::*;
use nurturehub_sandbox::{Sandbox, SandboxConfig};
use std::collections::BTreeMap;
use std::sync::Arc;

#[tokio::main]
async fn main() {
    let sandbox = Sandbox::start(SandboxConfig {
        contacts: std::env::args()
            .nth(2)
            .and_then(|n| n.parse().ok())
            .unwrap_or(40_000),
        limits: false,
        ..SandboxConfig::default()
    })
    .await
    .unwrap();
    let access = sandbox.describe().providers.remove("reapit").unwrap();
    let entry = nurturehub_adapters::registry::find("reapit").unwrap();
    let spec = (entry.spec)();
    let lookup = std::env::args().nth(1).unwrap_or("true".into());
    let mut given = access.settings.clone();
    given.insert("requestsPerSecond".into(), "100000".into());
    given.insert("applicantLookup".into(), lookup);
    let settings = Settings::parse(&spec, given).unwrap();
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let config = HttpConfig::from_settings(&settings, &spec).unwrap();
    let http = HttpClient::new(config, clock.clone(), 1, &[]).unwrap();
    let answer: serde_json::Value = http
        .post("/oauth/token", &[])
        .basic(
            &access.settings["clientId"],
            &Secret::new(access.secrets["clientSecret"].clone()),
        )
        .form(&[("grant_type", "client_credentials")])
        .send()
        .await
        .unwrap()
        .json()
        .unwrap();
    let token = answer["access_token"].as_str().unwrap().to_owned();
    for _ in 0..std::env::args()
        .nth(3)
        .and_then(|n| n.parse().ok())
        .unwrap_or(4)
    {
        let adapter = (entry.build)(AdapterContext {
            connection: ConnectionId::parse("one").unwrap(),
            provider: spec.id.clone(),
            tenant: TenantId::parse("agency").unwrap(),
            settings: settings.clone(),
            credential: Arc::new(StaticCredential::new(Secret::new(token.clone()))),
            secrets: BTreeMap::new(),
            http: http.clone(),
            clock: clock.clone(),
        });
        let began = clock.elapsed();
        let (mut pages, mut us, mut records, mut raw) = (0, 0, 0, 0);
        let mut stream = adapter.sync_contacts(SyncStart::Full);
        while let Some(page) = stream.next().await {
            let page = page.unwrap();
            pages += 1;
            us += page.mapping_us;
            records += page.records.len();
            for record in &page.records {
                if let PageRecord::Mapped(m) = record {
                    raw += m.raw.len();
                }
            }
        }
        let took = clock.elapsed() - began;
        let spent = http.spent();
        println!(
            "{pages} pages {records} records raw/record {} mapping {} us/page; all {:?} = {:.0}/s; waiting {:?} throttled {:?}",
            raw / records.max(1),
            us / pages,
            took,
            records as f64 / took.as_secs_f64(),
            spent.waiting,
            spent.throttled
        );
    }
}
