//! `cargo xtask test`: everything that CI runs.
//!
//! `cargo xtask test STEP…` takes only the steps named, as after a failure.

use crate::failure::Failure;
use crate::process::Program;
use crate::setup::{self, For};
use crate::steps::{self, Step, Work};
use crate::{
    failures, guide, keychain, lint, new_adapter, oauth_server, package, schemas, web, window,
};

/// Sets up and takes every step, or those named.
///
/// # Errors
/// A usage error for an unknown step; else the first step that failed.
pub(crate) fn run(arguments: &[String]) -> Result<(), Failure> {
    let steps = steps::chosen(all(), arguments)?;
    setup::ensure(For::Testing)?;
    steps::take(&steps)
}

fn all() -> Vec<Step> {
    let mut steps = lint::steps();
    steps.push(Step {
        name: "web",
        about: "types, lint and tests of the window's web part",
        work: Work::Call(web::check),
    });
    steps.push(Step {
        name: "tests",
        about: "every test of the workspace",
        work: Work::Program(Program::cargo(&["test", "--workspace", "--locked"])),
    });
    steps.push(Step {
        name: "keychain",
        about: "the vault against a real keyring on a private D-Bus",
        work: Work::Call(keychain::check),
    });
    steps.push(Step {
        name: "oauth-server",
        about: "the sign-in against a real OAuth server, npm's oidc-provider",
        work: Work::Call(oauth_server::check),
    });
    steps.push(Step {
        name: "window",
        about: "the desktop app in a real window, with a real keyring and the sandbox",
        work: Work::Call(window::check),
    });
    steps.push(Step {
        name: "package",
        about: "the .deb, installed on a bare Debian and driven there",
        work: Work::Call(package::check::check),
    });
    steps.push(Step {
        name: "schemas",
        about: "docs/schemas is what the types say",
        work: Work::Call(schemas::check),
    });
    steps.push(Step {
        name: "error-page",
        about: "docs/errors.md is what the code says",
        work: Work::Call(failures::check_page),
    });
    steps.push(Step {
        name: "new-adapter",
        about: "what `cargo xtask new-adapter` writes compiles",
        work: Work::Call(new_adapter::check::check),
    });
    steps.push(Step {
        name: "guide",
        about: "docs/adding-a-crm.md, followed literally in a crate outside the workspace",
        work: Work::Call(guide::check),
    });
    steps
}
