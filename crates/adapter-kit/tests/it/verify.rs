//! The steps of a verification.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use futures_util::StreamExt;
use nurturehub_adapter_kit::verify::{OwnSteps, steps};
use nurturehub_adapter_kit::{AdapterContext, Settings, StaticCredential};
use nurturehub_port::{
    AdapterError, ConnectionId, ErrorKind, ProviderId, Secret, StepName, StepStatus, TenantId,
    VerifyStep,
};

use crate::server::{Server, clock, given, json, provider};

/// Steps of which one fails, or none.
struct Own(Option<StepName>);

impl Own {
    fn step(&self, step: StepName) -> Result<String, AdapterError> {
        if self.0 == Some(step) {
            return Err(AdapterError::new(ErrorKind::ScopeMissing, "No."));
        }
        Ok("Yes.".to_owned())
    }
}

#[async_trait]
impl OwnSteps for Own {
    async fn authenticate(&self) -> Result<String, AdapterError> {
        self.step(StepName::Authenticate)
    }

    async fn permissions(&self) -> Result<String, AdapterError> {
        self.step(StepName::Permissions)
    }

    async fn read_contact(&self) -> Result<String, AdapterError> {
        self.step(StepName::ReadContact)
    }
}

async fn verify(server: &Server, key: &str, own: &Own) -> Vec<VerifyStep> {
    let spec = provider(vec![]);
    let clock = clock();
    let settings = Settings::parse(&spec, given(&[("baseUrl", server.url.as_str())])).unwrap();
    let context = AdapterContext {
        connection: ConnectionId::parse("one").unwrap(),
        provider: ProviderId::parse("some").unwrap(),
        tenant: TenantId::parse("agency").unwrap(),
        settings,
        credential: Arc::new(StaticCredential::new(Secret::new(key.to_owned()))),
        secrets: BTreeMap::new(),
        http: server.client(&clock),
        clock,
    };
    let taken: Vec<VerifyStep> = steps(&context, spec, own).collect().await;
    let names: Vec<StepName> = taken.iter().map(|step| step.step).collect();
    assert_eq!(names, StepName::ALL, "every step, once and in order");
    taken
}

fn statuses(steps: &[VerifyStep]) -> String {
    steps
        .iter()
        .map(|step| match step.status {
            StepStatus::Passed => 'p',
            StepStatus::Failed => 'f',
            StepStatus::Skipped => 's',
        })
        .collect()
}

#[tokio::test]
async fn all_pass_and_tls_is_skipped_on_this_computer_with_a_reason() {
    let server = Server::start(vec![json("{}")]).await;
    let steps = verify(&server, "key", &Own(None)).await;
    assert_eq!(statuses(&steps), "ppppsppp", "{steps:?}");
    assert!(
        steps.iter().all(|step| step.detail.ends_with('.')),
        "{steps:?}"
    );
}

#[tokio::test]
async fn after_a_failed_step_the_rest_are_skipped() {
    let server = Server::start(vec![json("{}")]).await;
    for (key, own, expected) in [
        (" ", Own(None), "pfssssss"),
        ("key", Own(Some(StepName::Authenticate)), "ppppsfss"),
        ("key", Own(Some(StepName::ReadContact)), "ppppsppf"),
    ] {
        let steps = verify(&server, key, &own).await;
        assert_eq!(statuses(&steps), expected);
        let failed = steps
            .iter()
            .find(|step| step.status == StepStatus::Failed)
            .unwrap();
        assert!(failed.error.is_some(), "a failure says why");
    }
}

#[tokio::test]
async fn a_host_that_takes_no_connection_fails_that_step() {
    let server = Server::start(vec![json("{}")]).await;
    let gone = Server::start(vec![]).await;
    let spec = provider(vec![]);
    let clock = clock();
    let unused = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = unused.local_addr().unwrap().port();
    drop(unused);
    drop(gone);
    let url = format!("http://127.0.0.1:{port}/");
    let context = AdapterContext {
        connection: ConnectionId::parse("one").unwrap(),
        provider: ProviderId::parse("some").unwrap(),
        tenant: TenantId::parse("agency").unwrap(),
        settings: Settings::parse(&spec, given(&[("baseUrl", &url)])).unwrap(),
        credential: Arc::new(StaticCredential::new(Secret::new("key".to_owned()))),
        secrets: BTreeMap::new(),
        http: server.client_with(&clock, |config| config.base_url = url.parse().unwrap()),
        clock,
    };
    let taken: Vec<VerifyStep> = steps(&context, spec, &Own(None)).collect().await;
    assert_eq!(statuses(&taken), "pppfssss", "{taken:?}");
    assert_eq!(
        taken[3].error.as_ref().unwrap().kind,
        ErrorKind::NetworkConnect
    );
}
