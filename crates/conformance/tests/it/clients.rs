//! Adapters that go their own way to the CRM, or say too much.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::BoxFuture;
use jiff::SignedDuration;
use nurturehub_adapter_kit::testing::ManualClock;
use nurturehub_adapter_kit::{
    AdapterContext, CredentialSource, HttpClient, HttpConfig, HttpResponse,
};
use nurturehub_conformance::Change;
use nurturehub_conformance::{
    Access, AccessChange, Delivery, GroundTruth, LoggedRequest, Mutation, Notice, SimulatedCrm,
    Subject,
};
use nurturehub_port::{AdapterError, Clock, ErrorKind, Secret};

use crate::broken::{Before, Busybody};

/// With a client of its own, which differs from the one that it was given.
fn with_client(
    subject: Subject,
    change: fn(&mut HttpConfig),
    clock: fn(Arc<dyn Clock>) -> Arc<dyn Clock>,
) -> Subject {
    subject.rebuilt(move |build, mut context| {
        let mut config = context.http.config().clone();
        change(&mut config);
        let clock = clock(context.clock.clone());
        context.http = HttpClient::new(config, clock, 1, &[]).unwrap();
        build(context)
    })
}

pub(crate) fn own_client(subject: Subject) -> Subject {
    with_client(subject, |_| {}, |clock| clock)
}

pub(crate) fn gives_up_at_once(subject: Subject) -> Subject {
    with_client(subject, |config| config.max_attempts = 1, |clock| clock)
}

pub(crate) fn knows_no_limits(subject: Subject) -> Subject {
    let change = |config: &mut HttpConfig| {
        config.limits.windows.clear();
        config.limits.concurrent = 64;
    };
    with_client(subject, change, |clock| clock)
}

pub(crate) fn takes_any_body(subject: Subject) -> Subject {
    with_client(
        subject,
        |config| config.max_body = usize::MAX,
        |clock| clock,
    )
}

/// With a clock of its own, by which waits take no time of anybody else's.
pub(crate) fn impatient(subject: Subject) -> Subject {
    with_client(
        subject,
        |_| {},
        |clock| Arc::new(ManualClock::new(clock.now())),
    )
}

pub(crate) fn never_renews(subject: Subject) -> Subject {
    subject.rebuilt(|build, mut context| {
        context.credential = Arc::new(Stubborn(context.credential));
        build(context)
    })
}

struct Stubborn(Arc<dyn CredentialSource>);

#[async_trait]
impl CredentialSource for Stubborn {
    async fn current(&self) -> Result<Secret<String>, AdapterError> {
        self.0.current().await
    }

    async fn renewed(&self, _rejected: &Secret<String>) -> Result<Secret<String>, AdapterError> {
        Err(AdapterError::new(
            ErrorKind::AuthInvalid,
            "It is not renewed.",
        ))
    }
}

/// With something that is done before each listing.
fn busy(subject: Subject, before: fn(&AdapterContext) -> Before) -> Subject {
    subject.rebuilt(move |build, context| {
        let before = before(&context);
        Box::new(Busybody {
            inner: build(context),
            before,
        })
    })
}

fn always(
    ask: impl Fn() -> BoxFuture<'static, Result<(), AdapterError>> + Send + Sync + 'static,
) -> Before {
    Arc::new(ask)
}

pub(crate) fn follows_redirects(subject: Subject) -> Subject {
    busy(subject, |context| {
        let address = context.http.config().base_url.clone();
        always(move || {
            let address = address.clone();
            Box::pin(async move {
                let client = reqwest::Client::builder().no_proxy().build().unwrap();
                let _ = client.get(address).send().await;
                Ok(())
            })
        })
    })
}

