//! What is tried again: when, how often, and how it ends.

use std::time::Duration;

use jiff::SignedDuration;
use nurturehub_port::Clock;
use nurturehub_sandbox::platform::SettledAs;

use super::{Post, due, statuses};

/// A CRM that answers requests for notes with an error that may pass.
fn down(provider: &str) -> String {
    // After a 503 it is certain that nothing was written, which matters for some.
    format!("{provider}.journal:status=503")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crm_that_was_down_gets_each_activity_once_it_is_up_and_the_wait_is_over() {
    for provider in ["reapit", "alto", "street"] {
        let post = Post::to(provider).await;
        post.offer_notes(&["a-1", "a-2", "a-3"]);
        post.faults(&down(provider));
        let pulled = post.pull().await;
        let waiting = [("a-1", "waiting"), ("a-2", "waiting"), ("a-3", "waiting")];
        assert_eq!(statuses(&pulled), waiting, "{provider}: {pulled:?}");
        let first = &pulled[0]["error"];
        assert_eq!(first["kind"], "providerDown", "{provider}");
        assert!(
            first["message"].as_str().unwrap().contains("tried again"),
            "{provider}: a person reads when: {first}"
        );
        let now = post.clock.now();
        let wait = due(&pulled[0]).duration_since(now);
        assert!(
            wait >= SignedDuration::from_secs(59) && wait <= SignedDuration::from_secs(75),
            "{provider}: a minute and up to a quarter more, not {wait}"
        );
        assert!(post.told().is_empty(), "{provider}: nothing is settled yet");
        assert_eq!(post.failed().await.total, 0, "{provider}: or given up");

        post.sandbox().clear_faults();
        let writes = post.writes();
        let early = post.pull().await;
        assert_eq!(
            early[0], pulled[0],
            "{provider}: not due, it says what it said before"
        );
        let sent = if provider == "street" { 2 } else { 0 };
        assert_eq!(
            post.writes() - writes,
            sent,
            "{provider}: only what was not tried before is sent"
        );

        post.pass(Duration::from_secs(75));
        let later = post.pull().await;
        assert!(
            later.iter().all(
                |result| ["written", "duplicate"].contains(&result["status"].as_str().unwrap())
            ),
            "{provider}: {later:?}"
        );
        assert_eq!(post.still_offered(), 0, "{provider}");
        assert!(
            post.told()
                .iter()
                .all(|(_, status)| *status == SettledAs::Written),
            "{provider}: {:?}",
            post.told()
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_the_last_attempt_it_is_a_dead_letter_that_a_person_can_still_push() {
    let post = Post::to("reapit").await;
    post.offer_notes(&["a-1"]);
    post.faults("reapit.journal:status=502");
    for minutes in [1, 5, 30, 120, 360] {
        let pulled = post.pull().await;
        assert_eq!(statuses(&pulled), [("a-1", "waiting")]);
        let wait = due(&pulled[0]).duration_since(post.clock.now());
        let least = SignedDuration::from_mins(minutes);
        assert!(
            wait + SignedDuration::from_secs(1) >= least && wait <= least + least / 4,
            "after {minutes} minutes and up to a quarter more, not {wait}"
        );
        post.pass(Duration::try_from(least + least / 4).unwrap());
    }
    let last = post.pull().await;
    assert_eq!(statuses(&last), [("a-1", "rejected")], "{last:?}");
    assert_eq!(post.told(), [("a-1".into(), SettledAs::Rejected)]);
    let failed = post.failed().await;
    let letter = &failed.activities[0];
    assert_eq!((letter.id.as_str(), letter.attempts), ("a-1", 6));
    let why = letter.error.as_ref().unwrap();
    assert!(
        why.message.contains("502") && why.message.contains("6 times"),
        "the reason and the attempts: {}",
        why.message
    );

    post.sandbox().clear_faults();
    post.pass(Duration::from_secs(86_400));
    post.offer_notes(&["a-1"]);
    let writes = post.writes();
    assert_eq!(statuses(&post.pull().await), [("a-1", "rejected")]);
    assert_eq!(post.writes(), writes, "it is not sent again by itself");
    assert_eq!(
        statuses(&post.push(&["a-1"]).await),
        [("a-1", "written")],
        "but for a person it is"
    );
    assert_eq!(
        post.failed().await.total,
        0,
        "and is no dead letter any more"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_does_not_have_to_wait() {
    let post = Post::to("reapit").await;
    post.offer_notes(&["a-1"]);
    post.faults("reapit.journal:status=502");
    post.pull().await;
    let again = post.push(&["a-1"]).await;
    assert_eq!(statuses(&again), [("a-1", "waiting")]);
    assert!(
        again[0]["error"]["message"]
            .as_str()
            .unwrap()
            .contains("Push it again"),
        "a file is not pushed again by itself, so nothing else is said: {again:?}"
    );
    post.sandbox().clear_faults();
    assert_eq!(statuses(&post.push(&["a-1"]).await), [("a-1", "written")]);
    assert_eq!(statuses(&post.pull().await), [("a-1", "duplicate")]);
    assert_eq!(post.still_offered(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_moment_that_a_crm_names_is_kept_to_the_second() {
    let post = Post::to("reapit").await;
    post.offer_notes(&["a-1"]);
    post.faults("reapit.journal:status=429,retryAfter=7200");
    let pulled = post.pull().await;
    assert_eq!(statuses(&pulled), [("a-1", "waiting")]);
    let wait = due(&pulled[0]).duration_since(post.clock.now());
    assert_eq!(wait, SignedDuration::from_hours(2));
    post.sandbox().clear_faults();
    post.pass(Duration::from_secs(7199));
    assert_eq!(statuses(&post.pull().await), [("a-1", "waiting")]);
    assert_eq!(post.writes(), 0, "not a second early");
    post.pass(Duration::from_secs(1));
    assert_eq!(statuses(&post.pull().await), [("a-1", "written")]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_person_must_mend_is_an_error_and_uses_up_no_attempts() {
    for provider in ["reapit", "street"] {
        let post = Post::to(provider).await;
        post.offer_notes(&["a-1", "a-2"]);
        post.faults(&format!("{provider}.journal:missingScope"));
        for _ in 0..8 {
            let error = post.try_pull().await.unwrap_err().report();
            assert_eq!(error.kind.as_str(), "scopeMissing", "{provider}: {error:?}");
            let said = error.detail["run"]["results"].as_array().unwrap();
            assert_eq!(
                statuses(said),
                [("a-1", "waiting"), ("a-2", "waiting")],
                "{provider}: each is accounted for"
            );
            post.pass(Duration::from_secs(7 * 3600));
        }
        assert_eq!(post.failed().await.total, 0, "{provider}: none is given up");
        post.sandbox().clear_faults();
        assert_eq!(
            statuses(&post.pull().await),
            [("a-1", "written"), ("a-2", "written")],
            "{provider}: sent with the first pull after"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_activity_that_fails_a_whole_call_does_not_hold_back_the_others() {
    let post = Post::to("reapit").await;
    post.offer_notes(&["a-1", "a-2", "a-3"]);
    // The search for what is there, one entry, and then an answer that ends the call.
    post.faults("reapit.journal:status=502,after=2,times=1");
    assert_eq!(
        statuses(&post.pull().await),
        [("a-1", "waiting"), ("a-2", "waiting"), ("a-3", "waiting")],
        "nothing is known of any of them"
    );
    assert_eq!(post.sandbox().reapit().journal().len(), 1);
    // From now on each has its own call: this one fails that of the second.
    post.faults("reapit.journal:status=502,after=2,times=1");
    post.pass(Duration::from_secs(80));
    assert_eq!(
        statuses(&post.pull().await),
        [("a-1", "duplicate"), ("a-2", "waiting"), ("a-3", "waiting")],
        "the first is found again"
    );
    let pulled = post.pull().await;
    assert_eq!(
        statuses(&pulled),
        [("a-2", "waiting"), ("a-3", "written")],
        "the third does not wait for the second"
    );
    post.pass(Duration::from_secs(400));
    assert_eq!(statuses(&post.pull().await), [("a-2", "written")]);
    assert_eq!(post.sandbox().reapit().journal().len(), 3, "each once");
}
