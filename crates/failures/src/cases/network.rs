//! The way to the CRM.

use std::collections::BTreeMap;
use std::net::Ipv6Addr;

use nurturehub_engine::{Names, State};
use nurturehub_port::{ErrorKind, Owner, StepName};

use crate::case::{Case, Deed, On, Work};
use crate::desk::{Desk, HOST, PROXY, names};
use crate::front::Manner;
use crate::plan::{Plan, Way};
use crate::verdict::Checked;

const DOOR: Plan = Plan::by(Way::Door);
const SECURE: Plan = Plan::by(Way::Secure);
const PROXIED: Plan = Plan::by(Way::Proxied);
/// A host that says nothing is given up after a second.
const IMPATIENT: Plan = Plan::with(&[("timeoutSeconds", "1")]);

pub(super) fn cases() -> Vec<Case> {
    let degraded =
        |title, cause, kinds, owner| Case::new(title, cause, kinds, owner, State::Degraded);
    let failing =
        |title, cause, kinds| Case::new(title, cause, kinds, Owner::Agency, State::Failing);
    vec![
        degraded(
            "The CRM's name does not resolve",
            Deed::Own(|desk| Box::pin(knows(desk, Vec::new()))),
            &[ErrorKind::NetworkDns],
            Owner::Agency,
        )
        .at(StepName::Dns)
        .plan(SECURE)
        .ends(Deed::Own(|desk| Box::pin(knows(desk, vec![HOST])))),
        degraded(
            "The host refuses connections",
            Deed::Own(|desk| Box::pin(leads_nowhere(desk, HOST))),
            &[ErrorKind::NetworkConnect],
            Owner::Agency,
        )
        .at(StepName::Connect)
        .plan(SECURE)
        .ends(Deed::Own(|desk| Box::pin(knows(desk, vec![HOST])))),
        degraded(
            "The connection is reset",
            Deed::Own(|desk| Box::pin(async { desk.front()?.set(Manner::Reset) })),
            &[ErrorKind::NetworkInterrupted],
            Owner::Agency,
        )
        .at(StepName::Authenticate)
        .plan(DOOR)
        .ends(opened()),
        degraded(
            "The host hangs up without an answer",
            Deed::Own(|desk| Box::pin(async { desk.front()?.set(Manner::Hush) })),
            &[ErrorKind::NetworkInterrupted],
            Owner::Agency,
        )
        .at(StepName::Authenticate)
        .plan(DOOR)
        .ends(opened()),
        degraded(
            "The first byte of the answer does not come",
            Deed::Fault("*.list:hang"),
            &[ErrorKind::NetworkTimeout],
            Owner::Crm,
        )
        .plan(IMPATIENT),
        degraded(
            "The CRM gives up waiting for the request (408)",
            Deed::Fault("*.list:status=408"),
            &[ErrorKind::NetworkTimeout],
            Owner::Crm,
        ),
        degraded(
            "The body of an answer is cut",
            Deed::Fault("*.list:cut"),
            &[ErrorKind::NetworkInterrupted],
            Owner::Agency,
        )
        .on(On::Each),
        failing(
            "A captive portal answers with its own page",
            Deed::Fault("*.list:html"),
            &[ErrorKind::NetworkProxy],
        )
        .on(On::Each),
        failing(
            "The network wants a sign-in (511)",
            Deed::Fault("*.list:status=511"),
            &[ErrorKind::NetworkProxy],
        ),
        degraded(
            "A portal redirects to its own host",
            Deed::Fault("*.list:redirect=http://127.0.0.1:9/login"),
            &[ErrorKind::Protocol],
            Owner::Support,
        )
        .on(On::Each),
        failing(
            "The proxy wants a sign-in (407)",
            wants_sign_in(),
            &[ErrorKind::NetworkProxy],
        )
        .at(StepName::Connect)
        .plan(PROXIED)
        .ends(lets_through()),
        failing(
            "The proxy forbids the CRM's address (403)",
            forbids(),
            &[ErrorKind::NetworkProxy],
        )
        .at(StepName::Connect)
        .plan(PROXIED)
        .ends(lets_through()),
        failing(
            "The proxy takes no connections",
            Deed::Own(|desk| Box::pin(leads_nowhere(desk, PROXY))),
            &[ErrorKind::NetworkProxy],
        )
        .at(StepName::Connect)
        .plan(PROXIED)
        .ends(Deed::Own(|desk| Box::pin(knows(desk, vec![PROXY])))),
        failing(
            "The proxy's name does not resolve",
            Deed::Own(|desk| Box::pin(knows(desk, Vec::new()))),
            &[ErrorKind::NetworkProxy],
        )
        .at(StepName::Dns)
        .plan(PROXIED)
        .ends(Deed::Own(|desk| Box::pin(knows(desk, vec![PROXY])))),
        degraded(
            "The proxy cannot reach the CRM, seen by the doctor",
            Deed::Own(|desk| Box::pin(async { desk.proxy()?.set(Manner::Proxy(502)) })),
            &[ErrorKind::NetworkConnect],
            Owner::Agency,
        )
        .at(StepName::Connect)
        .plan(PROXIED)
        .met_by(Work::Verify)
        .ends(lets_through()),
        failing(
            "The proxy wants a sign-in, seen by the doctor",
            wants_sign_in(),
            &[ErrorKind::NetworkProxy],
        )
        .at(StepName::Connect)
        .plan(PROXIED)
        .met_by(Work::Verify)
        .ends(lets_through()),
        degraded(
            "The CRM's name does not resolve, seen by the doctor",
            Deed::Own(|desk| Box::pin(knows(desk, Vec::new()))),
            &[ErrorKind::NetworkDns],
            Owner::Agency,
        )
        .at(StepName::Dns)
        .plan(SECURE)
        .met_by(Work::Verify)
        .ends(Deed::Own(|desk| Box::pin(knows(desk, vec![HOST])))),
    ]
}

/// Another network, which knows these names and no other.
async fn knows(desk: &mut Desk, known: Vec<&str>) -> Checked {
    desk.network.names = Names::Only(names(&known));
    desk.reopen().await
}

/// Another network, in which a name leads to where nobody listens: our doors are on IPv4 alone.
async fn leads_nowhere(desk: &mut Desk, name: &str) -> Checked {
    let nowhere = BTreeMap::from([(name.to_owned(), Ipv6Addr::LOCALHOST.into())]);
    desk.network.names = Names::Only(nowhere);
    desk.reopen().await
}

fn opened() -> Deed {
    Deed::Own(|desk| Box::pin(async { desk.front()?.set(Manner::Pass) }))
}

fn wants_sign_in() -> Deed {
    Deed::Own(|desk| Box::pin(async { desk.proxy()?.set(Manner::Proxy(407)) }))
}

fn forbids() -> Deed {
    Deed::Own(|desk| Box::pin(async { desk.proxy()?.set(Manner::Proxy(403)) }))
}

fn lets_through() -> Deed {
    Deed::Own(|desk| Box::pin(async { desk.proxy()?.set(Manner::Proxy(200)) }))
}
