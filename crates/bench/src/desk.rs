//! Our own command line over a data folder of its own.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::Failure;
use crate::process::{self, Ended, Server};

/// What a command must be told to open the vault.
const VAULT: [(&str, &str); 2] = [
    ("NURTUREHUB_VAULT", "file"),
    ("NURTUREHUB_VAULT_PASSPHRASE", "benchmark"),
];

/// What one must know to read the CRM that is served.
pub(crate) struct Crm {
    /// Its address.
    pub(crate) url: String,
    /// The client's id.
    pub(crate) client: String,
    /// The client's secret.
    pub(crate) secret: String,
    /// The agency.
    pub(crate) customer: String,
}

impl Crm {
    /// As the server describes it.
    pub(crate) fn of(server: &Server) -> Result<Self, Failure> {
        let access = &server.description["providers"]["reapit"];
        let settings = &access["settings"];
        Ok(Self {
            url: text(&settings["baseUrl"])?.to_owned(),
            client: text(&settings["clientId"])?.to_owned(),
            secret: text(&access["secrets"]["clientSecret"])?.to_owned(),
            customer: text(&settings["customerId"])?.to_owned(),
        })
    }
}

/// A data folder and the command line over it.
pub(crate) struct Desk<'a> {
    binary: &'a Path,
    home: PathBuf,
    /// Where nobody gave one: it goes when this does.
    _folder: Option<TempDir>,
}

impl<'a> Desk<'a> {
    /// Over a folder of its own.
    pub(crate) fn new(binary: &'a Path) -> Result<Self, Failure> {
        let folder = tempfile::tempdir()?;
        Ok(Self {
            binary,
            home: folder.path().to_owned(),
            _folder: Some(folder),
        })
    }

    /// Over this folder, which stays.
    pub(crate) const fn at(binary: &'a Path, home: PathBuf) -> Self {
        Self {
            binary,
            home,
            _folder: None,
        }
    }

    /// The data folder.
    pub(crate) fn home(&self) -> &Path {
        &self.home
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.binary);
        command
            .arg("--home")
            .arg(&self.home)
            .arg("--json")
            .args(arguments);
        Self::unlock(&mut command);
        command
    }

    /// Lets a command into the vault.
    pub(crate) fn unlock(command: &mut Command) {
        command.envs(VAULT);
    }

    /// The same for an engine in this process: what the environment would say.
    pub(crate) fn key_to_the_vault(name: &str) -> Option<String> {
        let said = VAULT.iter().find(|(known, _)| *known == name);
        said.map(|(_, value)| (*value).to_owned())
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Result<Ended, Failure> {
        process::run(&mut self.command(arguments), "")
    }

    /// Connects the first CRM of the server and the platform; answers the connection's id. Applicants
    /// are not looked up, so that whoever is compared asks for the same pages.
    pub(crate) fn connect(&self, server: &Server, per_second: u64) -> Result<String, Failure> {
        self.connect_with(server, per_second, false)
    }

    /// The same, where each page's applicants may be looked up: a request more for each page, by which
    /// buyers are told from tenants. It is what people get who set nothing.
    pub(crate) fn connect_with(
        &self,
        server: &Server,
        per_second: u64,
        applicants: bool,
    ) -> Result<String, Failure> {
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
        arguments.extend(["--set".into(), format!("applicantLookup={applicants}")]);
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

/// A value that must be a text.
pub(crate) fn text(value: &Value) -> Result<&str, Failure> {
    value
        .as_str()
        .ok_or_else(|| format!("{value} is no text").into())
}
