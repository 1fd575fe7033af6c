//! Against the simulator, which keeps to the platform's contract.

use std::sync::Arc;

use jiff::Timestamp;
use nurturehub_adapter_kit::mapping::{ContactBuilder, Origin};
use nurturehub_adapter_kit::testing::ManualClock;
use nurturehub_platform::{
    Acknowledgement, OutgoingContact, PlatformClient, PlatformConfig, RowStatus,
};
use nurturehub_port::{
    ConnectionId, ErrorKind, ExternalId, ProviderId, Secret, TenantId, WriteBackStatus,
};
use nurturehub_sandbox::{PlatformAccess, Sandbox, SandboxConfig};
use serde_json::json;

async fn sandbox() -> (Sandbox, PlatformAccess) {
    let config = SandboxConfig {
        contacts: 1,
        flawed: true,
        ..SandboxConfig::default()
    };
    let sandbox = Sandbox::start(config).await.unwrap();
    let access = sandbox.describe().platform;
    (sandbox, access)
}

fn client(access: &PlatformAccess, tenant: &str, token: &str) -> PlatformClient {
    let config = PlatformConfig::parse(
        &access.url,
        Secret::new(token.to_owned()),
        TenantId::parse(tenant).unwrap(),
    )
    .unwrap();
    let clock = Arc::new(ManualClock::new(Timestamp::UNIX_EPOCH));
    PlatformClient::new(config, clock, 1).unwrap()
}

fn contact(id: &str, name: &str) -> String {
    let origin = Origin {
        connection: &ConnectionId::parse("north").unwrap(),
        provider: &ProviderId::parse("some").unwrap(),
        external_id: ExternalId::parse(id).unwrap(),
        external_type: "contact",
        fetched_at: Timestamp::UNIX_EPOCH,
    };
    let mut builder = ContactBuilder::new(origin, false);
    builder.first_name("name", Some(name));
    builder.finish().contact.canonical().to_owned()
}

#[tokio::test]
async fn contacts_are_taken_once_and_refused_by_rule() {
    let (sandbox, access) = sandbox().await;
    let client = client(&access, &access.tenant, &access.token);
    client.check_tenant().await.unwrap();
    let connection = ConnectionId::parse("north").unwrap();
    let bodies = [contact("A", "Jane"), contact("B", &"x".repeat(300))];
    let contacts: Vec<OutgoingContact<'_>> = ["A", "B"]
        .into_iter()
        .zip(&bodies)
        .map(|(external_id, json)| OutgoingContact { external_id, json })
        .collect();
    let push = async |key: &str, contacts: &[OutgoingContact<'_>]| {
        client.push_batch(key, &connection, contacts).await
    };

    let first = push("k1", &contacts).await.unwrap();
    let statuses: Vec<RowStatus> = first.iter().map(|row| row.status).collect();
    assert_eq!(statuses, [RowStatus::Created, RowStatus::Rejected]);
    assert_eq!(first[1].error.as_ref().unwrap().code, "nameTooLong");
    assert_eq!(
        push("k1", &contacts).await.unwrap(),
        first,
        "the same key with the same contacts answers the same"
    );
    assert_eq!(
        push("k2", &contacts[..1]).await.unwrap()[0].status,
        RowStatus::Unchanged
    );
    let misused = push("k1", &contacts[..1]).await.unwrap_err();
    assert_eq!(misused.kind, ErrorKind::PlatformRejected);
    assert_eq!(misused.evidence.status, Some(422));
    assert_eq!(sandbox.platform().contact_count(), 1);
}

#[tokio::test]
async fn a_token_is_good_for_its_tenant_alone() {
    let (_sandbox, access) = sandbox().await;
    for (tenant, token) in [
        (access.tenant.as_str(), "another"),
        ("another", access.token.as_str()),
    ] {
        let error = client(&access, tenant, token)
            .check_tenant()
            .await
            .unwrap_err();
        assert_eq!(error.kind, ErrorKind::AuthInvalid, "{tenant}");
    }
}

#[tokio::test]
async fn activities_wait_until_they_are_acknowledged() {
    let (sandbox, access) = sandbox().await;
    let client = client(&access, &access.tenant, &access.token);
    let connection = ConnectionId::parse("north").unwrap();
    let activity = |id: &str| {
        json!({"id": id, "kind": "note", "occurredAt": "2024-01-01T00:00:00Z",
            "source": {"system": "nurturehub"}, "contact": {"externalId": "A"}, "attributes": {}})
    };
    sandbox
        .platform()
        .add_activities("north", ["1", "2", "3"].map(activity).to_vec());

    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let page = client
            .waiting_activities(&connection, after.as_deref(), 2)
            .await
            .unwrap();
        seen.extend(page.activities.into_iter().map(|activity| activity.id));
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    assert_eq!(seen, ["1", "2", "3"], "every page, in order");

    let settled: Vec<Acknowledgement> = seen
        .iter()
        .map(|id| Acknowledgement {
            id: id.clone(),
            status: WriteBackStatus::Written,
            reference: None,
            error: None,
        })
        .collect();
    client.acknowledge(&settled).await.unwrap();
    client.acknowledge(&settled).await.unwrap();
    assert_eq!(sandbox.platform().waiting_activities(), 0);
    assert_eq!(
        sandbox.platform().settlements().len(),
        3,
        "acknowledging again changes nothing"
    );
}
