//! What was under way when everything stopped.

use std::time::Duration;

use nurturehub_sandbox::platform::SettledAs;
use tokio_util::sync::CancellationToken;

use super::{Post, statuses};

/// Drops a pull once the CRM has got a request that hangs, as a kill would.
async fn cut_off(post: &Post) {
    let mut tick = tokio::time::interval(Duration::from_millis(1));
    let pull = post.try_pull();
    tokio::pin!(pull);
    loop {
        tokio::select! {
            ended = &mut pull => panic!("it should have hung: {ended:?}"),
            _ = tick.tick() => if hangs(post) { return },
        }
    }
}

/// Whether a request hangs.
fn hangs(post: &Post) -> bool {
    post.sandbox().faults().iter().any(|fault| fault.hit > 0)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_what_was_written_is_found_again_a_kill_costs_nothing() {
    for provider in ["reapit", "alto"] {
        let post = Post::to(provider).await;
        post.offer_notes(&["a-1", "a-2", "a-3"]);
        // One CRM searches once for all, the other for each contact.
        let after = if provider == "reapit" { 2 } else { 3 };
        post.faults(&format!("{provider}.journal:hang,after={after}"));
        cut_off(&post).await;
        assert!(post.told().is_empty(), "{provider}: nothing was settled");

        post.sandbox().clear_faults();
        assert_eq!(
            statuses(&post.pull().await),
            [("a-1", "duplicate"), ("a-2", "written"), ("a-3", "written")],
            "{provider}: each is there, the first from before"
        );
        let entries = match provider {
            "reapit" => post.sandbox().reapit().journal().len(),
            _ => post.sandbox().alto().file_notes().len(),
        };
        assert_eq!(entries, 3, "{provider}: each once");
        assert_eq!(post.still_offered(), 0, "{provider}");
        assert_eq!(post.failed().await.total, 0, "{provider}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_it_is_not_the_one_on_its_way_is_left_to_a_person_and_the_others_are_not() {
    let post = Post::to("street").await;
    post.offer_notes(&["a-1", "a-2", "a-3"]);
    post.faults("street.journal:hang,after=1");
    cut_off(&post).await;

    post.sandbox().clear_faults();
    let pulled = post.pull().await;
    assert_eq!(
        statuses(&pulled),
        [
            ("a-1", "duplicate"),
            ("a-2", "rejected"),
            ("a-3", "written")
        ],
        "only the one that was under way is in doubt"
    );
    assert_eq!(
        post.sandbox().street().written().len(),
        2,
        "and it is not sent again"
    );
    let why = &pulled[1]["error"];
    assert!(
        why["message"].as_str().unwrap().contains("not known"),
        "{why}"
    );
    assert!(why["remedy"].as_str().unwrap().contains("by hand"), "{why}");
    assert_eq!(post.told()[1], ("a-2".into(), SettledAs::Rejected));
    let failed = post.failed().await;
    assert_eq!((failed.total, failed.activities[0].attempts), (1, 1));

    // The person has looked, and it is not there.
    assert_eq!(statuses(&post.push(&["a-2"]).await), [("a-2", "written")]);
    assert_eq!(post.failed().await.total, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_is_told_of_the_doubt_before_it_is_sent_again() {
    let post = Post::to("street").await;
    post.offer_notes(&["a-1"]);
    post.faults("street.journal:hang");
    cut_off(&post).await;
    post.sandbox().clear_faults();
    let first = post.push(&["a-1"]).await;
    assert_eq!(statuses(&first), [("a-1", "rejected")], "{first:?}");
    assert!(
        post.sandbox().street().written().is_empty(),
        "not before the person knows"
    );
    assert_eq!(statuses(&post.push(&["a-1"]).await), [("a-1", "written")]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_was_lost_is_a_dead_letter_where_it_cannot_be_found_again() {
    let post = Post::to("street").await;
    post.offer_notes(&["a-1", "a-2"]);
    // Something between here and the CRM gave up waiting, so the note may be there or not.
    post.faults("street.journal:status=504,times=1");
    let pulled = post.pull().await;
    assert_eq!(
        statuses(&pulled),
        [("a-1", "rejected"), ("a-2", "written")],
        "{pulled:?}"
    );
    assert_eq!(post.told()[0], ("a-1".into(), SettledAs::Rejected));
    post.pass(Duration::from_secs(86_400));
    post.offer_notes(&["a-1"]);
    assert_eq!(statuses(&post.pull().await), [("a-1", "rejected")]);
    assert_eq!(post.writes(), 2, "never sent again by itself");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancelled_pull_leaves_nothing_in_doubt() {
    let post = Post::to("reapit").await;
    post.offer_notes(&["a-1", "a-2"]);
    post.faults("reapit.journal:hang,after=2");
    let cancel = CancellationToken::new();
    let pull = post.engine().pull_activities(&post.connection, &cancel);
    tokio::pin!(pull);
    let mut tick = tokio::time::interval(Duration::from_millis(1));
    let error = loop {
        tokio::select! {
            ended = &mut pull => break ended.unwrap_err().report(),
            _ = tick.tick() => if hangs(&post) { cancel.cancel() },
        }
    };
    assert_eq!(error.kind.as_str(), "cancelled");
    let said = error.detail["run"]["results"].as_array().unwrap();
    assert_eq!(statuses(said), [("a-1", "waiting"), ("a-2", "waiting")]);
    let runs = post.engine().runs(&post.connection, 1).await.unwrap();
    assert_eq!(
        runs[0].status.as_str(),
        "cancelled",
        "and the run has an end"
    );

    post.sandbox().clear_faults();
    assert_eq!(
        statuses(&post.pull().await),
        [("a-1", "duplicate"), ("a-2", "written")]
    );
    assert_eq!(post.sandbox().reapit().journal().len(), 2);
}
