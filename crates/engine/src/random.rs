//! Randomness, as a parameter.

use std::sync::Arc;

use nurturehub_port::{ErrorKind, RunId, Secret};
use nurturehub_store::contacts::PageLogKey;
use uuid::Builder;

use crate::EngineError;

type Fill = dyn Fn(&mut [u8]) -> Result<(), getrandom::Error> + Send + Sync;

/// Where random bytes come from.
#[derive(Clone)]
pub struct Random(Arc<Fill>);

impl std::fmt::Debug for Random {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Random")
    }
}

impl Random {
    /// The operating system's generator.
    #[must_use]
    pub fn system() -> Self {
        Self(Arc::new(getrandom::fill))
    }

    /// Another source, for tests.
    #[must_use]
    pub fn from_fn(
        fill: impl Fn(&mut [u8]) -> Result<(), getrandom::Error> + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(fill))
    }

    pub(crate) fn array<const N: usize>(&self) -> Result<[u8; N], EngineError> {
        let mut bytes = [0; N];
        (self.0)(&mut bytes).map_err(|_| {
            EngineError::new(ErrorKind::Internal, "The system gave no random numbers.")
        })?;
        Ok(bytes)
    }

    pub(crate) fn seed(&self) -> Result<u64, EngineError> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    pub(crate) fn key(&self) -> Result<Secret<Vec<u8>>, EngineError> {
        Ok(Secret::new(self.array::<32>()?.to_vec()))
    }

    pub(crate) fn page_log_key(&self) -> Result<PageLogKey, EngineError> {
        Ok(PageLogKey::new(Secret::new(self.array()?)))
    }

    /// A run id: UUID version 7, so that ids sort by time.
    pub(crate) fn run_id(&self, now: jiff::Timestamp) -> Result<RunId, EngineError> {
        let milliseconds = u64::try_from(now.as_millisecond()).unwrap_or(0);
        let id = Builder::from_unix_timestamp_millis(milliseconds, &self.array()?).into_uuid();
        RunId::parse(id.hyphenated().to_string())
            .map_err(|error| EngineError::new(ErrorKind::Internal, error.to_string()))
    }
}
