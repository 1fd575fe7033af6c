//! Webhooks, and what is written back.

use nurturehub_engine::State;
use nurturehub_port::{Clock, ErrorKind, Owner, ProviderSpec, WebhookDelivery};
use nurturehub_sandbox::{Change, Mutation, Notice};

use crate::case::{Case, Deed, On, Work};
use crate::desk::Desk;
use crate::finding::Finding;
use crate::verdict::Checked;
use crate::work::found;

pub(super) fn cases() -> Vec<Case> {
    let webhook = |title, tries: crate::case::Try| {
        Case::new(
            title,
            Deed::NoFault,
            &[ErrorKind::AuthInvalid],
            Owner::Agency,
            State::Healthy,
        )
        .on(On::EachWith(sends_webhooks))
        .met_by(Work::Own(tries))
        .ends(honest())
    };
    let write_back = |title, fault, kinds, owner, state| {
        Case::new(title, Deed::Fault(fault), kinds, owner, state)
            .on(On::EachWith(takes_notes))
            .met_by(Work::WriteBack)
    };
    vec![
        webhook("A webhook is forged", |desk| {
            Box::pin(arrives(desk, |notice| notice.forged = true))
        }),
        webhook("A webhook has no signature", |desk| {
            Box::pin(unsigned(desk))
        }),
        webhook("A webhook is a day old", |desk| {
            Box::pin(arrives(desk, |notice| notice.skew_seconds = -86_400))
        })
        .on(On::EachWith(dates_webhooks)),
        Case::new(
            "A CRM without webhooks is sent one",
            Deed::NoFault,
            &[ErrorKind::Unsupported],
            Owner::Crm,
            State::Healthy,
        )
        .on(On::OneWith(|spec| !sends_webhooks(spec)))
        .met_by(Work::Own(|desk| Box::pin(unexpected(desk))))
        .ends(honest()),
        write_back(
            "The CRM refuses what is written back (422)",
            "*.journal:status=422",
            &[ErrorKind::ProviderRejected],
            Owner::Support,
            State::Degraded,
        ),
        write_back(
            "The permission to write back is missing",
            "*.journal:missingScope",
            &[ErrorKind::ScopeMissing],
            Owner::Agency,
            State::ActionNeeded,
        ),
        write_back(
            "The CRM is down while something is written back",
            "*.journal:status=503",
            &[ErrorKind::ProviderDown],
            Owner::Crm,
            State::Degraded,
        ),
        Case::new(
            "A CRM without a place for activities is given one",
            Deed::NoFault,
            &[ErrorKind::Unsupported],
            Owner::Crm,
            State::Healthy,
        )
        .on(On::OneWith(|spec| !takes_notes(spec)))
        .met_by(Work::Own(|desk| Box::pin(written_nowhere(desk))))
        .ends(honest()),
    ]
}

/// From now on, what comes is as it should be.
fn honest() -> Deed {
    Deed::Own(|desk| {
        Box::pin(async {
            desk.held.push(Box::new(()));
            Ok(())
        })
    })
}

fn is_honest(desk: &Desk) -> bool {
    !desk.held.is_empty()
}

fn sends_webhooks(spec: &ProviderSpec) -> bool {
    spec.capabilities.webhooks
}

/// Whether a delivery carries a time that is signed with it: a shared secret alone proves none.
fn dates_webhooks(spec: &ProviderSpec) -> bool {
    sends_webhooks(spec)
}

fn takes_notes(spec: &ProviderSpec) -> bool {
    !spec.capabilities.activity_write_back.is_empty()
}

/// A delivery about somebody, bent as the case wants it, until what comes is honest.
async fn arrives(desk: &mut Desk, bend: impl FnOnce(&mut Notice)) -> Checked<Option<Finding>> {
    let edited = Mutation::of(Change::Edit, 1);
    let edited = desk.sandbox.mutate(desk.spec.id.as_str(), &edited);
    let somebody = edited.first().ok_or("nobody was edited")?;
    let mut notice = Notice::about(somebody.clone());
    if !is_honest(desk) {
        bend(&mut notice);
    }
    let sent = desk.sandbox.notice(desk.spec.id.as_str(), &notice);
    let sent = sent.ok_or("the CRM sends nothing")?;
    delivered(desk, sent.headers, sent.body).await
}

async fn unsigned(desk: &mut Desk) -> Checked<Option<Finding>> {
    if is_honest(desk) {
        return arrives(desk, |_| {}).await;
    }
    delivered(desk, Vec::new(), "{}".to_owned()).await
}

async fn delivered(
    desk: &Desk,
    headers: Vec<(String, String)>,
    body: String,
) -> Checked<Option<Finding>> {
    let delivery = WebhookDelivery {
        headers,
        body: body.into_bytes(),
        received_at: desk.clock.now(),
        check_signature: true,
    };
    let taken = desk
        .engine()?
        .ingest_webhook(&desk.connection, delivery)
        .await;
    Ok(taken.err().map(|error| found(&error)))
}

async fn unexpected(desk: &mut Desk) -> Checked<Option<Finding>> {
    if is_honest(desk) {
        return desk.finding_of_sync().await;
    }
    delivered(desk, Vec::new(), "{}".to_owned()).await
}

async fn written_nowhere(desk: &mut Desk) -> Checked<Option<Finding>> {
    if is_honest(desk) {
        return desk.finding_of_sync().await;
    }
    desk.meets(Work::WriteBack).await
}
