//! Sign-in: authorization code with PKCE, client credentials, refresh, revocation.
//!
//! Built on the `oauth2` crate for what the standards fix (parameters, PKCE, client
//! authentication), with everything else here: an HTTP client that follows no redirect and reads no
//! more than it should, answers that are taken as CRMs send them, a loopback listener for the
//! browser's way back (RFC 8252), and tokens that go nowhere but into the vault.
//!
//! This crate keeps nothing and locks nothing. That one refresh runs at a time, and that a new token
//! is stored before it is used, is for its caller.

mod answer;
mod browser;
mod claims;
mod client;
mod endpoints;
mod error;
mod loopback;
mod redirect;
mod sign_in;
mod token_set;
mod transport;
mod untrusted;

pub use browser::open_in_browser;
pub use client::{ClientConfig, OAuthClient, Revocation};
pub use endpoints::Endpoints;
pub use error::OAuthError;
pub use sign_in::{PendingSignIn, SignInRequest};
pub use token_set::{Limit, SignInEnd, TokenSet};
pub use transport::{HttpLimits, OAuthHttp};
