//! Credentials, permissions, and people who sign in.

use nurturehub_engine::State;
use nurturehub_port::{ErrorKind, Owner, ProviderSpec, Secret, SignInMethod};
use nurturehub_sandbox::{AccessChange, Consent};

use super::crm::fetches_tokens;
use crate::case::{Case, Deed, On, Work};
use crate::desk::Desk;
use crate::finding::Finding;
use crate::person::{self, Person};
use crate::plan::Plan;
use crate::verdict::Checked;
use crate::work::found;

/// What a CRM may say of credentials that it does not take: some say why, and some do not.
const REFUSED: &[ErrorKind] = &[
    ErrorKind::AuthInvalid,
    ErrorKind::AuthRevoked,
    ErrorKind::AuthExpired,
];

/// What a CRM may say of an agency that is not to be had: some do not tell it from a permission.
const NOT_THERE: &[ErrorKind] = &[
    ErrorKind::TenantUnknown,
    ErrorKind::ScopeMissing,
    ErrorKind::AuthInvalid,
];

pub(super) fn cases() -> Vec<Case> {
    let needs_sign_in =
        |title, cause, kinds| Case::new(title, cause, kinds, Owner::Agency, State::NeedsReauth);
    let needs_action =
        |title, cause, kinds| Case::new(title, cause, kinds, Owner::Agency, State::ActionNeeded);
    let again = || Deed::Own(|desk| Box::pin(signs_in_again(desk)));
    vec![
        needs_sign_in(
            "The credentials are withdrawn in the CRM",
            Deed::Access(AccessChange::Revoke),
            REFUSED,
        )
        .on(On::Each)
        .needs("approved again in the CRM", again()),
        needs_sign_in(
            "Each token is refused as expired",
            Deed::Fault("*.list:expireToken;*.reference:expireToken"),
            REFUSED,
        )
        .on(On::Each),
        needs_sign_in(
            "The stored secret is not the right one",
            Deed::Own(|desk| Box::pin(has_wrong_secrets(desk))),
            REFUSED,
        )
        .on(On::Each)
        .needs("signed in again", again()),
        needs_action(
            "The account is not known",
            Deed::Fault("*.list:wrongTenant"),
            // Where nobody says what is where, an unknown account is an unknown address.
            &[ErrorKind::TenantUnknown, ErrorKind::Configuration],
        )
        .on(On::EachWith(names_its_agency)),
        needs_action(
            "A permission is missing",
            Deed::Fault("*.list:missingScope"),
            &[ErrorKind::ScopeMissing],
        )
        .on(On::Each),
        needs_sign_in(
            "The CRM's sign-in service knows the client no more",
            Deed::Own(|desk| {
                Box::pin(async {
                    desk.does(&Deed::Access(AccessChange::Expire)).await?;
                    desk.spoil("*.token:status=401")
                })
            }),
            &[ErrorKind::AuthInvalid],
        )
        .on(On::EachWith(fetches_tokens)),
        Case::new(
            "The CRM's sign-in service answers with a web page",
            Deed::Own(|desk| {
                Box::pin(async {
                    desk.does(&Deed::Access(AccessChange::Expire)).await?;
                    desk.spoil("*.token:html")
                })
            }),
            &[ErrorKind::Protocol],
            Owner::Support,
            State::Degraded,
        )
        .on(On::EachWith(fetches_tokens)),
        needs_sign_in(
            "A person's sign-in has run out",
            Deed::Own(|desk| {
                Box::pin(async {
                    desk.pass(24 * 40);
                    Ok(())
                })
            }),
            &[ErrorKind::AuthExpired],
        )
        .plan(Plan::browser())
        .on(On::EachWith(by_browser))
        .needs("signed in again", again()),
        needs_sign_in(
            "A person's sign-in is withdrawn",
            Deed::Access(AccessChange::Revoke),
            &[ErrorKind::AuthRevoked],
        )
        .plan(Plan::browser())
        .on(On::EachWith(by_browser))
        .needs("approved and signed in again", again()),
        connects(
            "A person cancels the sign-in",
            &[ErrorKind::SignInCancelled],
            Deed::NoFault,
            |desk| Box::pin(tries(desk, person::cancels())),
        ),
        connects(
            "Nobody finishes the sign-in in time",
            &[ErrorKind::SignInTimedOut],
            Deed::NoFault,
            |desk| Box::pin(tries(desk, person::stays_away())),
        ),
        connects(
            "A person says no to the sign-in",
            &[ErrorKind::SignInRefused],
            Deed::Own(|desk| Box::pin(consents(desk, Consent::Denied))),
            |desk| Box::pin(tries(desk, person::goes_where_sent())),
        ),
        connects(
            "A person signs in with another agency's account",
            &[ErrorKind::WrongAccount],
            Deed::Own(|desk| Box::pin(consents(desk, Consent::OtherAccount))),
            |desk| Box::pin(tries(desk, person::goes_where_sent())),
        ),
        deactivated(),
    ]
}

