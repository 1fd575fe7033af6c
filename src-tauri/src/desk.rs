//! What is open: one data set with its engine, and what goes on over it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use nurturehub_engine::{
    BundleDraft, Engine, EngineError, EngineOptions, ErrorReport, Home, PushOptions, PushReport,
    Reporting, RunKind, RunProgress, SyncOptions, SyncReport, open_from_env,
};
use nurturehub_port::{ConnectionId, ErrorKind};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::cache_tags::Tag;
use crate::data_set::DataSet;
use crate::events::{DataChanged, DataChangedEvent, RunProgressEvent};
use crate::mailbox::Mailbox;
use crate::preferences::PreferencesFile;
use crate::run_book::RunBook;
use crate::sandbox_desk::SandboxDesk;
use crate::shell::{News, Shell};
use crate::sign_ins::SignIns;
use crate::turned_away::TurnedAwayList;

/// What the files of its log are named after.
const LOG: &str = "desktop";

/// A receiver of webhooks that is open.
pub(crate) struct OpenReceiver {
    pub(crate) address: String,
    pub(crate) since: Timestamp,
    pub(crate) stop: CancellationToken,
    pub(crate) turned_away: Arc<TurnedAwayList>,
}

/// One data set, open.
pub(crate) struct Desk {
    pub(crate) data_set: DataSet,
    pub(crate) engine: Engine,
    pub(crate) sandbox: Option<SandboxDesk>,
    pub(crate) runs: RunBook,
    pub(crate) sign_ins: SignIns,
    pub(crate) receivers: Mutex<BTreeMap<String, OpenReceiver>>,
    pub(crate) mailbox: Mailbox,
    /// What is done on the side, and ends by itself: looking into failed runs, preparing a search.
    side_work: TaskTracker,
    /// It is being closed.
    closing: CancellationToken,
    papers: Mutex<Papers>,
    shell: Arc<dyn Shell>,
}

/// Bundles that somebody looks at.
#[derive(Default)]
struct Papers {
    /// The one that was put together last, by the id under which it is saved.
    draft: Option<(String, Arc<BundleDraft>)>,
    /// Those that a person has opened.
    opened: BTreeSet<String>,
}

impl Desk {
    /// Opens a data set.
    pub(crate) async fn open(
        data_set: DataSet,
        base: &Home,
        file: &PreferencesFile,
        shell: Arc<dyn Shell>,
    ) -> Result<Self, ErrorReport> {
        let home = data_set.home(base);
        let env = |name: &str| std::env::var(name).ok();
        let vault =
            open_from_env(home.path(), env).map_err(|error| EngineError::from(error).report())?;
        let logs = home.logs();
        // Where real runs are told of, the sandbox's are not, save by the environment.
        let reporting = Reporting::of(&home, env);
        let engine = Engine::open(EngineOptions::new(
            home,
            vault,
            nurturehub_engine::account(env),
        ))
        .await
        .map_err(|error| error.report())?
        .collected_as_set(&reporting);
        nurturehub_logging::keep_in(&logs, LOG);
        let sandbox = match data_set {
            DataSet::Real => None,
            DataSet::Sandbox => {
                let sandbox = SandboxDesk::start(file).await?;
                let set = sandbox.set_platform(&engine).await;
                set.map_err(|error| error.report())?;
                Some(sandbox)
            }
        };
        Ok(Self {
            sign_ins: SignIns::from_env(env),
            ..Self::over(data_set, engine, sandbox, shell)
        })
    }

    /// What is open once its engine is.
    pub(crate) fn over(
        data_set: DataSet,
        engine: Engine,
        sandbox: Option<SandboxDesk>,
        shell: Arc<dyn Shell>,
    ) -> Self {
        Self {
            data_set,
            engine,
            sandbox,
            runs: RunBook::default(),
            sign_ins: SignIns::default(),
            receivers: Mutex::default(),
            mailbox: Mailbox::default(),
            side_work: TaskTracker::new(),
            closing: CancellationToken::new(),
            papers: Mutex::default(),
            shell,
        }
    }

