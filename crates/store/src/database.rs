//! One thread writes, a few connections read.

use std::cell::RefCell;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::Duration;

use nurturehub_port::Clock;
use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::{Semaphore, oneshot};

use crate::bodies::BlockCache;
use crate::contacts::{Finder, Journal, Noting, Tally};
use crate::{DatabaseKey, StoreError, migrations, open};

/// Connections for reading that are kept open.
const READERS: usize = 3;

/// Transactions that may wait for the writer before a caller has to wait itself.
const WRITE_QUEUE: usize = 4;

type Job = Box<dyn FnOnce(&mut Writer) + Send>;

/// What came of a piece of work, and how long it took on the writing thread.
pub type Timed<T> = Result<(T, Duration), StoreError>;

/// The open database. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    path: PathBuf,
    key: DatabaseKey,
    /// Taken when the store is dropped, which ends the writing thread.
    jobs: Option<mpsc::SyncSender<Job>>,
    writer: Option<thread::JoinHandle<()>>,
    places: Arc<Semaphore>,
    readers: Mutex<Vec<Reader>>,
    permits: Semaphore,
    finder: Mutex<Option<Finder>>,
    journal: Arc<Journal>,
}

struct Writer {
    database: Connection,
    noting: Noting,
    blocks: RefCell<BlockCache>,
}

struct Reader {
    database: Connection,
    blocks: RefCell<BlockCache>,
}

/// A consistent view of the database, for the length of one piece of work.
pub struct Read<'a> {
    pub(crate) database: &'a Connection,
    pub(crate) blocks: &'a RefCell<BlockCache>,
}

impl Read<'_> {
    /// How many rows a table has, for whoever wants to see that nothing is left in it.
    ///
    /// # Errors
    /// `Statement` where there is no such table.
    pub fn count_rows(&self, table: &'static str) -> Result<i64, StoreError> {
        let sql = format!("SELECT count(*) FROM {table}");
        Ok(self.database.query_row(&sql, [], |row| row.get(0))?)
    }
}

/// A transaction: all of it is kept, or nothing.
pub struct Write<'a> {
    read: Read<'a>,
    pub(crate) tally: Tally,
}

#[cfg(test)]
impl<'a> Write<'a> {
    /// Work on a connection that the test holds itself.
    pub(crate) fn over(database: &'a Connection, blocks: &'a RefCell<BlockCache>) -> Self {
        Self {
            read: Read { database, blocks },
            tally: Tally::default(),
        }
    }
}

impl<'a> Deref for Write<'a> {
    type Target = Read<'a>;
    fn deref(&self) -> &Read<'a> {
        &self.read
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Store")
            .field("path", &self.inner.path)
            .finish_non_exhaustive()
    }
}

impl Store {
    /// Opens the database file with its key, making it where there is none, and brings its schema
    /// up to date.
    ///
    /// # Errors
    /// `WrongKeyOrDamaged`, `Newer`, `Folder`, `Full`, `Busy`.
    pub async fn open(path: &Path, key: DatabaseKey) -> Result<Self, StoreError> {
        let path = path.to_owned();
        tokio::task::spawn_blocking(move || Self::open_blocking(path, key))
            .await
            .map_err(|_| StoreError::Closed)?
    }

