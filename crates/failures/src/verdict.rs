//! How a case goes.

/// What a step of a case answers: why it is not as it should be, in words.
pub(crate) type Checked<T = ()> = Result<T, String>;

/// Something of the case's own did not work.
pub(crate) fn wrong(what: &str, error: impl std::fmt::Display) -> String {
    format!("{what}: {error}")
}
