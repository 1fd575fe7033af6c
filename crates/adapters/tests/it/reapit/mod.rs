//! Reapit, against its simulator.

mod errors;
mod harness;
mod listing;
mod mapping;
mod moving;
mod pushing;
mod verifying;
mod webhooks;
