//! What a request carries: the team's key, in the header that the profile names.
//!
//! Loop's key is a GUID of 36 characters, issued for one team of one agency (vendor's page on
//! authentication). No team is sent. Anything of another shape is a slip of the hand, and is not
//! sent anywhere.

use std::sync::Arc;

use async_trait::async_trait;
use nurturehub_adapter_kit::{AdapterContext, CredentialSource};
use nurturehub_port::{AdapterError, ErrorKind, Secret};

/// Digits in each group of a GUID.
const GROUPS: [usize; 5] = [8, 4, 4, 4, 12];

/// The context with a key that is looked at before it is used.
pub(super) fn with_checked_key(context: AdapterContext) -> AdapterContext {
    AdapterContext {
        credential: Arc::new(CheckedKey(context.credential)),
        ..context
    }
}

/// A key that is handed out only if it has the shape of one.
struct CheckedKey(Arc<dyn CredentialSource>);

#[async_trait]
impl CredentialSource for CheckedKey {
    async fn available(&self) -> Result<(), AdapterError> {
        self.0.available().await?;
        self.current().await.map(|_| ())
    }

    async fn current(&self) -> Result<Secret<String>, AdapterError> {
        let key = self.0.current().await?;
        let trimmed = key.expose().trim();
        if !is_guid(trimmed) {
            return Err(AdapterError::new(
                ErrorKind::AuthInvalid,
                "The stored key is not a Loop API key: that is 36 characters, such as \
                 xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx.",
            )
            .remedy("Ask Loop's support for the team's API key, and enter it as it was given."));
        }
        Ok(Secret::new(trimmed.to_owned()))
    }

    async fn renewed(&self, rejected: &Secret<String>) -> Result<Secret<String>, AdapterError> {
        self.0.renewed(rejected).await
    }
}

fn is_guid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    groups.len() == GROUPS.len()
        && groups.iter().zip(GROUPS).all(|(group, length)| {
            group.len() == length && group.bytes().all(|byte| byte.is_ascii_hexdigit())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_guid_is_a_key() {
        assert!(is_guid("0a1b2c3d-4e5f-6071-8293-A4B5C6D7E8F9"));
        for bad in [
            "",
            "0a1b2c3d4e5f60718293a4b5c6d7e8f9",
            "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f",
            "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8fg",
            "{0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9}",
            "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9-",
        ] {
            assert!(!is_guid(bad), "{bad} must not be sent");
        }
    }
}
