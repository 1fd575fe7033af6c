//! Runs the cases.

use std::time::Duration;

use futures_util::StreamExt;
use nurturehub_adapters::registry;
use nurturehub_engine::{HealthActivity, State};
use nurturehub_port::{ProviderSpec, StepName};
use nurturehub_sandbox::{Sandbox, SandboxConfig};

use crate::case::{Case, Heals, On, Work};
use crate::cases;
use crate::desk::Desk;
use crate::finding::Finding;
use crate::table::{Row, Table};
use crate::verdict::{Checked, wrong};

/// A case that takes longer hangs.
const PATIENCE: Duration = Duration::from_secs(90);

/// Cases that are under way at once: some of them wait for a time-out.
const AT_ONCE: usize = 6;

/// Runs every case on every CRM that it is about.
///
/// # Errors
/// Where the sandbox does not start.
pub async fn run() -> Result<Table, String> {
    run_some("").await
}

/// Runs the cases with this in their title or their CRM's name.
///
/// # Errors
/// Where the sandbox does not start.
pub async fn run_some(wanted: &str) -> Result<Table, String> {
    let specs = specs().await?;
    let cases = cases::all();
    let pairs = cases.iter().enumerate().flat_map(|(turn, case)| {
        chosen(case, turn, &specs)
            .into_iter()
            .map(move |spec| (case, spec))
    });
    let wanted = wanted.to_lowercase();
    let pairs: Vec<_> = pairs
        .filter(|(case, spec)| {
            format!("{} {}", case.title, spec.name)
                .to_lowercase()
                .contains(&wanted)
        })
        .collect();
    let rows = futures_util::stream::iter(pairs)
        .map(|(case, spec)| row(case, spec))
        .buffered(AT_ONCE)
        .collect()
        .await;
    Ok(Table { rows })
}

/// The providers that the sandbox has.
async fn specs() -> Checked<Vec<ProviderSpec>> {
    let config = SandboxConfig {
        contacts: 0,
        ..SandboxConfig::default()
    };
    let sandbox = Sandbox::start(config).await;
    let sandbox = sandbox.map_err(|error| wrong("no sandbox", error))?;
    let there = sandbox.describe().providers;
    let specs = registry::all().iter().map(|entry| (entry.spec)());
    Ok(specs
        .filter(|spec| there.contains_key(spec.id.as_str()))
        .collect())
}

fn chosen<'a>(case: &Case, turn: usize, specs: &'a [ProviderSpec]) -> Vec<&'a ProviderSpec> {
    let with = |fits: fn(&ProviderSpec) -> bool| -> Vec<&'a ProviderSpec> {
        specs.iter().filter(|spec| fits(spec)).collect()
    };
    let (fitting, one) = match case.on {
        On::Each => (specs.iter().collect(), false),
        On::One => (specs.iter().collect(), true),
        On::EachWith(fits) => (with(fits), false),
        On::OneWith(fits) => (with(fits), true),
    };
    if one {
        let count = fitting.len().max(1);
        return fitting.into_iter().skip(turn % count).take(1).collect();
    }
    fitting
}

async fn row(case: &Case, spec: &ProviderSpec) -> Row {
    let mut row = Row {
        failure: case.title,
        crm: spec.name,
        found: None,
        replays: None,
        state: None,
        healed: match case.heals {
            Heals::ByItself => "by itself",
            Heals::ByAct(act) => act,
        },
        wrong: None,
    };
    let made = tokio::time::timeout(PATIENCE, goes(case, spec, &mut row)).await;
    row.wrong = match made {
        Ok(Ok(())) => None,
        Ok(Err(why)) => Some(why),
        Err(_) => Some("it did not come to an end".to_owned()),
    };
    row
}

