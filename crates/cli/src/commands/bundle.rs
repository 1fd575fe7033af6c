//! `bundle` and `replay`

use nurturehub_engine::{BundleManifest, BundleReplay, EngineError, FailurePoint, replay_bundle};

use crate::args::{Bundle, Globals, ReplayBundle};
use crate::exit::Exit;
use crate::output::table::{Column, pairs, table};
use crate::output::{Console, text};
use crate::workplace::Workplace;

/// Writes a diagnostic bundle, and says what is in it before it does.
pub(super) async fn make(
    globals: &Globals,
    console: &Console,
    args: Bundle,
) -> Result<Exit, EngineError> {
    let engine = Workplace::open(globals).await?.engine;
    let draft = engine
        .prepare_bundle(&args.connection, args.run.as_deref())
        .await?;
    let Some(out) = args.out.filter(|_| !args.dry_run) else {
        console.answer(&draft, || contents(&draft.manifest))?;
        return Ok(Exit::Done);
    };
    // However quiet: nobody saves what they have not been shown.
    console.always(&contents(&draft.manifest));
    if let Some(why) = &draft.manifest.not_replayable {
        console.note(&format!("There is nothing to replay. {why}"));
    }
    let saved = engine.save_bundle(&draft, &out).await?;
    console.answer(&saved, || {
        format!(
            "Saved {} ({} bytes).",
            text::shown(&saved.file, 200),
            saved.bytes
        )
    })?;
    Ok(Exit::Done)
}

fn contents(manifest: &BundleManifest) -> String {
    let columns = [
        Column::Left("entry"),
        Column::Right("bytes"),
        Column::Left("what it says"),
    ];
    let rows = manifest.contents.iter().map(|entry| {
        [
            entry.path.clone(),
            entry.bytes.to_string(),
            entry.what.clone(),
        ]
    });
    let run = manifest.run_id.as_ref();
    let about = run.map_or_else(String::new, |run| format!("It is about the run {run}.\n"));
    format!("{}\n{about}{}", table(&columns, rows), manifest.masked)
}

/// Replays a bundle. It needs neither data folder nor keychain nor network.
pub(super) async fn replay(console: &Console, args: ReplayBundle) -> Result<Exit, EngineError> {
    let replay = replay_bundle(&args.file).await?;
    console.answer(&replay, || outcome(&replay))?;
    Ok(if replay.same {
        Exit::Done
    } else {
        Exit::Failed
    })
}

fn outcome(replay: &BundleReplay) -> String {
    let kind = |kind: Option<_>| kind.map_or_else(|| "none".to_owned(), |kind| text::word(&kind));
    let mut rows = vec![
        ("recorded", kind(replay.recorded_kind)),
        ("", place(replay.recorded_at.as_ref())),
        ("replayed", kind(replay.replayed_kind)),
        ("", place(replay.replayed_at.as_ref())),
        (
            "the same",
            if replay.same { "yes" } else { "no" }.to_owned(),
        ),
        ("requests", replay.requests.len().to_string()),
    ];
    if replay.unanswered > 0 {
        rows.push(("not in the recording", replay.unanswered.to_string()));
    }
    if let Some(why) = &replay.only_recorded {
        rows.push(("only recorded", why.clone()));
    }
    if let Some(error) = &replay.error {
        rows.push(("why it failed", text::shown(&error.message, 200)));
        rows.push(("what to do", text::shown(&error.remedy, 300)));
    }
    pairs(rows)
}

fn place(point: Option<&FailurePoint>) -> String {
    let Some(point) = point else {
        return String::new();
    };
    let request = point.request.clone().unwrap_or_default();
    let status = point
        .status
        .map_or_else(String::new, |status| format!(" ({status})"));
    format!("{} {request}{status}", point.step)
}
