//! The scenes, one after the other.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::Failure;
use crate::process::{self, Ended, Server, say};

/// Requests a second in the scene in which the limit decides.
const LIMIT: u64 = 20;

/// Contacts in that scene: small, since it is the limit that takes the time.
const LIMITED_CONTACTS: usize = 10_000;

/// A data folder and the command line over it.
struct Desk<'a> {
    binary: &'a Path,
    home: TempDir,
}

impl<'a> Desk<'a> {
    fn new(binary: &'a Path) -> Result<Self, Failure> {
        Ok(Self {
            binary,
            home: tempfile::tempdir()?,
        })
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.binary);
        command
            .arg("--home")
            .arg(self.home.path())
            .arg("--json")
            .args(arguments)
            .env("NURTUREHUB_VAULT", "file")
            .env("NURTUREHUB_VAULT_PASSPHRASE", "benchmark");
        command
    }

    fn run(&self, arguments: &[&str]) -> Result<Ended, Failure> {
        process::run(&mut self.command(arguments), "")
    }

    /// Connects the first CRM of the server and the platform; answers the connection's id.
    fn connect(&self, server: &Server, per_second: u64) -> Result<String, Failure> {
        let access = &server.description["providers"]["reapit"];
        let tenant = text(&server.description["platform"]["tenant"])?;
        let mut arguments = vec![
            "connect".to_owned(),
            "reapit".into(),
            "--tenant".into(),
            tenant.into(),
        ];
        for (key, value) in access["settings"].as_object().ok_or("no settings")? {
            if !matches!(key.as_str(), "requestsPerSecond" | "maxConcurrent") {
                arguments.extend(["--set".into(), format!("{key}={}", text(value)?)]);
            }
        }
        arguments.extend(["--set".into(), format!("requestsPerSecond={per_second}")]);
        let mut input = String::new();
        for (key, value) in access["secrets"].as_object().ok_or("no secrets")? {
            arguments.extend(["--secret".into(), format!("{key}=-")]);
            input.push_str(text(value)?);
            input.push('\n');
        }
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let connected = process::run(&mut self.command(&arguments), &input)?;
        let url = text(&server.description["platform"]["url"])?;
        let token = format!("{}\n", text(&server.description["platform"]["token"])?);
        let set = ["platform", "set", "--url", url, "--secret", "token=-"];
        process::run(&mut self.command(&set), &token)?;
        Ok(text(&connected.json["connection"]["id"])?.to_owned())
    }
}

fn text(value: &Value) -> Result<&str, Failure> {
    value
        .as_str()
        .ok_or_else(|| format!("{value} is no text").into())
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or(f64::NAN)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

fn mebibytes(kib: u64) -> f64 {
    #[expect(
        clippy::cast_precision_loss,
        reason = "memory sizes are far below 2^52"
    )]
    let kib = kib as f64;
    kib / 1024.0
}

