//! The desktop app in a real window: opened for a person, or driven by the end-to-end tests.
//!
//! The tests in `ui/e2e` drive the built app through `WebKitWebDriver`, on a display of its own
//! (Xvfb), with a keyring of its own on a D-Bus of its own, in a throw-away home. The CRMs are the
//! sandbox: the one built into the app, and one that `nurturehub sandbox` serves beside it.

use std::fs;
use std::path::PathBuf;

use crate::failure::Failure;
use crate::process::Program;
use crate::say;
use crate::setup::{self, For};
use crate::steps::Outcome;
use crate::throwaway::Throwaway;
use crate::web;
use crate::workspace::{self, Workspace};

/// Unlocks the keyring on the bus that we are given, then runs the tests.
const SCRIPT: &str = "printf throw-away | gnome-keyring-daemon --unlock --components=secrets \
                      >/dev/null && exec \"$@\"";

/// The display's size: the smallest that the app is made for fits, with room for menus.
pub(crate) const SCREEN: &str = "-screen 0 1440x900x24";

/// Set, WebKit composes nothing. Without a graphics card it does so by Mesa's software driver, which
/// crashes now and then: a protection fault in `swrast_dri.so`, in WebKit's compositor thread. Pictures
/// of a window cannot be taken then.
pub(crate) const NO_COMPOSITOR: &str = "WEBKIT_DISABLE_COMPOSITING_MODE";

/// Opens the app on the sandbox, for a person.
///
/// # Errors
/// Set-up or the build failed.
pub(crate) fn open() -> Result<(), Failure> {
    setup::ensure(For::Window)?;
    let built = build()?;
    say::progress("opening NurtureHub Connect on the built-in sandbox");
    Program::new(built.app.to_string_lossy())
        .arguments(&["--sandbox"])
        .run()
}

/// Drives the app through every walk.
///
/// # Errors
/// A test failed, or the app could not be built.
pub(crate) fn check() -> Result<Outcome, Failure> {
    if !cfg!(target_os = "linux") {
        return Ok(Outcome::NotRun(
            "WebKitWebDriver and Xvfb exist on Linux alone".to_owned(),
        ));
    }
    drive(session(&["walks.mjs"]).environment(NO_COMPOSITOR, "1"))?;
    Ok(Outcome::Passed)
}

/// The pictures that the README shows: the name that they are taken under, and the README's.
const SHOWN: [(&str, &str); 4] = [
    ("overview-light.png", "overview.png"),
    ("reapit-contacts-light.png", "contacts.png"),
    ("reapit-changes-light.png", "changes.png"),
    ("loop-health-dark.png", "health-dark.png"),
];

/// `cargo xtask screenshots`: pictures of every screen in both themes, in the smallest window, and at
/// twice the size of text; with `--readme` the README gets its own anew.
///
/// # Errors
/// Set-up, the build or the driver failed.
pub(crate) fn screenshots(arguments: &[String]) -> Result<(), Failure> {
    let for_readme = match arguments {
        [] => false,
        [option] if option == "--readme" => true,
        _ => return Err(Failure::Usage("`--readme` is all that it takes".to_owned())),
    };
    setup::ensure(For::Testing)?;
    drive(session(&["screens.mjs"]))?;
    if for_readme {
        let taken = Workspace::read()?.target.join("screenshots");
        let shown = workspace::root().join("docs/images");
        for (from, to) in SHOWN {
            let from = taken.join(from);
            fs::copy(&from, shown.join(to)).map_err(Failure::file(&from))?;
        }
    }
    Ok(())
}

/// What was built for development, with the window's web part in it.
pub(crate) struct Built {
    app: PathBuf,
    command_line: PathBuf,
}

/// Builds the app and the command line.
///
/// # Errors
/// A build failed.
pub(crate) fn build() -> Result<Built, Failure> {
    web::build()?;
    say::progress("building the desktop app (the first time takes some minutes)");
    Program::cargo(&["build", "--locked", "--package", "nurturehub-connect"])
        .arguments(&["--features", "custom-protocol"])
        .run()?;
    Program::cargo(&["build", "--locked", "--package", "nurturehub-cli"]).run()?;
    let debug = Workspace::read()?.target.join("debug");
    let suffix = std::env::consts::EXE_SUFFIX;
    Ok(Built {
        app: debug.join(format!("nurturehub-connect{suffix}")),
        command_line: debug.join(format!("nurturehub{suffix}")),
    })
}

fn drive(session: Program) -> Result<(), Failure> {
    let built = build()?;
    let home = Throwaway::new("window")?;
    let out = Workspace::read()?.target.join("screenshots");
    let session = session
        .environment("NURTUREHUB_APP", built.app.as_os_str())
        .environment("NURTUREHUB_COMMAND_LINE", built.command_line.as_os_str())
        .environment("NURTUREHUB_SCREENSHOTS", out.as_os_str())
        .environment("NURTUREHUB_THROWAWAY", home.path().as_os_str());
    home.house(session)?.run()
}

/// A script of `ui/e2e` with a display, a bus and a keyring of its own.
pub(crate) fn session(script: &[&str]) -> Program {
    Program::new("xvfb-run")
        .arguments(&["-a", "-s", SCREEN, "dbus-run-session", "--"])
        .arguments(&["sh", "-c", SCRIPT, "sh", "node"])
        .arguments(script)
        .folder(workspace::root().join("ui/e2e"))
        // Without this the driver waits for ever.
        .environment("TAURI_WEBVIEW_AUTOMATION", "true")
        .environment("NO_AT_BRIDGE", "1")
        .environment("LIBGL_ALWAYS_SOFTWARE", "1")
        .without("WAYLAND_DISPLAY")
}
