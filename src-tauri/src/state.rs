//! What the app holds for as long as it runs.

use std::sync::Arc;

use nurturehub_engine::{EngineError, ErrorReport, Home, Reporting};
use nurturehub_port::ErrorKind;
use tauri::{AppHandle, Manager as _, Wry};
use tokio::sync::{Notify, RwLock};

use crate::data_set::DataSet;
use crate::desk::Desk;
use crate::preferences::PreferencesFile;
use crate::shell::Shell;

/// What the app holds for as long as it runs.
pub(crate) struct AppState {
    home: Home,
    /// What to open, whatever was open last.
    asked_for: Option<DataSet>,
    pub(crate) preferences: PreferencesFile,
    pub(crate) shell: Arc<dyn Shell>,
    /// Data have changed, or others are open: tray and notifications may have something to say.
    pub(crate) stirred: Notify,
    desk: RwLock<Open>,
}

/// What is open.
enum Open {
    Nothing,
    A(Arc<Desk>),
    /// Nothing, and nothing will be: the app ends.
    Stopped,
}

impl Open {
    const fn desk(&self) -> Option<&Arc<Desk>> {
        match self {
            Self::A(desk) => Some(desk),
            Self::Nothing | Self::Stopped => None,
        }
    }

    fn take(&mut self) -> Option<Arc<Desk>> {
        match std::mem::replace(self, Self::Nothing) {
            Self::A(desk) => Some(desk),
            Self::Nothing => None,
            Self::Stopped => {
                *self = Self::Stopped;
                None
            }
        }
    }

    /// Whether something may be opened.
    fn check(&self) -> Result<(), ErrorReport> {
        match self {
            Self::Nothing | Self::A(_) => Ok(()),
            Self::Stopped => {
                let stopped = EngineError::new(ErrorKind::Cancelled, "The app is being closed.");
                Err(stopped.report())
            }
        }
    }
}

impl AppState {
    pub(crate) fn new(home: Home, asked_for: Option<DataSet>, shell: Arc<dyn Shell>) -> Self {
        Self {
            preferences: PreferencesFile::of(&home),
            home,
            asked_for,
            shell,
            stirred: Notify::new(),
            desk: RwLock::new(Open::Nothing),
        }
    }

    /// What is open. The first who asks opens it; after a failure the next who asks tries again, so
    /// that a keychain that was unlocked meanwhile needs no restart.
    ///
    /// # Errors
    /// Vault and storage errors.
    pub(crate) async fn desk(&self) -> Result<Arc<Desk>, ErrorReport> {
        if let Some(desk) = self.desk.read().await.desk() {
            return Ok(Arc::clone(desk));
        }
        let mut open = self.desk.write().await;
        if let Some(desk) = open.desk() {
            return Ok(Arc::clone(desk));
        }
        open.check()?;
        let last = self.preferences.read().data_set;
        let data_set = self.asked_for.or(last).unwrap_or_default();
        let desk = Arc::new(self.open(data_set).await?);
        *open = Open::A(Arc::clone(&desk));
        self.stirred.notify_one();
        Ok(desk)
    }

    /// What is open now, if anything is.
    pub(crate) async fn desk_if_open(&self) -> Option<Arc<Desk>> {
        self.desk.read().await.desk().cloned()
    }

    /// Closes what is open and opens a data set.
    ///
    /// # Errors
    /// Vault and storage errors; then nothing is open, and the next who asks tries again.
    pub(crate) async fn open_data_set(&self, data_set: DataSet) -> Result<Arc<Desk>, ErrorReport> {
        let mut open = self.desk.write().await;
        open.check()?;
        if let Some(desk) = open.desk().filter(|desk| desk.data_set == data_set) {
            let mut kept = self.preferences.read();
            kept.data_set = Some(data_set);
            self.preferences.write(&kept)?;
            return Ok(Arc::clone(desk));
        }
        close(open.take()).await;
        let mut kept = self.preferences.read();
        kept.data_set = Some(data_set);
        self.preferences.write(&kept)?;
        let desk = Arc::new(self.open(data_set).await?);
        *open = Open::A(Arc::clone(&desk));
        self.stirred.notify_one();
        Ok(desk)
    }

    /// Closes what is open, in order, for good: a window that asks once more while the app ends opens
    /// nothing that nobody would close.
    pub(crate) async fn close(&self) {
        let mut open = self.desk.write().await;
        close(open.take()).await;
        *open = Open::Stopped;
    }

    /// Where news goes: what was chosen, over which the environment wins.
    pub(crate) fn reporting(&self) -> Reporting {
        Reporting::of(&self.home, |name| std::env::var(name).ok())
    }

    async fn open(&self, data_set: DataSet) -> Result<Desk, ErrorReport> {
        let shell = Arc::clone(&self.shell);
        Desk::open(data_set, &self.home, &self.preferences, shell).await
    }
}

/// Opens the data while the window is being made, so that its first question is answered at once. A
/// failure is told to the window when it asks.
pub(crate) fn open_early(app: AppHandle<Wry>) {
    tauri::async_runtime::spawn(async move {
        if let Err(error) = app.state::<AppState>().desk().await {
            tracing::warn!(kind = %error.kind, "The data did not open.");
        }
    });
}

async fn close(desk: Option<Arc<Desk>>) {
    let Some(desk) = desk else { return };
    desk.close().await;
    // Commands that are under way may still hold it; the last of them lets the engine go.
    desk.stop_sandbox().await;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_computer::EmptyRoom;

    #[tokio::test]
    async fn what_was_closed_at_the_end_is_not_opened_again_by_who_asks_late() {
        let home = tempfile::tempdir().unwrap();
        let (shell, _heard) = EmptyRoom::new();
        let state = AppState::new(Home::at(home.path()), Some(DataSet::Sandbox), shell);
        state.close().await;
        let asked = state.desk().await.map(|_| ()).unwrap_err();
        assert_eq!(asked.kind, ErrorKind::Cancelled);
        let other = state.open_data_set(DataSet::Real).await;
        assert_eq!(other.map(|_| ()).unwrap_err().kind, ErrorKind::Cancelled);
        assert!(state.desk_if_open().await.is_none());
        assert!(
            std::fs::read_dir(home.path()).unwrap().next().is_none(),
            "nothing was made"
        );
    }
}
