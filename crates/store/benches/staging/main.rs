//! What it costs to store a page of contacts: to pack it, to set it aside and merge it where its
//! contacts are new, and to tell by their hashes that they are known or have changed.
#![allow(
    clippy::unwrap_used,
    reason = "a benchmark that cannot make its input ends"
)]

mod desk;

use std::time::{Duration, Instant};

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput};
use nurturehub_store::contacts::Records;

use desk::{Desk, contacts};

/// Contacts of a page, and of three: what a contact more costs is their difference.
const SIZES: [usize; 2] = [100, 300];

/// What is known of a page's contacts before it comes.
#[derive(Clone, Copy)]
enum Before {
    Nothing,
    AllOfIt,
    AnotherForm,
}

/// Stores a page so often, each time in a store of its own; says how long that took.
fn store_pages(count: usize, before: Before, times: u64) -> Duration {
    let mut taken = Duration::ZERO;
    for _ in 0..times {
        let desk = Desk::new();
        match before {
            Before::Nothing => {}
            Before::AllOfIt => desk.store_page(contacts(count, "first")),
            Before::AnotherForm => desk.store_page(contacts(count, "second")),
        }
        let page = contacts(count, "first");
        let began = Instant::now();
        desk.store_page(page);
        taken += began.elapsed();
    }
    taken
}

fn main() {
    let mut criterion = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(100))
        .measurement_time(Duration::from_secs(1))
        .configure_from_args();
    let mut group = criterion.benchmark_group("store");
    for count in SIZES {
        group.throughput(Throughput::Elements(u64::try_from(count).unwrap()));
        group.bench_function(BenchmarkId::new("pack", count), |bencher| {
            let page = || contacts(count, "first");
            let pack = |page| Records::pack(page).unwrap();
            bencher.iter_batched(page, pack, BatchSize::SmallInput);
        });
        for (what, before) in [
            ("stage-new", Before::Nothing),
            ("stage-known", Before::AllOfIt),
            ("stage-changed", Before::AnotherForm),
        ] {
            group.bench_function(BenchmarkId::new(what, count), |bencher| {
                bencher.iter_custom(|times| store_pages(count, before, times));
            });
        }
        let desk = Desk::new();
        desk.store_page(contacts(count, "first"));
        group.bench_function(BenchmarkId::new("preview", count), |bencher| {
            bencher.iter(|| desk.preview(count));
        });
    }
    group.finish();
    criterion.final_summary();
}
