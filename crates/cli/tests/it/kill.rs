//! Real processes, really killed: what was stored stays, and nothing is stored twice.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use nurturehub_sandbox::{LoggedRequest, PathKind, SandboxConfig};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use serde_json::Value;

use crate::program::Desk;

/// Contacts of the agency.
const CONTACTS: usize = 3_000;
/// Contacts on a page: small, so that there are many moments between pages.
const PAGE: usize = 50;

/// Contacts that may wait to be merged, as the engine has it: twice, once while others are merged.
const MERGED_TOGETHER: usize = 2 * 500;
/// What each answer takes, so that a kill lands while one is under way.
const LATENCY: Duration = Duration::from_millis(2);

const SETTINGS: [&str; 2] = ["pageSize=50", "applicantLookup=false"];

/// What a contact is in a comparison: the hash of its content.
type Snapshot = BTreeMap<String, String>;

/// An agency, and what an undisturbed sync makes of it.
struct Bench {
    desk: Desk,
    dice: ChaCha8Rng,
    /// How long an undisturbed sync takes, from start to end of the process.
    whole: Duration,
    clean: Snapshot,
}

/// One data folder's way through its kills to a sync that ends by itself.
struct Journey {
    conn: String,
    kills: usize,
    report: Value,
}

impl Bench {
    async fn new(seed: u64) -> Self {
        let desk = Desk::with(SandboxConfig {
            contacts: CONTACTS,
            limits: false,
            latency: Some(LATENCY),
            seed,
            ..SandboxConfig::default()
        })
        .await;
        let conn = desk.connect("reapit", &SETTINGS).await;
        let began = Instant::now();
        let report = desk.run(&["sync", &conn, "--json"]).await.done();
        let whole = began.elapsed();
        assert_eq!(
            report["created"], CONTACTS,
            "the yardstick is whole: {report}"
        );
        let clean = snapshot(&desk, &conn).await;
        Self {
            desk,
            dice: ChaCha8Rng::seed_from_u64(seed),
            whole,
            clean,
        }
    }

    /// A moment to kill at: mostly early, so that one listing takes many runs and is hit all along;
    /// now and then any moment, so that the end of a long run is hit as well.
    fn moment(&mut self) -> Duration {
        let any = self.dice.next_u32().is_multiple_of(8);
        let reach = if any { self.whole } else { self.whole / 5 };
        reach.mul_f64(f64::from(self.dice.next_u32()) / f64::from(u32::MAX))
    }

    /// Syncs into an empty data folder, killed over and over until one sync ends by itself.
    /// `look` is called after each kill.
    async fn journey(&mut self, mut look: impl AsyncFnMut(&Desk, &str)) -> Journey {
        self.desk.clear_home();
        let conn = self.desk.connect("reapit", &SETTINGS).await;
        self.desk.sandbox.clear_requests();
        let mut kills = 0;
        loop {
            let moment = self.moment();
            let mut child = self
                .desk
                .command(&["sync", &conn, "--json"])
                .spawn()
                .unwrap();
            drop(child.stdin.take());
            if tokio::time::timeout(moment, child.wait()).await.is_ok() {
                let report = self.desk.wait(child).await.done();
                return Journey {
                    conn,
                    kills,
                    report,
                };
            }
            child.kill().await.unwrap();
            kills += 1;
            look(&self.desk, &conn).await;
        }
    }

    /// The counts and contents after a journey are those of the undisturbed sync.
    async fn compare(&self, journey: &Journey) {
        let Journey { conn, report, .. } = journey;
        let proof = &report["proof"];
        assert_eq!(proof["addsUp"], true, "{report}");
        if report["mode"] == "full" {
            assert_eq!(proof["listed"], CONTACTS, "nothing is lost: {report}");
            assert_eq!(
                proof["created"], CONTACTS,
                "over all runs, each was new once: {report}"
            );
            assert_eq!(proof["repeated"], 0, "and none came twice: {report}");
        } else {
            // The last kill came when the listing was closed and only its report was wanting.
            assert_eq!(proof["created"], 0, "nothing was left to find: {report}");
            assert_eq!(proof["updated"], 0, "and nothing to mend: {report}");
        }
        let found = snapshot(&self.desk, conn).await;
        assert!(
            found == self.clean,
            "content for content the same as without a kill"
        );
    }
}

