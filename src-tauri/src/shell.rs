//! What commands need of the desktop, behind a trait, so that they run without a window in tests.

use std::path::PathBuf;

use tauri::{AppHandle, Manager, Wry};
use tauri_plugin_dialog::DialogExt;
use tauri_specta::Event;

use crate::events::{DataChangedEvent, RunProgressEvent, SignInPromptEvent, VerifyProgressEvent};
use crate::state::AppState;

/// News for whoever looks at the app.
#[derive(Debug, Clone)]
pub(crate) enum News {
    /// How far a run has come.
    Run(RunProgressEvent),
    /// A step of a verification has ended.
    Verify(VerifyProgressEvent),
    /// The browser was sent somewhere.
    SignIn(SignInPromptEvent),
    /// Stored data have changed.
    Data(DataChangedEvent),
}

/// The desktop.
pub(crate) trait Shell: Send + Sync + 'static {
    /// Tells the window.
    fn tell(&self, news: News);
    /// Opens an address in the person's browser; only the web, never a file or a program.
    fn open(&self, address: &str);
    /// Lets the person choose a file. Blocks until that is done.
    fn choose_file(&self, title: &str) -> Option<PathBuf>;
    /// Lets the person choose where to write a new file. Blocks until that is done.
    fn choose_new_file(&self, title: &str, name: &str, kind: FileKind) -> Option<PathBuf>;
}

/// What kind of file is to be written.
#[derive(Debug, Clone, Copy)]
pub(crate) enum FileKind {
    /// A diagnostic bundle.
    Bundle,
    /// Comma-separated values.
    Csv,
    /// One JSON document on each line.
    Jsonl,
}

impl FileKind {
    /// Its name, and how a file's name ends.
    const fn filter(self) -> (&'static str, &'static str) {
        match self {
            Self::Bundle => ("Diagnostic bundle", "zip"),
            Self::Csv => ("Comma-separated values", "csv"),
            Self::Jsonl => ("JSON lines", "jsonl"),
        }
    }
}

/// The real one.
pub(crate) struct TauriShell {
    app: AppHandle<Wry>,
}

impl TauriShell {
    pub(crate) const fn new(app: AppHandle<Wry>) -> Self {
        Self { app }
    }
}

impl Shell for TauriShell {
    fn tell(&self, news: News) {
        // A window that is gone has nobody to tell.
        let _ = match news {
            News::Run(event) => event.emit(&self.app),
            News::Verify(event) => event.emit(&self.app),
            News::SignIn(event) => event.emit(&self.app),
            News::Data(event) => {
                if let Some(state) = self.app.try_state::<AppState>() {
                    state.stirred.notify_one();
                }
                event.emit(&self.app)
            }
        };
    }

    fn open(&self, address: &str) {
        if !(address.starts_with("https://") || address.starts_with("http://")) {
            return;
        }
        let address = address.to_owned();
        // Some browsers' starters do not return before the browser does.
        tauri::async_runtime::spawn_blocking(move || {
            let mut options = webbrowser::BrowserOptions::new();
            options.with_suppress_output(true);
            let opened = webbrowser::open_browser_with_options(
                webbrowser::Browser::Default,
                &address,
                &options,
            );
            if opened.is_err() {
                tracing::warn!("No browser could be opened.");
            }
        });
    }

    fn choose_file(&self, title: &str) -> Option<PathBuf> {
        let chosen = self
            .app
            .dialog()
            .file()
            .set_title(title)
            .blocking_pick_file();
        chosen.and_then(|path| path.into_path().ok())
    }

    fn choose_new_file(&self, title: &str, name: &str, kind: FileKind) -> Option<PathBuf> {
        let (what, extension) = kind.filter();
        let dialog = self.app.dialog().file();
        let chosen = dialog
            .set_title(title)
            .set_file_name(name)
            .add_filter(what, &[extension])
            .blocking_save_file();
        chosen.and_then(|path| path.into_path().ok())
    }
}
