//! Whether a failure can be lived through again from its bundle, on another desk.

use nurturehub_engine::{RunStatus, open_bundle, replay_bundle_with};

use crate::desk::Desk;
use crate::finding::Finding;
use crate::verdict::{Checked, wrong};

impl Desk {
    /// The newest run of the connection, where there is one.
    pub(crate) async fn newest_run(&self) -> Checked<Option<(String, RunStatus)>> {
        let Ok(engine) = self.engine() else {
            return Ok(None);
        };
        if self.connection.is_empty() {
            return Ok(None);
        }
        let runs = engine.runs(&self.connection, 1).await;
        let runs = runs.map_err(|error| wrong("no runs", error))?;
        Ok(runs.into_iter().next().map(|run| (run.run_id, run.status)))
    }

    /// Hands the bundle of what was found over to another desk, which has neither data folder nor
    /// network, and lives through it there. Answers `yes`, or why it cannot be, in words; an error
    /// where it should and does not end in the same.
    pub(crate) async fn replays(
        &self,
        found: &Finding,
        before: Option<&(String, RunStatus)>,
    ) -> Checked<String> {
        let newest = self.newest_run().await?;
        let Some((run, status)) =
            newest.filter(|newest| before.map(|run| &run.0) != Some(&newest.0))
        else {
            return Ok("no: no run of a connection was begun".to_owned());
        };
        let engine = self.engine()?;
        let in_trouble = matches!(status, RunStatus::Failed | RunStatus::Partial);
        let wanted = (!in_trouble).then_some(run.as_str());
        let draft = engine.prepare_bundle(&self.connection, wanted).await;
        let draft = draft.map_err(|error| wrong("no bundle", error))?;
        if draft.manifest.run_id.as_ref() != Some(&run) {
            return Err("the bundle is about another run".to_owned());
        }
        if let Some(why) = &draft.manifest.not_replayable {
            return Ok(format!("no: {}", first_sentence(why)));
        }
        let elsewhere = tempfile::tempdir().map_err(|error| wrong("no folder", error))?;
        let path = elsewhere.path().join("bundle.zip");
        let saved = engine.save_bundle(&draft, &path).await;
        saved.map_err(|error| wrong("not saved", error))?;
        let view = open_bundle(&path).await;
        let view = view.map_err(|error| wrong("not opened", error))?;
        let replay = replay_bundle_with(self.registry(), &path).await;
        let replay = replay.map_err(|error| wrong("no replay", error))?;
        if !replay.same || replay.replayed_kind != Some(found.kind) {
            return Err(format!(
                "it was {} at {:?}, and replays as {:?} at {:?}",
                found.kind, replay.recorded_at, replay.replayed_kind, replay.replayed_at
            ));
        }
        if replay.unanswered > 0 {
            return Err(format!("{} requests are not recorded", replay.unanswered));
        }
        // A failure of our own count is met again without any request.
        let was_asked = view.exchanges > 0;
        match replay.only_recorded {
            Some(why) => Ok(format!("as recorded: {}", first_sentence(&why))),
            None if was_asked && replay.requests.is_empty() => {
                Err("it replays, and yet nothing was lived through".to_owned())
            }
            None => Ok("yes".to_owned()),
        }
    }
}

/// The first sentence, as it goes on after a colon.
fn first_sentence(text: &str) -> String {
    let first = text.split(". ").next().unwrap_or_default();
    first.trim_end_matches('.').to_owned()
}
