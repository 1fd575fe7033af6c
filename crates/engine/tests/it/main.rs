//! The engine against the simulators: whole walks, the invariants, and what goes wrong.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test's helpers fail as its body does"
)]

mod audit;
mod bad_input;
mod budget;
mod bundle;
mod bundle_contents;
mod bundle_in_part;
mod core_names;
mod desk;
mod diagnose;
mod drift;
mod entered;
mod full_disk;
mod going_on;
mod health_document;
mod health_rules;
mod health_table;
mod invariants;
mod keep_alive;
mod new_key;
mod one_throttle;
mod person;
mod push;
mod secrets;
mod sign_in;
mod spent;
mod talkative;
mod time;
mod walk;
mod webhooks;
mod write_back;