/// Every contact with its content's hash.
async fn snapshot(desk: &Desk, conn: &str) -> Snapshot {
    let list = desk
        .run(&["contacts", conn, "--limit", "1000000", "--json"])
        .await
        .done();
    let contacts = list["contacts"].as_array().unwrap();
    let snapshot: Snapshot = contacts
        .iter()
        .map(|contact| {
            let text = |key: &str| contact["provenance"][key].as_str().unwrap().to_owned();
            (text("externalId"), text("contentHash"))
        })
        .collect();
    assert_eq!(list["total"], snapshot.len(), "each contact once");
    assert_eq!(contacts.len(), snapshot.len(), "and all of them shown");
    snapshot
}

fn stored(list: &Value) -> usize {
    usize::try_from(list["total"].as_u64().unwrap()).unwrap()
}

/// The pages that were asked for, in the order in which they were.
fn pages(desk: &Desk) -> Vec<LoggedRequest> {
    let mut pages = desk
        .sandbox
        .requests(|request| request.path() == "/contacts/");
    pages.sort_by_key(|request| request.at_ms);
    pages
}

/// How many contacts stand before a page, by what its request says.
fn before(target: &str, active: usize) -> usize {
    let value = |name: &str| {
        let query = target.split(['?', '&']);
        query
            .filter_map(|pair| pair.split_once('='))
            .find(|(key, _)| *key == name)
            .map(|(_, v)| v)
    };
    let number: usize = value("pageNumber").unwrap().parse().unwrap();
    match value("fromArchive") {
        Some("false") => (number - 1) * PAGE,
        Some(_) => active + (number - 1) * PAGE,
        // The last look at what changed meanwhile, which is nothing.
        None => CONTACTS,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn invariant_01_page_and_cursor_commit_together() {
    let mut bench = Bench::new(11).await;
    let active = bench.desk.sandbox.reapit().truth().active;
    let mut kills = 0;
    let mut in_the_middle = 0;
    while kills < 40 {
        // What was stored at each kill; the next run must go on just behind it.
        let mut at_kill: Vec<(usize, usize)> = Vec::new();
        let journey = bench
            .journey(async |desk, conn| {
                let list = desk
                    .run(&["contacts", conn, "--limit", "0", "--json"])
                    .await
                    .done();
                at_kill.push((pages(desk).len(), stored(&list)));
            })
            .await;
        let pages = pages(&bench.desk);
        for (asked, stored) in at_kill {
            // No further page where the kill came after the last one.
            let next = pages
                .get(asked)
                .map_or(CONTACTS, |page| before(&page.target, active));
            in_the_middle += usize::from(next > 0 && next < CONTACTS);
            // Or with some pages written down and not yet merged, which the next run does first.
            assert!(
                stored <= next && next - stored <= MERGED_TOGETHER + PAGE,
                "the cursor stands where the contacts end: {stored} of {next}"
            );
        }
        bench.compare(&journey).await;
        kills += journey.kills;
    }
    assert!(
        in_the_middle >= 10,
        "of {kills} kills only {in_the_middle} hit a sync at work"
    );
}

/// How many pages each new run asked for that had been asked for before.
fn steps_back(pages: &[LoggedRequest]) -> Vec<usize> {
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    let mut last = 0;
    let mut steps = Vec::new();
    for page in pages {
        let next = places.len() + 1;
        let place = *places.entry(&page.target).or_insert(next);
        if place <= last {
            steps.push(last - place + 1);
        }
        last = place;
    }
    steps
}

#[test]
fn steps_back_are_counted_by_the_run_that_takes_them() {
    let page = |target: &str| LoggedRequest {
        part: "crm",
        kind: PathKind::List,
        method: "GET".into(),
        target: target.into(),
        at_ms: 0,
        status: 200,
    };
    let pages = ["a", "b", "c", "b", "c", "d", "d", "e"].map(page);
    assert_eq!(
        steps_back(&pages),
        [2, 1],
        "two pages at the first kill, one at the second"
    );
}

/// A page is asked for once the one before is stored, so a kill can lose the last one alone.
#[tokio::test(flavor = "multi_thread")]
async fn invariant_12_a_kill_costs_at_most_one_page() {
    let mut bench = Bench::new(12).await;
    let mut kills = 0;
    while kills < 60 {
        let journey = bench.journey(async |_, _| ()).await;
        let steps = steps_back(&pages(&bench.desk));
        assert!(
            steps.len() <= journey.kills,
            "only a kill leads back: {steps:?}"
        );
        let worst = steps.iter().max().copied().unwrap_or_default();
        assert!(
            worst <= 1,
            "more than one page was fetched again: {steps:?}"
        );
        bench.compare(&journey).await;
        kills += journey.kills;
    }
}
