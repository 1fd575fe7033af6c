//! Installing Debian packages.

use crate::failure::Failure;
use crate::process::Program;
use crate::say;

/// How packages can be installed here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Right {
    /// We are root.
    Root,
    /// `sudo` lets us, with no password.
    Sudo,
    /// Only a person can.
    None,
}

/// Installs these packages, or says which line a person must run.
///
/// # Errors
/// There is no right to install, or `apt-get` failed.
pub(crate) fn install(packages: &[&str]) -> Result<(), Failure> {
    let right = right();
    if right == Right::None {
        return Err(Failure::Missing {
            what: packages.join(", "),
            remedy: format!(
                "Run this, then the command again:\n  sudo apt-get update && sudo apt-get install \
                 --yes --no-install-recommends {}",
                packages.join(" ")
            ),
        });
    }
    let update = apt_get(right, &["update", "--quiet"]);
    say::progress(&format!("running: {}", update.line()));
    if let Err(failure) = update.run() {
        // One broken mirror among several need not stop the installation; that will tell.
        say::progress(&format!("{failure}; going on with the lists there are"));
    }
    let install = apt_get(
        right,
        &["install", "--yes", "--quiet", "--no-install-recommends"],
    )
    .arguments(packages);
    say::progress(&format!("running: {}", install.line()));
    install.run()
}

fn right() -> Right {
    let is_root = Program::new("id")
        .arguments(&["-u"])
        .output()
        .is_ok_and(|id| id.trim() == "0");
    if is_root {
        Right::Root
    } else if Program::new("sudo").arguments(&["-n", "true"]).succeeds() {
        Right::Sudo
    } else {
        Right::None
    }
}

fn apt_get(right: Right, arguments: &[&str]) -> Program {
    // Waits for another installation that is under way, rather than failing.
    let options = ["-o", "DPkg::Lock::Timeout=120"];
    let program = if right == Right::Sudo {
        Program::new("sudo").arguments(&["-n", "DEBIAN_FRONTEND=noninteractive", "apt-get"])
    } else {
        Program::new("apt-get").environment("DEBIAN_FRONTEND", "noninteractive")
    };
    program.arguments(&options).arguments(arguments)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sudo_is_never_asked_for_a_password() {
        let line = apt_get(Right::Sudo, &["update"]).line();
        assert!(
            line.starts_with("sudo -n ") && line.ends_with("update"),
            "a password prompt would hang a script: {line}"
        );
        assert!(
            !apt_get(Right::Root, &["update"]).line().contains("sudo"),
            "root needs no sudo, and may not have it"
        );
    }
}
