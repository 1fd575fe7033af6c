//! What it costs to tell field by field how contacts differ from what the platform has, as the
//! preview does for each of its rows.
#![allow(
    clippy::unwrap_used,
    reason = "a benchmark that cannot make its input ends"
)]

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput};
use nurturehub_engine::diff;
use serde_json::{Value, json};

/// Contacts of a page, and of three: what a contact more costs is their difference.
const SIZES: [usize; 2] = [100, 300];

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("engine");
    let before: Value =
        serde_json::from_str(include_str!("../../port/benches/contact.json")).unwrap();
    let mut after = before.clone();
    after["identity"]["lastName"] = json!("Achterberg-Wren");
    after["emails"][1]["address"] = json!("new@achterberg.example");
    after["attributes"]["budget"] = json!(450_000);
    for count in SIZES {
        group.throughput(Throughput::Elements(u64::try_from(count).unwrap()));
        for (what, known) in [("diff-new", None), ("diff-changed", Some(&before))] {
            group.bench_function(BenchmarkId::new(what, count), |bencher| {
                bencher.iter(|| {
                    for _ in 0..count {
                        black_box(diff(black_box(known), black_box(&after)));
                    }
                });
            });
        }
    }
    group.finish();
    criterion.final_summary();
}
