//! The .deb on a bare system: what it declares is all that it needs, and the installed app works. The .rpm beside
//! it: it says and brings the same, and what it unpacks to works there, too.
//!
//! `clean_root.sh` does what takes root there. The programs that drive the app (display, WebDriver, node)
//! stay outside of the bare system, so that they bring nothing into it that the package ought to declare.

use std::fs;
use std::path::{Path, PathBuf};

use super::{clean_root, installers, rpm};
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
    let [deb, rpm] = installers::make_debug(&workspace, &out)?;
    drive(&workspace, &deb, Some(&rpm))?;
    Ok(Outcome::Passed)
}

/// `cargo xtask check-package FILE.deb [FILE.rpm]`.
///
/// # Errors
/// A usage error without a file; else what [`check`] fails of, or a machine where it cannot be done.
pub(crate) fn run(arguments: &[String]) -> Result<(), Failure> {
    let (deb, rpm) = match arguments {
        [deb] => (deb, None),
        [deb, rpm] => (deb, Some(rpm)),
        _ => {
            return Err(Failure::Usage(
                "`cargo xtask check-package` wants one .deb, as `cargo xtask package` makes it, and \
                 maybe the .rpm of the same build"
                    .to_owned(),
            ));
        }
    };
    setup::ensure(For::Testing)?;
    if let Some(why) = clean_root::hindrance() {
        return Err(Failure::Missing {
            what: "a bare system".to_owned(),
            remedy: format!("This cannot be done here: {why}."),
        });
    }
    let whole = |file: &String| fs::canonicalize(file).map_err(Failure::file(file));
    let rpm: Option<PathBuf> = rpm.map(whole).transpose()?;
    drive(&Workspace::read()?, &whole(deb)?, rpm.as_deref())
}

fn drive(workspace: &Workspace, deb: &Path, rpm: Option<&Path>) -> Result<(), Failure> {
    let bare = clean_root::ensure(workspace)?;
    let home = Throwaway::new("package")?;
    let root = Throwaway::new("package-root")?;
    let unpacked = Throwaway::new("package-files")?;
    let version = &workspace.version;
    let from_rpm = rpm.map(|rpm| rpm::check(rpm, deb, version, unpacked.path()));
    let from_rpm = from_rpm.transpose()?.unwrap_or_default();
    say::progress(&format!("installing {} on a bare system", deb.display()));
    // Every process and mount of the trial ends with it.
    let trial = Program::new("unshare")
        .arguments(&["--mount", "--pid", "--fork", "--kill-child", "--mount-proc"])
        .arguments(&["sh", "xtask/src/package/clean_root.sh"])
        .environment("BARE", bare.tree.as_os_str())
        .environment("ARCHIVES", bare.archives.as_os_str())
        .environment("ROOT", root.path().as_os_str())
        .environment("DEB", deb.as_os_str())
        .environment("FROM_RPM", from_rpm.into_os_string())
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
