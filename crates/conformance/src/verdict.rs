//! How a check ends before its end.

use nurturehub_port::AdapterError;

/// Why a check went no further.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stop {
    /// The promise is broken.
    Failed(String),
    /// The simulated CRM cannot bring about what the check needs.
    NotHere(String),
}

/// A check's way through.
pub(crate) type Checked<T = ()> = Result<T, Stop>;

/// Ends a check as failed.
pub(crate) fn failed<T>(why: impl Into<String>) -> Checked<T> {
    Err(Stop::Failed(why.into()))
}

impl Stop {
    /// For an error where there should be none.
    pub(crate) fn unexpected(doing: &str, error: &AdapterError) -> Self {
        Self::Failed(format!("{doing} failed with {}: {error}", error.kind))
    }
}

/// Ends a check as failed, unless something holds.
macro_rules! ensure {
    ($holds:expr, $($why:tt)+) => {
        if !$holds {
            return Err($crate::verdict::Stop::Failed(format!($($why)+)));
        }
    };
}

pub(crate) use ensure;
