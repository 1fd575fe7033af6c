//! `cargo xtask bench --app`: what the desktop app costs whoever waits for it, in its real window over
//! many contacts, and how large its packages are. `ui/e2e/measure.mjs` takes the times, and the
//! benchmark keeps them and writes the document.

use crate::failure::Failure;
use crate::process::Program;
use crate::say;
use crate::setup::{self, For};
use crate::throwaway::Throwaway;
use crate::window;
use crate::workspace::Workspace;
use crate::{package, web};

/// Contacts in the list that is searched, where no other number is given.
const CONTACTS: &str = "1000000";

/// Builds, fills a data folder through `bench`, and measures.
///
/// # Errors
/// A build failed, or the app did.
pub(crate) fn run(bench: &Program, arguments: &[String]) -> Result<(), Failure> {
    if !cfg!(target_os = "linux") {
        return Err(Failure::Usage(
            "`--app` drives the window through WebKitWebDriver and Xvfb, which exist on Linux alone."
                .to_owned(),
        ));
    }
    setup::ensure(For::Testing)?;
    package::run(&["deb".to_owned(), "rpm".to_owned()])?;
    web::install(&web::ui())?;
    let contacts = arguments
        .iter()
        .position(|argument| argument == "--contacts")
        .and_then(|at| arguments.get(at + 1))
        .map_or(CONTACTS, String::as_str);
    let folder = Throwaway::new("measured")?;
    let home = folder.path().join("data");
    say::progress(&format!(
        "filling a data folder with {contacts} contacts (a million take some minutes)"
    ));
    bench
        .clone()
        .arguments(&["fill", &home.to_string_lossy(), contacts])
        .run()?;
    let target = Workspace::read()?.target;
    let app = target.join("release").join(format!(
        "nurturehub-connect{}",
        std::env::consts::EXE_SUFFIX
    ));
    let figures = folder.path().join("figures.json");
    let session = window::session(&["measure.mjs"])
        .environment("NURTUREHUB_FIGURES", figures.as_os_str())
        .environment("NURTUREHUB_CONTACTS", contacts)
        .environment("NURTUREHUB_APP", app.as_os_str())
        .environment("NURTUREHUB_HOME", home.as_os_str())
        .environment("NURTUREHUB_VAULT", "file")
        .environment("NURTUREHUB_VAULT_PASSPHRASE", "benchmark");
    folder.house(session)?.run()?;
    let packages = target.join("package");
    let paths = [&figures, &packages, &app].map(|path| path.to_string_lossy().into_owned());
    let mut keeping = bench.clone().arguments(&["app"]).arguments(&paths);
    if contacts != CONTACTS {
        keeping = keeping.arguments(&["--only-tried"]);
    }
    keeping.run()
}
