//! What every request to Reapit carries.

use nurturehub_adapter_kit::Request;
use nurturehub_port::AdapterError;

use super::spec::{BY_CLIENT, key};
use super::{Reapit, errors};

/// The version of the interface, mandatory on every call.
const API_VERSION: &str = "2020-01-31";

impl Reapit {
    /// A GET with version, token and customer.
    pub(super) fn get(&self, template: &str, args: &[&str]) -> Result<Request<'_>, AdapterError> {
        self.dress(self.context.http.get(template, args))
    }

    /// A POST with version, token and customer.
    pub(super) fn post(&self, template: &str, args: &[&str]) -> Result<Request<'_>, AdapterError> {
        self.dress(self.context.http.post(template, args))
    }

    /// A machine's token is good for every customer that installed the app, so the customer is named
    /// in a header; a person's token names it itself.
    fn dress<'a>(&'a self, request: Request<'a>) -> Result<Request<'a>, AdapterError> {
        let settings = &self.context.settings;
        let request = request
            .header("api-version", API_VERSION)
            .header("accept", "application/json")
            .credential_header(self.context.credential.as_ref(), "authorization", "Bearer ")
            .errors(errors::read);
        if settings.get(key::SIGN_IN).unwrap_or(BY_CLIENT) == BY_CLIENT {
            return Ok(request.header("reapit-customer", settings.required(key::CUSTOMER)?));
        }
        Ok(request)
    }
}
