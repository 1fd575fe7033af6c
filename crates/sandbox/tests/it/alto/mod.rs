//! The Alto simulator: token, lists, details, preferences, file notes, webhooks.

mod reading;
mod writing;

use std::collections::BTreeSet;

use nurturehub_sandbox::{ProviderAccess, Sandbox};
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::Value;

use crate::caller::{client, provider};

/// A signed-in caller.
struct Caller {
    client: Client,
    access: ProviderAccess,
    token: String,
}

impl Caller {
    async fn sign_in(sandbox: &Sandbox) -> Self {
        let client = client();
        let access = provider(sandbox, "alto");
        let secret = access.secrets["clientSecret"].clone();
        let answer: Value = ask_for_token(&client, &access, &secret)
            .await
            .json()
            .await
            .unwrap();
        assert_eq!(answer["expires_in"], 3600);
        let token = answer["access_token"].as_str().unwrap().to_owned();
        Self {
            client,
            access,
            token,
        }
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client
            .request(method, format!("{}{path}", self.access.settings["baseUrl"]))
            .bearer_auth(&self.token)
            .header("AgencyRef", &self.access.settings["agencyRef"])
    }

    async fn get(&self, path: &str) -> Response {
        self.request(Method::GET, path).send().await.unwrap()
    }

    async fn json(&self, path: &str) -> Value {
        let response = self.get(path).await;
        assert_eq!(response.status(), 200, "GET {path}");
        response.json().await.unwrap()
    }

    async fn status(&self, path: &str) -> u16 {
        self.get(path).await.status().as_u16()
    }

    /// Every item of a list.
    async fn sweep(&self, query: &str) -> Vec<Value> {
        let mut items = Vec::new();
        let mut token = None::<String>;
        loop {
            let next = token.map_or_else(String::new, |token| format!("&next-token={token}"));
            let page = self
                .json(&format!("/contacts/all?max-results=90&{query}{next}"))
                .await;
            items.extend(page["items"].as_array().unwrap().iter().cloned());
            token = page["meta"]["nextToken"].as_str().map(str::to_owned);
            if token.is_none() {
                return items;
            }
        }
    }

    async fn note(&self, note: &Value) -> Response {
        self.request(Method::POST, "/file-notes")
            .json(note)
            .send()
            .await
            .unwrap()
    }
}

async fn ask_for_token(client: &Client, access: &ProviderAccess, secret: &str) -> Response {
    client
        .post(&access.settings["tokenUrl"])
        .basic_auth(&access.settings["clientId"], Some(secret))
        .form(&[("grant_type", "client_credentials")])
        .send()
        .await
        .unwrap()
}

fn ids(items: &[Value]) -> BTreeSet<String> {
    items
        .iter()
        .filter_map(|item| item["id"].as_str().filter(|id| !id.is_empty()))
        .map(str::to_owned)
        .collect()
}