    fn open_blocking(path: PathBuf, key: DatabaseKey) -> Result<Self, StoreError> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(|source| StoreError::Folder {
                path: folder.to_owned(),
                source,
            })?;
        }
        let mut database = open::writer(&path, &key)?;
        migrations::apply(&mut database)?;
        let (jobs, queue) = mpsc::sync_channel::<Job>(WRITE_QUEUE);
        let journal = Arc::<Journal>::default();
        let mut writer = Writer {
            noting: Noting::on(&mut database, Arc::clone(&journal))?,
            database,
            blocks: RefCell::default(),
        };
        let thread = thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || {
                for job in queue {
                    job(&mut writer);
                }
            })
            .map_err(|source| StoreError::Folder {
                path: path.clone(),
                source,
            })?;
        Ok(Self {
            inner: Arc::new(Inner {
                path,
                key,
                jobs: Some(jobs),
                writer: Some(thread),
                places: Arc::new(Semaphore::new(WRITE_QUEUE)),
                readers: Mutex::new(Vec::new()),
                permits: Semaphore::new(READERS),
                finder: Mutex::default(),
                journal,
            }),
        })
    }

    /// The database file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.inner.path
    }

    /// Runs work in one transaction on the writing thread. An error undoes all of it.
    ///
    /// Once begun, the work is finished even if the returned future is dropped.
    ///
    /// # Errors
    /// What the work answers, or what stands in the way of the transaction.
    pub async fn write<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Write<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        let (job, receive) = job_of(|writer| transact(writer, work));
        self.submit(job).await?;
        receive.await.map_err(|_| StoreError::Closed)?
    }

    /// Waits for a place in the queue without holding up the thread, then takes it.
    async fn submit(&self, job: Job) -> Result<(), StoreError> {
        let place = Arc::clone(&self.inner.places)
            .acquire_owned()
            .await
            .map_err(|_| StoreError::Closed)?;
        let job: Job = Box::new(move |writer| {
            drop(place);
            job(writer);
        });
        self.inner.send(job)
    }

    /// Hands work to the writing thread and returns at once; the answer comes later. The caller
    /// can prepare the next piece meanwhile. Where the queue is full, it blocks: in a task, use
    /// [`Store::write`].
    ///
    /// # Errors
    /// `Closed` where the writing thread is gone.
    pub fn enqueue<T, F>(
        &self,
        work: F,
    ) -> Result<oneshot::Receiver<Result<T, StoreError>>, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Write<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        let (job, receive) = job_of(|writer| transact(writer, work));
        self.inner.send(job)?;
        Ok(receive)
    }

    /// Like [`Store::enqueue`], and tells how long it took on the writing thread, from its first
    /// statement until it was committed: so that also what nobody waits for can be counted.
    ///
    /// # Errors
    /// `Closed` where the writing thread is gone.
    pub fn enqueue_timed<T, F>(
        &self,
        clock: Arc<dyn Clock>,
        work: F,
    ) -> Result<oneshot::Receiver<Timed<T>>, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Write<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        let (job, receive) = job_of(move |writer| {
            let began = clock.elapsed();
            let done = transact(writer, work)?;
            Ok((done, clock.elapsed().saturating_sub(began)))
        });
        self.inner.send(job)?;
        Ok(receive)
    }

    /// Keeps the database from growing beyond so many pages, or beyond what it has where that is
    /// more: then it fails as on a full disk. None ends that. For those who must see what happens
    /// on a full disk.
    ///
    /// # Errors
    /// What the database answers.
    pub async fn limit_pages(&self, most: Option<u32>) -> Result<(), StoreError> {
        let most = most.unwrap_or(u32::MAX - 1);
        let (job, receive) = job_of(move |writer| {
            let database = &writer.database;
            database.pragma_update_and_check(None, "max_page_count", most, |_| Ok(()))?;
            Ok(())
        });
        self.submit(job).await?;
        receive.await.map_err(|_| StoreError::Closed)?
    }

    /// Copies everything from the write-ahead log into the file and empties the log, so that
    /// nothing of what was deleted is left behind in it.
    ///
    /// # Errors
    /// `Busy` where another process still reads from the log.
    pub async fn checkpoint(&self) -> Result<(), StoreError> {
        let (job, receive) = job_of(|writer| {
            let sql = "PRAGMA wal_checkpoint(TRUNCATE)";
            let busy: i64 = writer.database.query_row(sql, [], |row| row.get(0))?;
            if busy == 0 {
                Ok(())
            } else {
                Err(StoreError::Busy)
            }
        });
        self.submit(job).await?;
        receive.await.map_err(|_| StoreError::Closed)?
    }

    /// Runs work over a consistent view of the database.
    ///
    /// # Errors
    /// What the work answers, or what stands in the way of the view.
    pub async fn read<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Read<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        let _permit = self
            .inner
            .permits
            .acquire()
            .await
            .map_err(|_| StoreError::Closed)?;
        let inner = Arc::clone(&self.inner);
        tokio::task::spawn_blocking(move || inner.read(work))
            .await
            .map_err(|_| StoreError::Closed)?
    }

    /// Runs work with the one who finds contacts, who is made where there is none. Whoever fails is
    /// let go of with all that is held.
    pub(crate) async fn with_finder<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Finder) -> Result<T, StoreError> + Send + 'static,
    {
        let inner = Arc::clone(&self.inner);
        tokio::task::spawn_blocking(move || {
            let mut place = inner.finder.lock().unwrap_or_else(PoisonError::into_inner);
            let mut finder = match place.take() {
                Some(finder) => finder,
                None => Finder::open(&inner.path, &inner.key, Arc::clone(&inner.journal))?,
            };
            let found = work(&mut finder)?;
            *place = Some(finder);
            Ok(found)
        })
        .await
        .map_err(|_| StoreError::Closed)?
    }
}