async fn goes(case: &Case, spec: &ProviderSpec, row: &mut Row) -> Checked {
    let mut desk = if case.plan.unconnected {
        Desk::new(spec.clone(), case.plan).await?
    } else {
        Desk::connected(spec.clone(), case.plan).await?
    };
    // The first sync is another moment than the failure.
    desk.pass(1);
    desk.does(&case.cause).await?;
    let before = desk.newest_run().await?;
    let found = desk.meets(case.work).await?;
    let found = found.ok_or("nothing went wrong")?;
    row.found = Some(found.clone());
    is_right(case, &found)?;
    row.replays = Some(desk.replays(&found, before.as_ref()).await?);
    row.state = known_state(case, &desk).await?;
    if row.state != case.state {
        return Err(format!(
            "the state is {:?}, and should be {:?}",
            row.state, case.state
        ));
    }
    let step = is_explained(case, &desk, &found).await?.or(found.step);
    if let Some(found) = &mut row.found {
        found.step = step;
    }
    if case.step.is_some_and(|wanted| step != Some(wanted)) {
        return Err(format!(
            "the doctor should find it at {:?}, and does at {step:?}",
            case.step
        ));
    }
    if let Heals::ByAct(_) = case.heals {
        desk.pass(1);
        let again = desk.meets(case.work).await?;
        let again = again.ok_or("it went away without the person's act")?;
        is_right(case, &again)?;
    }
    desk.does(&case.end).await?;
    desk.pass(1);
    if let Some(left) = desk.meets(case.work).await? {
        return Err(format!(
            "it does not heal: {} ({})",
            left.kind, left.message
        ));
    }
    match known_state(case, &desk).await? {
        None | Some(State::Healthy) => Ok(()),
        Some(state) => Err(format!("it is {state:?} after its cause has gone")),
    }
}

fn is_right(case: &Case, found: &Finding) -> Checked {
    if !case.kinds.contains(&found.kind) {
        let kinds: Vec<&str> = case.kinds.iter().map(|kind| kind.as_str()).collect();
        return Err(format!(
            "it should be {}, and is {}: {}",
            kinds.join(" or "),
            found.kind,
            found.message
        ));
    }
    if found.owner != case.owner {
        return Err(format!(
            "{:?} must act, and it says {:?}",
            case.owner, found.owner
        ));
    }
    if !found.remedy.trim().ends_with('.') || found.message.trim().is_empty() {
        return Err(format!(
            "it says too little: `{}`, `{}`",
            found.message, found.remedy
        ));
    }
    Ok(())
}

/// The connection's state, where it has one: the database can be closed, and a case may be about
/// having no connection.
async fn known_state(case: &Case, desk: &Desk) -> Checked<Option<State>> {
    match case.state {
        Some(_) => Ok(Some(desk.state().await?)),
        None => Ok(None),
    }
}

/// The doctor explains a failed sync or push, and changes nothing by it; health says what to do.
/// Answers the step at which the doctor found it, where one did.
async fn is_explained(case: &Case, desk: &Desk, found: &Finding) -> Checked<Option<StepName>> {
    // A pause is a person's wish, and no issue.
    let unwell = |state: &State| !matches!(state, State::Healthy | State::Paused);
    let Some(state) = case.state.filter(unwell) else {
        return Ok(None);
    };
    let engine = desk.engine()?;
    let health = engine.health(&desk.connection).await;
    let health = health.map_err(|error| wrong("no health", error))?;
    if health.activity != HealthActivity::Idle {
        return Err(format!("after it, the connection is {:?}", health.activity));
    }
    if !health.issues.iter().any(|issue| issue.kind == found.kind) {
        return Err(format!("health does not say it: {:?}", health.issues));
    }
    if !matches!(case.work, Work::Sync | Work::Push) {
        return Ok(None);
    }
    let diagnosis = engine.diagnose(&desk.connection, &|_| {}).await;
    let diagnosis = diagnosis.map_err(|error| wrong("no diagnosis", error))?;
    let cause = diagnosis.map(|diagnosis| diagnosis.cause);
    if cause.as_ref().is_some_and(|cause| cause.remedy.is_empty()) {
        return Err("the diagnosis has no remedy".to_owned());
    }
    let after = desk.state().await?;
    if after == state {
        return Ok(cause.and_then(|cause| cause.step));
    }
    Err(format!("the diagnosis made {state:?} {after:?}"))
}
