//! Why a sign-in, a refresh or a revocation did not succeed.

use jiff::Timestamp;
use nurturehub_port::{AdapterError, ErrorKind, Evidence, Retry};

/// Why a sign-in, a refresh or a revocation did not succeed.
///
/// `detail` fields are a server's own words, made fit to be shown; nothing else of an answer gets
/// in here, and nothing that was sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OAuthError {
    /// The person stopped it.
    #[error("the sign-in was cancelled")]
    Cancelled,
    /// Nobody came back from the browser in time.
    #[error("nobody finished the sign-in in the browser in time")]
    TimedOut,
    /// The person or the CRM said no in the browser, or the code was not taken.
    #[error("the CRM did not approve the sign-in{}", because(detail))]
    Refused {
        /// The server's words.
        detail: Option<String>,
    },
    /// This sign-in has been used; each serves once.
    #[error("this sign-in has been used already")]
    AlreadyUsed,
    /// What came back does not carry the secret that this sign-in began with.
    #[error("the answer from the browser belongs to no sign-in that was started here")]
    ForgedState,
    /// What came back is from another server than the one that was asked.
    #[error("the answer from the browser is from another server than the CRM's")]
    WrongIssuer,
    /// What came back cannot be understood.
    #[error("the answer from the browser cannot be used: {why}")]
    MalformedCallback {
        /// What is wrong with it.
        why: &'static str,
    },
    /// A pasted address is not the one to which the CRM sends people back.
    #[error("this is not the address that the CRM sends people back to")]
    NotTheRedirect,
    /// The loopback port cannot be used.
    #[error("the address for the way back from the browser cannot be opened ({detail})")]
    PortTaken {
        /// What the system said.
        detail: String,
    },
    /// The loopback address is open and cannot be reached.
    #[error("this computer cannot reach its own address 127.0.0.1")]
    LoopbackBlocked,
    /// No browser could be opened.
    #[error("no browser could be opened")]
    NoBrowser,
    /// There is no refresh token, and the access token has run out.
    #[error("the sign-in cannot be renewed: the CRM gave nothing to renew it with")]
    NotRenewable,
    /// The CRM no longer takes the refresh token.
    #[error("the CRM no longer accepts the sign-in: it {}", if *expired { "has run out" } else { "was withdrawn, or a renewal of it was cut off half-way" })]
    GrantEnded {
        /// By the CRM's rules it had run out; else it was withdrawn.
        expired: bool,
    },
    /// The client id or its secret is wrong, or the client may not do this.
    #[error(
        "the CRM does not accept the client id or its secret{}",
        because(detail)
    )]
    ClientRejected {
        /// The server's words.
        detail: Option<String>,
    },
    /// The client is known, and what it was allowed was taken back.
    #[error("the CRM has withdrawn this client's access{}", because(detail))]
    ClientRevoked {
        /// The server's words.
        detail: Option<String>,
    },
    /// A scope was refused.
    #[error(
        "the CRM does not grant a permission that is needed{}",
        because(detail)
    )]
    ScopeRefused {
        /// The server's words.
        detail: Option<String>,
    },
    /// The CRM understood the request and refused it.
    #[error("the CRM refused the request for a token ({code}){}", because(detail))]
    Rejected {
        /// The error code, or the status.
        code: String,
        /// The server's words.
        detail: Option<String>,
    },
    /// The CRM fails on its side.
    #[error("the CRM's sign-in service is not working (status {status})")]
    ProviderDown {
        /// The HTTP status.
        status: u16,
    },
    /// Asked too often.
    #[error("the CRM's sign-in service asks to slow down")]
    RateLimited {
        /// Not before this moment, where it said so.
        until: Option<Timestamp>,
    },
    /// The token address answers with a redirect, which is never followed: the request holds
    /// secrets that are for one host alone.
    #[error("the CRM's token address points elsewhere, which is not followed")]
    Redirected,
    /// The answer is not a token answer.
    #[error("the CRM's token answer cannot be used: {why}")]
    BadAnswer {
        /// What is wrong with it.
        why: &'static str,
    },
    /// The request did not get through. The kind is one of the `network.` ones.
    #[error("the CRM's sign-in service could not be asked ({detail})")]
    Network {
        /// Which of the `network.` kinds.
        kind: ErrorKind,
        /// What the system said.
        detail: String,
    },
    /// A setting makes no sense.
    #[error("{message}")]
    Configuration {
        /// Which setting, and why.
        message: String,
    },
    /// What the vault holds is no token set.
    #[error("the stored sign-in cannot be read")]
    StoredTokens,
    /// The program was put together wrongly.
    #[error("{what}")]
    Internal {
        /// What is missing.
        what: &'static str,
    },
}

