//! One who is measured, and its entry in a race: a data folder and the commands over it.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::Failure;
use crate::control::Control;
use crate::desk::{Crm, Desk};
use crate::plain::floor_command;
use crate::process::{Server, in_group};

/// What our own throttle is set to where the CRM has no limit: what stands in nobody's way.
const NO_LIMIT: u64 = 1_000_000;

/// One who is measured.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Contestant {
    /// Its name on the command line.
    pub(crate) id: &'static str,
    /// Its name in the tables.
    pub(crate) name: &'static str,
    /// In which setting.
    pub(crate) setting: &'static str,
    /// Into which kind of database.
    pub(crate) into: &'static str,
    /// How it is run.
    pub(crate) kind: Kind,
}

/// How a contestant is run.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    /// The command line that people use.
    Ours,
    /// This program's own floor.
    Floor,
    /// A script beside this crate, run by an environment that set-up made.
    Python {
        /// The environment's name.
        environment: &'static str,
        /// The script's name.
        script: &'static str,
        /// What it is told beside the command and its folder.
        arguments: &'static [&'static str],
    },
}

/// Where the programs are.
#[derive(Debug, Clone)]
pub(crate) struct Places {
    /// Our command line.
    pub(crate) binary: PathBuf,
    /// The folder of the Python environments.
    pub(crate) environments: PathBuf,
}

impl Places {
    /// Beside our command line, as `cargo xtask` builds and sets up.
    pub(crate) fn around(binary: &Path) -> Result<Self, Failure> {
        let target = binary.parent().and_then(Path::parent);
        Ok(Self {
            binary: binary.to_owned(),
            environments: target
                .ok_or("the command line is in no folder")?
                .join("peers"),
        })
    }
}

/// A contestant with a data folder of its own, ready to sync from a server.
pub(crate) struct Entry<'a> {
    way: Way<'a>,
}

enum Way<'a> {
    Ours {
        desk: Desk<'a>,
        connection: String,
    },
    Floor {
        crm: Crm,
        folder: TempDir,
    },
    Python {
        program: PathBuf,
        script: PathBuf,
        arguments: &'static [&'static str],
        crm: Crm,
        token: String,
        limit: Option<u64>,
        folder: TempDir,
    },
}

impl Contestant {
    /// Makes a data folder, and connects it to the server where that is a step of its own. `limit`
    /// is what the CRM allows in a second, for those who can keep to it by themselves.
    pub(crate) async fn enter<'a>(
        &self,
        places: &'a Places,
        server: &Server,
        limit: Option<u64>,
    ) -> Result<Entry<'a>, Failure> {
        let crm = Crm::of(server)?;
        let way = match self.kind {
            Kind::Ours => {
                let desk = Desk::new(&places.binary)?;
                let connection = desk.connect(server, limit.unwrap_or(NO_LIMIT))?;
                Way::Ours { desk, connection }
            }
            Kind::Floor => Way::Floor {
                crm,
                folder: tempfile::tempdir()?,
            },
            Kind::Python {
                environment,
                script,
                arguments,
            } => Way::Python {
                program: python(&places.environments, environment)?,
                script: scripts().join(script),
                arguments,
                token: Control::of(server)?.token(&crm).await?,
                crm,
                limit,
                folder: tempfile::tempdir()?,
            },
        };
        Ok(Entry { way })
    }
}

impl Entry<'_> {
    /// The command that brings the store up to date, in a process group of its own.
    pub(crate) fn sync(&self) -> Result<Command, Failure> {
        let mut command = match &self.way {
            Way::Ours { desk, connection } => desk.command(&["sync", connection]),
            Way::Floor { crm, folder } => floor_command(crm, &folder.path().join("floor.db"))?,
            Way::Python { .. } => self.script("sync")?,
        };
        in_group(&mut command);
        Ok(command)
    }

    /// The command that prints what is stored, one record a line.
    pub(crate) fn dump(&self) -> Result<Command, Failure> {
        let mut command = match &self.way {
            Way::Ours { desk, connection } => {
                let mut command = Command::new(std::env::current_exe()?);
                command
                    .args(["dump", "ours"])
                    .arg(desk.home())
                    .arg(connection);
                Desk::unlock(&mut command);
                command
            }
            Way::Floor { folder, .. } => {
                let mut command = Command::new(std::env::current_exe()?);
                command
                    .args(["dump", "floor"])
                    .arg(folder.path().join("floor.db"));
                command
            }
            Way::Python { .. } => self.script("dump")?,
        };
        in_group(&mut command);
        Ok(command)
    }

    fn script(&self, order: &str) -> Result<Command, Failure> {
        let Way::Python {
            program,
            script,
            arguments,
            crm,
            token,
            limit,
            folder,
        } = &self.way
        else {
            return Err("only Python's contestants have a script".into());
        };
        let mut command = Command::new(program);
        command
            .arg(script)
            .arg(order)
            .arg(folder.path())
            .args(*arguments)
            .env("PEER_URL", &crm.url)
            .env("PEER_TOKEN", token)
            .env("PEER_CUSTOMER", &crm.customer)
            // Tools that keep settings in the home folder find none there, and leave none.
            .env("HOME", folder.path())
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("NO_PROXY", "127.0.0.1")
            .current_dir(folder.path());
        if let Some(limit) = limit {
            command.env("PEER_LIMIT", limit.to_string());
        }
        Ok(command)
    }
}

/// The scripts, which are checked in beside this crate's sources.
pub(super) fn scripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("peers")
}

/// An environment's Python.
fn python(environments: &Path, name: &str) -> Result<PathBuf, Failure> {
    let program = environments.join(name).join("bin").join("python");
    if program.exists() {
        return Ok(program);
    }
    let reason = std::fs::read_to_string(environments.join(format!("{name}.failed")));
    Err(match reason {
        Ok(reason) => format!("not installed: {}", reason.trim()),
        Err(_) => "not installed: start the benchmark with `cargo xtask bench --peers`".to_owned(),
    }
    .into())
}
