//! The use cases: connect, verify, sync, preview, push, write back, webhooks, health.
//!
//! [`Engine`] is the one face of this crate. The command line and the desktop app call the same
//! methods and show what they answer; no rule of the business lives above this crate, and nothing
//! here knows which CRMs there are.

mod account;
mod alerts;
mod audit_file;
mod audit_log;
mod audit_words;
mod connect;
mod contacts;
mod credentials;
mod database;
mod deliveries;
mod diagnose;
mod disconnect;
mod dry_run;
mod engine;
mod error;
mod facts;
mod file_settings;
mod finding;
mod flapping;
mod going_on;
mod health;
mod health_document;
mod health_facts;
mod home;
mod keep_alive;
mod lasting;
mod lease;
mod new_key;
mod outbound;
mod overview;
mod platform;
mod platform_way;
mod preview;
mod progress;
mod providers;
mod push;
mod random;
mod receiver;
mod reporting;
mod run_log;
mod run_words;
mod runs;
mod schedule;
mod session;
mod sign_in;
mod spent;
mod state_facts;
mod strip;
mod support;
mod sync;
mod telemetry;
mod tokens;
mod verify;
mod webhooks;
mod write_back;

pub use account::account;
pub use alerts::{Alert, AlertChannel, AlertEvent, Episode, NotPosted, Posted, judge};
pub use audit_file::AuditFormat;
pub use audit_log::{AuditFilter, AuditLine, AuditPage};
pub use audit_words::AUDIT_WORDS;
pub use connect::{ConnectRequest, ConnectionView};
pub use contacts::{BlockedView, ContactDetail, ContactList, ContactQuery, PushedView};
pub use deliveries::{DeliveryList, DeliveryOutcome, DeliveryView};
pub use diagnose::{Cause, Diagnosis};
pub use engine::{Engine, EngineOptions};
pub use error::{EngineError, ErrorReport};
pub use finding::{Finding, Look};
pub use health::{
    Activity as HealthActivity, GoingOn, Health, HealthInputs, Issue, IssueAbout, Quota, RunFact,
    RunWork, State, TokenExpiry, Trouble, evaluate, health_schema,
};
pub use health_document::health_document;
pub use home::Home;
pub use keep_alive::{KeepAliveReport, KeptAlive};
pub use new_key::{FreshStart, KeyRotation};
pub use overview::{ConnectionRow, RunPoint};
pub use platform::PlatformView;
pub use preview::{ChangeView, FieldChange, PreviewPage, diff};
pub use progress::{RunPhase, RunProgress};
pub use providers::{ProviderView, SignInChoice, SignInView};
pub use push::{PushOptions, PushRejection, PushReport};
pub use random::Random;
pub use receiver::{LARGEST_BODY, Received, Receiver};
pub use reporting::{ALERT_WEBHOOK, OTLP_ENDPOINT, Reporting, SetAddress, check_address};
pub use run_words::{RunKind, RunStatus};
pub use runs::{RunDetail, RunList, RunSummary};
pub use schedule::{LEAST_MINUTES, MOST_MINUTES, Schedule};
pub use sign_in::{PastedAddresses, SignInPrompt};
pub use spent::SpentReport;
pub use strip::RunBar;
pub use support::{
    BundleDraft, BundleEntry, BundleManifest, BundleReplay, BundleSaved, BundleView, FailurePoint,
    open_bundle, replay_bundle, replay_bundle_with,
};
pub use sync::{
    Doubt, DoubtReason, Drift, Proof, SyncOptions, SyncProgress, SyncReport, SyncStatus,
};
pub use verify::{VerifyReport, VerifyStepReport};
pub use webhooks::{ReplayReport, ReplayedDelivery, WebhookReport};
pub use write_back::{
    ActivityCounts, ActivityList, ActivityRow, ActivityState, FailedActivities, FailedActivity,
    WriteBackReport, WriteBackResult,
};

pub use nurturehub_adapter_kit::network::{Names, Network, Proxy, Trust};
pub use nurturehub_adapter_kit::profile::schema as profile_schema;
pub use nurturehub_store::contacts::ChangeKind;
pub use nurturehub_vault::{MemoryVault, Vault, VaultError, open_from_env};
