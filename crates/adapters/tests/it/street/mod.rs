//! Street, against its simulator.

mod harness;
mod listing;
mod mapping;
mod moving;
mod pushing;
mod refusals;
mod webhooks;
