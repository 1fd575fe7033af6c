//! A host that cannot prove who it is, and clocks.

use jiff::SignedDuration;
use nurturehub_engine::State;
use nurturehub_port::{Clock, ErrorKind, Owner, StepName};

use crate::case::{Case, Deed, On, Work};
use crate::certificates::Flaw;
use crate::desk::{Desk, HOST};
use crate::front::Manner;
use crate::plan::{Plan, Way};
use crate::verdict::{Checked, wrong};

pub(super) fn cases() -> Vec<Case> {
    let case = |title, cause, owner| {
        Case::new(
            title,
            cause,
            &[ErrorKind::NetworkTls],
            owner,
            State::Failing,
        )
        .at(StepName::Tls)
        .plan(Plan::by(Way::Secure))
        .ends(Deed::Own(|desk| Box::pin(shows(desk, Flaw::None))))
    };
    vec![
        case(
            "The host's certificate has expired",
            Deed::Own(|desk| Box::pin(shows(desk, Flaw::Expired))),
            Owner::Crm,
        ),
        case(
            "The host has signed its certificate itself",
            Deed::Own(|desk| Box::pin(shows(desk, Flaw::SelfSigned))),
            Owner::Agency,
        ),
        case(
            "The certificate is another host's",
            Deed::Own(|desk| Box::pin(shows(desk, Flaw::OtherHost))),
            Owner::Agency,
        ),
        case(
            "Security software shows a certificate of its own",
            Deed::Own(|desk| Box::pin(shows(desk, Flaw::UnknownIssuer))),
            Owner::Agency,
        ),
        case(
            "The host does not speak TLS",
            Deed::Own(|desk| Box::pin(async { desk.front()?.set(Manner::Pass) })),
            Owner::Agency,
        ),
        case(
            "The host's certificate has expired, seen by the doctor",
            Deed::Own(|desk| Box::pin(shows(desk, Flaw::Expired))),
            Owner::Crm,
        )
        .met_by(Work::Verify),
        Case::new(
            "The host's certificate begins in the future",
            Deed::Own(|desk| Box::pin(shows(desk, Flaw::NotYet))),
            &[ErrorKind::ClockSkew],
            Owner::Agency,
            State::Failing,
        )
        .at(StepName::Tls)
        .plan(Plan::by(Way::Secure))
        .ends(Deed::Own(|desk| Box::pin(shows(desk, Flaw::None)))),
        off(
            "This computer's clock is an hour fast",
            Deed::Own(|desk| Box::pin(turned(desk, 1))),
            Deed::Own(|desk| Box::pin(turned(desk, -1))),
        )
        .on(On::Each),
        off(
            "This computer's clock is an hour slow",
            Deed::Own(|desk| Box::pin(turned(desk, -1))),
            Deed::Own(|desk| Box::pin(turned(desk, 1))),
        ),
    ]
}

fn off(title: &'static str, cause: Deed, set_right: Deed) -> Case {
    Case::new(
        title,
        cause,
        &[ErrorKind::ClockSkew],
        Owner::Agency,
        State::Failing,
    )
    .met_by(Work::Verify)
    .at(StepName::Authenticate)
    .needs("clock set right", set_right)
}

/// The host shows such a certificate from now on.
async fn shows(desk: &mut Desk, flaw: Flaw) -> Checked {
    let config = desk.authority()?.server(HOST, flaw)?;
    desk.front()?.set(Manner::Secure(config))
}

/// Our clock is turned by so many hours, and the CRM's is not.
async fn turned(desk: &mut Desk, hours: i64) -> Checked {
    let turned = desk
        .clock
        .now()
        .checked_add(SignedDuration::from_hours(hours))
        .map_err(|error| wrong("no such time", error))?;
    desk.clock.set_wall(turned);
    Ok(())
}
