//! Webhooks, which agentOS does not send.

use nurturehub_port::{AdapterError, ErrorKind};

use super::spec::NO_WEBHOOKS;

/// The answer to anything that claims to be one.
pub(super) fn refusal() -> AdapterError {
    AdapterError::new(ErrorKind::Unsupported, NO_WEBHOOKS)
        .remedy("Run a sync; agentOS tells of changes in no other way.")
}
