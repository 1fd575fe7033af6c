//! Set-up: finds what this machine lacks and installs it, where it may.
//!
//! Looking is a matter of files and programs on the path, so a second run costs milliseconds.
//! Debian's packages are installed with `apt-get` as root or through a `sudo` that asks for no
//! password; everywhere else the line to run is printed and the command ends.

mod apt;
mod needs;
mod node;
mod python;

pub(crate) use needs::For;
pub(crate) use node::path as path_with_node;
pub(crate) use python::environments;

use crate::failure::Failure;
use crate::process::Program;
use crate::say;
use needs::{Need, Probe};

/// `cargo xtask setup`: everything that running and testing need.
///
/// # Errors
/// Something is missing and cannot be installed from here.
pub(crate) fn run(_arguments: &[String]) -> Result<(), Failure> {
    ensure(For::Testing)?;
    say::progress("this machine has everything that running and testing need");
    Ok(())
}

/// Makes sure that the machine has what this purpose needs.
///
/// # Errors
/// Something is missing and cannot be installed from here; the message has the line to run.
pub(crate) fn ensure(purpose: For) -> Result<(), Failure> {
    let machine = Machine::here();
    let missing = needs::missing(purpose, std::env::consts::OS, |probe| machine.has(probe));
    if !missing.is_empty() {
        install(&missing, &machine)?;
    }
    if purpose.includes(For::Window) {
        node::ensure()?;
    }
    if purpose == For::Testing {
        rust_components()?;
    }
    Ok(())
}

fn install(missing: &[&Need], machine: &Machine) -> Result<(), Failure> {
    for need in missing {
        say::progress(&format!("missing: {} ({})", need.what, need.why));
    }
    if !machine.has(&Probe::OnPath("apt-get")) {
        return Err(Failure::Missing {
            what: names(missing, |need| need.what),
            remedy: format!(
                "Install these with this system's package manager, then run the command again. \
                 Debian's packages of them: {}.",
                names(missing, |need| need.package)
            ),
        });
    }
    let packages: Vec<&str> = missing.iter().map(|need| need.package).collect();
    apt::install(&packages)?;
    let still: Vec<&Need> = missing
        .iter()
        .copied()
        .filter(|need| !need.probes.iter().any(|probe| machine.has(probe)))
        .collect();
    if still.is_empty() {
        return Ok(());
    }
    Err(Failure::Missing {
        what: names(&still, |need| need.what),
        remedy: format!(
            "The packages {} were installed, yet it is not where it is looked for.",
            names(&still, |need| need.package)
        ),
    })
}

fn names(needs: &[&Need], name: fn(&Need) -> &'static str) -> String {
    needs
        .iter()
        .map(|need| name(need))
        .collect::<Vec<_>>()
        .join(", ")
}

/// Formatting and clippy are parts of the toolchain that a minimal installation leaves out.
fn rust_components() -> Result<(), Failure> {
    for (subcommand, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
        if Program::cargo(&[subcommand, "--version"]).succeeds() {
            continue;
        }
        say::progress(&format!("missing: cargo {subcommand}; adding {component}"));
        Program::new("rustup")
            .arguments(&["component", "add", component])
            .run()
            .map_err(|failure| Failure::Missing {
                what: format!("cargo {subcommand}"),
                remedy: format!(
                    "Install the toolchain's component {component}, then run the command again \
                     ({failure})."
                ),
            })?;
    }
    Ok(())
}

/// What there is to look at on this machine.
struct Machine {
    path: Vec<std::path::PathBuf>,
}

impl Machine {
    fn here() -> Self {
        let path = std::env::var_os("PATH").unwrap_or_default();
        Self {
            path: std::env::split_paths(&path).collect(),
        }
    }

    fn has(&self, probe: &Probe) -> bool {
        match probe {
            Probe::OnPath(program) => self
                .path
                .iter()
                .any(|folder| folder.join(program).is_file()),
            Probe::Does(program, arguments) => {
                Program::new(*program).arguments(arguments).succeeds()
            }
            Probe::File(path) => std::path::Path::new(path).exists(),
            Probe::Variable(name) => std::env::var_os(name).is_some(),
        }
    }
}
