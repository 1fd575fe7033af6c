//! What is known of each CRM's description: where it is, what of it to drive, where it errs.

mod agentos;
mod alto;
mod example;
mod r#loop;
mod reapit;
mod street;

use nurturehub_port::ProviderSpec;
use serde_json::Value;

use crate::{Amendment, Document, Exception, Failure, Folder, Vector, Violation};

/// Reads a CRM's description out of the folder.
pub type Describe = fn(&Folder) -> Result<Description, Failure>;

/// A CRM, and how to check it.
#[derive(Debug, Clone, Copy)]
pub struct CrmPlan {
    /// Its provider id.
    pub id: &'static str,
    /// Its description; none where nothing is public.
    pub describe: Option<Describe>,
    /// Why nothing describes it, where nothing does.
    pub undescribed: &'static str,
    /// Sets of settings to drive it with, each of which leads to other requests.
    pub variants: &'static [&'static [(&'static str, &'static str)]],
    /// Webhook topics, each about a contact.
    pub topics: &'static [&'static str],
    /// Paths and queries that the simulator answers and no adapter asks for.
    pub probes: &'static [&'static str],
    /// Where the description is known to be wrong, and what is right.
    pub amendments: &'static [Amendment],
    /// Where the API is known to differ from its description.
    pub exceptions: &'static [Exception],
}

/// A CRM's description.
#[derive(Debug)]
pub struct Description {
    /// Its operations.
    pub documents: Vec<Document>,
    /// The JSON Schema of a webhook delivery's body, where it is described.
    pub delivery: Option<Value>,
    /// Signed deliveries with a known verdict.
    pub vectors: Vec<Vector>,
    /// Finds what the product's own data on the CRM get wrong, besides its address.
    pub facts: fn(&Folder, &ProviderSpec) -> Result<Vec<Violation>, Failure>,
}

/// All CRMs that have a simulator.
#[must_use]
pub const fn all() -> &'static [CrmPlan] {
    &[
        agentos::PLAN,
        alto::PLAN,
        r#loop::PLAN,
        reapit::PLAN,
        street::PLAN,
    ]
}

/// For a CRM of which there are no more facts to hold.
fn no_facts(_: &Folder, _: &ProviderSpec) -> Result<Vec<Violation>, Failure> {
    Ok(Vec::new())
}