impl Drop for Inner {
    /// Waits until the database is closed. A process that ended meanwhile would take the
    /// cryptographic library from under the writing thread.
    ///
    /// The writing connection goes last: whoever is the last one copies the log into the file, and of
    /// two that go at once neither is.
    fn drop(&mut self) {
        self.readers
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
        drop(
            self.finder
                .get_mut()
                .unwrap_or_else(PoisonError::into_inner)
                .take(),
        );
        drop(self.jobs.take());
        let Some(writer) = self.writer.take() else {
            return;
        };
        if writer.thread().id() != thread::current().id() && writer.join().is_err() {
            tracing::error!("The store's writing thread ended in a panic.");
        }
    }
}

impl Inner {
    fn send(&self, job: Job) -> Result<(), StoreError> {
        let jobs = self.jobs.as_ref().ok_or(StoreError::Closed)?;
        jobs.send(job).map_err(|_| StoreError::Closed)
    }

    fn read<T>(
        &self,
        work: impl FnOnce(&Read<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let kept = self
            .readers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        let mut reader = match kept {
            Some(reader) => reader,
            None => Reader {
                database: open::reader(&self.path, &self.key)?,
                blocks: RefCell::default(),
            },
        };
        let result = {
            let view = reader.database.transaction()?;
            work(&Read {
                database: &view,
                blocks: &reader.blocks,
            })
        };
        self.readers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(reader);
        result
    }
}

/// Work as the writing thread takes it, and where its answer comes.
fn job_of<T, F>(work: F) -> (Job, oneshot::Receiver<Result<T, StoreError>>)
where
    T: Send + 'static,
    F: FnOnce(&mut Writer) -> Result<T, StoreError> + Send + 'static,
{
    let (answer, receive) = oneshot::channel();
    let job: Job = Box::new(move |writer| {
        // Nobody waiting for the answer is no reason to leave the work undone.
        drop(answer.send(work(writer)));
    });
    (job, receive)
}

fn transact<T>(
    writer: &mut Writer,
    work: impl FnOnce(&Write<'_>) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let transaction: Transaction<'_> = writer
        .database
        .transaction_with_behavior(TransactionBehavior::Immediate)?;
    let tx = Write {
        read: Read {
            database: &transaction,
            blocks: &writer.blocks,
        },
        tally: Tally::default(),
    };
    let result = work(&tx);
    let tally = tx.tally;
    let kept = result.and_then(|value| {
        tally.write(&transaction)?;
        let noted = writer.noting.note(&transaction)?;
        transaction.commit().inspect_err(|_| {
            if let Some(number) = noted {
                writer.noting.take_back(number);
            }
        })?;
        Ok(value)
    });
    if kept.is_err() {
        writer.noting.forget();
        // The number of a block that is now undone will be another one's.
        writer.blocks.borrow_mut().forget();
    }
    kept
}

#[cfg(test)]
mod tests {
    use nurturehub_port::Secret;

    use super::*;
    use crate::bodies::{Body, Ledger};

    /// A disk that is full may show only when a transaction is committed.
    #[tokio::test]
    async fn a_commit_that_fails_undoes_what_is_known_of_blocks_as_well() {
        let folder = tempfile::tempdir().unwrap();
        let key = DatabaseKey::new(Secret::new(vec![7; DatabaseKey::LENGTH])).unwrap();
        let path = folder.path().join("store.db");
        let store = Store::open(&path, key).await.unwrap();
        let failed = store
            .write(|tx| {
                // There is no such connection, which shows at the commit.
                tx.database
                    .pragma_update(None, "defer_foreign_keys", true)?;
                let body = Body {
                    external_id: "a".into(),
                    canonical: "{}".into(),
                    raw: "{}".into(),
                };
                let at = Ledger::keep(tx, 1, |ledger| ledger.append(body))?;
                tx.body(at)?;
                assert!(tx.blocks.borrow().knows_anything(), "it was read");
                Ok(())
            })
            .await;
        assert!(
            failed.is_err(),
            "the commit must fail for this test to say anything"
        );
        let known = store
            .write(|tx| Ok(tx.blocks.borrow().knows_anything()))
            .await
            .unwrap();
        assert!(!known, "the block's number will be another one's");
    }
}
