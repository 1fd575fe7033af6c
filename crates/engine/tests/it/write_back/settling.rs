//! What is settled at once: written, there already, refused, no place for it, not readable.

use nurturehub_sandbox::platform::SettledAs;
use serde_json::json;

use super::{Post, note, statuses};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_activity_is_written_once_and_settled_with_its_own_result() {
    for provider in ["reapit", "alto", "street"] {
        let post = Post::to(provider).await;
        let nobody = match provider {
            "street" => "00000000-0000-4000-8000-000000000001",
            _ => "4711",
        };
        post.offer_notes(&["a-1", "a-2"]);
        post.offer(vec![
            note("a-3", nobody),
            json!({ "id": "a-4", "kind": "hologram" }),
            post.note("a-1", 0),
        ]);
        let pulled = post.pull().await;
        assert_eq!(
            statuses(&pulled),
            [
                ("a-1", "written"),
                ("a-2", "written"),
                ("a-3", "rejected"),
                ("a-4", "rejected")
            ],
            "{provider}: one result for each"
        );
        assert_eq!(post.writes(), 3, "{provider}: and one write for each");
        assert_eq!(post.still_offered(), 0, "{provider}: nothing is left");
        assert_eq!(
            post.told(),
            [
                ("a-1".into(), SettledAs::Written),
                ("a-2".into(), SettledAs::Written),
                ("a-3".into(), SettledAs::Rejected),
                ("a-4".into(), SettledAs::Rejected),
            ],
            "{provider}: the platform knows"
        );
        assert_eq!(post.pull().await.len(), 0, "{provider}: and offers no more");

        let failed = post.failed().await;
        let shown: Vec<_> = failed
            .activities
            .iter()
            .map(|one| (one.id.as_str(), one.attempts, one.acknowledged))
            .collect();
        assert_eq!(failed.total, 2, "{provider}");
        assert_eq!(shown, [("a-3", 1, true), ("a-4", 0, true)], "{provider}");
        let why = failed.activities[0].error.as_ref().unwrap();
        assert!(!why.retryable, "{provider}: it is the end: {why:?}");
        assert_eq!(why.kind.as_str(), "providerRejected", "{provider}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_crm_has_no_place_for_is_settled_as_that_and_not_asked_again() {
    let post = Post::to("agentos").await;
    post.offer_notes(&["a-1"]);
    assert_eq!(statuses(&post.pull().await), [("a-1", "unsupported")]);
    assert_eq!(post.told(), [("a-1".into(), SettledAs::Unsupported)]);
    post.offer_notes(&["a-1"]);
    let again = post.pull().await;
    assert_eq!(statuses(&again), [("a-1", "unsupported")]);
    assert!(
        again[0]["error"]["message"].is_string(),
        "with its reason: {again:?}"
    );
    assert_eq!(post.failed().await.activities[0].attempts, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_written_is_never_sent_again_not_even_by_hand() {
    let post = Post::to("street").await;
    post.offer_notes(&["a-1"]);
    post.pull().await;
    assert_eq!(
        statuses(&post.push(&["a-1", "a-2", "a-2"]).await),
        [
            ("a-1", "duplicate"),
            ("a-2", "written"),
            ("a-2", "duplicate")
        ],
        "the same twice in a file is one activity"
    );
    post.offer_notes(&["a-1", "a-2"]);
    let pulled = post.pull().await;
    assert_eq!(
        statuses(&pulled),
        [("a-1", "duplicate"), ("a-2", "duplicate")]
    );
    assert!(
        pulled[0]["reference"].is_string(),
        "the CRM's id is known from before: {pulled:?}"
    );
    assert_eq!(post.writes(), 2, "this CRM would not have noticed");
    assert_eq!(post.still_offered(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_platform_could_not_be_told_is_told_later_without_another_write() {
    for provider in ["reapit", "street"] {
        let post = Post::to(provider).await;
        let nobody = match provider {
            "street" => "00000000-0000-4000-8000-000000000001",
            _ => "4711",
        };
        post.offer_notes(&["a-1", "a-2"]);
        post.offer(vec![note("a-3", nobody)]);
        post.faults("platform.acknowledge:status=500");
        let error = post.try_pull().await.unwrap_err().report();
        assert_eq!(error.kind.as_str(), "platformDown", "{provider}: {error:?}");
        let done = &error.detail["run"]["results"];
        assert_eq!(
            statuses(done.as_array().unwrap()),
            [("a-1", "written"), ("a-2", "written"), ("a-3", "rejected")],
            "{provider}: what was done is said all the same"
        );
        assert_eq!(post.still_offered(), 3, "{provider}");
        assert!(
            !post.failed().await.activities[0].acknowledged,
            "{provider}: the platform does not know"
        );

        let writes = post.writes();
        post.sandbox().clear_faults();
        let pulled = post.pull().await;
        assert_eq!(
            statuses(&pulled),
            [
                ("a-1", "duplicate"),
                ("a-2", "duplicate"),
                ("a-3", "rejected")
            ],
            "{provider}"
        );
        assert_eq!(post.writes(), writes, "{provider}: nothing is sent again");
        assert_eq!(post.still_offered(), 0, "{provider}: all is settled");
        assert_eq!(post.told()[2].1, SettledAs::Rejected, "{provider}");
        assert!(post.failed().await.activities[0].acknowledged, "{provider}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_platform_that_repeats_a_page_ends_the_pull() {
    let post = Post::to("reapit").await;
    let ids: Vec<String> = (0..150).map(|number| format!("a-{number}")).collect();
    post.offer_notes(&ids.iter().map(String::as_str).collect::<Vec<_>>());
    // Nothing can be written, so that the first page stays what it is.
    post.faults("reapit.journal:status=502");
    assert_eq!(post.pull().await.len(), 100, "it stops with the first page");

    post.sandbox().clear_requests();
    post.faults("platform.activities:repeatPage");
    let pulled = post.pull().await;
    assert_eq!(pulled.len(), 100, "each is reported once");
    let pages = post
        .sandbox()
        .requests(|request| request.path().ends_with("/activities"));
    assert_eq!(
        pages.len(),
        2,
        "the page that shows nothing new is the last"
    );
}
