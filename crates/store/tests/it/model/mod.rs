//! The store against a plain model of it, over random sequences of everything that happens to it.

mod plain;
mod steps;
mod world;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};

use steps::steps;
use world::World;

use crate::desk::{ONCE, TWICE};

#[test]
fn the_store_does_what_a_plain_model_of_it_does() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let config = Config {
        cases: 64,
        failure_persistence: None,
        // The same sequences each time; PROPTEST_RNG_SEED asks for others.
        rng_seed: match Config::default().rng_seed {
            RngSeed::Random => RngSeed::Fixed(2026),
            fixed @ RngSeed::Fixed(_) => fixed,
        },
        ..Config::default()
    };
    TestRunner::new(config)
        .run(&(any::<bool>(), steps()), |(twice, steps)| {
            runtime.block_on(async {
                let mut world = World::new(if twice { TWICE } else { ONCE }).await;
                for (number, step) in steps.iter().enumerate() {
                    world
                        .take(step)
                        .await
                        .map_err(|reason| format!("step {number}, {step:?}: {reason}"))
                        .map_err(TestCaseError::fail)?;
                }
                Ok(())
            })
        })
        .unwrap_or_else(|failure| panic!("{failure}"));
}
