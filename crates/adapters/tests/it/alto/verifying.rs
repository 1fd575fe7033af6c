//! Verification.

use futures_util::StreamExt;
use nurturehub_port::{ErrorKind, StepName, StepStatus, VerifyStep};
use nurturehub_sandbox::AccessChange;

use super::harness::Agency;

async fn verify(agency: &Agency) -> Vec<VerifyStep> {
    agency.adapter().verify_connection().collect().await
}

fn failed(steps: &[VerifyStep]) -> Option<(StepName, ErrorKind)> {
    let step = steps
        .iter()
        .find(|step| step.status == StepStatus::Failed)?;
    Some((step.step, step.error.as_ref()?.kind))
}

#[tokio::test]
async fn a_good_connection_passes() {
    for agency in [
        Agency::of(50).await,
        Agency::of(0).await,
        Agency::of(50).await.set("consent", "on"),
    ] {
        let steps = verify(&agency).await;
        assert_eq!(failed(&steps), None, "{steps:?}");
        assert_eq!(steps.len(), StepName::ALL.len());
    }
}

#[tokio::test]
async fn what_is_missing_is_named_at_its_step() {
    use StepName::{Authenticate, Permissions};
    let withheld = |permission: &str| AccessChange::Withhold {
        permission: permission.into(),
    };
    let scope = Some((Permissions, ErrorKind::ScopeMissing));
    for (change, expected) in [
        (
            AccessChange::Uninstall,
            Some((Authenticate, ErrorKind::TenantUnknown)),
        ),
        (withheld("get-contacts-all"), scope),
        (withheld("get-contacts"), scope),
        (withheld("get-contacts-contactid"), scope),
        (withheld("get-file-notes-search"), None),
        (withheld("get-partners-integration"), None),
        (withheld("post-contacts-contactid-preferences"), None),
    ] {
        let agency = Agency::of(50).await;
        agency.sandbox.alto().change_access(&change);
        let steps = verify(&agency).await;
        assert_eq!(failed(&steps), expected, "{change:?}: {steps:?}");
    }
    let agency = Agency::of(50).await.set("consent", "on");
    let change = withheld("post-contacts-contactid-preferences");
    agency.sandbox.alto().change_access(&change);
    assert_eq!(
        failed(&verify(&agency).await),
        scope,
        "what is used is needed"
    );

    let agency = Agency::of(50).await;
    for permission in ["get-partners-integration", "get-contacts-all"] {
        agency.sandbox.alto().change_access(&withheld(permission));
    }
    assert_eq!(
        failed(&verify(&agency).await),
        Some((Authenticate, ErrorKind::TenantUnknown)),
        "where nothing is allowed, the agency is in doubt first"
    );
}

#[tokio::test]
async fn a_wrong_token_fails_at_the_sign_in() {
    let agency = Agency::of(5).await.with_a_wrong_token();
    assert_eq!(
        failed(&verify(&agency).await),
        Some((StepName::Authenticate, ErrorKind::AuthInvalid))
    );
}
