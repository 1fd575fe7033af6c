//! Asks again what was asked, to see the answers that a sync that goes well never meets.

use std::collections::BTreeMap;

use crate::{Checker, CrmPlan, Exchange, Failure, Sender, Stage};

/// Has the simulator refuse each operation that an adapter used with each status of failure that
/// its description names, and asks for the plan's further answers; `{contact}` in these stands for
/// the id of a contact.
///
/// # Errors
/// [`Failure::Scene`] where an answer could not be had.
pub async fn replay(
    stage: &Stage,
    plan: &CrmPlan,
    contact: &str,
    checker: &mut Checker,
) -> Result<(), Failure> {
    let mut latest: BTreeMap<String, Exchange> = BTreeMap::new();
    for exchange in stage.recorder.exchanges() {
        if exchange.status.is_success()
            && let Some(name) = checker.name(&exchange)?
        {
            latest.insert(name, exchange);
        }
    }
    stage.recorder.speaks(Sender::Check);
    for (operation, exchange) in &latest {
        for status in checker.failures(operation) {
            stage.fault(&format!(":status={status}"))?;
            stage.recorder.send_like(exchange, None).await?;
        }
    }
    stage.no_faults();
    for probe in plan.probes {
        probe_one(stage, &latest, &probe.replace("{contact}", contact)).await?;
    }
    stage.recorder.speaks(Sender::Adapter);
    Ok(())
}

/// Asks for one more answer, with the headers of a request that went well.
async fn probe_one(
    stage: &Stage,
    latest: &BTreeMap<String, Exchange>,
    probe: &str,
) -> Result<(), Failure> {
    let like = latest
        .iter()
        .find(|(name, _)| name.starts_with("GET "))
        .map(|(_, exchange)| exchange);
    let Some(like) = like else {
        return Err(Failure::scene(
            probe,
            "there is no request to send one like",
        ));
    };
    let before = stage.recorder.exchanges().len();
    stage.recorder.send_like(like, Some(probe)).await?;
    let answered = stage.recorder.exchanges();
    match answered.get(before) {
        Some(exchange) if exchange.status.is_success() => Ok(()),
        Some(exchange) => Err(Failure::scene(
            probe,
            format!("it answers {}", exchange.status),
        )),
        None => Err(Failure::scene(probe, "nothing was answered")),
    }
}
