//! The desktop shell: typed commands and events over the engine, and what only a desktop app has
//! (window, tray, notifications, schedule). No rule of the business lives here.

#![allow(
    clippy::result_large_err,
    reason = "a failure goes to the window as it is, and none is made where its size counts"
)]

mod alert_settings;
pub mod bindings;
mod cache_tags;
mod commands;
mod data_set;
mod desk;
mod events;
mod exit;
mod mailbox;
mod notices;
mod preferences;
mod run_book;
mod sandbox_desk;
mod scheduler;
mod shell;
mod sign_ins;
mod state;
#[cfg(test)]
mod test_computer;
mod tray;
mod turned_away;
mod window;

use std::process::ExitCode;
use std::sync::Arc;

use nurturehub_engine::Home;
use nurturehub_logging::LevelFilter;
use tauri::{Context, Manager, RunEvent, Wry};

use shell::TauriShell;
use state::AppState;

/// Runs the app until it is quit.
#[must_use]
pub fn run(context: Context<Wry>) -> ExitCode {
    nurturehub_logging::start(LevelFilter::WARN, false);
    let Some(home) = home() else {
        tracing::error!("This system names no folder for an application's data.");
        return ExitCode::FAILURE;
    };
    let commands = bindings::builder::<Wry>();
    let built = tauri::Builder::<Wry>::default()
        // First, so that a second start ends before it opens anything.
        .plugin(tauri_plugin_single_instance::init(|app, _, _| {
            window::show(app);
        }))
        .plugin(tauri_plugin_window_state::Builder::default().build())
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_notification::init())
        .invoke_handler(commands.invoke_handler())
        .setup(move |app| {
            commands.mount_events(app);
            tray::build(app);
            scheduler::start(app.handle().clone());
            exit::on_signals(app.handle().clone());
            Ok(())
        })
        .on_window_event(window::on_event)
        .build(context);
    match built {
        Ok(app) => {
            let shell = TauriShell::new(app.handle().clone());
            app.manage(AppState::new(home, asked_for(), Arc::new(shell)));
            state::open_early(app.handle().clone());
            app.run(|app, event| {
                if let RunEvent::ExitRequested { api, .. } = event {
                    exit::on_request(app, &api);
                }
            });
            ExitCode::SUCCESS
        }
        Err(error) => {
            tracing::error!(%error, "The app could not be started.");
            ExitCode::FAILURE
        }
    }
}

fn home() -> Option<Home> {
    let env = |name: &str| std::env::var(name).ok();
    let named = env("NURTUREHUB_HOME").filter(|home| !home.is_empty());
    named
        .map(Into::into)
        .or_else(|| Home::default_path(env))
        .map(Home::at)
}

/// What the command line asks for: `--sandbox` opens the simulated CRMs.
fn asked_for() -> Option<data_set::DataSet> {
    std::env::args()
        .skip(1)
        .any(|argument| argument == "--sandbox")
        .then_some(data_set::DataSet::Sandbox)
}