    /// Syncs, with news of how far it has come.
    pub(crate) async fn sync(
        self: &Arc<Self>,
        connection: &str,
        options: SyncOptions,
    ) -> Result<SyncReport, ErrorReport> {
        let cancel = self.begin(connection, RunKind::Sync)?;
        let page = |progress| {
            let now = self.engine.now();
            self.tell_run(
                self.runs
                    .advance(connection, |run| run.after_page(progress, now)),
            );
        };
        let outcome = self.engine.sync(connection, options, &page, &cancel).await;
        self.end(connection);
        outcome.map_err(|error| self.explained(connection, &error))
    }

    /// Pushes, with news of how far it has come.
    pub(crate) async fn push(
        self: &Arc<Self>,
        connection: &str,
        options: PushOptions,
    ) -> Result<PushReport, ErrorReport> {
        let total = match options.only.len() {
            0 => self.waiting(connection).await,
            some => u64::try_from(some).ok(),
        };
        let cancel = self.begin(connection, RunKind::Push)?;
        let batch = |sent| {
            let now = self.engine.now();
            let after = |run: RunProgress| run.after_batch(sent, total, now);
            self.tell_run(self.runs.advance(connection, after));
        };
        let outcome = self.engine.push(connection, options, &batch, &cancel).await;
        self.end(connection);
        outcome.map_err(|error| self.explained(connection, &error))
    }

    /// Runs something that has no progress to tell, and can be cancelled.
    pub(crate) async fn run<T>(
        self: &Arc<Self>,
        connection: &str,
        kind: RunKind,
        work: impl AsyncFnOnce(&Engine, CancellationToken) -> Result<T, EngineError>,
    ) -> Result<T, ErrorReport> {
        let cancel = self.begin(connection, kind)?;
        let outcome = work(&self.engine, cancel).await;
        self.end(connection);
        outcome.map_err(|error| self.explained(connection, &error))
    }

    /// A failure as it is shown. What the way to the CRM says is looked at meanwhile: the person who
    /// waits for the answer need not wait for that, too.
    fn explained(self: &Arc<Self>, connection: &str, error: &EngineError) -> ErrorReport {
        let report = error.report();
        if report.kind != ErrorKind::Cancelled {
            let (desk, connection) = (Arc::clone(self), connection.to_owned());
            self.side_work.spawn(async move {
                match desk.engine.look_into_failure(&connection).await {
                    Ok(false) => {}
                    Ok(true) => desk.changed(&[Tag::Connections, Tag::Runs], Some(&connection)),
                    Err(error) => {
                        tracing::warn!(connection, kind = %error.kind(), "A failure was not looked into.");
                    }
                }
            });
        }
        report
    }

    /// Has a connection's contacts ready to be searched, by the time that somebody has typed a letter.
    pub(crate) fn prepare_search(self: &Arc<Self>, connection: &str) {
        let (desk, connection) = (Arc::clone(self), connection.to_owned());
        self.side_work.spawn(async move {
            if let Err(error) = desk.engine.prepare_search(&connection).await {
                tracing::warn!(connection, kind = %error.kind(), "The search was not prepared.");
            }
        });
    }

    /// Posts to the webhook what it was not told yet, on the side: whoever answers slowly holds up
    /// nobody here.
    pub(crate) fn post_alerts(self: &Arc<Self>, webhook: String) {
        if !self.mailbox.may_post(&webhook, self.engine.now()) {
            return;
        }
        let desk = Arc::clone(self);
        self.side_work.spawn(async move {
            // What was not posted by then is posted at the next start.
            let posted = desk
                .closing
                .run_until_cancelled(desk.mailbox.post(&desk.engine, &webhook));
            if posted.await == Some(true) {
                desk.changed(&[Tag::App], None);
            }
        });
    }

    /// Tells a connection's run to stop.
    pub(crate) fn cancel(&self, connection: &str) {
        self.tell_run(self.runs.cancel(connection));
    }

