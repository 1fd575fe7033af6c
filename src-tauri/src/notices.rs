//! Notifications: a connection that begins to fail, and one that recovers.

use std::collections::BTreeMap;

use nurturehub_engine::{ConnectionRow, State};
use tauri::{AppHandle, Manager, Wry};
use tauri_plugin_notification::NotificationExt;

use crate::data_set::DataSet;
use crate::desk::Desk;
use crate::state::AppState;

/// What each connection's last known trouble was.
#[derive(Debug, Default)]
pub(crate) struct Notices {
    troubled: BTreeMap<String, bool>,
    of: Option<DataSet>,
}

/// A notice to give.
#[derive(Debug, PartialEq, Eq)]
struct Notice {
    title: String,
    body: String,
}

impl Notices {
    /// Gives those notices that are news, unless the person wants none.
    pub(crate) fn tell(&mut self, app: &AppHandle<Wry>, desk: &Desk, rows: &[ConnectionRow]) {
        if self.of != Some(desk.data_set) {
            *self = Self {
                of: Some(desk.data_set),
                ..Self::default()
            };
        }
        let news: Vec<Notice> = rows.iter().filter_map(|row| self.news(row)).collect();
        if !app
            .state::<AppState>()
            .preferences
            .read()
            .preferences
            .notifications
        {
            return;
        }
        for notice in news {
            let shown = app
                .notification()
                .builder()
                .title(notice.title)
                .body(notice.body)
                .show();
            if let Err(error) = shown {
                tracing::warn!(%error, "A notification was not shown.");
            }
        }
    }

    /// What is news of a connection. What was so when the app first looked is none.
    fn news(&mut self, row: &ConnectionRow) -> Option<Notice> {
        let is_troubled = matches!(
            row.health.state,
            State::NeedsReauth | State::ActionNeeded | State::Failing
        );
        let id = row.connection.id.to_string();
        let was_troubled = self.troubled.insert(id, is_troubled)?;
        let name = &row.connection.name;
        match (was_troubled, is_troubled) {
            (false, true) => {
                let issue = row.health.issues.first();
                Some(Notice {
                    title: issue.map_or_else(
                        || format!("{name} needs attention"),
                        |issue| format!("{name}: {}", issue.title),
                    ),
                    body: issue.map_or_else(String::new, |issue| issue.remedy.clone()),
                })
            }
            (true, false) => Some(Notice {
                title: format!("{name} works again"),
                body: "Nothing more needs to be done.".to_owned(),
            }),
            _ => None,
        }
    }
}
