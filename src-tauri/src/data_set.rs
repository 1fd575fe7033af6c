//! Real data and the sandbox's: two folders, two databases, two sets of secrets.

use nurturehub_engine::Home;
use serde::{Deserialize, Serialize};
use specta::Type;

/// Which data are open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) enum DataSet {
    /// An agency's own.
    #[default]
    Real,
    /// Those of the built-in simulated CRMs.
    Sandbox,
}

impl DataSet {
    /// Where they are, below the app's data folder.
    pub(crate) fn home(self, base: &Home) -> Home {
        match self {
            Self::Real => base.clone(),
            Self::Sandbox => Home::at(base.path().join("sandbox")),
        }
    }
}
