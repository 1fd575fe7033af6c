//! Real processes, really killed: what was stored stays, and nothing is stored twice.

mod pages;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use nurturehub_sandbox::{LoggedRequest, SandboxConfig};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use serde_json::Value;
use tokio::process::Child;

use crate::program::Desk;
use pages::{CRMS, Crm, asked, places, steps_back};

/// Contacts of the agency.
const CONTACTS: usize = 2_000;
/// Contacts on a page: small, so that there are many moments between pages.
const PAGE: usize = 40;

/// Contacts that may wait to be merged, as the engine has it: twice, once while others are merged.
const MERGED_TOGETHER: usize = 2 * 500;
/// What each answer takes, so that a kill lands while one is under way.
const LATENCY: Duration = Duration::from_millis(2);

/// How often is looked whether the pages have come that a kill waits for.
const LOOK: Duration = Duration::from_millis(1);

/// Pages after which most kills come: few, so that one listing takes many runs and is hit all along.
const SOON: u32 = 8;

/// What a contact is in a comparison: the hash of its content.
type Snapshot = BTreeMap<String, String>;

/// An agency, and what an undisturbed sync makes of it.
struct Bench {
    crm: &'static Crm,
    desk: Desk,
    dice: ChaCha8Rng,
    /// How long the first page takes, from the start of the process.
    first: Duration,
    /// How long a page takes.
    each: Duration,
    /// Pages of a whole listing.
    pages: usize,
    clean: Snapshot,
}

/// When a process is killed: once so many pages were answered, and so long after that.
struct Moment {
    pages: usize,
    then: Duration,
}

/// A kill, in pages of the journey that had been answered.
struct Kill {
    /// When the process began.
    began: usize,
    /// When it was killed.
    killed: usize,
}

/// One data folder's way through its kills to a sync that ends by itself.
struct Journey {
    conn: String,
    kills: Vec<Kill>,
    /// The place of each page that was asked for.
    places: Vec<Option<usize>>,
    report: Value,
}

impl Journey {
    /// Kills of processes that had got pages, and that had more of the listing before them.
    fn in_the_middle(&self) -> usize {
        let hit = |kill: &&Kill| {
            kill.killed > kill.began && self.places.get(kill.killed).is_some_and(Option::is_some)
        };
        self.kills.iter().filter(hit).count()
    }
}

impl Bench {
    async fn new(crm: &'static Crm, seed: u64) -> Self {
        let desk = Desk::with(SandboxConfig {
            contacts: CONTACTS,
            limits: false,
            latency: Some(LATENCY),
            seed,
            ..SandboxConfig::default()
        })
        .await;
        let conn = desk.connect(crm.provider, crm.settings).await;
        desk.sandbox.clear_requests();
        let began = Instant::now();
        let mut child = desk.command(&["sync", &conn, "--json"]).spawn().unwrap();
        drop(child.stdin.take());
        let reached = reaches(&desk, crm, &mut child, 1).await;
        assert!(reached, "the yardstick gets pages");
        let first = began.elapsed();
        let report = desk.wait(child).await.done();
        let whole = began.elapsed();
        assert_eq!(
            report["created"], CONTACTS,
            "the yardstick is whole: {report}"
        );
        let pages = asked(&desk, crm).len();
        assert!(pages > 40, "there are many moments between pages: {pages}");
        let clean = snapshot(&desk, &conn).await;
        Self {
            crm,
            desk,
            dice: ChaCha8Rng::seed_from_u64(seed),
            first,
            each: (whole - first) / u32::try_from(pages).unwrap(),
            pages,
            clean,
        }
    }

    /// Whether all pages of the listing were asked for.
    fn is_over(&self, asked: &[LoggedRequest]) -> bool {
        places(asked, self.pages)
            .last()
            .is_some_and(|place| place.is_none_or(|place| place == self.pages))
    }

    /// A moment to kill at: mostly some pages on; now and then anywhere in the listing, so that the
    /// end of a long run is hit as well, or before there is a page at all.
    fn moment(&mut self) -> Moment {
        let fraction = f64::from(self.dice.next_u32()) / f64::from(u32::MAX);
        let pages = match self.dice.next_u32() % 8 {
            0 => {
                return Moment {
                    pages: 0,
                    then: self.first.mul_f64(fraction),
                };
            }
            1 => self.dice.next_u32() % u32::try_from(self.pages).unwrap(),
            _ => self.dice.next_u32() % SOON,
        };
        Moment {
            pages: 1 + usize::try_from(pages).unwrap(),
            then: self.each.mul_f64(fraction),
        }
    }

