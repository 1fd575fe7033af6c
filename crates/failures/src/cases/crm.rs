//! A CRM that fails, or wants to be left alone.

use std::sync::OnceLock;

use nurturehub_adapters::registry::{self, Registration};
use nurturehub_engine::State;
use nurturehub_port::{ErrorKind, Owner, ProviderSpec, SignInMethod};

use crate::case::{Case, Deed, On};
use crate::plan::Plan;

pub(super) fn cases() -> Vec<Case> {
    let degraded =
        |title, cause, kinds| Case::new(title, cause, kinds, Owner::Crm, State::Degraded);
    let down = &[ErrorKind::ProviderDown];
    vec![
        degraded(
            "The CRM is down for maintenance (503)",
            Deed::Fault("*.list:status=503"),
            down,
        )
        .on(On::Each),
        degraded(
            "The CRM is down for hours, and says so (503, Retry-After)",
            Deed::Fault("*.list:status=503,retryAfter=7200"),
            down,
        ),
        degraded(
            "The CRM fails (500)",
            Deed::Fault("*.list:status=500"),
            down,
        )
        .on(On::Each),
        degraded(
            "The CRM's own gateway fails (502)",
            Deed::Fault("*.list:status=502"),
            down,
        ),
        degraded(
            "The CRM's own gateway gives up (504)",
            Deed::Fault("*.list:status=504"),
            down,
        ),
        degraded(
            "The CRM's sign-in service is down",
            Deed::Own(|desk| {
                Box::pin(async {
                    desk.does(&NEEDS_TOKEN).await?;
                    desk.spoil("*.token:status=503")
                })
            }),
            down,
        )
        .on(On::EachWith(fetches_tokens)),
        degraded(
            "The CRM asks for fewer requests (429)",
            Deed::Fault("*.list:status=429"),
            &[ErrorKind::RateLimited],
        )
        .on(On::Each),
        degraded(
            "The CRM's allowance is used up (429 until tomorrow)",
            Deed::Fault("*.list:status=429,retryAfter=86400"),
            &[ErrorKind::QuotaExhausted],
        )
        .on(On::Each),
        degraded(
            "The CRM's sign-in service asks for fewer requests",
            Deed::Own(|desk| {
                Box::pin(async {
                    desk.does(&NEEDS_TOKEN).await?;
                    desk.spoil("*.token:status=429")
                })
            }),
            &[ErrorKind::RateLimited],
        )
        .on(On::OneWith(fetches_tokens)),
        degraded(
            "Our own count of the daily allowance is used up",
            Deed::Own(|desk| Box::pin(async { desk.uses_up_the_day().await })),
            &[ErrorKind::QuotaExhausted],
        )
        .on(On::OneWith(|spec| spec.limits.per_day.is_some()))
        .plan(Plan {
            registry: Some(with_a_small_allowance),
            ..Plan::USUAL
        })
        .ends(Deed::Own(|desk| {
            Box::pin(async {
                desk.pass(24);
                Ok(())
            })
        })),
    ]
}

/// Tokens in hand are no longer good, so that a new one must be had.
const NEEDS_TOKEN: Deed = Deed::Access(nurturehub_sandbox::AccessChange::Expire);

/// Whether tokens are had without a person.
pub(super) fn fetches_tokens(spec: &ProviderSpec) -> bool {
    let mut methods = spec.sign_in.methods.iter();
    methods.any(|(_, method)| matches!(method, SignInMethod::ClientCredentials { .. }))
}

/// Requests in a day, where there is little to be had.
pub(crate) const SMALL_ALLOWANCE: u64 = 40;

/// The product's providers, with a smaller allowance for the day where they have one.
fn with_a_small_allowance() -> &'static [Registration] {
    static SMALL: OnceLock<Vec<Registration>> = OnceLock::new();
    SMALL.get_or_init(|| {
        registry::all()
            .iter()
            .filter(|entry| (entry.spec)().limits.per_day.is_some())
            .take(1)
            .map(|entry| Registration {
                spec: small_allowance,
                ..*entry
            })
            .collect()
    })
}

/// The first provider with an allowance, with a smaller one.
fn small_allowance() -> ProviderSpec {
    let mut specs = registry::all().iter().map(|entry| (entry.spec)());
    let first = specs.find(|spec| spec.limits.per_day.is_some());
    let mut spec = first.unwrap_or_else(|| (registry::all()[0].spec)());
    spec.limits.per_day = Some(SMALL_ALLOWANCE);
    spec
}
