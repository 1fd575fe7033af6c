//! The simulators' own promises, tried over HTTP.

mod agentos;
mod caller;
mod control;
mod faults;
mod platform;
mod reapit;
mod reapit_sign_in;
