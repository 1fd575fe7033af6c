//! The server's levers: how it behaves, and what it was asked.

use std::collections::BTreeMap;

use reqwest::{Client, Method, RequestBuilder};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::Failure;
use crate::desk::Crm;
use crate::process::Server;

/// The levers of a server.
pub(crate) struct Control {
    http: Client,
    root: String,
}

/// Requests of the CRM's listing, by what became of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Asked {
    /// Pages that were answered.
    pub(crate) pages: u64,
    /// Requests that were refused for coming too fast.
    pub(crate) refused: u64,
}

#[derive(Deserialize)]
struct Summary {
    counts: BTreeMap<String, u64>,
}

#[derive(Deserialize)]
struct Log {
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    target: String,
}

impl Control {
    /// The levers of this server.
    pub(crate) fn of(server: &Server) -> Result<Self, Failure> {
        // Installed once in this process; a second time would only say so.
        drop(rustls::crypto::ring::default_provider().install_default());
        Ok(Self {
            http: Client::builder()
                .no_proxy()
                .tls_certs_only(std::iter::empty())
                .build()?,
            root: format!("{}/control", server.root()?),
        })
    }

    /// Sends a control request with a body.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> Result<(), Failure> {
        let request = self
            .request(Method::POST, path)
            .header("content-type", "application/json")
            .body(body.to_string());
        request.send().await?.error_for_status()?;
        Ok(())
    }

    /// How long each answer waits, in milliseconds, and whether the CRM's limits hold.
    pub(crate) async fn set(&self, delay_ms: u64, limits: bool) -> Result<(), Failure> {
        self.post("latency", &json!({ "milliseconds": delay_ms }))
            .await?;
        self.post("limits", &json!({ "on": limits })).await
    }

    /// Forgets what was asked.
    pub(crate) async fn forget(&self) -> Result<(), Failure> {
        let request = self.request(Method::DELETE, "requests");
        request.send().await?.error_for_status()?;
        Ok(())
    }

    /// What was asked of the listing since.
    pub(crate) async fn asked(&self) -> Result<Asked, Failure> {
        let request = self.request(Method::GET, "requests/summary");
        let answer = request.send().await?.error_for_status()?.bytes().await?;
        let summary: Summary = serde_json::from_slice(&answer)?;
        let count = |key: &str| summary.counts.get(key).copied().unwrap_or(0);
        Ok(Asked {
            pages: count("reapit list 200"),
            refused: count("reapit list 429"),
        })
    }

    /// The pages of the listing that were answered since, each as often as it was.
    pub(crate) async fn pages(&self) -> Result<Vec<String>, Failure> {
        let path = "requests?part=reapit&kind=list&status=200&limit=10000000";
        let request = self.request(Method::GET, path);
        let answer = request.send().await?.error_for_status()?.bytes().await?;
        let log: Log = serde_json::from_slice(&answer)?;
        Ok(log.entries.into_iter().map(|entry| entry.target).collect())
    }

    /// How many records the CRM lists.
    pub(crate) async fn listed(&self) -> Result<u64, Failure> {
        let request = self.request(Method::GET, "truth");
        let answer = request.send().await?.error_for_status()?.bytes().await?;
        let truth: Value = serde_json::from_slice(&answer)?;
        truth["reapit"]["listed"]
            .as_u64()
            .ok_or_else(|| "the server does not say what it lists".into())
    }

    /// Has the CRM put its records in order again after a change. One that keeps a database does so as
    /// it stores the change, and not when it is next asked.
    pub(crate) async fn settle(&self, crm: &Crm) -> Result<(), Failure> {
        let token = self.token(crm).await?;
        for stamp in ["modifiedFrom", "createdFrom"] {
            let nothing = format!("pageSize=1&{stamp}=2999-01-01T00:00:00Z");
            self.http
                .get(format!("{}/contacts/?{nothing}", crm.url))
                .bearer_auth(&token)
                .header("api-version", "2020-01-31")
                .header("reapit-customer", &crm.customer)
                .send()
                .await?
                .error_for_status()?;
        }
        Ok(())
    }

    /// A bearer token of the CRM's, for those who cannot sign in by themselves.
    pub(crate) async fn token(&self, crm: &Crm) -> Result<String, Failure> {
        let answer = self
            .http
            .post(format!("{}/oauth/token", crm.url))
            .basic_auth(&crm.client, Some(&crm.secret))
            .form(&[("grant_type", "client_credentials")])
            .send()
            .await?
            .error_for_status()?
            .bytes()
            .await?;
        let token: Value = serde_json::from_slice(&answer)?;
        let token = token["access_token"].as_str().ok_or("no token")?;
        Ok(token.to_owned())
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}/{path}", self.root))
    }
}
