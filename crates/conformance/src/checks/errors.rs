//! Each kind of error from its cause.

use nurturehub_port::{ErrorKind, Owner};
use nurturehub_sandbox::AccessChange;

use super::checks;
use crate::agency::is_one_of;
use crate::subject::Subject;
use crate::trap;
use crate::verdict::{Checked, ensure};

checks! {
    "Errors":
    key_refused, always, "credentials-refused", "Credentials that were taken back are an error that sends the agency's admin to sign in.";
    forbidden, always, "permission-missing", "A permission that is missing is `scopeMissing`, and the agency's to give.";
    stopped_midway, always, "stopped-midway", "An error in the middle of a listing ends it, and what was listed before it stands.";
    statuses, always, "unknown-status", "Any other refusal is an error with its status as evidence, and never `internal`.";
    down, always, "crm-down", "A CRM that keeps failing is `providerDown`, after a few attempts.";
    limited, always, "still-limited", "A CRM that keeps asking for fewer requests is `rateLimited`, after a few attempts.";
    silent, always, "timeout", "A CRM that does not answer is `network.timeout`.";
    broken_off, always, "interrupted", "A connection that always breaks off is `network.interrupted`.";
    unreachable, always, "unreachable", "An address where nothing answers is `network.connect`.";
    untrusted, always, "untrusted", "A host that cannot prove who it is is `network.tls`, and is told nothing.";
    html, always, "html", "A page for a browser in the place of JSON is `protocol` or `network.proxy`.";
    malformed, always, "malformed", "What is not JSON, or ends too early, is `protocol`.";
    wrong_type, always, "wrong-type", "A page of another shape is `schemaChanged` or `protocol`, and is not taken for an empty one.";
}

async fn key_refused(subject: &Subject) -> Checked {
    let agency = subject.agency(20).open().await?;
    agency.crm.change_access(&AccessChange::Revoke);
    let error = agency.refused().await?;
    let kinds = [
        ErrorKind::AuthInvalid,
        ErrorKind::AuthRevoked,
        ErrorKind::AuthExpired,
    ];
    is_one_of(&error, &kinds)?;
    ensure!(
        error.owner == Owner::Agency,
        "the agency must act, and the error says {:?}",
        error.owner
    );
    Ok(())
}

async fn forbidden(subject: &Subject) -> Checked {
    let agency = subject.agency(20).open().await?;
    agency.spoil("*.list:missingScope")?;
    let error = agency.refused().await?;
    is_one_of(&error, &[ErrorKind::ScopeMissing])?;
    ensure!(
        error.owner == Owner::Agency,
        "the agency must act, and the error says {:?}",
        error.owner
    );
    Ok(())
}

async fn stopped_midway(subject: &Subject) -> Checked {
    let agency = subject.many().open().await?;
    let everybody = agency.full().await?.ids();
    agency.spoil("*.list:missingScope,after=2")?;
    let listed = agency.list(nurturehub_port::SyncStart::Full).await?;
    ensure!(!listed.is_complete(), "it says that it is complete");
    let error = listed.error.as_ref().map(|error| error.kind);
    ensure!(
        error == Some(ErrorKind::ScopeMissing) && !listed.ids().is_empty(),
        "two pages were given, and {} contacts came with {error:?}",
        listed.ids().len()
    );
    agency.crm.heal();
    let mut seen = listed.ids();
    seen.extend(agency.resume(&listed.end()?).await?.ids());
    ensure!(
        seen == everybody,
        "once the cause was gone, the rest of the listing lost {} contacts",
        everybody.difference(&seen).count()
    );
    Ok(())
}

async fn statuses(subject: &Subject) -> Checked {
    for status in [400_u16, 402, 404, 405, 409, 410, 418, 422, 451, 499] {
        let agency = subject.agency(20).open().await?;
        agency.spoil(&format!("*.list:status={status}"))?;
        let error = agency.refused().await?;
        ensure!(
            error.kind != ErrorKind::Internal,
            "{status} is said to be our own mistake: {error}"
        );
        ensure!(
            error.evidence.status == Some(status),
            "{status}: the evidence says {:?}",
            error.evidence
        );
        is_one_of(&error, &[error.kind])?;
        ensure!(
            agency.page_requests().len() <= MOST_ATTEMPTS,
            "{status}: it was asked {} times",
            agency.page_requests().len()
        );
    }
    Ok(())
}

/// More attempts at one request help nobody.
const MOST_ATTEMPTS: usize = 10;

/// A fault that never goes away ends the listing with this kind, after a few attempts.
async fn lasting(subject: &Subject, fault: &str, kinds: &[ErrorKind]) -> Checked {
    let plan = subject.agency(20).tuned(|config| {
        config.limits.windows.clear();
        config.read_timeout = std::time::Duration::from_millis(200);
        config.max_attempts = 3;
    });
    let agency = plan.open().await?;
    agency.spoil(&format!("*.list:{fault}"))?;
    let error = agency.refused().await?;
    is_one_of(&error, kinds)?;
    let struck = agency.crm.struck();
    ensure!(
        struck > 0 && struck <= MOST_ATTEMPTS as u64,
        "{fault}: it was asked {struck} times"
    );
    Ok(())
}

async fn down(subject: &Subject) -> Checked {
    for status in [500, 502, 503, 504] {
        let fault = format!("status={status}");
        lasting(subject, &fault, &[ErrorKind::ProviderDown]).await?;
    }
    Ok(())
}

async fn limited(subject: &Subject) -> Checked {
    let kinds = [ErrorKind::RateLimited, ErrorKind::QuotaExhausted];
    lasting(subject, "status=429", &kinds).await?;
    lasting(subject, "status=429,retryAfter=86400", &kinds).await
}

async fn silent(subject: &Subject) -> Checked {
    lasting(subject, "hang", &[ErrorKind::NetworkTimeout]).await
}

async fn broken_off(subject: &Subject) -> Checked {
    lasting(subject, "cut", &[ErrorKind::NetworkInterrupted]).await
}

async fn unreachable(subject: &Subject) -> Checked {
    let nobody = trap::nobody().await?;
    let agency = subject
        .agency(20)
        .set("baseUrl", format!("http://{nobody}/api"))
        .open()
        .await?;
    let error = agency.refused().await?;
    is_one_of(&error, &[ErrorKind::NetworkConnect])
}

async fn untrusted(subject: &Subject) -> Checked {
    let trap = trap::Trap::set().await?;
    let https = trap.address().replacen("http:", "https:", 1);
    let agency = subject.agency(20).set("baseUrl", https).open().await?;
    let error = agency.refused().await?;
    is_one_of(&error, &[ErrorKind::NetworkTls])
}

async fn html(subject: &Subject) -> Checked {
    let kinds = [ErrorKind::Protocol, ErrorKind::NetworkProxy];
    lasting(subject, "html", &kinds).await
}

async fn malformed(subject: &Subject) -> Checked {
    lasting(subject, "malformed", &[ErrorKind::Protocol]).await?;
    lasting(subject, "truncate", &[ErrorKind::Protocol]).await
}

async fn wrong_type(subject: &Subject) -> Checked {
    let kinds = [ErrorKind::SchemaChanged, ErrorKind::Protocol];
    lasting(subject, "wrongType", &kinds).await
}
