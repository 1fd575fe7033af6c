//! What a command works with: the data folder, the vault, the engine over both.

use std::path::PathBuf;
use std::sync::Arc;

use nurturehub_engine::{
    ConnectionView, Engine, EngineError, EngineOptions, Home, MemoryVault, ProviderView, Reporting,
    open_from_env,
};
use nurturehub_port::{Clock, ErrorKind};

use crate::args::Globals;
use crate::output::text;

/// What the files of its log are named after.
const LOG: &str = "nurturehub";

/// An engine over the person's data folder.
#[derive(Debug)]
pub(crate) struct Workplace {
    pub(crate) engine: Engine,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) reporting: Reporting,
}

impl Workplace {
    /// Opens the data folder with the vault that the environment chooses.
    ///
    /// # Errors
    /// `configuration` where no data folder is known; vault and storage errors.
    pub(crate) async fn open(globals: &Globals) -> Result<Self, EngineError> {
        let options = options(globals)?;
        let clock = Arc::clone(&options.clock);
        let home = options.home.clone();
        let engine = Engine::open(options).await?;
        // Only now, so that a folder that is not this product's is not written to.
        nurturehub_logging::keep_in(&home.logs(), LOG);
        let reporting = Reporting::of(&home, environment);
        Ok(Self {
            engine: engine.collected_as_set(&reporting),
            clock,
            reporting,
        })
    }

    /// A connection by its id, or by its name where only one has that name.
    ///
    /// # Errors
    /// `configuration` where there is no such connection; storage errors.
    pub(crate) async fn connection(&self, wanted: &str) -> Result<ConnectionView, EngineError> {
        let all = self.engine.connections().await?;
        if let Some(found) = all
            .iter()
            .find(|connection| connection.id.as_str() == wanted)
        {
            return Ok(found.clone());
        }
        let named = |connection: &&ConnectionView| connection.name.eq_ignore_ascii_case(wanted);
        let mut named = all.iter().filter(named);
        match (named.next(), named.next()) {
            (Some(found), None) => Ok(found.clone()),
            _ => Err(EngineError::with_remedy(
                ErrorKind::Configuration,
                format!("There is no connection `{}`.", text::shown(wanted, 60)),
                "List them with `nurturehub connections`.",
            )),
        }
    }
}

/// What an engine over the person's data folder is made of, with the vault that the environment
/// chooses.
///
/// # Errors
/// As [`Workplace::open`].
pub(crate) fn options(globals: &Globals) -> Result<EngineOptions, EngineError> {
    let home = home(globals)?;
    let vault = open_from_env(&home, environment)?;
    Ok(EngineOptions::new(
        Home::at(home),
        vault,
        nurturehub_engine::account(environment),
    ))
}

/// The providers, for those who have no data folder open. Nothing is written.
pub(crate) fn providers() -> Vec<ProviderView> {
    let nowhere = EngineOptions::new(Home::at(""), Arc::new(MemoryVault::new()), "");
    nowhere
        .registry
        .iter()
        .map(|entry| (entry.spec)().into())
        .collect()
}

/// The data folder: what was given, else where the system keeps applications' data.
fn home(globals: &Globals) -> Result<PathBuf, EngineError> {
    let given = globals
        .home
        .clone()
        .filter(|path| !path.as_os_str().is_empty());
    given
        .or_else(|| Home::default_path(environment))
        .ok_or_else(|| {
            EngineError::with_remedy(
                ErrorKind::Configuration,
                "This account has no folder for applications' data.",
                "Name a data folder with --home or NURTUREHUB_HOME.",
            )
        })
}

fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
