//! Alto, against its simulator and, where that never misbehaves, against answers by hand.

mod consent;
mod errors;
mod harness;
mod listing;
mod mapping;
mod moving;
mod pushing;
mod scripted;
mod verifying;
mod webhooks;
