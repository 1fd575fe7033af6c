//! What it costs each adapter to make contacts of the records of its CRM's pages, by its own word:
//! parsing a page and mapping its records, without the network.
#![allow(
    clippy::unwrap_used,
    reason = "a benchmark that cannot make its input ends"
)]

use std::sync::Arc;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput};
use nurturehub_adapter_kit::{AdapterContext, SystemClock};
use nurturehub_adapters::registry;
use nurturehub_conformance::Subject;
use nurturehub_port::ContactPage;
use nurturehub_sandbox::{Sandbox, SandboxConfig};
use tokio::runtime::Runtime;

/// Contacts of a listing: two sizes, so that what it costs to start falls out of their difference.
const CONTACTS: [u64; 2] = [100, 300];

/// The adapters whose CRM the sandbox has. Their clocks are the machine's, so that they can tell how
/// long they map.
fn subjects(runtime: &Runtime) -> Vec<Subject> {
    let config = SandboxConfig {
        contacts: 1,
        ..SandboxConfig::default()
    };
    let known = runtime.block_on(Sandbox::start(config)).unwrap().describe();
    let all = registry::all().iter();
    all.filter(|entry| known.providers.contains_key((entry.spec)().id.as_str()))
        .map(|entry| {
            Subject::new(entry.spec, entry.build).rebuilt(|before, context| {
                before(AdapterContext {
                    clock: Arc::new(SystemClock::new()),
                    ..context
                })
            })
        })
        .collect()
}

fn mapping(pages: &[ContactPage]) -> Duration {
    Duration::from_micros(pages.iter().map(|page| page.mapping_us).sum())
}

fn main() {
    let runtime = Runtime::new().unwrap();
    let mut criterion = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(100))
        .measurement_time(Duration::from_secs(1))
        .configure_from_args();
    let mut group = criterion.benchmark_group("adapters/map");
    for subject in subjects(&runtime) {
        for contacts in CONTACTS {
            let listed = usize::try_from(contacts).unwrap();
            let list = || runtime.block_on(subject.pages(listed)).unwrap();
            group.throughput(Throughput::Elements(contacts));
            let id = BenchmarkId::new(subject.spec().id.as_str(), contacts);
            group.bench_function(id, |bencher| {
                bencher.iter_custom(|times| (0..times).map(|_| mapping(&list())).sum());
            });
        }
    }
    group.finish();
    criterion.final_summary();
}
