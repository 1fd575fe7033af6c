//! The .deb on a bare system: what it declares is all that it needs, and the installed app works.
//!
//! `clean_root.sh` does what takes root there. The programs that drive the app (display, WebDriver, node)
//! stay outside of the bare system, so that they bring nothing into it that the package ought to declare.

use std::fs;
use std::path::{Path, PathBuf};

use super::{clean_root, installers};
use crate::failure::Failure;
use crate::process::Program;
use crate::say;
use crate::setup::{self, For};
use crate::steps::Outcome;
use crate::throwaway::Throwaway;
use crate::window;
use crate::workspace::{self, Workspace};

/// Step `package` of the tests. The package has the programs of the other steps in it, which are builds for
/// development: what it needs is the same, and building for release would take as long as all the tests.
///
/// # Errors
/// The package could not be made, is not whole, or does not work.
pub(crate) fn check() -> Result<Outcome, Failure> {
    if let Some(why) = clean_root::hindrance() {
        return Ok(Outcome::NotRun(why.to_owned()));
    }
    window::build()?;
    let workspace = Workspace::read()?;
    crate::web::install(&workspace::root())?;
    let out = workspace.target.join("package-debug");
    super::emptied(&out)?;
    let deb = installers::make_debug_deb(&workspace, &out)?;
    drive(&workspace, &deb)?;
    Ok(Outcome::Passed)
}

/// `cargo xtask check-package FILE.deb`.
///
/// # Errors
/// A usage error without a file; else what [`check`] fails of, or a machine where it cannot be done.
pub(crate) fn run(arguments: &[String]) -> Result<(), Failure> {
    let [deb] = arguments else {
        return Err(Failure::Usage(
            "`cargo xtask check-package` wants one .deb, as `cargo xtask package` makes it"
                .to_owned(),
        ));
    };
    setup::ensure(For::Testing)?;
    if let Some(why) = clean_root::hindrance() {
        return Err(Failure::Missing {
            what: "a bare system".to_owned(),
            remedy: format!("This cannot be done here: {why}."),
        });
    }
    let deb: PathBuf = fs::canonicalize(deb).map_err(Failure::file(deb))?;
    drive(&Workspace::read()?, &deb)
}

fn drive(workspace: &Workspace, deb: &Path) -> Result<(), Failure> {
    let bare = clean_root::ensure(workspace)?;
    let home = Throwaway::new("package")?;
    let root = Throwaway::new("package-root")?;
    say::progress(&format!("installing {} on a bare system", deb.display()));
    // Every process and mount of the trial ends with it.
    let trial = Program::new("unshare")
        .arguments(&["--mount", "--pid", "--fork", "--kill-child", "--mount-proc"])
        .arguments(&["sh", "xtask/src/package/clean_root.sh"])
        .environment("BARE", bare.tree.as_os_str())
        .environment("ARCHIVES", bare.archives.as_os_str())
        .environment("ROOT", root.path().as_os_str())
        .environment("DEB", deb.as_os_str())
        .environment("SCREEN", window::SCREEN)
        .environment("NURTUREHUB_THROWAWAY", home.path().as_os_str())
        .environment(
            "NURTUREHUB_SCREENSHOTS",
            workspace.target.join("screenshots"),
        )
        // The display's key lies there, and has to be seen from inside the bare system.
        .environment("TMPDIR", home.path().as_os_str())
        .environment("TAURI_WEBVIEW_AUTOMATION", "true")
        .environment("NO_AT_BRIDGE", "1")
        .environment("LIBGL_ALWAYS_SOFTWARE", "1")
        .environment(window::NO_COMPOSITOR, "1")
        .without("DBUS_SESSION_BUS_ADDRESS")
        .without("WAYLAND_DISPLAY")
        .folder(workspace::root());
    home.house(trial)?.run()
}
