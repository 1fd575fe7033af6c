//! The icon in the system's tray, with the worst state of all connections.

use std::sync::{Mutex, PoisonError};

use nurturehub_engine::{ConnectionRow, State};
use tauri::image::Image;
use tauri::menu::{Menu, MenuItem, PredefinedMenuItem};
use tauri::tray::TrayIconBuilder;
use tauri::{App, AppHandle, Manager as _, Wry};

use crate::{scheduler, window};

const ID: &str = "state";

/// The app's name for people, as the tray's host shows or reads it.
const NAME: &str = "NurtureHub Connect";

/// What the icon says now. On Linux it has no tooltip, so the menu says it in words, too.
struct Shown {
    worst: Mutex<Worst>,
    line: MenuItem<Wry>,
}

/// Makes the icon. A desktop without a tray is no reason not to start.
pub(crate) fn build(app: &App<Wry>) {
    if !has_tray_library() {
        tracing::warn!("This system has no library for tray icons (libayatana-appindicator3).");
        return;
    }
    #[cfg(target_os = "linux")]
    glib::set_application_name(NAME);
    if let Err(error) = make(app) {
        tracing::warn!(%error, "There is no tray icon.");
    }
}

fn make(app: &App<Wry>) -> tauri::Result<()> {
    let worst = Worst::Well;
    let entry =
        |id: &str, label: &str, enabled| MenuItem::with_id(app, id, label, enabled, None::<&str>);
    let line = entry("worst", worst.sentence(), false)?;
    let menu = Menu::with_items(
        app,
        &[
            &line,
            &PredefinedMenuItem::separator(app)?,
            &entry("open", &format!("Open {NAME}"), true)?,
            &entry("sync", "Sync all now", true)?,
            &PredefinedMenuItem::separator(app)?,
            &entry("quit", "Quit", true)?,
        ],
    )?;
    TrayIconBuilder::with_id(ID)
        .icon(worst.image()?)
        .tooltip(worst.tooltip())
        .menu(&menu)
        .on_menu_event(|app, event| match event.id().as_ref() {
            "open" => window::show(app),
            "sync" => scheduler::sync_all(app.clone()),
            "quit" => app.exit(0),
            _ => {}
        })
        .build(app)?;
    app.manage(Shown {
        worst: Mutex::new(worst),
        line,
    });
    Ok(())
}

/// Shows the worst state of all connections.
pub(crate) fn show_worst(app: &AppHandle<Wry>, rows: &[ConnectionRow]) {
    let (Some(tray), Some(shown)) = (app.tray_by_id(ID), app.try_state::<Shown>()) else {
        return;
    };
    let worst = rows
        .iter()
        .map(|row| Worst::of(row.health.state))
        .max()
        .unwrap_or(Worst::Well);
    let before = {
        let mut now = shown.worst.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *now, worst)
    };
    if before == worst {
        return;
    }
    let changed = worst
        .image()
        .and_then(|image| tray.set_icon(Some(image)))
        .and_then(|()| tray.set_tooltip(Some(worst.tooltip())))
        .and_then(|()| shown.line.set_text(worst.sentence()));
    if let Err(error) = changed {
        tracing::warn!(%error, "The tray icon was not changed.");
    }
}

/// As much as an icon can say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Worst {
    Well,
    Doubtful,
    Failing,
}

impl Worst {
    const fn of(state: State) -> Self {
        match state {
            State::NeedsReauth | State::ActionNeeded | State::Failing => Self::Failing,
            State::Degraded | State::Stale | State::Expiring => Self::Doubtful,
            State::Paused | State::New | State::Healthy => Self::Well,
        }
    }

    fn image(self) -> tauri::Result<Image<'static>> {
        Image::from_bytes(match self {
            Self::Well => include_bytes!("../../icons/tray/well.png"),
            Self::Doubtful => include_bytes!("../../icons/tray/doubtful.png"),
            Self::Failing => include_bytes!("../../icons/tray/failing.png"),
        })
    }

    const fn sentence(self) -> &'static str {
        match self {
            Self::Well => "All is well",
            Self::Doubtful => "Something should be looked at",
            Self::Failing => "A connection needs attention",
        }
    }

    fn tooltip(self) -> String {
        format!("{NAME}: {}", self.sentence())
    }
}

/// Whether the library is there that shows tray icons on Linux; asking for an icon without it would end
/// the process.
fn has_tray_library() -> bool {
    if !cfg!(target_os = "linux") {
        return true;
    }
    let folders = ["/usr/lib", "/usr/lib64", "/lib", "/usr/local/lib"];
    let triple = format!("/usr/lib/{}-linux-gnu", std::env::consts::ARCH);
    let names = ["libayatana-appindicator3.so.1", "libappindicator3.so.1"];
    folders.into_iter().chain([triple.as_str()]).any(|folder| {
        names
            .iter()
            .any(|name| std::path::Path::new(folder).join(name).exists())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_icon_says_the_worst() {
        let worst = [State::Healthy, State::NeedsReauth, State::Stale].map(Worst::of);
        assert_eq!(worst.into_iter().max(), Some(Worst::Failing));
        assert_eq!(Worst::of(State::Degraded), Worst::Doubtful);
    }
}