/// The agency takes the app out, or closes what it had opened to it.
fn deactivated() -> Case {
    Case::new(
        "The agency has deactivated the app",
        Deed::Access(AccessChange::Uninstall),
        NOT_THERE,
        Owner::Agency,
        State::ActionNeeded,
    )
    .on(On::EachWith(tells_apps_apart))
    .needs("activated in the CRM", Deed::Access(AccessChange::Install))
}

/// A case about connecting, of which nothing is kept while it fails.
fn connects(
    title: &'static str,
    kinds: &'static [ErrorKind],
    cause: Deed,
    tries: crate::case::Try,
) -> Case {
    Case::new(title, cause, kinds, Owner::Agency, State::New)
        .plan(Plan::browser())
        .on(On::EachWith(by_browser))
        .met_by(Work::Own(tries))
        .needs(
            "signed in by the right person",
            Deed::Own(|desk| {
                Box::pin(async { desk.connect().await.map_err(|error| found(&error).message) })
            }),
        )
        .stateless()
}

/// A connection is tried; once there is one, it is seen whether it works.
async fn tries(desk: &mut Desk, person: Person) -> Checked<Option<Finding>> {
    if !desk.connection.is_empty() {
        return desk.finding_of_sync().await;
    }
    Ok(desk
        .connect_with(&person)
        .await
        .err()
        .map(|error| found(&error)))
}

async fn consents(desk: &mut Desk, consent: Consent) -> Checked {
    desk.sandbox.set_consent(desk.spec.id.as_str(), consent);
    Ok(())
}

async fn signs_in_again(desk: &mut Desk) -> Checked {
    desk.does(&Deed::Access(AccessChange::Reinstate)).await?;
    desk.reauthorize().await
}

/// The vault holds other secrets than the CRM's.
async fn has_wrong_secrets(desk: &mut Desk) -> Checked {
    let (_, secrets) = desk.access();
    let keys = secrets
        .into_keys()
        .filter(|key| !key.starts_with("webhook"));
    let other = keys.map(|key| {
        (
            key,
            Secret::new("4b1d0000-0000-4000-8000-000000000000".to_owned()),
        )
    });
    desk.reauthorize_with(other.collect()).await
}

fn by_browser(spec: &ProviderSpec) -> bool {
    person::method(spec).is_some()
}

/// Whether requests say which agency they are about.
fn names_its_agency(spec: &ProviderSpec) -> bool {
    spec.reference_setting.is_some()
}

/// Whether the CRM knows apps apart from credentials: one key or token is all that there is else.
fn tells_apps_apart(spec: &ProviderSpec) -> bool {
    spec.sign_in
        .methods
        .iter()
        .any(|(_, method)| !matches!(method, SignInMethod::StaticSecret { .. }))
}
