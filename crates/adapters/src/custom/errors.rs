//! What error answers mean: their status alone tells, for nothing more is known. Error marks in
//! answers are the profile's.

use nurturehub_adapter_kit::HttpResponse;
use nurturehub_adapter_kit::profile::read_error;
use nurturehub_port::AdapterError;

/// Reads an error answer.
pub(super) fn read(response: &HttpResponse) -> AdapterError {
    read_error(response)
}