/// Runs every scene and prints its figures.
pub(crate) async fn run(binary: &Path, contacts: usize, runs: usize) -> Result<(), Failure> {
    say(&format!(
        "{contacts} contacts, medians of {runs} runs, {}",
        machine()
    ));
    let server = Server::start(contacts)?;
    let (mut floor, mut ours) = (Vec::new(), Vec::new());
    let mut peak = 0;
    let mut last: Option<(Desk<'_>, String)> = None;
    // In turn, so that a drift of the machine's speed touches both alike.
    for round in 1..=runs {
        let bare = floor_once(&server)?;
        floor.push(number(&bare.json["records"]) * 1000.0 / number(&bare.json["durationMs"]));
        let desk = Desk::new(binary)?;
        let connection = desk.connect(&server, 1_000_000)?;
        let full = desk.run(&["sync", &connection])?;
        ours.push(number(&full.json["fetched"]) * 1000.0 / number(&full.json["durationMs"]));
        peak = peak.max(full.peak_kib);
        say(&format!(
            "  run {round}: floor {:.0}/s ({:.1} MiB); full sync {:.0}/s ({:.1} MiB), {} requests, \
             spent {}, database {:.0} bytes a contact",
            floor.last().copied().unwrap_or(f64::NAN),
            mebibytes(bare.peak_kib),
            ours.last().copied().unwrap_or(f64::NAN),
            mebibytes(full.peak_kib),
            full.json["requests"],
            full.json["spent"],
            size_each(&desk, number(&full.json["fetched"])),
        ));
        last = Some((desk, connection));
    }
    let (floor, ours) = (median(floor), median(ours));
    say(&format!(
        "full sync            {ours:.0} contacts/s, {:.1} MiB peak",
        mebibytes(peak)
    ));
    say(&format!(
        "floor                {floor:.0} contacts/s; full sync / floor = {:.2}",
        ours / floor
    ));
    let (desk, connection) = last.ok_or("no run")?;
    changes(&desk, &connection, &server).await?;
    platform(&desk, &connection)?;
    drop(server);
    limited(binary)?;
    memory(binary, contacts)
}

fn size_each(desk: &Desk<'_>, contacts: f64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "file sizes are far below 2^52")]
    let bytes = process::database_size(desk.home.path()) as f64;
    bytes / contacts
}

/// Nothing changed, then a hundred changes.
async fn changes(desk: &Desk<'_>, connection: &str, server: &Server) -> Result<(), Failure> {
    let control = format!("{}/control/reapit/mutate", server.root()?);
    let first = desk.run(&["sync", connection])?;
    for (what, count) in [("nothing changed", 0), ("100 changed", 100)] {
        if count > 0 {
            let body = json!({ "change": "edit", "count": count }).to_string();
            post(&control, body).await?;
        }
        let ended = desk.run(&["sync", connection])?;
        say(&format!(
            "incremental, {what:<15} {} ms ({} ms with the process), {} requests, {} listed, {} updated",
            ended.json["durationMs"],
            ended.wall.as_millis(),
            ended.json["requests"],
            ended.json["fetched"],
            ended.json["updated"],
        ));
    }
    drop(first);
    Ok(())
}

async fn post(url: &str, body: String) -> Result<(), Failure> {
    drop(rustls::crypto::ring::default_provider().install_default());
    reqwest::Client::builder()
        .no_proxy()
        .tls_certs_only(std::iter::empty())
        .build()?
        .post(url)
        .header("content-type", "application/json")
        .body(body)
        .send()
        .await?
        .error_for_status()?;
    Ok(())
}

fn platform(desk: &Desk<'_>, connection: &str) -> Result<(), Failure> {
    let preview = desk.run(&["preview", connection, "--limit", "50"])?;
    say(&format!(
        "preview, 50 of {}   {} ms with the process, {:.1} MiB peak",
        preview.json["summary"]["create"],
        preview.wall.as_millis(),
        mebibytes(preview.peak_kib)
    ));
    let push = desk.run(&["push", connection])?;
    let sent = number(&push.json["sent"]);
    say(&format!(
        "push                 {:.0} contacts/s, {} sent, {} accepted, {} rejected, {:.1} MiB peak",
        sent / push.wall.as_secs_f64(),
        push.json["sent"],
        push.json["accepted"],
        push.json["rejected"],
        mebibytes(push.peak_kib)
    ));
    Ok(())
}

/// The limit decides: how near to the time that it allows?
fn limited(binary: &Path) -> Result<(), Failure> {
    let server = Server::start(LIMITED_CONTACTS)?;
    let desk = Desk::new(binary)?;
    let connection = desk.connect(&server, LIMIT)?;
    let ended = desk.run(&["sync", &connection])?;
    let requests = number(&ended.json["requests"]);
    #[expect(clippy::cast_precision_loss, reason = "a small constant")]
    let limit = LIMIT as f64;
    // The first window's worth goes at once; then one window's worth each second.
    let allowed = ((requests / limit).ceil() - 1.0).max(0.0) * 1000.0;
    say(&format!(
        "limit {LIMIT}/s           {} ms for {requests} requests; the limit allows {allowed:.0} ms, ratio {:.3}",
        ended.json["durationMs"],
        number(&ended.json["durationMs"]) / allowed
    ));
    Ok(())
}

/// Peak memory at other sizes.
fn memory(binary: &Path, contacts: usize) -> Result<(), Failure> {
    for size in [contacts / 10, contacts * 3] {
        let server = Server::start(size)?;
        let desk = Desk::new(binary)?;
        let connection = desk.connect(&server, 1_000_000)?;
        let ended = desk.run(&["sync", &connection])?;
        say(&format!(
            "full sync of {size:<8} {:.0} contacts/s, {:.1} MiB peak",
            number(&ended.json["fetched"]) * 1000.0 / number(&ended.json["durationMs"]),
            mebibytes(ended.peak_kib)
        ));
    }
    Ok(())
}

fn floor_once(server: &Server) -> Result<Ended, Failure> {
    let folder = tempfile::tempdir()?;
    let access = &server.description["providers"]["reapit"];
    let settings = &access["settings"];
    let client = format!(
        "{}:{}",
        text(&settings["clientId"])?,
        text(&access["secrets"]["clientSecret"])?
    );
    let database: PathBuf = folder.path().join("floor.db");
    let mut command = Command::new(std::env::current_exe()?);
    command
        .arg("floor")
        .arg(text(&settings["baseUrl"])?)
        .arg(client)
        .arg(text(&settings["customerId"])?)
        .arg(database);
    process::run(&mut command, "")
}

fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let model = std::fs::read_to_string("/proc/cpuinfo")
        .ok()
        .and_then(|text| {
            let line = text.lines().find(|line| line.starts_with("model name"))?;
            Some(line.split_once(':')?.1.trim().to_owned())
        })
        .unwrap_or_else(|| std::env::consts::ARCH.to_owned());
    format!("{cores} cores, {model}")
}
