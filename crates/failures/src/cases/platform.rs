//! NurtureHub's platform.

use nurturehub_engine::State;
use nurturehub_port::{ErrorKind, Owner, Secret};
use nurturehub_sandbox::{Change, Mutation};

use crate::case::{Case, Deed, Work};
use crate::desk::Desk;
use crate::verdict::{Checked, wrong};

pub(super) fn cases() -> Vec<Case> {
    let case = |title, cause, kinds, owner, state| {
        Case::new(title, cause, kinds, owner, state).met_by(Work::Push)
    };
    let down = |title, cause| {
        case(
            title,
            cause,
            &[ErrorKind::PlatformDown],
            Owner::Nurturehub,
            State::Degraded,
        )
    };
    vec![
        down(
            "The platform is down (503)",
            Deed::Fault("platform.batch:status=503"),
        ),
        down(
            "The platform fails (500)",
            Deed::Fault("platform.batch:status=500"),
        ),
        down(
            "The platform breaks off in its answer",
            Deed::Fault("platform.batch:cut"),
        ),
        down(
            "The platform asks for fewer requests (429)",
            Deed::Fault("platform.batch:status=429,retryAfter=30"),
        ),
        down(
            "The platform cannot be reached",
            Deed::Own(|desk| Box::pin(moves(desk, "http://[::1]:9/platform"))),
        )
        .ends(Deed::Own(|desk| Box::pin(moves_back(desk)))),
        case(
            "The platform refuses some contacts",
            Deed::Fault("platform.batch:refuseRows=3"),
            &[ErrorKind::PlatformRejected],
            Owner::Agency,
            State::Degraded,
        )
        .needs(
            "refused contacts corrected",
            Deed::Own(|desk| Box::pin(corrects(desk))),
        ),
        case(
            "The platform refuses the whole batch (422)",
            Deed::Fault("platform.batch:status=422"),
            &[ErrorKind::PlatformRejected],
            Owner::Support,
            State::Failing,
        ),
        case(
            "The platform's token is not the right one",
            Deed::Own(|desk| Box::pin(has_token(desk, Some("another")))),
            &[ErrorKind::AuthInvalid],
            Owner::Agency,
            State::ActionNeeded,
        )
        .needs(
            "token set",
            Deed::Own(|desk| Box::pin(has_token(desk, None))),
        ),
        case(
            "The platform's token is not good for the tenant",
            Deed::Fault("platform.batch:wrongTenant"),
            &[ErrorKind::AuthInvalid],
            Owner::Agency,
            State::ActionNeeded,
        ),
        case(
            "The platform does not know the address (404)",
            Deed::Fault("platform.batch:status=404"),
            &[ErrorKind::TenantUnknown],
            Owner::Agency,
            State::ActionNeeded,
        ),
        case(
            "The platform's answer is no JSON",
            Deed::Fault("platform.batch:malformed"),
            &[ErrorKind::Protocol],
            Owner::Support,
            State::Degraded,
        ),
        case(
            "A captive portal answers in the platform's place",
            Deed::Fault("platform.batch:html"),
            &[ErrorKind::NetworkProxy],
            Owner::Agency,
            State::Failing,
        ),
    ]
}

async fn moves(desk: &mut Desk, url: &str) -> Checked {
    let token = desk.sandbox.describe().platform.token;
    sets(desk, url, &token).await
}

async fn moves_back(desk: &mut Desk) -> Checked {
    has_token(desk, None).await
}

/// The platform's own token, or another.
async fn has_token(desk: &mut Desk, token: Option<&str>) -> Checked {
    let platform = desk.sandbox.describe().platform;
    sets(desk, &platform.url, token.unwrap_or(&platform.token)).await
}

async fn sets(desk: &Desk, url: &str, token: &str) -> Checked {
    let set = desk
        .engine()?
        .set_platform(url, Secret::new(token.to_owned()))
        .await;
    set.map(|_| ()).map_err(|error| wrong("not set", error))
}

/// People in the CRM correct what was refused, and the next sync brings it.
async fn corrects(desk: &mut Desk) -> Checked {
    desk.sandbox.clear_faults();
    let everybody = Mutation::of(Change::Edit, desk.plan.contacts);
    desk.sandbox.mutate(desk.spec.id.as_str(), &everybody);
    desk.pass(1);
    let synced = desk.sync().await?;
    synced
        .map(|_| ())
        .map_err(|error| wrong("not synced", error))
}
