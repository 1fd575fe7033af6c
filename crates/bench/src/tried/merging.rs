//! How many contacts are merged together, over the store itself.

use std::time::{Duration, Instant};

use nurturehub_store::contacts;

use super::results::Try;
use super::source::{Fresh, PAGE, Source};
use crate::Failure;

/// How many are, for most of a listing as long as what is tried.
pub(super) const IN_FORCE: usize = 2_000;

/// Stores everything in a store of its own, merging so many at a time.
pub(super) async fn once(source: &Source, together: usize) -> Result<Try, Failure> {
    let fresh = Fresh::new().await?;
    let took = store(source, &fresh, together).await?;
    let path = fresh.folder.path().join("store.db");
    drop(fresh.store);
    Ok(Try {
        seconds: took.as_secs_f64(),
        bytes: std::fs::metadata(path)?.len(),
    })
}

/// Stores everything, and says how long that took without the packing.
pub(super) async fn store(
    source: &Source,
    fresh: &Fresh,
    together: usize,
) -> Result<Duration, Failure> {
    let pages = source.bodies.len().div_ceil(PAGE);
    let mut took = Duration::ZERO;
    let mut log = fresh.log().await?;
    for number in 0..pages {
        let page = source.page(number, fresh)?;
        let began = Instant::now();
        log.append(page)?;
        if log.waiting() >= together || number + 1 == pages {
            let some = log.hand_out();
            let merged = fresh
                .store
                .write(move |tx| contacts::merge_logged(tx, some));
            merged.await?;
        }
        took += began.elapsed();
    }
    Ok(took)
}
