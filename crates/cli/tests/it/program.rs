//! The real binary over a throw-away data folder, with a sandbox to talk to.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use nurturehub_sandbox::{ProviderAccess, Sandbox, SandboxConfig};
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

/// The passphrase of every vault here; nothing may ever show it.
const PASSPHRASE: &str = "correct horse battery staple";

/// How long anything may take before a test gives up on it.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a run of the program left behind.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Outcome {
    /// Standard output, which must be exactly one JSON document.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("one JSON document, not ({error}): {self:?}"))
    }

    /// The same, of a command that was done.
    pub(crate) fn done(&self) -> Value {
        assert_eq!(self.code, Some(0), "it should be done: {self:?}");
        self.json()
    }

    /// The error document of a command that ended with this code.
    pub(crate) fn failed(&self, code: i32) -> Value {
        assert_eq!(
            self.code,
            Some(code),
            "the code says why it failed: {self:?}"
        );
        let error = self.json()["error"].take();
        for key in ["kind", "message", "remedy", "owner", "retryable", "detail"] {
            assert!(!error[key].is_null(), "the contract's key `{key}`: {error}");
        }
        error
    }
}

/// A data folder with a sandbox beside it.
pub(crate) struct Desk {
    pub(crate) sandbox: Sandbox,
    folder: TempDir,
    secrets: Vec<String>,
}

impl Desk {
    pub(crate) async fn new(contacts: usize) -> Self {
        Self::with(SandboxConfig {
            contacts,
            limits: false,
            ..SandboxConfig::default()
        })
        .await
    }

    pub(crate) async fn with(config: SandboxConfig) -> Self {
        let sandbox = Sandbox::start(config).await.unwrap();
        let description = sandbox.describe();
        let mut secrets = vec![PASSPHRASE.to_owned(), description.platform.token.clone()];
        secrets.extend(
            description
                .providers
                .values()
                .flat_map(|p| p.secrets.values().cloned()),
        );
        Self {
            sandbox,
            folder: tempfile::tempdir().unwrap(),
            secrets,
        }
    }

    /// The data folder.
    pub(crate) fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// Starts anew with an empty data folder.
    pub(crate) fn clear_home(&self) {
        std::fs::remove_dir_all(self.home()).unwrap();
    }

