//! What adapters share.
//!
//! [`http`] speaks to a CRM within its limits and keeps a trace of what was said; [`mapping`] turns
//! what a CRM writes into the canonical contact; [`settings`] and [`context`] are what an adapter
//! is given; [`network`] is the way out of this computer; [`verify`], [`probe`] and [`paging`] are the parts of the port's methods that are the
//! same for every CRM; [`profile`] is a whole adapter for plain CRMs, driven by data. This crate
//! names no CRM.

pub mod activity_text;
pub mod borrowed_text;
pub mod clock;
pub mod context;
pub mod crm_words;
pub mod http;
pub mod mapping;
pub mod network;
pub mod next_token;
pub mod numbered_pages;
pub mod paging;
pub mod probe;
pub mod profile;
pub mod settings;
mod shared_fields;
pub mod testing;
pub mod verify;
pub mod watermark;
pub mod webhook_sender;
pub mod webhook_signature;

pub use clock::SystemClock;
pub use context::{AdapterContext, CredentialSource, StaticCredential};
pub use http::{
    ErrorReader, HttpClient, HttpConfig, HttpResponse, Request, Spent, TraceEntry, TraceLog,
};
pub use settings::Settings;
pub use shared_fields::shared_fields;
