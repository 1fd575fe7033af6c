//! Why the check itself could not be done. What it finds is a [`Violation`](crate::Violation).

use std::path::PathBuf;

use nurturehub_port::AdapterError;

/// Why the check could not be done.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// A description could not be read.
    #[error("{path}: {why}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// A description is not of the form that it should have.
    #[error("the description `{document}` cannot be used: {why}")]
    Document {
        /// Which.
        document: String,
        /// What is wrong with it.
        why: String,
    },
    /// The sandbox or the proxy could not be run.
    #[error("the sandbox could not be run: {0}")]
    Sandbox(String),
    /// A scene did not come off, so that what it should have shown is not known.
    #[error("the scene `{scene}` did not come off: {why}")]
    Scene {
        /// Which.
        scene: String,
        /// What was missing.
        why: String,
    },
}

impl Failure {
    /// A scene that did not come off.
    pub(crate) fn scene(scene: &str, why: impl Into<String>) -> Self {
        Self::Scene {
            scene: scene.to_owned(),
            why: why.into(),
        }
    }

    /// A scene that an error of the adapter ended.
    pub(crate) fn ended(scene: &str, error: &AdapterError) -> Self {
        Self::scene(scene, format!("{} ({:?})", error.message, error.kind))
    }

    /// A description of another form than expected.
    pub(crate) fn document(document: &str, why: impl Into<String>) -> Self {
        Self::Document {
            document: document.to_owned(),
            why: why.into(),
        }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::Sandbox(error.to_string())
    }
}

impl From<reqwest::Error> for Failure {
    fn from(error: reqwest::Error) -> Self {
        // The address in the error is one of this computer, and says which request it was.
        Self::Sandbox(error.to_string())
    }
}
