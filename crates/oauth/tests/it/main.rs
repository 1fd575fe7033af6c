//! Sign-in, seen from the CRM's side and from the browser's.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test's helpers fail as its body does"
)]

mod clock;
mod crm;
mod hostile;
mod oidc_provider;
mod person;
mod sign_in;
mod tokens;

use std::sync::Arc;
use std::time::Duration;

use nurturehub_oauth::{ClientConfig, Endpoints, HttpLimits, OAuthClient, OAuthHttp};
use nurturehub_port::{Secret, TokenRules};

use crate::clock::TestClock;

const SECRET: &str = "marked client/secret&";

fn http(limits: HttpLimits) -> OAuthHttp {
    // Another test may have been first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    OAuthHttp::new(limits).unwrap()
}

/// Limits that end a test soon where an answer never ends; honest answers take far less.
fn impatient() -> HttpLimits {
    HttpLimits {
        total: Duration::from_millis(400),
        ..HttpLimits::default()
    }
}

fn config(base: &str) -> ClientConfig {
    let address = |path: &str| format!("{base}{path}");
    ClientConfig {
        endpoints: Endpoints::new(
            Some(&address("/authorize")),
            &address("/token"),
            Some(&address("/revoke")),
            None,
        )
        .unwrap(),
        client_id: "my client".to_owned(),
        client_secret: Some(Secret::new(SECRET.to_owned())),
        rules: TokenRules {
            access_seconds: Some(1_800),
            refresh_idle_days: Some(15),
            refresh_max_days: Some(30),
            refresh_rotates: true,
        },
    }
}

fn client(base: &str, clock: &Arc<TestClock>) -> OAuthClient {
    OAuthClient::new(
        config(base),
        http(HttpLimits::default()),
        Arc::clone(clock) as _,
    )
}
