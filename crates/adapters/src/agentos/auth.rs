//! What a request carries: the agency's short name in the path and its key in a header.
//!
//! The vendor also takes the key in the query. It never goes there: addresses end up in logs.

use nurturehub_adapter_kit::Request;
use nurturehub_port::AdapterError;

use super::wire::TEST_CALL;
use super::{AgentOs, errors};

impl AgentOs {
    /// A GET below the agency's short name, which is the first placeholder of `template`.
    ///
    /// # Errors
    /// `configuration`, where the short name is missing.
    pub(super) fn get(&self, template: &str, args: &[&str]) -> Result<Request<'_>, AdapterError> {
        let settings = &self.context.settings;
        // The vendor's paths have it in lower case.
        let short_name = settings.required("shortName")?.to_ascii_lowercase();
        let header = settings.get("keyHeader").unwrap_or("api_key");
        let all: Vec<&str> = std::iter::once(short_name.as_str())
            .chain(args.iter().copied())
            .collect();
        Ok(self
            .context
            .http
            .get(template, &all)
            .header("accept", "application/json")
            .credential_header(self.context.credential.as_ref(), header, "")
            .errors(errors::read))
    }

    /// Whether agentOS knows the key: a 401 says either that it does not or that the tier is off, and
    /// the vendor's test call, on another tier, tells which.
    pub(super) async fn is_key_known(&self) -> bool {
        match self.get(TEST_CALL, &[]) {
            Ok(request) => request.send().await.is_ok(),
            Err(_) => false,
        }
    }
}
