//! The Python tools that ours is measured beside, each in a virtual environment of its own below
//! `target/peers`, with exact versions.

use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::process::Program;
use crate::say;
use crate::workspace::{self, Workspace};

/// Where the lists of packages stand, `requirements-NAME.txt` for each environment.
const LISTS: &str = "crates/bench/peers";

/// Makes each environment that is missing or whose list has changed. One that cannot be made is
/// said to be so, in `NAME.failed` beside it, and does not stop the others.
///
/// # Errors
/// The lists cannot be read, or nothing can be written below `target`.
pub(crate) fn environments() -> Result<(), Failure> {
    let folder = Workspace::read()?.target.join("peers");
    std::fs::create_dir_all(&folder).map_err(Failure::file(&folder))?;
    for (name, list) in lists()? {
        let environment = folder.join(&name);
        let wanted = read(&list)?;
        if std::fs::read_to_string(environment.join("installed.txt")).ok() == Some(wanted.clone()) {
            continue;
        }
        say::progress(&format!(
            "installing the Python packages of {} into {}",
            list.display(),
            environment.display()
        ));
        let reason = folder.join(format!("{name}.failed"));
        match make(&environment, &list) {
            Ok(()) => {
                drop(std::fs::remove_file(reason));
                write(&environment.join("installed.txt"), &wanted)?;
            }
            Err(failure) => {
                say::progress(&format!("{failure}; going on without"));
                write(&reason, &failure.to_string())?;
            }
        }
    }
    Ok(())
}

/// The environments by name, each with its list of packages.
fn lists() -> Result<Vec<(String, PathBuf)>, Failure> {
    let folder = workspace::root().join(LISTS);
    let entries = std::fs::read_dir(&folder).map_err(Failure::file(&folder))?;
    let mut found: Vec<(String, PathBuf)> = entries
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let name = name.strip_prefix("requirements-")?.strip_suffix(".txt")?;
            Some((name.to_owned(), entry.path()))
        })
        .collect();
    found.sort();
    Ok(found)
}

fn make(environment: &Path, list: &Path) -> Result<(), Failure> {
    let place = environment.to_string_lossy();
    Program::new("python3")
        .arguments(&["-m", "venv", "--clear", &place])
        .run()?;
    Program::new(environment.join("bin").join("python").to_string_lossy())
        .arguments(&[
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
        ])
        .arguments(&["--no-deps", "--requirement", &list.to_string_lossy()])
        .run()
}

fn read(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(Failure::file(path))
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    std::fs::write(path, text).map_err(Failure::file(path))
}
