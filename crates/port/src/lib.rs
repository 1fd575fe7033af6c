//! What every CRM is to us.
//!
//! The platform talks to a CRM through [`CrmAdapter`]: four methods, each of them honest about what
//! the CRM behind it can do ([`ProviderSpec`]). What travels through the port is canonical:
//! [`Contact`], [`Activity`], and an opaque [`Cursor`] that says how far a listing has come.
//!
//! This crate does no I/O and depends on no other crate of the workspace. It names no CRM.

mod activity;
mod adapter;
mod clock;
mod contact;
mod cursor;
mod error;
mod error_facts;
mod ids;
mod schema;
mod sealed;
mod secret;
mod spec;
mod verify;
mod webhook;

pub use activity::{
    Activity, ActivityContact, ActivityKind, ActivityOutcome, ActivitySource, WriteBackStatus,
};
pub use adapter::{
    ContactPage, ContactStream, CrmAdapter, DataIssue, MappedContact, PageRecord, RejectedRecord,
    Removal, SyncStart, VerifyStream,
};
pub use clock::Clock;
pub use contact::{
    Address, Assignment, AssignmentParty, Category, Consent, ConsentState, Contact, Email,
    Identity, Lifecycle, Phone, Provenance,
};
pub use cursor::Cursor;
pub use error::{AdapterError, Evidence};
pub use error_facts::{ErrorKind, KindFacts, Owner, Retry, Scope};
pub use ids::{ConnectionId, ExternalId, IdError, ProviderId, RunId, TenantId};
pub use schema::{activity_schema, contact_schema};
pub use sealed::SealedContact;
pub use secret::Secret;
pub use spec::{
    AbsencePolicy, Capabilities, Field, Limits, OAuthEndpoints, ProviderSpec, RateWindow,
    RedirectPolicy, SchedulePolicy, SettingKind, SignIn, SignInMethod, TokenRules, Unsupported,
};
pub use verify::{StepName, StepStatus, VerifyStep};
pub use webhook::{WebhookDelivery, WebhookEvent, WebhookOutcome};
