//! What is checked: an adapter, and the simulated CRM that it is checked against.

use std::fmt;
use std::sync::Arc;

use nurturehub_adapter_kit::AdapterContext;
use nurturehub_port::{CrmAdapter, ProviderSpec};

use crate::crm::Open;
use crate::embedded;

/// Makes an adapter for one operation.
pub type Build = Arc<dyn Fn(AdapterContext) -> Box<dyn CrmAdapter> + Send + Sync>;

/// An adapter with its simulated CRM.
#[derive(Clone)]
pub struct Subject {
    pub(crate) spec: ProviderSpec,
    pub(crate) build: Build,
    pub(crate) open: Open,
    pub(crate) usual_page: usize,
    pub(crate) lookups: usize,
}

impl fmt::Debug for Subject {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Subject")
            .field("spec", &self.spec.id)
            .finish_non_exhaustive()
    }
}

/// Records on a page where nothing is said.
const USUAL_PAGE: usize = 100;

impl Subject {
    /// An adapter whose CRM is in the embedded sandbox under the same id.
    pub fn new(
        spec: fn() -> ProviderSpec,
        build: impl Fn(AdapterContext) -> Box<dyn CrmAdapter> + Send + Sync + 'static,
    ) -> Self {
        let spec = spec();
        let open = embedded::open(spec.id.as_str());
        Self {
            spec,
            build: Arc::new(build),
            open,
            usual_page: USUAL_PAGE,
            lookups: 0,
        }
    }

    /// With another simulated CRM than the sandbox's.
    #[must_use]
    pub fn against(mut self, open: Open) -> Self {
        self.open = open;
        self
    }

    /// With so many records on a page, for an adapter without the setting `pageSize`.
    #[must_use]
    pub const fn usual_page(mut self, records: usize) -> Self {
        self.usual_page = records;
        self
    }

    /// With so many requests beside each page's own that the CRM forces, because its lists do not
    /// hold all that belongs to a contact.
    #[must_use]
    pub const fn lookups_per_page(mut self, requests: usize) -> Self {
        self.lookups = requests;
        self
    }

    /// With another way to make the adapter: the one before is handed in, to be wrapped.
    #[must_use]
    pub fn rebuilt(
        mut self,
        build: impl Fn(&Build, AdapterContext) -> Box<dyn CrmAdapter> + Send + Sync + 'static,
    ) -> Self {
        let before = Arc::clone(&self.build);
        self.build = Arc::new(move |context| build(&before, context));
        self
    }

    /// With another way to open the simulated CRM: the one before is handed in, to be wrapped.
    #[must_use]
    pub fn reopened(mut self, open: impl FnOnce(Open) -> Open) -> Self {
        self.open = open(Arc::clone(&self.open));
        self
    }

    /// The adapter's CRM as data.
    #[must_use]
    pub const fn spec(&self) -> &ProviderSpec {
        &self.spec
    }
}
