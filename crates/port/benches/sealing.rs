//! What it costs to settle a contact's content: to write its text, hash it, and read it again.
#![allow(
    clippy::unwrap_used,
    reason = "a benchmark that cannot make its input ends"
)]

use std::hint::black_box;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput};
use nurturehub_port::{Contact, ExternalId, SealedContact};

/// Contacts of a page, and of three: what a contact more costs is their difference.
const SIZES: [usize; 2] = [100, 300];

fn contacts(count: usize) -> Vec<Contact> {
    let one: Contact = serde_json::from_str(include_str!("contact.json")).unwrap();
    let numbered = |number: usize| {
        let mut contact = one.clone();
        contact.provenance.external_id = ExternalId::parse(format!("A{number}")).unwrap();
        contact.id = Contact::derive_id(
            &contact.provenance.connection_id,
            &contact.provenance.external_id,
        );
        contact
    };
    (0..count).map(numbered).collect()
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("port");
    for count in SIZES {
        let contacts = contacts(count);
        group.throughput(Throughput::Elements(u64::try_from(count).unwrap()));
        group.bench_function(BenchmarkId::new("seal", count), |bencher| {
            let seal = |contacts: Vec<Contact>| -> Vec<SealedContact> {
                contacts.into_iter().map(Contact::sealed).collect()
            };
            bencher.iter_batched(|| contacts.clone(), seal, BatchSize::SmallInput);
        });
        let texts: Vec<String> = contacts
            .iter()
            .map(|contact| contact.clone().sealed().canonical().to_owned())
            .collect();
        group.bench_function(BenchmarkId::new("read", count), |bencher| {
            let read = |texts: Vec<String>| -> Vec<SealedContact> {
                let read = texts.into_iter().map(SealedContact::parse);
                black_box(read.collect::<Result<_, _>>().unwrap())
            };
            bencher.iter_batched(|| texts.clone(), read, BatchSize::SmallInput);
        });
    }
    group.finish();
    criterion.final_summary();
}
