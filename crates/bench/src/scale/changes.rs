//! What a sync costs that finds little to do.

use serde_json::json;

use super::Change;
use crate::Failure;
use crate::control::Control;
use crate::desk::{Crm, Desk};
use crate::figures::{mebibytes, median, number};
use crate::process::Server;

/// How often each is run.
const RUNS: usize = 5;

/// Contacts that the CRM changes before a sync.
const CHANGED: [usize; 2] = [0, 100];

/// Syncs after nothing, and after a hundred contacts, have changed.
pub(crate) async fn measure(
    desk: &Desk<'_>,
    connection: &str,
    server: &Server,
) -> Result<Vec<Change>, Failure> {
    let (control, crm) = (Control::of(server)?, Crm::of(server)?);
    // The first one after a full sync asks again for what changed while that ran.
    desk.run(&["sync", connection])?;
    let mut changes = Vec::new();
    for changed in CHANGED {
        let (mut sync, mut process, mut updated) = (Vec::new(), Vec::new(), Vec::new());
        let (mut waiting, mut peak) = (Vec::new(), Vec::new());
        for _ in 0..RUNS {
            edit(&control, &crm, changed).await?;
            let ended = desk.run(&["sync", connection])?;
            sync.push(number(&ended.json["durationMs"]));
            waiting.push(number(&ended.json["spent"]["waitingMs"]));
            peak.push(mebibytes(ended.peak_kib));
            process.push(ended.wall.as_secs_f64() * 1_000.0);
            updated.push(number(&ended.json["updated"]));
        }
        changes.push(Change {
            changed,
            updated: median(updated),
            sync_ms: median(sync),
            waiting_ms: median(waiting),
            process_ms: median(process),
            peak_mib: Some(median(peak)),
            runs: RUNS,
        });
    }
    Ok(changes)
}

/// Lets people in the CRM change so many contacts.
pub(super) async fn edit(control: &Control, crm: &Crm, count: usize) -> Result<(), Failure> {
    if count == 0 {
        return Ok(());
    }
    let edit = json!({ "change": "edit", "count": count });
    control.post("reapit/mutate", &edit).await?;
    control.settle(crm).await
}
