//! What can be done to any CRM of the sandbox, by its provider id, without knowing which it is.

use crate::mutation::Mutation;
use crate::notice::{Delivery, Notice};
use crate::server::Sandbox;
use crate::simulator::{AccessChange, Consent};
use crate::truth::GroundTruth;

impl Sandbox {
    /// What a CRM holds; none where there is no such CRM here.
    #[must_use]
    pub fn truth_of(&self, provider: &str) -> Option<GroundTruth> {
        Some(self.crm(provider)?.truth())
    }

    /// Changes records of a CRM, and says which.
    pub fn mutate(&self, provider: &str, mutation: &Mutation) -> Vec<String> {
        self.crm(provider)
            .map_or_else(Vec::new, |crm| crm.mutate(mutation))
    }

    /// Changes what callers of a CRM may do.
    pub fn change_access(&self, provider: &str, change: &AccessChange) {
        if let Some(crm) = self.crm(provider) {
            crm.change_access(change);
        }
    }

    /// Says how sign-ins in a browser go, where a CRM has them.
    pub fn set_consent(&self, provider: &str, consent: Consent) {
        if let Some(crm) = self.crm(provider) {
            crm.set_consent(consent);
        }
    }

    /// A webhook delivery of a CRM; none where it sends none.
    #[must_use]
    pub fn notice(&self, provider: &str, notice: &Notice) -> Option<Delivery> {
        self.crm(provider)?.notice(notice)
    }

    /// What was written into a CRM's journal, in order; none where it has none.
    #[must_use]
    pub fn written(&self, provider: &str) -> Option<Vec<String>> {
        self.crm(provider)?.written()
    }
}
