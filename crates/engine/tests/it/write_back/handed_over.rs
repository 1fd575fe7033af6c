//! A write-back that the CRM refuses, handed to support and lived through again.

use nurturehub_engine::{open_bundle, replay_bundle};
use nurturehub_port::Activity;
use tokio_util::sync::CancellationToken;

use super::Post;

/// Words that are in the notes and must be in no bundle.
const SUBJECT: &str = "Spring market";

async fn replays(provider: &str) {
    for fault in [
        "journal:status=503",
        "journal:status=400",
        "journal:status=429,retryAfter=7200",
        "journal:missingScope",
    ] {
        let scene = Post::to(provider).await;
        scene.faults(&format!("{provider}.{fault}"));
        let notes = ["a", "b"].iter().enumerate();
        let notes: Vec<Activity> = notes
            .map(|(at, id)| serde_json::from_value(scene.note(id, at)).unwrap())
            .collect();
        let engine = scene.engine();
        // Whether the whole run fails of it, or each activity, is for the CRM to say.
        let _ = engine
            .push_activities(&scene.connection, notes, &CancellationToken::new())
            .await;
        let run = engine.runs(&scene.connection, 1).await.unwrap().remove(0);
        assert_eq!(run.kind.as_str(), "writeBack", "{provider} {fault}");
        let path = scene.desk.home.path().join("handed.zip");
        let draft = engine
            .prepare_bundle(&scene.connection, Some(&run.run_id))
            .await
            .unwrap();
        assert!(draft.replayable, "{provider} {fault}: {run:?}");
        engine.save_bundle(&draft, &path).await.unwrap();
        let exchange = draft.entry("exchange.json").unwrap();
        let exchange = String::from_utf8_lossy(exchange);
        assert!(!exchange.contains(SUBJECT), "{provider} {fault}");
        open_bundle(&path).await.unwrap();
        let replay = replay_bundle(&path).await.unwrap();
        assert!(replay.same, "{provider} {fault}: {replay:#?}");
        assert_eq!(replay.recorded_at.unwrap().step, "writing");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reapits_refusals_replay() {
    replays("reapit").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn altos_refusals_replay() {
    replays("alto").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn streets_refusals_replay() {
    replays("street").await;
}
