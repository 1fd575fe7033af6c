//! What every request to Street carries: the agency's token, and JSON:API's media type in both
//! directions, without which Street answers 406 or 415.

use nurturehub_adapter_kit::Request;
use serde::Serialize;

use super::{Street, errors};

const MEDIA_TYPE: &str = "application/vnd.api+json";

impl Street {
    /// A GET.
    pub(super) fn get(&self, template: &str, args: &[&str]) -> Request<'_> {
        self.dress(self.context.http.get(template, args))
    }

    /// A POST of a document.
    pub(super) fn post<T: Serialize>(&self, template: &str, document: &T) -> Request<'_> {
        self.dress(self.context.http.post(template, &[]).json(document))
    }

    fn dress<'a>(&'a self, request: Request<'a>) -> Request<'a> {
        request
            .header("accept", MEDIA_TYPE)
            .header("content-type", MEDIA_TYPE)
            .credential_header(self.context.credential.as_ref(), "authorization", "Bearer ")
            .errors(errors::read)
    }
}
