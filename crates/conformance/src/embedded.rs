//! The embedded sandbox as a simulated CRM.

use std::sync::Arc;
use std::time::Duration;

use nurturehub_sandbox::{
    AccessChange, Delivery, Faults, GroundTruth, LoggedRequest, Mutation, Notice, Sandbox,
    SandboxConfig, Time,
};

use crate::crm::{Access, Open, Opening, SimulatedCrm};

/// One CRM of a sandbox.
struct Embedded {
    sandbox: Sandbox,
    id: String,
}

/// Opens sandboxes in which the CRM of this provider id holds something.
pub(crate) fn open(id: &str) -> Open {
    let id = id.to_owned();
    Arc::new(move |opening| Box::pin(start(id.clone(), opening)))
}

async fn start(id: String, opening: Opening) -> Result<Arc<dyn SimulatedCrm>, String> {
    let config = SandboxConfig {
        contacts: opening.contacts,
        flawed: opening.flawed,
        limits: false,
        time: Time::Fixed(opening.now),
        only: Some(id.clone()),
        ..SandboxConfig::default()
    };
    let sandbox = Sandbox::start(config).await.map_err(|e| e.to_string())?;
    if !sandbox.describe().providers.contains_key(&id) {
        return Err(format!("the sandbox has no CRM `{id}`"));
    }
    Ok(Arc::new(Embedded { sandbox, id }))
}

impl SimulatedCrm for Embedded {
    fn access(&self) -> Access {
        let mut providers = self.sandbox.describe().providers;
        let access = providers.remove(&self.id).unwrap_or_default();
        Access {
            settings: access.settings,
            secrets: access.secrets,
        }
    }

    fn truth(&self) -> GroundTruth {
        self.sandbox.truth_of(&self.id).unwrap_or_default()
    }

    fn mutate(&self, mutation: &Mutation) -> Vec<String> {
        self.sandbox.mutate(&self.id, mutation)
    }

    fn change_access(&self, change: &AccessChange) {
        self.sandbox.change_access(&self.id, change);
    }

    fn spoil(&self, fault: &str) -> Result<(), String> {
        let faults = Faults::parse(fault).map_err(|error| error.to_string())?;
        self.sandbox.add_faults(faults);
        Ok(())
    }

    fn struck(&self) -> u64 {
        self.sandbox.faults().iter().map(|fault| fault.hit).sum()
    }

    fn heal(&self) {
        self.sandbox.clear_faults();
    }

    fn requests(&self) -> Vec<LoggedRequest> {
        self.sandbox.requests(|request| request.part == self.id)
    }

    fn most_at_once(&self) -> usize {
        let summary = self.sandbox.request_summary();
        let most = summary.most_at_once.get(self.id.as_str());
        most.copied().unwrap_or_default()
    }

    fn forget_requests(&self) {
        self.sandbox.clear_requests();
    }

    fn advance(&self, by: Duration) {
        self.sandbox.advance_time(by);
    }

    fn enforce_limits(&self, on: bool) {
        self.sandbox.enforce_limits(on);
    }

    fn notice(&self, notice: &Notice) -> Option<Delivery> {
        self.sandbox.notice(&self.id, notice)
    }

    fn written(&self) -> Option<Vec<String>> {
        self.sandbox.written(&self.id)
    }
}
