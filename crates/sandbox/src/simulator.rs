//! What the server asks of each simulator, so that it need not know which it is talking to.

use http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::answer::Answer;
use crate::call::Call;
use crate::description::ProviderAccess;
use crate::faults::PathKind;
use crate::mutation::Mutation;
use crate::notice::{Delivery, Notice};
use crate::truth::GroundTruth;

/// One service on loopback.
pub(crate) trait Simulator: Send + Sync {
    /// Its path prefix, and its name in faults and in the log.
    fn id(&self) -> &'static str;

    /// What a request is for, by method and path alone.
    fn kind(&self, method: &Method, path: &str) -> PathKind;

    /// Counts a request against the limits. Each `Ok` is followed by one [`Self::leave`].
    ///
    /// # Errors
    /// The refusal, where a limit is broken.
    fn enter(&self, call: &Call) -> Result<(), Box<Answer>>;

    /// The request that entered is answered.
    fn leave(&self, call: &Call);

    /// Answers a request.
    fn answer(&self, call: &Call) -> Answer;

    /// Answers with a refusal in this service's own form, and brings about what the refusal says.
    fn refuse(&self, refusal: Refusal, call: &Call) -> Answer;

    /// Where a page of this service keeps what.
    fn page_shape(&self) -> PageShape;

    /// How many records of the listing stand before the page that this request asks for.
    fn page_start(&self, call: &Call) -> Option<usize>;

    /// Takes from a page what says that there is more after it.
    fn end_listing(&self, page: &mut Map<String, Value>);

    /// The request for the page before, where there is one.
    fn previous_page(&self, call: &Call) -> Option<Call>;

    /// The request for the page after, where pages can be told from the request alone.
    fn next_page(&self, _call: &Call) -> Option<Call> {
        None
    }

    /// Adds what every answer of this service carries.
    fn finish(&self, answer: &mut Answer);

    /// Answers a control request of this service's own; `path` is what follows its id.
    fn control(&self, path: &str, call: &Call) -> Option<Answer>;
}

/// A CRM among the simulators.
pub(crate) trait Crm: Simulator {
    /// What `connect` needs, for a server at this origin.
    fn access(&self, origin: &str) -> ProviderAccess;

    /// What it holds.
    fn truth(&self) -> GroundTruth;

    /// Changes records and says which.
    fn mutate(&self, mutation: &Mutation) -> Vec<String>;

    /// Changes what the caller may do.
    fn change_access(&self, change: &AccessChange);

    /// What whoever signs in in a browser finds and does; nothing where nobody signs in there.
    fn set_consent(&self, _consent: Consent) {}

    /// Switches rate limits on or off.
    fn enforce_limits(&self, on: bool);

    /// A webhook delivery; none where it sends none.
    fn notice(&self, _notice: &Notice) -> Option<Delivery> {
        None
    }

    /// What was written into its journal, in order; none where it has none.
    fn written(&self) -> Option<Vec<String>> {
        None
    }
}

/// How a sign-in in a browser goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consent {
    /// The agency's own person approves at once.
    Approved,
    /// The person says no.
    Denied,
    /// A person of another agency approves.
    OtherAccount,
}

/// A refusal that a fault asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Any status, with the service's usual body for it.
    Status(StatusCode),
    /// The credential of this request has run out; a new one can be had.
    Expired,
    /// The credential was taken back for good.
    Revoked,
    /// The credential does not reach this far.
    MissingScope,
    /// The account that the request names is not known.
    WrongTenant,
}

/// Where a page keeps what.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PageShape {
    /// The member with the records.
    pub(crate) records: &'static str,
    /// The member with the number of all records, by its path (`total`, `meta.total`).
    pub(crate) total: Option<&'static str>,
    /// The member with the number of records on the page, by its path.
    pub(crate) count: Option<&'static str>,
    /// A record's members that say which record it is.
    pub(crate) keys: &'static [&'static str],
    /// A record's members of which the first present one is text.
    pub(crate) text_fields: &'static [&'static str],
    /// Whether a page without records is answered with 204 and no body.
    pub(crate) empty_is_no_content: bool,
}

/// A change to what callers may do, made on the CRM's side.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", tag = "action")]
pub enum AccessChange {
    /// What was issued so far runs out now; new credentials can be had the usual way.
    Expire,
    /// All credentials are taken back and none is issued.
    Revoke,
    /// Undoes `revoke`, as after a person approved the app again or entered the key anew.
    Reinstate,
    /// The agency takes the app out.
    Uninstall,
    /// The agency installs the app.
    Install,
    /// A permission (a scope, or a tier of the API) is taken away.
    Withhold {
        /// Its name.
        permission: String,
    },
    /// A permission is given.
    Grant {
        /// Its name.
        permission: String,
    },
}
