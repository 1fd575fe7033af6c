//! The program as its users have it: the real binary, against the sandbox.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod alerts;
mod codes;
mod contract;
mod demo;
mod doctor;
mod kill;
mod marked;
mod new_key;
mod program;
mod receiver;
mod sandbox;
mod sign_in;
mod support;
mod taker;
mod tokens;
mod walk;
mod write_back;
