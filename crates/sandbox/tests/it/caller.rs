//! Starting a sandbox and calling it.

use std::time::Duration;

use jiff::Timestamp;
use nurturehub_sandbox::{Faults, ProviderAccess, Sandbox, SandboxConfig, Time};
use reqwest::{Client, Method, Response};
use serde_json::{Value, json};

/// A moment after all made data, at which time stands still.
pub(crate) fn moment() -> Timestamp {
    "2026-01-15T09:00:00Z".parse().unwrap()
}

/// A sandbox with so many contacts, in which time stands still and limits are off.
pub(crate) fn config(contacts: usize) -> SandboxConfig {
    SandboxConfig {
        contacts,
        seed: 1,
        flawed: true,
        limits: false,
        time: Time::Fixed(moment()),
        ..SandboxConfig::default()
    }
}

pub(crate) async fn start(contacts: usize) -> Sandbox {
    Sandbox::start(config(contacts)).await.unwrap()
}

pub(crate) async fn start_with_faults(contacts: usize, spec: &str) -> Sandbox {
    let faults = Faults::parse(spec).unwrap();
    Sandbox::start(SandboxConfig {
        faults,
        ..config(contacts)
    })
    .await
    .unwrap()
}

/// A client that follows no redirects and goes through no proxy.
pub(crate) fn client() -> Client {
    // Whoever comes second finds it installed, which is just as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .timeout(Duration::from_secs(30))
        .build()
        .unwrap()
}

pub(crate) fn provider(sandbox: &Sandbox, id: &str) -> ProviderAccess {
    sandbox.describe().providers[id].clone()
}

/// A signed-in caller of the Reapit simulator.
pub(crate) struct ReapitCaller {
    pub(crate) client: Client,
    pub(crate) access: ProviderAccess,
    pub(crate) token: String,
}

impl ReapitCaller {
    pub(crate) async fn sign_in(sandbox: &Sandbox) -> Self {
        let client = client();
        let access = provider(sandbox, "reapit");
        let answer: Value = client
            .post(&access.settings["tokenUrl"])
            .basic_auth(
                &access.settings["clientId"],
                Some(&access.secrets["clientSecret"]),
            )
            .form(&[("grant_type", "client_credentials")])
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        let token = answer["access_token"].as_str().unwrap().to_owned();
        Self {
            client,
            access,
            token,
        }
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.client
            .request(method, format!("{}{path}", self.access.settings["baseUrl"]))
            .bearer_auth(&self.token)
            .header("api-version", "2020-01-31")
            .header("reapit-customer", &self.access.settings["customerId"])
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        self.request(Method::GET, path).send().await.unwrap()
    }

    pub(crate) async fn page(&self, path: &str) -> Value {
        let response = self.get(path).await;
        assert_eq!(response.status(), 200, "GET {path}");
        response.json().await.unwrap()
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Response {
        self.request(Method::POST, path)
            .json(body)
            .send()
            .await
            .unwrap()
    }

    /// Every record of a listing, page by page until no page follows.
    pub(crate) async fn sweep(&self, path: &str) -> Vec<Value> {
        let mut records = Vec::new();
        for number in 1.. {
            let joint = if path.contains('?') { '&' } else { '?' };
            let page = self
                .page(&format!("{path}{joint}pageSize=100&pageNumber={number}"))
                .await;
            records.extend(page["_embedded"].as_array().unwrap().iter().cloned());
            if page["_links"].get("next").is_none() {
                break;
            }
        }
        records
    }
}

/// A caller of the agentOS simulator.
pub(crate) struct AgentosCaller {
    client: Client,
    access: ProviderAccess,
}

/// The lists of people.
pub(crate) const LISTS: [&str; 5] = [
    "tenants",
    "landlords",
    "applicants/lettings",
    "applicants/sales",
    "vendors",
];

impl AgentosCaller {
    pub(crate) fn new(sandbox: &Sandbox) -> Self {
        Self {
            client: client(),
            access: provider(sandbox, "agentos"),
        }
    }

    /// Calls a path of the contacts tier.
    pub(crate) async fn get(&self, path: &str) -> Response {
        self.get_at(&format!(
            "/v4/contacts/{}/{path}",
            self.access.settings["shortName"]
        ))
        .await
    }

    pub(crate) async fn get_at(&self, path: &str) -> Response {
        self.get_with_key(path, &self.access.secrets["apiKey"])
            .await
    }

    pub(crate) async fn get_with_key(&self, path: &str, key: &str) -> Response {
        self.client
            .get(format!("{}{path}", self.access.settings["baseUrl"]))
            .header("api_key", key)
            .send()
            .await
            .unwrap()
    }

    /// Every record of a list, and the count that the first page gave.
    pub(crate) async fn sweep(&self, list: &str, query: &str) -> (usize, Vec<Value>) {
        let mut records = Vec::new();
        let mut total = 0;
        loop {
            let offset = records.len();
            let response = self.get(&format!("{list}/{offset}/70{query}")).await;
            if response.status() == 204 {
                return (total, records);
            }
            let page: Value = response.json().await.unwrap();
            if offset == 0 {
                total = usize::try_from(page["Count"].as_u64().unwrap()).unwrap();
            }
            records.extend(page["Data"].as_array().unwrap().iter().cloned());
            if records.len() >= total {
                return (total, records);
            }
        }
    }
}

/// A caller of the platform simulator.
pub(crate) struct PlatformCaller {
    client: Client,
    url: String,
    token: String,
    tenant: String,
}

impl PlatformCaller {
    pub(crate) fn new(sandbox: &Sandbox) -> Self {
        let access = sandbox.describe().platform;
        Self {
            client: client(),
            url: access.url,
            token: access.token,
            tenant: access.tenant,
        }
    }

    pub(crate) fn request(&self, method: Method, rest: &str) -> reqwest::RequestBuilder {
        let Self { url, tenant, .. } = self;
        self.client
            .request(method, format!("{url}/v1/tenants/{tenant}{rest}"))
            .bearer_auth(&self.token)
    }

    pub(crate) async fn batch(&self, key: &str, contacts: &[Value]) -> Response {
        self.request(Method::POST, "/contacts:batch")
            .header("Idempotency-Key", key)
            .json(&json!({ "connection": "conn-1", "contacts": contacts }))
            .send()
            .await
            .unwrap()
    }
}

/// A contact as the platform takes it.
pub(crate) fn contact(external_id: &str, name: &str, hash: &str) -> Value {
    json!({
        "id": format!("id-{external_id}"),
        "identity": { "fullName": name },
        "category": "other",
        "lifecycle": "active",
        "provenance": { "externalId": external_id, "contentHash": hash },
    })
}