    /// Syncs into an empty data folder, killed over and over until one sync ends by itself.
    /// `look` is called after each kill.
    async fn journey(&mut self, mut look: impl AsyncFnMut(&Desk, &str)) -> Journey {
        self.desk.clear_home();
        let conn = self
            .desk
            .connect(self.crm.provider, self.crm.settings)
            .await;
        self.desk.sandbox.clear_requests();
        let mut kills = Vec::new();
        loop {
            let before = asked(&self.desk, self.crm);
            let began = before.len();
            // Once all pages were asked for, the next run is the last: it closes the listing, or finds
            // that a kill came after that.
            let is_last = self.is_over(&before);
            let moment = self.moment();
            let mut child = self
                .desk
                .command(&["sync", &conn, "--json"])
                .spawn()
                .unwrap();
            drop(child.stdin.take());
            let wanted = began + moment.pages;
            let runs = !is_last
                && reaches(&self.desk, self.crm, &mut child, wanted).await
                && tokio::time::timeout(moment.then, child.wait())
                    .await
                    .is_err();
            if !runs {
                let report = self.desk.wait(child).await.done();
                return Journey {
                    conn,
                    kills,
                    places: places(&asked(&self.desk, self.crm), self.pages),
                    report,
                };
            }
            child.kill().await.unwrap();
            kills.push(Kill {
                began,
                killed: asked(&self.desk, self.crm).len(),
            });
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
            assert_eq!(proof["repeated"], 0, "and none came twice: {report}");
        }
        // The last kill may have come when the listing was closed and only its report was wanting.
        if journey.places.last().is_some_and(Option::is_some) {
            assert_eq!(
                proof["created"], CONTACTS,
                "over all runs, each was new once: {report}"
            );
        } else {
            assert_eq!(report["resumed"], false, "it is another listing: {report}");
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

/// Waits until so many pages were answered. False where the process ended before.
async fn reaches(desk: &Desk, crm: &Crm, child: &mut Child, pages: usize) -> bool {
    while asked(desk, crm).len() < pages {
        if tokio::time::timeout(LOOK, child.wait()).await.is_ok() {
            return false;
        }
    }
    true
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

/// Half of the kills at least must have hit a sync at work, or they show nothing.
fn enough(crm: &Crm, in_the_middle: usize, kills: usize) {
    assert!(
        in_the_middle * 2 >= kills,
        "of {kills} kills only {in_the_middle} hit a sync of {} at work",
        crm.provider
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn invariant_01_page_and_cursor_commit_together() {
    // With those below, a hundred kills at least.
    for (crm, (seed, wanted)) in CRMS.iter().zip([(11, 14), (12, 13), (13, 13)]) {
        let mut bench = Bench::new(crm, seed).await;
        let mut kills = 0;
        let mut in_the_middle = 0;
        while kills < wanted {
            // What was stored at each kill; the next run must go on just behind it.
            let mut at_kill: Vec<usize> = Vec::new();
            let journey = bench
                .journey(async |desk, conn| {
                    let list = desk
                        .run(&["contacts", conn, "--limit", "0", "--json"])
                        .await
                        .done();
                    at_kill.push(stored(&list));
                })
                .await;
            let pages = asked(&bench.desk, crm);
            for (kill, stored) in journey.kills.iter().zip(at_kill) {
                // No further page where the kill came after the last one.
                let next = journey.places.get(kill.killed).copied().flatten();
                let next = next.map_or(CONTACTS, |_| {
                    crm.before(&bench.desk, &pages[kill.killed].target)
                });
                // Or with some pages written down and not yet merged, which the next run does first.
                assert!(
                    stored <= next && next - stored <= MERGED_TOGETHER + PAGE,
                    "the cursor stands where the contacts end: {stored} of {next}"
                );
            }
            bench.compare(&journey).await;
            kills += journey.kills.len();
            in_the_middle += journey.in_the_middle();
        }
        enough(crm, in_the_middle, kills);
    }
}

/// A page is asked for once the one before is stored, so a kill can lose the last one alone.
#[tokio::test(flavor = "multi_thread")]
async fn invariant_12_a_kill_costs_at_most_one_page() {
    for (crm, seed) in CRMS.iter().zip(21..) {
        let mut bench = Bench::new(crm, seed).await;
        let mut kills = 0;
        let mut in_the_middle = 0;
        while kills < 20 {
            let journey = bench.journey(async |_, _| ()).await;
            let steps = steps_back(&journey.places);
            assert!(
                steps.len() <= journey.kills.len(),
                "only a kill leads back: {steps:?}"
            );
            let worst = steps.iter().max().copied().unwrap_or_default();
            assert!(
                worst <= 1,
                "more than one page was fetched again: {steps:?}"
            );
            bench.compare(&journey).await;
            kills += journey.kills.len();
            in_the_middle += journey.in_the_middle();
        }
        enough(crm, in_the_middle, kills);
    }
}
