//! Loop: nothing official describes its contacts, so there is nothing to hold anything against.

use super::CrmPlan;

pub(super) const PLAN: CrmPlan = CrmPlan {
    id: "loop",
    describe: None,
    undescribed: "no specification of its contacts is public; its profile is marked unconfirmed",
    variants: &[],
    topics: &[],
    probes: &[],
    amendments: &[],
    exceptions: &[],
};