fn because(detail: &Option<String>) -> String {
    detail
        .as_deref()
        .map_or_else(String::new, |detail| format!(": “{detail}”"))
}

impl OAuthError {
    /// Which of the closed list it is.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        match self {
            Self::Cancelled => ErrorKind::SignInCancelled,
            Self::TimedOut => ErrorKind::SignInTimedOut,
            Self::Refused { .. } | Self::AlreadyUsed => ErrorKind::SignInRefused,
            Self::ForgedState
            | Self::WrongIssuer
            | Self::ClientRejected { .. }
            | Self::StoredTokens => ErrorKind::AuthInvalid,
            Self::NotRenewable | Self::GrantEnded { expired: true } => ErrorKind::AuthExpired,
            Self::GrantEnded { expired: false } | Self::ClientRevoked { .. } => {
                ErrorKind::AuthRevoked
            }
            Self::ScopeRefused { .. } => ErrorKind::ScopeMissing,
            Self::Rejected { .. } => ErrorKind::ProviderRejected,
            Self::ProviderDown { .. } => ErrorKind::ProviderDown,
            Self::RateLimited { .. } => ErrorKind::RateLimited,
            Self::MalformedCallback { .. } | Self::Redirected | Self::BadAnswer { .. } => {
                ErrorKind::Protocol
            }
            Self::LoopbackBlocked => ErrorKind::NetworkConnect,
            Self::Network { kind, .. } => *kind,
            Self::NotTheRedirect
            | Self::PortTaken { .. }
            | Self::NoBrowser
            | Self::Configuration { .. } => ErrorKind::Configuration,
            Self::Internal { .. } => ErrorKind::Internal,
        }
    }

    /// Whether trying again can help.
    #[must_use]
    pub const fn retry(&self) -> Retry {
        match self {
            Self::RateLimited { until: Some(until) } => Retry::At(*until),
            // A callback or an address that was wrong stays wrong.
            Self::MalformedCallback { .. } | Self::Redirected => Retry::No,
            _ => self.kind().facts().retry,
        }
    }

    /// Whether the same call may succeed later with nobody doing anything.
    #[must_use]
    pub const fn is_retryable(&self) -> bool {
        matches!(self.retry(), Retry::Backoff | Retry::At(_))
    }

    /// Whether the sign-in that a pasted address was meant for goes on waiting: the address was not
    /// the right one, or another answer was quicker.
    #[must_use]
    pub const fn leaves_waiting(&self) -> bool {
        matches!(
            self,
            Self::NotTheRedirect
                | Self::ForgedState
                | Self::MalformedCallback { .. }
                | Self::AlreadyUsed
        )
    }

    /// What to do.
    #[must_use]
    pub const fn remedy(&self) -> &'static str {
        match self {
            Self::AlreadyUsed | Self::ForgedState | Self::MalformedCallback { .. } => {
                "Close old sign-in pages in the browser, then start the sign-in again."
            }
            Self::WrongIssuer => {
                "Start the sign-in again. If it happens once more, check the CRM's addresses in the settings and tell support."
            }
            Self::NotTheRedirect => {
                "Copy the whole address from the browser's address bar after signing in; it begins with http://127.0.0.1."
            }
            Self::PortTaken { .. } => {
                "Close the program that uses the port, or choose another one with `redirectPort` if the CRM allows it."
            }
            Self::LoopbackBlocked => {
                "Allow NurtureHub Connect in the computer's firewall or security software, or paste the final address from the browser."
            }
            Self::NoBrowser => "Copy the sign-in link into a browser by hand.",
            Self::Redirected => "Check the setting `tokenUrl`.",
            Self::StoredTokens => "Sign in again; nothing that was synced is lost.",
            Self::GrantEnded { expired: false } => {
                "Sign in again; nothing that was synced is lost. If that is refused, ask the agency's admin to approve the app in the CRM."
            }
            _ => self.kind().facts().remedy,
        }
    }

    /// The HTTP status that it rests on, where it rests on one.
    #[must_use]
    const fn status(&self) -> Option<u16> {
        match self {
            Self::ProviderDown { status } => Some(*status),
            Self::RateLimited { .. } => Some(429),
            _ => None,
        }
    }
}

impl From<OAuthError> for AdapterError {
    fn from(error: OAuthError) -> Self {
        Self::new(error.kind(), error.to_string())
            .remedy(error.remedy())
            .retry(error.retry())
            .evidence(Evidence {
                status: error.status(),
                ..Evidence::default()
            })
    }
}