    /// A file beside the data folder.
    pub(crate) fn file(&self, name: &str, content: &str) -> String {
        let path = self.folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// The program with these arguments and nothing of this process's environment.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let nowhere = self.nowhere();
        let mut command = Command::new(env!("CARGO_BIN_EXE_nurturehub"));
        command
            .args(arguments)
            .env_clear()
            .env("HOME", &nowhere)
            .env("TMPDIR", &nowhere)
            .env("NURTUREHUB_HOME", self.home())
            .env("NURTUREHUB_VAULT", "file")
            .env("NURTUREHUB_VAULT_PASSPHRASE", PASSPHRASE)
            .current_dir(self.folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }

    /// A folder that nothing may make.
    fn nowhere(&self) -> PathBuf {
        self.folder.path().join("nowhere")
    }

    /// Runs the program to its end.
    pub(crate) async fn run(&self, arguments: &[&str]) -> Outcome {
        self.run_with(arguments, "").await
    }

    /// The same, with this on its standard input.
    pub(crate) async fn run_with(&self, arguments: &[&str], input: &str) -> Outcome {
        self.finish(self.command(arguments), input).await
    }

    /// Runs a command to its end.
    pub(crate) async fn finish(&self, mut command: Command, input: &str) -> Outcome {
        let mut child = command.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        // A program that never reads closes its end; that is its right.
        let _ = stdin.write_all(input.as_bytes()).await;
        drop(stdin);
        self.wait(child).await
    }

    /// Waits for a program's end and looks whether it kept its secrets and its place.
    pub(crate) async fn wait(&self, child: Child) -> Outcome {
        let output = tokio::time::timeout(PATIENCE, child.wait_with_output()).await;
        let output = output.expect("the program ends in time").unwrap();
        let outcome = Outcome {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        };
        for secret in &self.secrets {
            let shown = outcome.stdout.contains(secret) || outcome.stderr.contains(secret);
            assert!(!shown, "a secret was shown: {outcome:?}");
        }
        assert!(
            !self.nowhere().exists(),
            "nothing is written outside the data folder"
        );
        outcome
    }

    pub(crate) fn access(&self, provider: &str) -> ProviderAccess {
        self.sandbox.describe().providers[provider].clone()
    }

    /// The arguments and the input that connect a provider, with settings beside the sandbox's.
    pub(crate) fn connecting(&self, provider: &str, more: &[&str]) -> (Vec<String>, String) {
        let description = self.sandbox.describe();
        let access = &description.providers[provider];
        let mut arguments: Vec<String> = [
            "connect",
            provider,
            "--tenant",
            &description.platform.tenant,
            "--json",
        ]
        .map(str::to_owned)
        .into();
        for (key, value) in &access.settings {
            arguments.extend(["--set".to_owned(), format!("{key}={value}")]);
        }
        for setting in more.iter().chain(&["requestsPerSecond=100000"]) {
            arguments.extend(["--set".to_owned(), (*setting).to_owned()]);
        }
        let mut input = String::new();
        for (key, value) in &access.secrets {
            arguments.extend(["--secret".to_owned(), format!("{key}=-")]);
            input.push_str(value);
            input.push('\n');
        }
        (arguments, input)
    }

    /// Connects a provider and says under which id.
    pub(crate) async fn connect(&self, provider: &str, more: &[&str]) -> String {
        let (arguments, input) = self.connecting(provider, more);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let connected = self.run_with(&arguments, &input).await.done();
        connected["connection"]["id"].as_str().unwrap().to_owned()
    }

    /// Tells the program where the sandbox's platform is.
    pub(crate) async fn set_platform(&self) -> Value {
        let platform = self.sandbox.describe().platform;
        let arguments = [
            "platform",
            "set",
            "--url",
            &platform.url,
            "--secret",
            "token=-",
            "--json",
        ];
        self.run_with(&arguments, &format!("{}\n", platform.token))
            .await
            .done()
    }
}

/// Asks the process to stop, as Ctrl-C does.
pub(crate) fn interrupt(child: &Child) {
    let id = i32::try_from(child.id().expect("it runs")).unwrap();
    nix::sys::signal::kill(nix::unistd::Pid::from_raw(id), nix::sys::signal::SIGINT).unwrap();
}

/// Sends a request over a connection of its own and returns status, head and body.
pub(crate) async fn ask(url: &str, method: &str, head: &str, body: &str) -> (u16, String, String) {
    let rest = url
        .strip_prefix("http://")
        .expect("a plain address on loopback");
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let mut stream = TcpStream::connect(host).await.unwrap();
    let length = body.len();
    let request = format!(
        "{method} /{path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\
         content-length: {length}\r\n{head}\r\n{body}"
    );
    // An answer may come before all was sent, and close the way for the rest.
    let _ = stream.write_all(request.as_bytes()).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    let answer = String::from_utf8(answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok())
        .unwrap_or(0);
    (status, head.to_owned(), body.to_owned())
}

/// Looks again and again until something is so.
pub(crate) async fn until(mut so: impl FnMut() -> bool) {
    let mut tick = tokio::time::interval(Duration::from_millis(2));
    let seen = tokio::time::timeout(PATIENCE, async {
        while !so() {
            tick.tick().await;
        }
    });
    seen.await.expect("it comes about in time");
}

/// Every file below a folder, by its path within it.
pub(crate) fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(
                    path.strip_prefix(folder)
                        .unwrap()
                        .to_str()
                        .unwrap()
                        .to_owned(),
                );
            }
        }
    }
    found.sort();
    found
}

/// The contract's keys are there.
#[track_caller]
pub(crate) fn has(value: &Value, keys: &[&str]) {
    for key in keys {
        assert!(
            value.get(key).is_some(),
            "the contract's key `{key}` in {value}"
        );
    }
}
