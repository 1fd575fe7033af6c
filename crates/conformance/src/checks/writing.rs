//! Write-back.

use std::collections::BTreeMap;

use nurturehub_port::{
    Activity, ActivityContact, ActivityKind, ActivityOutcome, ActivitySource, AdapterError,
    ErrorKind, ExternalId, Retry, WriteBackStatus,
};

use super::checks;
use super::listing::is_active;
use crate::agency::Agency;
use crate::subject::Subject;
use crate::verdict::{Checked, Stop, ensure, failed};

checks! {
    "Write-back":
    written, write_back, "write-back", "Activities are written, with one answer for each and in order.";
    idempotent, write_back, "write-back-once", "An activity that stands twice in a batch is written once.";
    found_again, found_again, "write-back-found-again", "An activity that was written before is found again, and is not written a second time.";
    each_by_itself, write_back, "write-back-per-item", "An activity that cannot be written is answered by itself, and the others are written.";
    every_kind, write_back, "write-back-kinds", "Every kind that the provider takes is written, and any other is `unsupported` with the reason.";
    in_doubt, write_back, "write-back-in-doubt", "An activity whose answer was lost is not written a second time.";
    refused, write_back, "write-back-refused", "A CRM that refuses the credentials writes nothing and says why.";
    not_there, no_write_back, "write-back-unsupported", "A CRM that takes no activities answers `unsupported`, with the reason.";
}

fn activity(id: &str, kind: ActivityKind, contact: &ActivityContact) -> Checked<Activity> {
    let occurred_at = "2025-07-09T09:00:00Z"
        .parse()
        .map_err(|error| Stop::Failed(format!("{error}")))?;
    Ok(Activity {
        id: id.to_owned(),
        kind,
        occurred_at,
        source: ActivitySource {
            system: "NurtureHub".to_owned(),
            reference: None,
        },
        contact: contact.clone(),
        subject: Some("Spring market".to_owned()),
        body: Some("Three homes near the park.".to_owned()),
        link: None,
        attributes: BTreeMap::new(),
    })
}

/// Two contacts in use.
async fn two(agency: &Agency<'_>) -> Checked<[ActivityContact; 2]> {
    let book = agency.full().await?.book();
    let mut found = book
        .contacts()
        .filter(|one| is_active(one))
        .map(|contact| ActivityContact {
            external_id: contact.provenance.external_id.clone(),
            external_type: Some(contact.provenance.external_type.clone()),
        });
    match (found.next(), found.next()) {
        (Some(first), Some(second)) => Ok([first, second]),
        _ => failed("nobody is there to write about"),
    }
}

async fn push(
    agency: &Agency<'_>,
    activities: &[Activity],
) -> Checked<Result<Vec<ActivityOutcome>, AdapterError>> {
    let outcomes = agency.adapter()?.push_activity(activities).await;
    let Ok(outcomes) = outcomes else {
        return Ok(outcomes);
    };
    let asked: Vec<&str> = activities.iter().map(|one| one.id.as_str()).collect();
    let told: Vec<&str> = outcomes.iter().map(|one| one.id.as_str()).collect();
    ensure!(
        asked == told,
        "the answers are for {told:?}, and should be for {asked:?}"
    );
    for outcome in &outcomes {
        let settled = matches!(
            outcome.status,
            WriteBackStatus::Written | WriteBackStatus::Duplicate
        );
        ensure!(
            settled == outcome.error.is_none(),
            "the answer {:?} comes with the error {:?}",
            outcome.status,
            outcome.error
        );
    }
    Ok(Ok(outcomes))
}

async fn statuses(agency: &Agency<'_>, activities: &[Activity]) -> Checked<Vec<WriteBackStatus>> {
    match push(agency, activities).await? {
        Ok(outcomes) => Ok(outcomes.iter().map(|outcome| outcome.status).collect()),
        Err(error) => Err(Stop::unexpected("the write-back", &error)),
    }
}