    /// Says that stored data have changed.
    pub(crate) fn changed(&self, tags: &[Tag], connection: Option<&str>) {
        self.shell.tell(News::Data(DataChangedEvent(DataChanged {
            tags: tags.to_vec(),
            connection: connection.map(ToOwned::to_owned),
        })));
    }

    pub(crate) fn shell(&self) -> Arc<dyn Shell> {
        Arc::clone(&self.shell)
    }

    pub(crate) fn open_receivers(&self) -> MutexGuard<'_, BTreeMap<String, OpenReceiver>> {
        self.receivers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a bundle to be saved; the one before it is let go.
    pub(crate) fn keep_draft(&self, id: String, draft: BundleDraft) {
        self.papers().draft = Some((id, Arc::new(draft)));
    }

    /// The bundle that is kept under an id.
    ///
    /// # Errors
    /// `configuration` where it was let go.
    pub(crate) fn draft(&self, id: &str) -> Result<Arc<BundleDraft>, ErrorReport> {
        let papers = self.papers();
        let kept = papers.draft.as_ref().filter(|(kept, _)| kept == id);
        kept.map(|(_, draft)| Arc::clone(draft))
            .ok_or_else(|| not_there("That bundle is not kept any more."))
    }

    /// Notes that a person has opened a bundle.
    pub(crate) fn keep_bundle(&self, file: String) {
        self.papers().opened.insert(file);
    }

    /// Where a bundle is that a person has opened.
    ///
    /// # Errors
    /// `configuration` for any other file: the window can have none read that nobody picked.
    pub(crate) fn opened_bundle(&self, file: &str) -> Result<PathBuf, ErrorReport> {
        let is_open = self.papers().opened.contains(file);
        is_open
            .then(|| PathBuf::from(file))
            .ok_or_else(|| not_there("That bundle is not open."))
    }

    fn papers(&self) -> MutexGuard<'_, Papers> {
        self.papers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Stops all that goes on, and waits until it has.
    pub(crate) async fn close(&self) {
        self.runs.cancel_all();
        self.closing.cancel();
        self.sign_ins.cancel();
        for receiver in self.open_receivers().values() {
            receiver.stop.cancel();
        }
        // A run hears of it within a second; one that does not is cut off with the process, which
        // costs a page.
        for _ in 0..50 {
            if self.runs.all().is_empty() && self.side_work.is_empty() {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
    }

    /// Stops the sandbox, where there is one. The engine ends with the last who holds it.
    pub(crate) async fn stop_sandbox(&self) {
        if let Some(sandbox) = &self.sandbox {
            sandbox.stop().await;
        }
    }

    async fn waiting(&self, connection: &str) -> Option<u64> {
        let preview = self.engine.preview(connection, None, 0, 0).await.ok()?;
        let counts = preview.summary;
        Some(counts.create + counts.update + counts.archive)
    }

    fn begin(&self, connection: &str, kind: RunKind) -> Result<CancellationToken, ErrorReport> {
        let id = ConnectionId::parse(connection).map_err(|error| {
            EngineError::new(ErrorKind::Configuration, format!("{error}.")).report()
        })?;
        let begun = RunProgress::begun(id, kind, self.engine.now());
        let cancel = self.runs.begin(begun.clone()).ok_or_else(|| {
            EngineError::new(
                ErrorKind::AlreadyRunning,
                "This connection is at work already.",
            )
            .report()
        })?;
        self.tell_run(Some(begun));
        Ok(cancel)
    }

    fn end(&self, connection: &str) {
        self.tell_run(self.runs.end(connection));
        self.changed(&Tag::ALL, Some(connection));
    }

    fn tell_run(&self, progress: Option<RunProgress>) {
        if let Some(progress) = progress {
            self.shell.tell(News::Run(RunProgressEvent(progress)));
        }
    }
}

fn not_there(what: &str) -> ErrorReport {
    EngineError::with_remedy(ErrorKind::Configuration, what, "Open or export it again.").report()
}
