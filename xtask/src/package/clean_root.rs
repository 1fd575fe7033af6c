//! A bare Debian (or relative) of this machine's release, from this machine's mirrors.
//!
//! It is made once with `debootstrap`, into `target/clean-root`, and copied for each trial; the packages
//! that a trial downloads are kept beside it.

use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::process::Program;
use crate::say;
use crate::workspace::Workspace;

/// Where the release's name stands.
const RELEASE: &str = "/etc/os-release";
/// What a release's repositories are called after its name: itself, its updates, its security fixes.
const SUITES: [&str; 3] = ["", "-updates", "-security"];

/// The bare system, to be copied and never changed.
#[derive(Debug)]
pub(super) struct CleanRoot {
    /// Its tree.
    pub(super) tree: PathBuf,
    /// Packages downloaded for it, which may be used again.
    pub(super) archives: PathBuf,
}

/// Why no bare system can be made and entered here, where it cannot.
pub(super) fn hindrance() -> Option<&'static str> {
    if !cfg!(target_os = "linux") {
        return Some("a .deb is installed on Linux alone");
    }
    if !Program::new("apt-get").arguments(&["--version"]).succeeds() {
        return Some("a bare Debian is made on Debian and its relatives alone");
    }
    let mounts = Program::new("unshare").arguments(&["--mount", "--pid", "--fork", "true"]);
    if !mounts.succeeds() {
        return Some("entering a bare system takes root with the right to mount");
    }
    None
}

/// The bare system; made if it is not there.
///
/// # Errors
/// The machine's release or mirrors cannot be told, or `debootstrap` failed.
pub(super) fn ensure(workspace: &Workspace) -> Result<CleanRoot, Failure> {
    let text = fs::read_to_string(RELEASE).map_err(Failure::file(RELEASE))?;
    let release = codename(&text).ok_or_else(|| Failure::Answer {
        from: RELEASE.to_owned(),
        detail: "no VERSION_CODENAME".to_owned(),
    })?;
    let folder = workspace.target.join("clean-root");
    let root = CleanRoot {
        tree: folder.join(release),
        archives: folder.join("archives"),
    };
    fs::create_dir_all(root.archives.join("partial")).map_err(Failure::file(&root.archives))?;
    if !root.tree.exists() {
        make(release, &folder, &root.tree)?;
    }
    Ok(root)
}

fn make(release: &str, folder: &Path, tree: &Path) -> Result<(), Failure> {
    let targets = Program::new("apt-get").arguments(&[
        "indextargets",
        "--format",
        "$(REPO_URI) $(RELEASE) $(COMPONENT)",
        "Created-By: Packages",
    ]);
    let mut sources = sources_of(&targets.output()?, release);
    if mirror(&sources, release).is_none() {
        // Images of systems come without lists, and apt tells nothing of a mirror that it has no list of.
        Program::new("apt-get")
            .arguments(&["update", "--quiet"])
            .run()?;
        sources = sources_of(&targets.output()?, release);
    }
    let Some(mirror) = mirror(&sources, release) else {
        return Err(Failure::Answer {
            from: targets.line(),
            detail: format!("no mirror of {release}"),
        });
    };
    // Under its own name only once it is whole.
    let partial = folder.join(format!("{release}.partial"));
    super::emptied(&partial)?;
    let path = partial.to_string_lossy();
    let debootstrap =
        Program::new("debootstrap").arguments(&["--variant=minbase", release, &path, mirror]);
    say::progress(&format!(
        "making a bare {release} (once): {}",
        debootstrap.line()
    ));
    debootstrap.output()?;
    write(&partial.join("etc/apt/sources.list"), &sources)?;
    let settings = Program::new("apt-config").arguments(&["dump", "Acquire"]);
    write(
        &partial.join("etc/apt/apt.conf.d/90machine"),
        &settings.output()?,
    )?;
    // It is thrown away after the trial, so nothing has to survive a loss of power.
    write(
        &partial.join("etc/dpkg/dpkg.cfg.d/quick"),
        "force-unsafe-io\n",
    )?;
    // No service starts in a trial but those that it starts itself.
    let policy = partial.join("usr/sbin/policy-rc.d");
    write(&policy, "#!/bin/sh\nexit 101\n")?;
    executable(&policy)?;
    fs::rename(&partial, tree).map_err(Failure::file(tree))
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    fs::write(path, text).map_err(Failure::file(path))
}

#[cfg(unix)]
fn executable(path: &Path) -> Result<(), Failure> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).map_err(Failure::file(path))
}

#[cfg(not(unix))]
fn executable(_path: &Path) -> Result<(), Failure> {
    Ok(())
}

/// The release's name in `/etc/os-release`.
fn codename(text: &str) -> Option<&str> {
    let named = text
        .lines()
        .find_map(|line| line.strip_prefix("VERSION_CODENAME="))?;
    let name = named.trim_matches('"');
    (!name.is_empty()).then_some(name)
}

/// This machine's mirrors of the release, as lines of `sources.list`; other repositories are left out.
fn sources_of(targets: &str, release: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for target in targets.lines() {
        let suite = target.split_whitespace().nth(1).unwrap_or_default();
        let line = format!("deb {target}");
        let of_release = |ending: &&str| suite.strip_prefix(release) == Some(*ending);
        if SUITES.iter().any(of_release) && !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// Where the release itself comes from.
fn mirror<'a>(sources: &'a str, release: &str) -> Option<&'a str> {
    sources.lines().find_map(|line| {
        let mut words = line.split_whitespace().skip(1);
        let address = words.next()?;
        (words.next() == Some(release)).then_some(address)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TARGETS: &str = "https://packages.example/apt cloud-bookworm main\n\
        http://mirror.example/security/ bookworm-security main\n\
        http://mirror.example/debian/ bookworm main\n\
        http://mirror.example/debian/ bookworm main\n\
        http://database.example/ bookworm-pgdg main\n";

    #[test]
    fn only_the_release_itself_makes_up_a_bare_system() {
        let sources = sources_of(TARGETS, "bookworm");
        assert_eq!(
            sources,
            "deb http://mirror.example/security/ bookworm-security main\n\
             deb http://mirror.example/debian/ bookworm main\n",
            "what others add to this machine may hide a dependency that is not declared"
        );
        assert_eq!(
            mirror(&sources, "bookworm"),
            Some("http://mirror.example/debian/"),
            "the security fixes alone are no system"
        );
    }

    #[test]
    fn a_release_is_known_by_its_name() {
        let text = "ID=debian\nVERSION_ID=\"12\"\nVERSION_CODENAME=\"bookworm\"\n";
        assert_eq!(codename(text), Some("bookworm"), "with or without quotes");
        assert_eq!(
            codename("VERSION_CODENAME=\n"),
            None,
            "no name is no release"
        );
    }
}
