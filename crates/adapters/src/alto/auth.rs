//! What every request to Alto carries: the token, and the agency that it is about.

use nurturehub_adapter_kit::Request;
use nurturehub_port::AdapterError;

use super::spec::key;
use super::{Alto, errors};

impl Alto {
    /// A GET with token and agency.
    pub(super) fn get(&self, template: &str, args: &[&str]) -> Result<Request<'_>, AdapterError> {
        self.dress(self.context.http.get(template, args))
    }

    /// A POST with token and agency.
    pub(super) fn post(&self, template: &str, args: &[&str]) -> Result<Request<'_>, AdapterError> {
        self.dress(self.context.http.post(template, args))
    }

    /// One token serves every agency that enabled the integration, so the agency is always named.
    fn dress<'a>(&'a self, request: Request<'a>) -> Result<Request<'a>, AdapterError> {
        Ok(request
            .header("accept", "application/json")
            .header("AgencyRef", self.context.settings.required(key::AGENCY)?)
            .credential_header(self.context.credential.as_ref(), "authorization", "Bearer ")
            .errors(errors::read))
    }
}
