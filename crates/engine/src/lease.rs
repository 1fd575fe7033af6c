//! One run at a time for each connection, in all processes.
//!
//! A lease is a lock that the operating system holds on an open file: it ends with its holder,
//! however that ends, and needs neither a clock nor a heartbeat.

use std::fs::{File, OpenOptions, TryLockError};
use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use nurturehub_port::{ConnectionId, ErrorKind};
use nurturehub_store::StoreError;
use tokio_util::sync::CancellationToken;

use crate::going_on::RunNote;
use crate::{EngineError, Home};

/// Held for as long as something lasts.
#[derive(Debug)]
pub(crate) struct Lease {
    _file: File,
}

/// Held for as long as a run lasts, with the note of how it goes.
#[derive(Debug)]
pub(crate) struct RunLease {
    note: Arc<RunNote>,
    _lease: Lease,
}

impl RunLease {
    /// Where it is noted how the run goes.
    pub(crate) const fn note(&self) -> &Arc<RunNote> {
        &self.note
    }

    /// Does the run's work. From when a person's cancel is heard until the work has ended, the note
    /// says so. The work is large and comes in a box.
    pub(crate) async fn during<T>(
        &self,
        cancel: &CancellationToken,
        mut work: impl Future<Output = T> + Unpin,
    ) -> T {
        tokio::select! {
            biased;
            () = cancel.cancelled() => self.note.cancelling(),
            done = &mut work => return done,
        }
        work.await
    }
}

impl Drop for RunLease {
    /// The note goes before the lock does, so that it is never another's.
    fn drop(&mut self) {
        self.note.end();
    }
}

/// What a lease is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// A run.
    Run,
    /// Renewing a token.
    Token,
}

fn lock_file(
    home: &Home,
    connection: &ConnectionId,
    purpose: Purpose,
) -> Result<(PathBuf, File), EngineError> {
    let extension = match purpose {
        Purpose::Run => "run",
        Purpose::Token => "token",
    };
    named_file(home, &format!("{connection}.{extension}"))
}

fn named_file(home: &Home, name: &str) -> Result<(PathBuf, File), EngineError> {
    let folder = home.locks();
    let path = folder.join(name);
    let failed = |source| StoreError::Folder {
        path: path.clone(),
        source,
    };
    std::fs::create_dir_all(&folder).map_err(failed)?;
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(failed)?;
    Ok((path, file))
}

/// How often a lease that is taken is looked at again, and how long after. Whoever only looks whether
/// it is taken holds it for a moment, and must not turn a run away.
const LOOKS: u32 = 10;
const BETWEEN_LOOKS: Duration = Duration::from_millis(2);

/// Takes the lease, or says at once that another has it.
pub(crate) fn try_take(home: &Home, connection: &ConnectionId) -> Result<RunLease, EngineError> {
    let lease = look(home, connection)?;
    Ok(RunLease {
        note: RunNote::begin(home, connection),
        _lease: lease,
    })
}

fn look(home: &Home, connection: &ConnectionId) -> Result<Lease, EngineError> {
    for _ in 1..LOOKS {
        match look_once(home, connection) {
            Err(error) if error.kind() == ErrorKind::AlreadyRunning => {
                std::thread::sleep(BETWEEN_LOOKS);
            }
            outcome => return outcome,
        }
    }
    look_once(home, connection)
}

fn look_once(home: &Home, connection: &ConnectionId) -> Result<Lease, EngineError> {
    let (path, file) = lock_file(home, connection, Purpose::Run)?;
    match file.try_lock() {
        Ok(()) => Ok(Lease { _file: file }),
        Err(TryLockError::WouldBlock) => Err(EngineError::new(
            ErrorKind::AlreadyRunning,
            format!("Another run for `{connection}` is under way."),
        )),
        Err(TryLockError::Error(source)) => Err(StoreError::Folder { path, source }.into()),
    }
}

/// Whether somebody has the lease now.
pub(crate) fn is_taken(home: &Home, connection: &ConnectionId) -> bool {
    matches!(
        look_once(home, connection),
        Err(error) if error.kind() == ErrorKind::AlreadyRunning
    )
}

/// Waits for the lease.
pub(crate) async fn wait_for(
    home: &Home,
    connection: &ConnectionId,
    purpose: Purpose,
) -> Result<Lease, EngineError> {
    let (path, file) = lock_file(home, connection, purpose)?;
    let locked = tokio::task::spawn_blocking(move || file.lock().map(|()| file)).await;
    match locked {
        Ok(Ok(file)) => Ok(Lease { _file: file }),
        Ok(Err(source)) => Err(StoreError::Folder { path, source }.into()),
        Err(_) => Err(EngineError::new(
            ErrorKind::Internal,
            "A lock was given up.",
        )),
    }
}

/// The right to post alerts to the webhook; none while another has it.
pub(crate) fn try_to_post(home: &Home) -> Result<Option<Lease>, EngineError> {
    let (path, file) = named_file(home, "alerts.post")?;
    match file.try_lock() {
        Ok(()) => Ok(Some(Lease { _file: file })),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(source)) => Err(StoreError::Folder { path, source }.into()),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    #[test]
    fn whoever_looks_whether_a_run_is_under_way_turns_none_away() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path());
        let connection = ConnectionId::parse("one").unwrap();
        let done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    is_taken(&home, &connection);
                    std::thread::sleep(BETWEEN_LOOKS);
                }
            });
            for round in 0..500 {
                let lease = try_take(&home, &connection);
                assert!(lease.is_ok(), "round {round}: nobody runs");
            }
            done.store(true, Ordering::Relaxed);
        });
        let held = try_take(&home, &connection).unwrap();
        assert!(is_taken(&home, &connection));
        let refused = try_take(&home, &connection).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::AlreadyRunning);
        drop(held);
    }
}
