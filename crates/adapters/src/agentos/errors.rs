//! What agentOS's error answers mean (vendor's articles on rate limits and error codes).

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use nurturehub_adapter_kit::HttpResponse;
use nurturehub_adapter_kit::http::{rejection, unexpected_status};
use nurturehub_port::{AdapterError, ErrorKind, Owner, Retry, Scope};

/// A block lasts "a while"; this is long enough not to prolong it.
const BLOCK: SignedDuration = SignedDuration::from_mins(15);

/// A 403 this soon after a 429 belongs to it.
const SOON: Duration = Duration::from_secs(15 * 60);

/// Reads an error answer.
pub(super) fn read(response: &HttpResponse) -> AdapterError {
    match response.status.as_u16() {
        401 => response
            .error(
                ErrorKind::AuthInvalid,
                "agentOS did not accept the API key for the Contacts tier (V4).",
            )
            .remedy(
                "In agentOS's API settings, check that the key is this one and that the Contacts \
                 tier (V4) is ticked for it; then enter the key again.",
            ),
        403 if is_block(response.since_429, &response.body) => blocked(response),
        403 => response
            .error(
                ErrorKind::ScopeMissing,
                "agentOS does not allow this key to read contacts (403).",
            )
            .remedy(
                "In agentOS's API settings, check that the key is in use and that the Contacts \
                 tier (V4) is ticked for it.",
            ),
        404 => response
            .error(
                ErrorKind::TenantUnknown,
                "agentOS knows no agency by this short name.",
            )
            .remedy(
                "Check the short name: it is the part of the API address after the tier, in lower \
                 case.",
            ),
        status @ (400 | 405) => rejection(
            response,
            &format!("agentOS refused the request as wrong ({status})"),
        )
        .scope(Scope::Connection),
        _ => unexpected_status(response),
    }
}

/// The tier is off, though the key is good: what a 401 means once the key has proved itself.
pub(super) fn tier_off(mut error: AdapterError) -> AdapterError {
    error.kind = ErrorKind::ScopeMissing;
    error.retry = Retry::No;
    error.message =
        "agentOS knows the API key, but the Contacts tier (V4) is not open to it.".to_owned();
    error.remedy =
        "In agentOS's API settings, tick the Contacts tier (V4) for this key.".to_owned();
    error
}

/// The vendor blocks a key for a time when it goes on asking after a 429, and answers 403 with
/// nothing in it. The block outlasts a run, so that an empty 403 alone is read as one, too: asking
/// again later is harmless where it is wrong.
fn is_block(since_429: Option<Duration>, body: &[u8]) -> bool {
    since_429.is_some_and(|since| since <= SOON) || body.trim_ascii().is_empty()
}

fn blocked(response: &HttpResponse) -> AdapterError {
    let until = response
        .received_at
        .checked_add(BLOCK)
        .unwrap_or(Timestamp::MAX);
    response
        .error(
            ErrorKind::RateLimited,
            "agentOS has blocked this key for a while, because it was asked too often.",
        )
        .owner(Owner::Crm)
        .retry(Retry::At(until))
        .remedy(
            "Nothing to mend: agentOS takes requests again in 15 minutes. If it lasts, see what \
             else uses the same key, and ask agentOS's support.",
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_403_is_a_block_after_a_429_or_when_it_says_nothing() {
        let minute = Some(Duration::from_secs(60));
        assert!(is_block(minute, b"Forbidden"), "right after a 429");
        assert!(
            !is_block(Some(Duration::from_secs(3600)), b"Forbidden"),
            "an hour later it is about something else"
        );
        assert!(!is_block(None, b"Forbidden"), "a reason was given");
        assert!(is_block(None, b" \r\n"), "the block of an earlier run");
    }
}
