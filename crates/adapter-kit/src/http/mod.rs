//! HTTP to a CRM: throttled, retried where that is safe, limited in size and time, and traced.
//!
//! A [`HttpClient`] is made for one operation; those of one connection share a [`Throttle`]. Its requests wait for the CRM's limits, a 429 pauses
//! all of them, redirects are never followed, and what comes back is either an answer with a
//! status of success or an [`AdapterError`](nurturehub_port::AdapterError) of one of the contract's
//! kinds. Dropping the future of a request cancels it and frees its place.

mod body;
pub(crate) mod certificate;
mod classify;
mod client;
mod config;
mod json_path;
mod json_records;
mod pauses;
mod playback;
mod recording;
mod request;
mod response;
mod retry;
mod send;
mod throttle;
mod throttles;
mod trace;

use std::sync::Arc;

pub use classify::{ErrorReader, rejection, unexpected_status};
pub use client::{HttpClient, Spent};
pub use config::{Backoff, HttpConfig};
pub use json_path::describe as describe_json_error;
pub use json_records::{Records, read_records};
pub use pauses::{Pause, PauseReason};
pub use playback::{Playback, PlaybackCredential, RecordedStep};
pub use recording::{Came, Exchange, Failure, KeptPage, Recording, Taken};
pub use request::Request;
pub use response::HttpResponse;
pub use throttle::Throttle;
pub use throttles::Throttles;
pub use trace::{TraceEntry, TraceLog, is_about_limits};

/// Installs the TLS library's cryptography for this process, unless that was done before.
///
/// Clients do it themselves when they are made; a program whose first TLS client is another one
/// (a sign-in, say) calls it at its start.
pub fn install_crypto() {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        // Somebody else may have been quicker; then theirs is as good.
        let _: Result<(), Arc<rustls::crypto::CryptoProvider>> =
            rustls::crypto::ring::default_provider().install_default();
    }
}