fn in_journal(agency: &Agency<'_>) -> Checked<usize> {
    let written = agency.crm.written();
    let written = written.ok_or_else(|| {
        Stop::Failed("the provider takes activities, and the simulated CRM does not".to_owned())
    })?;
    Ok(written.len())
}

/// The first kind that the provider takes.
fn a_kind(subject: &Subject) -> ActivityKind {
    let kinds = &subject.spec.capabilities.activity_write_back;
    kinds.first().copied().unwrap_or(ActivityKind::Note)
}

use WriteBackStatus::{Duplicate, Rejected, Unsupported, Written};

async fn written(subject: &Subject) -> Checked {
    let agency = subject.agency(40).open().await?;
    let [first, second] = two(&agency).await?;
    let kind = a_kind(subject);
    let batch = [
        activity("c-1", kind, &first)?,
        activity("c-2", kind, &second)?,
        activity("c-3", kind, &first)?,
    ];
    let statuses = statuses(&agency, &batch).await?;
    ensure!(statuses == [Written; 3], "the answers are {statuses:?}");
    let there = in_journal(&agency)?;
    ensure!(there == 3, "three were written, and {there} are there");
    let nothing = push(&agency, &[]).await?;
    ensure!(
        nothing.is_ok_and(|outcomes| outcomes.is_empty()),
        "nothing to write is not answered with nothing"
    );
    Ok(())
}

async fn idempotent(subject: &Subject) -> Checked {
    let agency = subject.agency(40).open().await?;
    let [first, second] = two(&agency).await?;
    let kind = a_kind(subject);
    let batch = [
        activity("c-1", kind, &first)?,
        activity("c-2", kind, &second)?,
        activity("c-1", kind, &first)?,
    ];
    let once = statuses(&agency, &batch).await?;
    ensure!(
        once == [Written, Written, Duplicate],
        "with one of them twice in a batch, the answers are {once:?}"
    );
    let there = in_journal(&agency)?;
    ensure!(
        there == 2,
        "two activities were pushed, and {there} are there"
    );
    Ok(())
}

async fn found_again(subject: &Subject) -> Checked {
    let agency = subject.agency(40).open().await?;
    let [first, second] = two(&agency).await?;
    let kind = a_kind(subject);
    let batch = [
        activity("c-1", kind, &first)?,
        activity("c-2", kind, &second)?,
    ];
    let once = statuses(&agency, &batch).await?;
    ensure!(once == [Written; 2], "the answers are {once:?}");
    agency.pass(86_400);
    let again = statuses(&agency, &batch).await?;
    ensure!(
        again == [Duplicate; 2],
        "pushed again, the answers are {again:?}"
    );
    let there = in_journal(&agency)?;
    ensure!(
        there == 2,
        "two activities were pushed, and {there} are there"
    );
    Ok(())
}

async fn each_by_itself(subject: &Subject) -> Checked {
    let agency = subject.agency(40).open().await?;
    let [first, second] = two(&agency).await?;
    let kind = a_kind(subject);
    let stranger = ActivityContact {
        external_id: ExternalId::parse("NOBODY/of that name")
            .map_err(|error| Stop::Failed(error.to_string()))?,
        external_type: first.external_type.clone(),
    };
    let batch = [
        activity("c-1", kind, &first)?,
        activity("c-2", kind, &stranger)?,
        activity("c-3", kind, &second)?,
    ];
    let statuses = statuses(&agency, &batch).await?;
    ensure!(
        matches!(*statuses, [Written, Rejected | Unsupported, Written]),
        "with a stranger between two contacts, the answers are {statuses:?}"
    );
    let there = in_journal(&agency)?;
    ensure!(there == 2, "two could be written, and {there} are there");
    Ok(())
}