pub(crate) fn insists_on_the_date(subject: Subject) -> Subject {
    busy(subject, |context| {
        let (http, clock) = (context.http.clone(), context.clock.clone());
        always(move || {
            let (http, clock) = (http.clone(), clock.clone());
            Box::pin(async move {
                // The error's reader is the one place where an answer without success is seen.
                fn far_off(response: &HttpResponse) -> AdapterError {
                    let date = response.date().unwrap_or(response.received_at);
                    let off = response.received_at.duration_since(date).abs();
                    let kind = if off > SignedDuration::from_hours(1) {
                        ErrorKind::ClockSkew
                    } else {
                        ErrorKind::Unsupported
                    };
                    response.error(kind, "The dates differ.")
                }
                let _ = clock.now();
                let asked = http.get("/no-such-place", &[]).errors(far_off).send().await;
                match asked {
                    Err(error) if error.kind == ErrorKind::ClockSkew => Err(error),
                    _ => Ok(()),
                }
            })
        })
    })
}

/// The key of a connection that has one.
fn key(context: &AdapterContext) -> String {
    let secret = context
        .secrets
        .get("token")
        .or(context.secrets.get("apiKey"));
    secret.unwrap().expose().clone()
}

pub(crate) fn key_in_the_address(subject: Subject) -> Subject {
    busy(subject, |context| {
        let (http, key) = (context.http.clone(), key(context));
        always(move || {
            let (http, key) = (http.clone(), key.clone());
            Box::pin(async move {
                let _ = http.get("/ping", &[]).query("key", &key).send().await;
                Ok(())
            })
        })
    })
}

pub(crate) fn key_in_the_trace(subject: Subject) -> Subject {
    busy(subject, |context| {
        let (http, key) = (context.http.clone(), key(context));
        always(move || {
            let (http, key) = (http.clone(), key.clone());
            Box::pin(async move {
                let _ = http.get(&format!("/ping/{key}"), &[]).send().await;
                Ok(())
            })
        })
    })
}

pub(crate) fn key_in_errors(subject: Subject) -> Subject {
    busy(subject, |context| {
        let key = key(context);
        always(move || {
            let message = format!("The key {key} is not known.");
            Box::pin(async move { Err(AdapterError::new(ErrorKind::AuthInvalid, message)) })
        })
    })
}

/// A CRM that says that it erased somebody, and does not.
pub(crate) fn erases_nobody(subject: Subject) -> Subject {
    subject.reopened(|open| {
        Arc::new(move |opening| {
            let opened = open(opening);
            Box::pin(async move {
                let crm = opened.await?;
                Ok(Arc::new(ErasesNobody(crm)) as Arc<dyn SimulatedCrm>)
            })
        })
    })
}

struct ErasesNobody(Arc<dyn SimulatedCrm>);

impl SimulatedCrm for ErasesNobody {
    fn access(&self) -> Access {
        self.0.access()
    }

    fn truth(&self) -> GroundTruth {
        self.0.truth()
    }

    fn mutate(&self, mutation: &Mutation) -> Vec<String> {
        if mutation.change == Change::Erase {
            return self
                .0
                .mutate(&Mutation::of(Change::Edit, mutation.count.max(1)));
        }
        self.0.mutate(mutation)
    }

    fn change_access(&self, change: &AccessChange) {
        self.0.change_access(change);
    }

    fn spoil(&self, fault: &str) -> Result<(), String> {
        self.0.spoil(fault)
    }

    fn struck(&self) -> u64 {
        self.0.struck()
    }

    fn heal(&self) {
        self.0.heal();
    }

    fn requests(&self) -> Vec<LoggedRequest> {
        self.0.requests()
    }

    fn most_at_once(&self) -> usize {
        self.0.most_at_once()
    }

    fn forget_requests(&self) {
        self.0.forget_requests();
    }

    fn advance(&self, by: Duration) {
        self.0.advance(by);
    }

    fn enforce_limits(&self, on: bool) {
        self.0.enforce_limits(on);
    }

    fn notice(&self, notice: &Notice) -> Option<Delivery> {
        self.0.notice(notice)
    }

    fn written(&self) -> Option<Vec<String>> {
        self.0.written()
    }
}
