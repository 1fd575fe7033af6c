//! Sign-in: authorization code with PKCE, client credentials, refresh.