async fn every_kind(subject: &Subject) -> Checked {
    let agency = subject.agency(40).open().await?;
    let [first, _] = two(&agency).await?;
    let takes = &subject.spec.capabilities.activity_write_back;
    let mut batch = Vec::new();
    for (at, kind) in ActivityKind::ALL.into_iter().enumerate() {
        batch.push(activity(&format!("k-{at}"), kind, &first)?);
    }
    let statuses = statuses(&agency, &batch).await?;
    for (activity, status) in batch.iter().zip(&statuses) {
        let expected = if takes.contains(&activity.kind) {
            Written
        } else {
            Unsupported
        };
        ensure!(
            *status == expected,
            "{:?} is answered with {status:?}, and should be {expected:?}",
            activity.kind
        );
    }
    let there = in_journal(&agency)?;
    ensure!(
        there == takes.len(),
        "{} kinds are taken, and {there} entries are there",
        takes.len()
    );
    Ok(())
}

/// How often the outbox tries.
const ROUNDS: usize = 4;

async fn in_doubt(subject: &Subject) -> Checked {
    for after in 0..3 {
        let agency = subject.agency(40).open().await?;
        let [first, second] = two(&agency).await?;
        let kind = a_kind(subject);
        let batch = [
            activity("c-1", kind, &first)?,
            activity("c-2", kind, &second)?,
        ];
        agency.spoil(&format!("*.journal:cut,after={after},times=1"))?;
        let mut settled = 0;
        let mut in_doubt = 0;
        // As the outbox does: what can be tried again is pushed again, and nothing else.
        let mut waiting = batch.to_vec();
        for _ in 0..ROUNDS {
            let Ok(outcomes) = push(&agency, &waiting).await? else {
                continue;
            };
            let mut again = Vec::new();
            for (activity, outcome) in waiting.into_iter().zip(outcomes) {
                match outcome.error {
                    None => settled += 1,
                    Some(error) if error.retry == Retry::No => in_doubt += 1,
                    Some(_) => again.push(activity),
                }
            }
            waiting = again;
            if waiting.is_empty() {
                break;
            }
        }
        ensure!(
            waiting.is_empty(),
            "pushed {ROUNDS} times, it was never settled"
        );
        let there = in_journal(&agency)?;
        ensure!(
            settled <= there && there <= settled + in_doubt,
            "request {} lost its answer; of two activities {settled} were said to be written, \
             {in_doubt} to be in doubt, and {there} are there",
            after + 1
        );
        ensure!(
            in_doubt == 0 || !subject.spec.write_back_found_again,
            "what was written can be found again, and an activity was left in doubt"
        );
    }
    Ok(())
}

async fn refused(subject: &Subject) -> Checked {
    let agency = subject.agency(40).open().await?;
    let [first, _] = two(&agency).await?;
    agency
        .crm
        .change_access(&nurturehub_sandbox::AccessChange::Revoke);
    let batch = [activity("c-1", a_kind(subject), &first)?];
    let told = match push(&agency, &batch).await? {
        Err(error) => Some(error.kind),
        Ok(outcomes) => outcomes
            .first()
            .and_then(|outcome| Some(outcome.error.as_ref()?.kind)),
    };
    ensure!(
        matches!(
            told,
            Some(ErrorKind::AuthInvalid | ErrorKind::AuthRevoked | ErrorKind::AuthExpired)
        ),
        "the credentials were taken back, and the answer is {told:?}"
    );
    let there = in_journal(&agency)?;
    ensure!(there == 0, "{there} entries were written all the same");
    Ok(())
}

async fn not_there(subject: &Subject) -> Checked {
    let agency = subject.agency(40).open().await?;
    let [first, _] = two(&agency).await?;
    agency.crm.forget_requests();
    let batch = [activity("c-1", ActivityKind::Note, &first)?];
    let error = match push(&agency, &batch).await? {
        Err(error) => error,
        Ok(outcomes) => match outcomes
            .into_iter()
            .next()
            .map(|one| (one.status, one.error))
        {
            Some((Unsupported, Some(error))) => error,
            other => return failed(format!("the answer is {other:?}")),
        },
    };
    ensure!(
        error.kind == ErrorKind::Unsupported && error.message.len() > 20,
        "the answer is {}: {error}",
        error.kind
    );
    ensure!(
        agency.crm.requests().is_empty(),
        "the CRM was asked for what it does not have"
    );
    Ok(())
}
