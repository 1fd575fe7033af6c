//! A case: what goes wrong, how it is met, what must be said of it, and how it ends.

use std::future::Future;
use std::pin::Pin;

use nurturehub_engine::State;
use nurturehub_port::{ErrorKind, Owner, ProviderSpec, StepName};
use nurturehub_sandbox::AccessChange;

use crate::desk::Desk;
use crate::finding::Finding;
use crate::plan::Plan;
use crate::verdict::Checked;

/// Something done at a desk.
pub(crate) type Act =
    for<'a> fn(&'a mut Desk) -> Pin<Box<dyn Future<Output = Checked> + Send + 'a>>;

/// Something done at a desk by which the failure is met; none where all goes well.
pub(crate) type Try =
    for<'a> fn(&'a mut Desk) -> Pin<Box<dyn Future<Output = Checked<Option<Finding>>> + Send + 'a>>;

/// Over which CRMs a case is run.
#[derive(Clone, Copy)]
pub(crate) enum On {
    /// Each of them: its own answers and refusals matter.
    Each,
    /// Each that this is true of.
    EachWith(fn(&ProviderSpec) -> bool),
    /// One; the cases take turns.
    One,
    /// One that this is true of.
    OneWith(fn(&ProviderSpec) -> bool),
}

/// How the failure is met.
#[derive(Clone, Copy)]
pub(crate) enum Work {
    /// By a full sync.
    Sync,
    /// By a verification.
    Verify,
    /// By a push.
    Push,
    /// By writing an activity back.
    WriteBack,
    /// In a way of the case's own.
    Own(Try),
}

/// What is done to bring a failure about, or to end it.
pub(crate) enum Deed {
    /// A fault of the sandbox is switched on.
    Fault(&'static str),
    /// All faults of the sandbox are switched off.
    NoFault,
    /// The CRM changes what callers may do.
    Access(AccessChange),
    /// Something of the case's own.
    Own(Act),
}

/// How a connection gets well again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Heals {
    /// With the next run, once the cause is gone: nobody does anything here.
    ByItself,
    /// Once a person has done this; until then each run fails the same way.
    ByAct(&'static str),
}

/// A case.
pub(crate) struct Case {
    pub(crate) title: &'static str,
    pub(crate) on: On,
    pub(crate) plan: Plan,
    pub(crate) cause: Deed,
    pub(crate) work: Work,
    /// The kinds that are right; CRMs differ in how much they say.
    pub(crate) kinds: &'static [ErrorKind],
    pub(crate) owner: Owner,
    /// The step of a verification that finds it, where that matters.
    pub(crate) step: Option<StepName>,
    /// The state afterwards; none where there is no connection to have one.
    pub(crate) state: Option<State>,
    pub(crate) heals: Heals,
    pub(crate) end: Deed,
}

impl Case {
    /// A case that is met by a sync and heals by itself once the sandbox's faults are off.
    pub(crate) const fn new(
        title: &'static str,
        cause: Deed,
        kinds: &'static [ErrorKind],
        owner: Owner,
        state: State,
    ) -> Self {
        Self {
            title,
            on: On::One,
            plan: Plan::USUAL,
            cause,
            work: Work::Sync,
            kinds,
            owner,
            step: None,
            state: Some(state),
            heals: Heals::ByItself,
            end: Deed::NoFault,
        }
    }

    pub(crate) const fn on(mut self, on: On) -> Self {
        self.on = on;
        self
    }

    pub(crate) const fn plan(mut self, plan: Plan) -> Self {
        self.plan = plan;
        self
    }

    pub(crate) const fn met_by(mut self, work: Work) -> Self {
        self.work = work;
        self
    }

    /// The doctor finds it at this step.
    pub(crate) const fn at(mut self, step: StepName) -> Self {
        self.step = Some(step);
        self
    }

    pub(crate) fn ends(mut self, end: Deed) -> Self {
        self.end = end;
        self
    }

    /// It takes a person.
    pub(crate) fn needs(mut self, act: &'static str, end: Deed) -> Self {
        self.heals = Heals::ByAct(act);
        self.end = end;
        self
    }

    /// Nothing is connected, before or after.
    pub(crate) const fn stateless(mut self) -> Self {
        self.state = None;
        self.plan = self.plan.unconnected();
        self
    }
}
