//! A person's sign-in in the browser, from the address to open to the tokens in the vault.

use std::time::Duration;

use nurturehub_adapter_kit::Settings;
use nurturehub_oauth::{PendingSignIn, SignInRequest, TokenSet};
use nurturehub_port::{ConnectionId, ErrorKind, ProviderSpec, Secret, SignInMethod};
use nurturehub_vault::AccountKey;
use tokio::sync::{Mutex, mpsc};
use tokio_util::sync::CancellationToken;

use crate::credentials::Secrets;
use crate::lease::{self, Purpose};
use crate::session::sign_in_method;
use crate::{Engine, EngineError, ErrorReport};

/// How a person is led through a sign-in in the browser.
pub struct SignInPrompt {
    /// Shows the address to open, and opens it where that is wanted.
    pub show: Box<dyn Fn(&str) + Send + Sync>,
    /// Gives up.
    pub cancel: CancellationToken,
    /// How long to wait.
    pub timeout: Duration,
    /// Where the browser runs elsewhere: the addresses that it ended on, as they are pasted.
    pub pasted: Option<PastedAddresses>,
}

impl std::fmt::Debug for SignInPrompt {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("SignInPrompt")
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

/// Addresses that a person pastes while a sign-in waits. A wrong one is told and does no harm.
pub struct PastedAddresses {
    addresses: Mutex<mpsc::Receiver<Secret<String>>>,
    refused: Box<dyn Fn(&ErrorReport) + Send + Sync>,
}

impl PastedAddresses {
    /// Where to send the addresses, and what to give to the prompt. `refused` is called for each
    /// address that is not the right one.
    #[must_use]
    pub fn new(
        refused: impl Fn(&ErrorReport) + Send + Sync + 'static,
    ) -> (mpsc::Sender<Secret<String>>, Self) {
        let (send, receive) = mpsc::channel(1);
        let pasted = Self {
            addresses: Mutex::new(receive),
            refused: Box::new(refused),
        };
        (send, pasted)
    }

    /// Completes the sign-in with the first address that is the right one.
    async fn complete(&self, pending: &PendingSignIn) -> Result<TokenSet, EngineError> {
        let mut addresses = self.addresses.lock().await;
        while let Some(address) = addresses.recv().await {
            match pending.complete_from_url(address.expose()).await {
                Err(slip) if slip.leaves_waiting() => {
                    (self.refused)(&EngineError::from(slip).report());
                }
                outcome => return Ok(outcome?),
            }
        }
        // Nothing more is pasted; the browser may still come back by itself.
        std::future::pending().await
    }
}

impl Engine {
    /// Leads a person through the sign-in, and sees whose account it was. Nothing is stored yet.
    /// None where the method needs no person.
    ///
    /// # Errors
    /// The `signIn…` kinds, `wrongAccount`, and what the CRM's sign-in service answers.
    pub(crate) async fn sign_in(
        &self,
        spec: &ProviderSpec,
        settings: &Settings,
        secrets: &Secrets,
        prompt: &SignInPrompt,
    ) -> Result<Option<TokenSet>, EngineError> {
        let SignInMethod::AuthorizationCode {
            redirect,
            extra,
            account_claim,
            ..
        } = sign_in_method(spec, settings)?
        else {
            return Ok(None);
        };
        let Some((client, _, scopes)) = self.oauth_client(spec, settings, secrets)? else {
            return Ok(None);
        };
        let port = settings
            .integer("redirectPort")?
            .and_then(|port| u16::try_from(port).ok())
            .or(redirect.fixed_port);
        // Only who asks for an id token can be told whose account it was.
        let claim = account_claim.filter(|_| scopes.iter().any(|scope| scope == "openid"));
        let pending = client
            .authorization(SignInRequest {
                scopes,
                extra: extra
                    .iter()
                    .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
                    .collect(),
                redirect_path: redirect.path.to_owned(),
                redirect_port: port,
                can_paste: prompt.pasted.is_some(),
            })
            .await?;
        (prompt.show)(pending.url().as_str());
        let tokens = wait(&pending, prompt).await?;
        if let Some(claim) = claim {
            // The tokens are not revoked: many CRMs end all that a person granted to the app with
            // them, and with it a good connection of that other agency.
            check_account(spec, settings, tokens.claim(claim))?;
        }
        Ok(Some(tokens))
    }

