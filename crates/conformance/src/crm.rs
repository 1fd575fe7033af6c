//! The simulated CRM, as the checks see it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use nurturehub_sandbox::{AccessChange, Delivery, GroundTruth, LoggedRequest, Mutation, Notice};

/// A CRM on loopback that does what it is told.
///
/// The embedded sandbox is one. A CRM that is not in it can be anybody's own server, as long as it
/// keeps these promises. Ids that it gives are its own; a contact's external id is such an id, or
/// the name of a list and such an id with a slash between them.
pub trait SimulatedCrm: Send + Sync {
    /// Settings and secrets for a connection.
    fn access(&self) -> Access;

    /// What it holds now.
    fn truth(&self) -> GroundTruth;

    /// Changes records, and says which; none where it has no such change.
    fn mutate(&self, mutation: &Mutation) -> Vec<String>;

    /// Changes what the connection may do.
    fn change_access(&self, change: &AccessChange);

    /// Switches a fault on, in the grammar of [`nurturehub_sandbox::faults`] with `*` for the part,
    /// as in `*.list:cut,times=1`.
    ///
    /// # Errors
    /// Why it has no such fault.
    fn spoil(&self, fault: &str) -> Result<(), String>;

    /// How many requests a fault has met.
    fn struck(&self) -> u64;

    /// Switches all faults off.
    fn heal(&self);

    /// The requests that were answered, and those whose caller went away (status 0), in order.
    fn requests(&self) -> Vec<LoggedRequest>;

    /// The most requests that were under way at once.
    fn most_at_once(&self) -> usize;

    /// Forgets the requests so far.
    fn forget_requests(&self);

    /// Lets its time pass.
    fn advance(&self, by: Duration);

    /// Switches its rate limits on or off.
    fn enforce_limits(&self, on: bool);

    /// A webhook delivery; none where it sends none.
    fn notice(&self, notice: &Notice) -> Option<Delivery>;

    /// What was written into its journal, in order; none where it has none.
    fn written(&self) -> Option<Vec<String>>;
}

/// Settings and secrets for a connection, by key.
#[derive(Debug, Clone, Default)]
pub struct Access {
    /// Plain settings.
    pub settings: BTreeMap<String, String>,
    /// Secrets. They open nothing but the simulated CRM.
    pub secrets: BTreeMap<String, String>,
}

/// What a simulated CRM is to hold when it is opened.
#[derive(Debug, Clone, Copy)]
pub struct Opening {
    /// How many records a complete listing gives, archived ones among them.
    pub contacts: usize,
    /// Whether there are records among them that cannot become a contact.
    pub flawed: bool,
    /// The CRM's time, which stands still until it is moved on. Rate limits are off at first.
    pub now: Timestamp,
}

/// Opens a fresh simulated CRM: each check has its own.
pub type Open =
    Arc<dyn Fn(Opening) -> BoxFuture<'static, Result<Arc<dyn SimulatedCrm>, String>> + Send + Sync>;
