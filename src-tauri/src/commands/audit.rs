//! Who did what and when.

use std::sync::Arc;

use nurturehub_engine::{AuditFilter, AuditFormat, AuditPage};
use tauri::State;

use super::{Answer, report};
use crate::desk::Desk;
use crate::shell::{FileKind, Shell};
use crate::state::AppState;

/// A page of the audit log, newest first: all of it, or what was done to one connection.
#[tauri::command]
#[specta::specta]
pub(crate) async fn audit_log(
    state: State<'_, AppState>,
    connection: Option<String>,
    limit: u32,
    offset: u32,
) -> Answer<AuditPage> {
    let desk = state.desk().await?;
    let page = desk
        .engine
        .audit_page(connection.as_deref(), limit, offset.into())
        .await;
    page.map_err(report)
}

/// Asks where to, then writes the log, oldest first; none where the person thinks better of it.
#[tauri::command]
#[specta::specta]
pub(crate) async fn export_audit(
    state: State<'_, AppState>,
    connection: Option<String>,
    format: AuditFormat,
) -> Answer<Option<String>> {
    let desk = state.desk().await?;
    export(&desk, Arc::clone(&state.shell), connection, format).await
}

async fn export(
    desk: &Desk,
    shell: Arc<dyn Shell>,
    connection: Option<String>,
    format: AuditFormat,
) -> Answer<Option<String>> {
    let about = connection.as_deref().map(|id| format!("-{id}"));
    let about = about.unwrap_or_default();
    let name = format!("nurturehub-audit{about}.{}", format.extension());
    let kind = match format {
        AuditFormat::Csv => FileKind::Csv,
        AuditFormat::Jsonl => FileKind::Jsonl,
    };
    let choose = move || shell.choose_new_file("Save the audit log", &name, kind);
    let chosen = tauri::async_runtime::spawn_blocking(choose).await;
    let Some(path) = chosen.ok().flatten() else {
        return Ok(None);
    };
    let filter = AuditFilter {
        since: None,
        connection,
    };
    let saved = desk.engine.export_audit(&path, format, filter).await;
    saved.map_err(report)?;
    Ok(Some(path.display().to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data_set::DataSet;
    use crate::test_computer::{Computer, EmptyRoom};

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn the_log_is_saved_where_the_person_says_or_nowhere() {
        let computer = Computer::new().await;
        let engine = computer.start().await;
        let connection = computer.connect(&engine).await;
        let (room, _heard) = EmptyRoom::new();
        let desk = Desk::over(DataSet::Real, engine, None, Arc::clone(&room) as _);
        let given_up = export(&desk, room, None, AuditFormat::Csv).await.unwrap();
        assert_eq!(given_up, None, "nobody chose a file");
        let log = desk.engine.audit_page(None, 10, 0).await.unwrap();
        assert_eq!(log.total, 1, "and nothing was noted: {log:?}");

        let folder = tempfile::tempdir().unwrap();
        let (room, _heard) = EmptyRoom::where_files_go_to(folder.path());
        let of = Some(connection.clone());
        let saved = export(&desk, room, of, AuditFormat::Csv).await.unwrap();
        let text = std::fs::read_to_string(saved.unwrap()).unwrap();
        assert!(text.contains(&connection), "{text}");
        let name = format!("nurturehub-audit-{connection}.csv");
        assert!(
            folder.path().join(name).exists(),
            "named after what it holds"
        );
        desk.close().await;
    }
}
