//! Clocks that are wrong, and times that say too little.

use jiff::SignedDuration;
use nurturehub_sandbox::{Change, Mutation};

use super::checks;
use super::listing::holds_everything;
use crate::subject::Subject;
use crate::verdict::{Checked, ensure};

checks! {
    "Time":
    ahead, changed_since, "clock-ahead", "A clock of ours that is ten minutes ahead of the CRM's hides no change.";
    behind, changed_since, "clock-behind", "A clock of ours that is ten minutes behind the CRM's hides no change.";
    zoneless, always, "times-without-zone", "Times without a zone are read, and nobody is lost for them.";
    clock_change, always, "daylight-saving-hour", "An hour that happens twice or never, where clocks are changed, loses nobody.";
    wrong_date, always, "wrong-date-header", "A CRM whose own answers carry a wrong date is listed all the same.";
}

const TEN_MINUTES: SignedDuration = SignedDuration::from_mins(10);

async fn ahead(subject: &Subject) -> Checked {
    skewed(subject, TEN_MINUTES).await
}

async fn behind(subject: &Subject) -> Checked {
    skewed(subject, -TEN_MINUTES).await
}

async fn skewed(subject: &Subject, ahead: SignedDuration) -> Checked {
    let agency = subject.many().ahead(ahead).open().await?;
    let mut listed = agency.full().await?;
    holds_everything(&agency, &listed)?;
    for round in 1..=3 {
        // Less than the clocks differ, so that each change lies on the wrong side of one of them.
        agency.pass(120);
        let mut changed = agency.mutate(&Mutation::of(Change::Edit, 3))?;
        changed.extend(agency.mutate(&Mutation::of(Change::Create, 1))?);
        listed = agency.since(&listed.end()?).await?;
        let book = listed.book();
        let missing = changed
            .iter()
            .filter(|own| book.find(own).is_none())
            .count();
        ensure!(
            missing == 0,
            "{missing} of {} changes did not come with sync {round}",
            changed.len()
        );
    }
    Ok(())
}

async fn zoneless(subject: &Subject) -> Checked {
    odd_times(subject, "zoneless").await
}

async fn clock_change(subject: &Subject) -> Checked {
    odd_times(subject, "clockChange").await
}

async fn odd_times(subject: &Subject, fault: &str) -> Checked {
    let agency = subject.many().open().await?;
    for part in ["list", "record"] {
        agency.spoil(&format!("*.{part}:{fault}"))?;
    }
    let first = agency.full().await?;
    holds_everything(&agency, &first)?;
    agency.pass(60);
    let edited = agency.mutate(&Mutation::of(Change::Edit, 4))?;
    let next = agency.since(&first.end()?).await?;
    let book = next.book();
    let missing = edited.iter().filter(|own| book.find(own).is_none()).count();
    ensure!(
        missing == 0,
        "{missing} edits did not come with the next sync"
    );
    Ok(())
}

async fn wrong_date(subject: &Subject) -> Checked {
    for seconds in [-7_200_i64, 7_200] {
        let agency = subject.many().open().await?;
        agency.spoil(&format!("*:skewedDate={seconds}"))?;
        let first = agency.full().await?;
        holds_everything(&agency, &first)?;
        let again = agency.since(&first.end()?).await?;
        ensure!(
            again.is_complete(),
            "the next sync did not come to its end, with dates {seconds} seconds off"
        );
    }
    Ok(())
}