    /// Keeps the tokens of a new sign-in in place of all earlier ones; where there are none, lets go
    /// of the earlier ones, so that new secrets count. Not while a renewal is under way, which
    /// would write its own tokens over these.
    pub(crate) async fn keep_tokens(
        &self,
        connection: &ConnectionId,
        tokens: Option<&TokenSet>,
    ) -> Result<(), EngineError> {
        let _lease = lease::wait_for(&self.options.home, connection, Purpose::Token).await?;
        let vault = self.options.vault.as_ref();
        let account = AccountKey::tokens(connection);
        match tokens {
            Some(tokens) => vault.write(&account, tokens.to_vault_bytes()).await?,
            None => vault.delete(&account).await?,
        }
        Ok(())
    }
}

/// Waits for the browser or for a pasted address, whichever comes first.
async fn wait(pending: &PendingSignIn, prompt: &SignInPrompt) -> Result<TokenSet, EngineError> {
    let by_browser = pending.wait(prompt.timeout, prompt.cancel.clone().cancelled_owned());
    let Some(pasted) = &prompt.pasted else {
        return Ok(by_browser.await?);
    };
    tokio::select! {
        tokens = by_browser => Ok(tokens?),
        tokens = pasted.complete(pending) => tokens,
    }
}

/// Whether the account that was signed in to is that of the connection's agency.
fn check_account(
    spec: &ProviderSpec,
    settings: &Settings,
    signed_in: Option<&str>,
) -> Result<(), EngineError> {
    let Some(wanted) = spec.reference_setting.and_then(|key| settings.get(key)) else {
        return Ok(());
    };
    let said = match signed_in {
        Some(agency) if agency.eq_ignore_ascii_case(wanted) => return Ok(()),
        Some(agency) => {
            let shown: String = agency
                .chars()
                .filter(|character| !character.is_control())
                .take(40)
                .collect();
            format!("The sign-in was with the account of `{shown}`")
        }
        None => format!(
            "{} did not say whose account the sign-in was with",
            spec.name
        ),
    };
    Err(EngineError::with_remedy(
        ErrorKind::WrongAccount,
        format!("{said}; this connection is for `{wanted}`. Nothing was changed."),
        format!(
            "Sign out of {} in the browser, then sign in with the account of `{wanted}`. To connect \
             another agency, make a connection of its own.",
            spec.name
        ),
    ))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use nurturehub_adapters::registry;

    use super::*;

    /// A provider with a browser sign-in, whichever that is.
    fn spec() -> ProviderSpec {
        registry::all()
            .iter()
            .map(|entry| (entry.spec)())
            .find(|spec| {
                spec.sign_in.methods.iter().any(|(_, method)| {
                    matches!(
                        method,
                        SignInMethod::AuthorizationCode {
                            account_claim: Some(_),
                            ..
                        }
                    )
                })
            })
            .unwrap()
    }

    #[test]
    fn only_the_connections_own_agency_is_taken() {
        let spec = spec();
        let reference = spec.reference_setting.unwrap();
        let mut given: BTreeMap<String, String> = spec
            .fields
            .iter()
            .filter(|field| field.required && !field.secret && field.default.is_none())
            .map(|field| (field.key.clone(), "x".to_owned()))
            .collect();
        given.insert(reference.to_owned(), "ABC".to_owned());
        let settings = Settings::parse(&spec, given).unwrap();
        for (signed_in, taken) in [
            (Some("ABC"), true),
            (Some("abc"), true),
            (Some("ABCD"), false),
            (Some(""), false),
            (None, false),
        ] {
            let outcome = check_account(&spec, &settings, signed_in);
            assert_eq!(outcome.is_ok(), taken, "{signed_in:?}");
            if let Err(error) = outcome {
                assert_eq!(error.kind(), ErrorKind::WrongAccount, "{error}");
            }
        }
        let hostile = check_account(&spec, &settings, Some("x\u{1b}[2J\n")).unwrap_err();
        assert!(
            !hostile.to_string().contains(char::is_control),
            "a claim is a stranger's text"
        );
    }
}
