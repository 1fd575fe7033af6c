//! Checks one CRM, and tells what came of it.

use std::collections::BTreeMap;
use std::fmt::Write;

use http::Method;
use serde_json::Value;

use crate::check::faults;
use crate::openapi::validator;
use crate::{
    Bends, Checker, CrmPlan, Document, Exchange, Failure, Finding, Folder, Settled, Side, Stage,
    Violation, amend, bend, drive, misjudged, replay, settle,
};

/// What came of the check of one CRM.
#[derive(Debug)]
pub struct Outcome {
    /// The CRM.
    pub id: &'static str,
    /// How often each operation was seen, by its name in the description.
    pub operations: BTreeMap<String, usize>,
    /// How many exchanges were checked.
    pub exchanges: usize,
    /// How many webhook deliveries were checked, signed vectors included.
    pub deliveries: usize,
    /// Violations and exceptions.
    pub settled: Settled,
    /// What the check would have noticed.
    pub bends: Bends,
}

impl Outcome {
    /// Whether all is as described, and no exception is idle.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.settled.violations.is_empty() && self.settled.unused.is_empty()
    }
}

/// Checks a CRM; none where its plan has no description.
///
/// # Errors
/// Why the check could not be done.
pub async fn check_crm(plan: &CrmPlan, folder: &Folder) -> Result<Option<Outcome>, Failure> {
    let Some(describe) = plan.describe else {
        return Ok(None);
    };
    let mut description = describe(folder)?;
    amend(&mut description.documents, plan.amendments)?;
    let mut stage = Stage::set(plan.id).await?;
    let spec = stage.spec();
    let mut violations: Vec<Violation> = Vec::new();
    violations.extend(address(spec.base_url, &description.documents));
    violations.extend((description.facts)(folder, &spec)?);
    let mut checker = Checker::new(description.documents);
    let driven = drive(&stage, plan).await?;
    replay(&stage, plan, &driven.contact, &mut checker).await?;

    let exchanges: Vec<Exchange> = stage
        .recorder
        .exchanges()
        .into_iter()
        .filter(|exchange| !is_reach(exchange))
        .collect();
    let mut operations = BTreeMap::new();
    for exchange in &exchanges {
        violations.extend(checker.check(exchange)?);
        if let Some(name) = checker.name(exchange)? {
            *operations.entry(name).or_default() += 1;
        }
    }
    if let Some(schema) = &description.delivery {
        violations.extend(deliveries(schema, &driven.deliveries)?);
    }
    violations.extend(misjudged(&mut stage, &description.vectors).await?);
    Ok(Some(Outcome {
        id: plan.id,
        operations,
        exchanges: exchanges.len(),
        deliveries: driven.deliveries.len() + description.vectors.len(),
        settled: settle(violations, plan.exceptions),
        bends: bend(&mut checker, &exchanges)?,
    }))
}

/// Whether an exchange is no call of the API but the question whether anybody is there.
fn is_reach(exchange: &Exchange) -> bool {
    exchange.method == Method::HEAD && matches!(exchange.path.as_str(), "" | "/")
}

/// The address that the product knows must be one under which the API is offered.
fn address(base_url: &str, documents: &[Document]) -> Option<Violation> {
    let offered: Vec<String> = documents.iter().flat_map(Document::servers).collect();
    let ours = base_url.trim_end_matches('/');
    (!offered.iter().any(|url| url == ours)).then(|| Violation {
        side: Side::Adapter,
        operation: "provider".to_owned(),
        place: "address".to_owned(),
        finding: Finding::Fact,
        message: format!("`{ours}` is none of {}", offered.join(", ")),
    })
}

/// What webhook deliveries break of their schema.
fn deliveries(schema: &Value, bodies: &[Value]) -> Result<Vec<Violation>, Failure> {
    let schema = validator("webhooks", schema)?;
    let faults = bodies.iter().flat_map(|body| faults(&schema, body));
    Ok(faults
        .map(|fault| Violation {
            side: Side::Simulator,
            operation: "webhook".to_owned(),
            place: format!("delivery {}", fault.path),
            finding: fault.finding,
            message: fault.message,
        })
        .collect())
}

/// The report, for people.
#[must_use]
pub fn render(outcomes: &[(&CrmPlan, Option<Outcome>)]) -> String {
    let mut text = format!(
        "{:<8} {:>10} {:>9} {:>8} {:>10} {:>10} {:>10} {:>12}\n",
        "CRM",
        "operations",
        "exchanges",
        "webhooks",
        "violations",
        "amendments",
        "exceptions",
        "bends caught"
    );
    for (plan, outcome) in outcomes {
        let _ = match outcome {
            Some(outcome) => writeln!(
                text,
                "{:<8} {:>10} {:>9} {:>8} {:>10} {:>10} {:>10} {:>12}",
                outcome.id,
                outcome.operations.len(),
                outcome.exchanges,
                outcome.deliveries,
                outcome.settled.violations.len(),
                plan.amendments.len(),
                outcome.settled.used.len(),
                format!("{} of {}", outcome.bends.caught(), outcome.bends.made),
            ),
            None => writeln!(text, "{:<8} not checked: {}", plan.id, plan.undescribed),
        };
    }
    for (plan, outcome) in outcomes {
        if let Some(outcome) = outcome {
            details(&mut text, plan, outcome);
        }
    }
    text
}

fn details(text: &mut String, plan: &CrmPlan, outcome: &Outcome) {
    // Writing to a text cannot fail.
    let mut line = |line: String| {
        let _ = writeln!(text, "{line}");
    };
    line(format!("\n{}", outcome.id));
    for (operation, count) in &outcome.operations {
        line(format!("  {count:>5}  {operation}"));
    }
    for amendment in plan.amendments {
        line(format!(
            "  amended: {}: {}",
            amendment.document, amendment.pointer
        ));
        line(format!("    {}", amendment.reason));
    }
    for (exception, count) in &outcome.settled.used {
        let operation = exception.operation;
        line(format!(
            "  exception, {count} times: {operation}: {}",
            exception.place
        ));
        line(format!("    {}", exception.reason));
    }
    for place in uppermost(&outcome.bends.missed) {
        line(format!(
            "  described too loosely to notice a change: {place}"
        ));
    }
    for exception in &outcome.settled.unused {
        let operation = exception.operation;
        line(format!(
            "  UNUSED EXCEPTION: {operation}: {}",
            exception.place
        ));
    }
    for (violation, count) in &outcome.settled.violations {
        line(format!("  VIOLATION, {count} times: {violation}"));
    }
}

/// Places without those that stand below another one of them.
fn uppermost(places: &[String]) -> Vec<&str> {
    let mut kept: Vec<&str> = Vec::new();
    // In order, so that a place follows the one that it stands below.
    for place in places {
        let below = |upper: &&str| {
            place
                .strip_prefix(*upper)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        if !kept.iter().any(below) {
            kept.push(place);
        }
    }
    kept
}
