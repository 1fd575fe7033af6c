//! The port itself.

use std::pin::Pin;

use async_trait::async_trait;
use futures_core::Stream;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{
    Activity, ActivityOutcome, AdapterError, Cursor, ExternalId, Lifecycle, SealedContact,
    VerifyStep, WebhookDelivery, WebhookOutcome,
};

/// Pages of contacts, in order. Dropping the stream cancels what is under way, at once.
pub type ContactStream<'a> =
    Pin<Box<dyn Stream<Item = Result<ContactPage, AdapterError>> + Send + 'a>>;

/// Steps of a verification, in order. Dropping the stream cancels it.
pub type VerifyStream<'a> = Pin<Box<dyn Stream<Item = VerifyStep> + Send + 'a>>;

/// One CRM account, as the platform sees it.
///
/// An adapter is made for one operation, with its HTTP client, credentials and clock; it keeps
/// nothing between operations and has no global state. Every method can be cancelled by dropping
/// its future or stream. What a CRM cannot do is answered with
/// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) and the reason, and the
/// [`ProviderSpec`](crate::ProviderSpec) says so beforehand.
#[async_trait]
pub trait CrmAdapter: Send + Sync {
    /// Is it reachable, signed in, allowed, readable?
    ///
    /// MUST yield every step of [`StepName::ALL`](crate::StepName::ALL) once and in order; after a
    /// failed step the rest are yielded as skipped.
    fn verify_connection(&self) -> VerifyStream<'_>;

    /// Lists contacts, page by page.
    ///
    /// Each page MUST carry a cursor from which a later call goes on with the page after it, such
    /// that a contact that the CRM held throughout is listed at least once over both calls. The
    /// last page of a complete listing MUST have `complete` set and its cursor MUST serve as the
    /// `since` of an incremental listing, where the CRM has such a thing. A page of which one
    /// record cannot be mapped carries that record as rejected and is otherwise whole.
    fn sync_contacts(&self, start: SyncStart) -> ContactStream<'_>;

    /// Writes engagement back, idempotent by activity id.
    ///
    /// MUST answer once for each activity, in order. An error of a single activity after which
    /// trying again helps (`retry`) MUST mean that the activity was not written. An error of the
    /// whole call means that nothing is known of any of them: they are pushed again later. So an
    /// adapter that cannot find what it wrote in an earlier call
    /// ([`write_back_found_again`](crate::ProviderSpec::write_back_found_again)) MUST NOT end the
    /// whole call with an error once something may have reached the CRM; it answers for each, and
    /// where it does not know, with a refusal that is not to be tried again and says so.
    ///
    /// # Errors
    /// What stopped the whole batch; a single refused activity is an outcome, not an error.
    async fn push_activity(
        &self,
        activities: &[Activity],
    ) -> Result<Vec<ActivityOutcome>, AdapterError>;

    /// Checks and translates what the CRM told us unasked.
    ///
    /// # Errors
    /// `authInvalid` for a bad, missing or stale signature, `protocol` for a body that is not what
    /// the CRM sends, `unsupported` where the CRM has no webhooks.
    async fn ingest_webhook(
        &self,
        delivery: &WebhookDelivery,
    ) -> Result<WebhookOutcome, AdapterError>;
}

/// Where a listing begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SyncStart {
    /// From nothing, everything.
    Full,
    /// What changed since a complete listing ended with this cursor.
    Incremental {
        /// The cursor of that listing's last page.
        since: Cursor,
    },
    /// On from a page of a listing that was interrupted, full or incremental.
    Resume {
        /// The cursor of the last page that was stored.
        at: Cursor,
    },
}

/// One page of a listing.
#[derive(Debug)]
pub struct ContactPage {
    /// The records, in the CRM's order.
    pub records: Vec<PageRecord>,
    /// Records that the CRM says are gone.
    pub removals: Vec<Removal>,
    /// Where a listing goes on after this page.
    pub cursor: Cursor,
    /// How many records the CRM says that the whole listing has, where it says so.
    pub source_total: Option<u64>,
    /// Set on the last page, and only once the listing is complete.
    pub complete: bool,
    /// Time spent parsing and mapping this page, in microseconds.
    pub mapping_us: u64,
}

/// One record of a page.
#[derive(Debug)]
pub enum PageRecord {
    /// It became a contact.
    Mapped(Box<MappedContact>),
    /// It could not; it is kept and reported.
    Rejected(RejectedRecord),
}

/// A contact with the record that it was made from.
#[derive(Debug)]
pub struct MappedContact {
    /// The canonical contact, sealed with its hash.
    pub contact: SealedContact,
    /// The CRM's record, as it came.
    pub raw: Box<str>,
    /// What is wrong with its data, though not so wrong as to refuse it.
    pub issues: Vec<DataIssue>,
}

/// A record that no contact could be made from.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RejectedRecord {
    /// Its id, where it has a usable one.
    pub external_id: Option<ExternalId>,
    /// The CRM's record, as it came.
    pub raw: Box<str>,
    /// What stands in the way.
    pub issue: DataIssue,
}

/// Something amiss in a record's data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Type)]
#[serde(rename_all = "camelCase")]
pub struct DataIssue {
    /// A stable word for it.
    pub code: String,
    /// The canonical field that it touches.
    pub field: String,
    /// It, in plain English, without the datum itself.
    pub message: String,
}

/// A record that the CRM says is gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Removal {
    /// Which.
    pub external_id: ExternalId,
    /// What becomes of it: archived or deleted.
    pub lifecycle: Lifecycle,
    /// Why, in plain English.
    pub reason: String,
}
