//! Answers that are not what they should be, and listings that are not whole.

use nurturehub_engine::{State, SyncOptions};
use nurturehub_port::{ErrorKind, Owner, ProviderSpec};
use nurturehub_sandbox::{Change, Mutation};

use crate::case::{Case, Deed, On, Work};
use crate::desk::Desk;
use crate::finding::Finding;
use crate::plan::Plan;
use crate::verdict::{Checked, wrong};
use crate::work::found;

/// Lists of several pages, where that can be set.
const SMALL_PAGES: Plan = Plan {
    contacts: 60,
    settings: &[("pageSize", "10")],
    ..Plan::USUAL
};

/// So many that what none of them has is no chance.
const MANY: Plan = Plan {
    contacts: 300,
    ..Plan::USUAL
};

pub(super) fn cases() -> Vec<Case> {
    let protocol = |title, fault| {
        Case::new(
            title,
            Deed::Fault(fault),
            &[ErrorKind::Protocol],
            Owner::Support,
            State::Degraded,
        )
    };
    let changed = |title, fault| {
        Case::new(
            title,
            Deed::Fault(fault),
            &[ErrorKind::SchemaChanged],
            Owner::Nurturehub,
            State::ActionNeeded,
        )
        .on(On::Each)
    };
    let cut_short = |title, fault| {
        Case::new(
            title,
            Deed::Fault(fault),
            &[ErrorKind::IncompleteListing],
            Owner::Crm,
            State::Degraded,
        )
    };
    let circle = &[ErrorKind::Protocol, ErrorKind::IncompleteListing];
    vec![
        protocol("An answer's JSON is truncated", "*.list:truncate").on(On::Each),
        protocol("An answer is no JSON", "*.list:malformed").on(On::Each),
        protocol(
            "A small body unpacks to an enormous one",
            "*.list:gzipBomb=20",
        ),
        protocol("A body has no end", "*.list:oversized=20"),
        changed("The page's list has another name", "*.list:renamedList"),
        changed("The records' ids have another name", "*.list:renamedKeys"),
        changed("The page's list has another type", "*.list:wrongType"),
        Case::new(
            "A field that nothing requires has another name",
            // As the CRMs write it, each in its own way.
            Deed::Fault(
                "*:renamedField=email;*:renamedField=emails;*:renamedField=Email;\
                 *:renamedField=EmailAddress;*:renamedField=EMailAddress;\
                 *:renamedField=emailAddress;*:renamedField=emailAddresses;\
                 *:renamedField=email_addresses",
            ),
            &[ErrorKind::SchemaChanged],
            Owner::Nurturehub,
            State::Degraded,
        )
        .plan(MANY)
        .on(On::Each),
        Case::new(
            "Some records cannot become contacts",
            Deed::Fault("*.list:unmappable=2,times=1"),
            &[ErrorKind::Mapping],
            Owner::Agency,
            State::Degraded,
        )
        .on(On::Each),
        Case::new(
            "The list is empty where many were",
            Deed::Fault("*.list:empty"),
            &[ErrorKind::IncompleteListing],
            Owner::Agency,
            State::Degraded,
        )
        .on(On::Each),
        Case::new(
            "Half of the contacts are gone",
            Deed::Own(|desk| Box::pin(halves(desk))),
            &[ErrorKind::IncompleteListing],
            Owner::Agency,
            State::Degraded,
        )
        .met_by(Work::Own(|desk| Box::pin(believed(desk))))
        .on(On::Each)
        .needs(
            "removals confirmed",
            Deed::Own(|desk| Box::pin(confirms(desk))),
        ),
        cut_short("The list ends before its total", "*.list:shortListing=3")
            .on(On::EachWith(total)),
        Case::new(
            "The pages lead in a circle",
            Deed::Fault("*.list:firstPage,after=1"),
            circle,
            Owner::Support,
            State::Degraded,
        )
        .plan(SMALL_PAGES)
        .on(On::OneWith(pages)),
        cut_short("The list skips pages", "*.list:skipPage")
            .plan(SMALL_PAGES)
            .on(On::OneWith(|spec| pages(spec) && total(spec))),
        cut_short("The total grows with every page", "*.list:totalGrows=15")
            .plan(SMALL_PAGES)
            .on(On::OneWith(|spec| pages(spec) && total(spec))),
        Case::new(
            "The CRM refuses the request as wrong (400)",
            Deed::Fault("*.list:status=400"),
            &[ErrorKind::ProviderRejected],
            Owner::Support,
            State::Failing,
        )
        .on(On::Each),
        Case::new(
            "The CRM answers with a status that nobody documents (418)",
            Deed::Fault("*.list:status=418"),
            &[ErrorKind::ProviderRejected],
            Owner::Support,
            State::Failing,
        )
        .on(On::Each),
    ]
}

fn total(spec: &ProviderSpec) -> bool {
    spec.capabilities.total
}

fn pages(spec: &ProviderSpec) -> bool {
    spec.fields.iter().any(|field| field.key == "pageSize")
}

/// Every second contact vanishes from the CRM.
async fn halves(desk: &mut Desk) -> Checked {
    let half = desk.plan.contacts / 2;
    let mutation = Mutation::of(Change::Erase, half);
    let gone = desk.sandbox.mutate(desk.spec.id.as_str(), &mutation);
    if gone.is_empty() {
        return Err("nobody is gone".to_owned());
    }
    Ok(())
}

/// Whether a full sync is believed: where somebody must be missing more than once to be gone, the
/// listing that is confirmed is one of them.
async fn believed(desk: &mut Desk) -> Checked<Option<Finding>> {
    desk.finding_of_sync().await
}

async fn confirms(desk: &mut Desk) -> Checked {
    let options = SyncOptions {
        full: true,
        confirm_removals: true,
        ..SyncOptions::default()
    };
    let confirmed = desk.sync_with(options).await?;
    confirmed
        .map(|_| ())
        .map_err(|error| wrong("not confirmed", found(&error).message))
}
