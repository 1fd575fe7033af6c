//! The sign-in's tests against a real OAuth server.
//!
//! The server is npm's `oidc-provider`, of the versions that the lock file beside
//! `crates/oauth/tests/oidc/server.mjs` pins. It is installed into a folder under `target/`, where
//! a second run finds it, and started on a free port of this computer for as long as the tests run.
//! The tests lie in a module `oidc_provider` and look for `NURTUREHUB_TEST_OAUTH_SERVER`, which
//! holds the server's address.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::Child;

use crate::artifacts;
use crate::failure::Failure;
use crate::process::Program;
use crate::say;
use crate::steps::Outcome;
use crate::workspace::{self, Workspace};

/// The module whose tests these are.
const TESTS: &str = "oidc_provider";
/// What makes up the server; the lock file says whether what is installed is still right.
const FILES: [&str; 3] = ["package.json", "package-lock.json", "server.mjs"];
const LOCK: &str = "package-lock.json";
/// Written once the installation is whole: the lock file that it was made from.
const STAMP: &str = "installed.json";

/// Installs and starts the server, runs every test that needs it, and stops it.
///
/// # Errors
/// A test failed, or the server could not be installed or started.
pub(crate) fn check() -> Result<Outcome, Failure> {
    let harness = artifacts::harness("oauth", TESTS)?;
    let folder = install()?;
    let server = Server::start(&folder)?;
    say::progress(&format!("oidc-provider answers at {}", server.address));
    Program::new(harness)
        .arguments(&[TESTS])
        .folder(workspace::root().join("crates/oauth"))
        .environment("NURTUREHUB_TEST_OAUTH_SERVER", &server.address)
        .run()?;
    Ok(Outcome::Passed)
}

/// The folder with the server in it; npm is asked only where the lock file has changed.
fn install() -> Result<PathBuf, Failure> {
    let source = workspace::root().join("crates/oauth/tests/oidc");
    let folder = Workspace::read()?.target.join("oauth-server");
    fs::create_dir_all(&folder).map_err(Failure::file(&folder))?;
    for name in FILES {
        let to = folder.join(name);
        fs::copy(source.join(name), &to).map_err(Failure::file(&to))?;
    }
    let lock = read(&folder.join(LOCK))?;
    let stamp = folder.join(STAMP);
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == lock) {
        say::progress("oidc-provider is installed already");
        return Ok(folder);
    }
    say::progress(&format!(
        "installing oidc-provider into {} (once)",
        folder.display()
    ));
    Program::new("npm")
        .arguments(&["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
        .folder(&folder)
        .run()?;
    fs::write(&stamp, lock).map_err(Failure::file(&stamp))?;
    Ok(folder)
}

fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(Failure::file(path))
}

/// The running server; stopped when dropped.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(folder: &Path) -> Result<Self, Failure> {
        let program = Program::new("node")
            .arguments(&["server.mjs"])
            .folder(folder);
        // It ends with its standard input as well, should we be killed.
        let mut child = program.start()?;
        let said = child.stdout.take().map(BufReader::new);
        let address = said.and_then(|said| {
            said.lines()
                .map_while(Result::ok)
                .find(|line| line.starts_with("http://"))
        });
        let mut server = Self {
            child,
            address: String::new(),
        };
        let Some(address) = address else {
            drop(server);
            return Err(Failure::Answer {
                from: program.line(),
                detail: "it ended before it said where it is".to_owned(),
            });
        };
        server.address = address;
        Ok(server)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
