//! Tokens, with what is known of their life.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use jiff::{SignedDuration, Timestamp};
use nurturehub_port::{Secret, TokenRules};
use serde::{Deserialize, Serialize};

use crate::OAuthError;
use crate::claims::Claims;

/// An access token counts as run out this long before it does, so that no request is under way
/// when it happens.
const MARGIN: SignedDuration = SignedDuration::from_secs(60);

/// How far a clock may be set back before the times noted with a token are no longer believed.
const CLOCK_STEP: SignedDuration = SignedDuration::from_mins(5);

/// When a sign-in ends unless it is renewed, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignInEnd {
    /// When.
    pub at: Timestamp,
    /// By which of the CRM's limits.
    pub limit: Limit,
}

/// A limit that a CRM sets to a sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// So many days without use. Using it puts the end off.
    Idle(u32),
    /// So many days in any case. Only another sign-in helps.
    Overall(u32),
}

/// The tokens of one sign-in.
///
/// Neither shown nor serialised; [`TokenSet::to_vault_bytes`] is the one way out. Two times matter
/// beside the tokens: when the person signed in, and when the refresh token was last used or
/// replaced; a CRM's rules ([`TokenRules`]) count from these.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenSet {
    pub(crate) access_token: Secret<String>,
    pub(crate) refresh_token: Option<Secret<String>>,
    pub(crate) expires_at: Option<Timestamp>,
    pub(crate) obtained_at: Timestamp,
    pub(crate) refresh_obtained_at: Timestamp,
    pub(crate) signed_in_at: Timestamp,
    pub(crate) scopes: Vec<String>,
    pub(crate) claims: Claims,
}

impl TokenSet {
    /// What goes into the header of a request.
    #[must_use]
    pub const fn access_token(&self) -> &Secret<String> {
        &self.access_token
    }

    /// Whether it can be renewed without a person.
    #[must_use]
    pub const fn is_renewable(&self) -> bool {
        self.refresh_token.is_some()
    }

    /// When the access token runs out, by this computer's clock, where that is known.
    #[must_use]
    pub const fn expires_at(&self) -> Option<Timestamp> {
        self.expires_at
    }

    /// When these tokens were asked for, by this computer's clock.
    #[must_use]
    pub const fn obtained_at(&self) -> Timestamp {
        self.obtained_at
    }

    /// When the refresh token was obtained or last used.
    #[must_use]
    pub const fn refresh_obtained_at(&self) -> Timestamp {
        self.refresh_obtained_at
    }

    /// When the person signed in.
    #[must_use]
    pub const fn signed_in_at(&self) -> Timestamp {
        self.signed_in_at
    }

    /// Scopes granted; those asked for where the answer named none.
    #[must_use]
    pub fn scopes(&self) -> &[String] {
        &self.scopes
    }

    /// A claim of the id token that came with the sign-in, such as the agency's id. May be personal
    /// data.
    #[must_use]
    pub fn claim(&self, name: &str) -> Option<&str> {
        self.claims.get(name).map(String::as_str)
    }

    /// Whether the access token can be used now.
    ///
    /// No longer in its last minute (or last fifth, where its life is short), and not when the
    /// clock was set back to before it was obtained: then nothing is known of its age. A token of
    /// unknown life counts as usable until a CRM refuses it.
    #[must_use]
    pub fn is_fresh(&self, now: Timestamp) -> bool {
        if now < earlier(self.obtained_at, CLOCK_STEP) {
            return false;
        }
        self.expires_at.is_none_or(|expires_at| {
            let life = expires_at.duration_since(self.obtained_at);
            now < earlier(expires_at, MARGIN.min(life / 5))
        })
    }

    /// When the sign-in ends by a CRM's rules unless it is renewed before: the earlier of the refresh
    /// token's idle limit and its overall one. Nothing where there is no refresh token or no rule.
    #[must_use]
    pub fn sign_in_ends(&self, rules: &TokenRules) -> Option<SignInEnd> {
        self.refresh_token.as_ref()?;
        let end = |from: Timestamp, days: Option<u32>, limit: fn(u32) -> Limit| {
            let days = days?;
            let at = from.checked_add(days_long(days)).ok()?;
            Some(SignInEnd {
                at,
                limit: limit(days),
            })
        };
        let overall = end(self.signed_in_at, rules.refresh_max_days, Limit::Overall);
        let idle = end(
            self.refresh_obtained_at,
            rules.refresh_idle_days,
            Limit::Idle,
        );
        overall.into_iter().chain(idle).min_by_key(|end| end.at)
    }

    /// Whether the refresh token should be used for its own sake, so that it does not die of
    /// idleness: half of its idle time has gone by, or nothing is known of its age because the clock
    /// was set back.
    #[must_use]
    pub fn is_due_to_keep_alive(&self, rules: &TokenRules, now: Timestamp) -> bool {
        let Some(days) = rules
            .refresh_idle_days
            .filter(|_| self.refresh_token.is_some())
        else {
            return false;
        };
        let idle = now.duration_since(self.refresh_obtained_at);
        idle >= days_long(days) / 2 || idle < -CLOCK_STEP
    }

    /// The tokens as bytes for the vault, and for nothing else.
    #[must_use]
    pub fn to_vault_bytes(&self) -> Secret<Vec<u8>> {
        let stored = Stored {
            version: VERSION,
            access_token: self.access_token.expose().as_str().into(),
            refresh_token: self
                .refresh_token
                .as_ref()
                .map(|t| t.expose().as_str().into()),
            expires_at: self.expires_at,
            obtained_at: self.obtained_at,
            refresh_obtained_at: self.refresh_obtained_at,
            signed_in_at: self.signed_in_at,
            scopes: self.scopes.clone(),
            claims: self.claims.clone(),
        };
        // Roomy, so that growing leaves no copy of the tokens behind in memory. Writing to memory
        // cannot fail: every field is text or a time.
        let mut bytes = Vec::with_capacity(64 * 1024);
        if serde_json::to_writer(&mut bytes, &stored).is_err() {
            bytes.clear();
        }
        Secret::new(bytes)
    }

    /// Tokens from the vault.
    ///
    /// # Errors
    /// The bytes are no token set of ours; the person must sign in again.
    pub fn from_vault_bytes(bytes: &Secret<Vec<u8>>) -> Result<Self, OAuthError> {
        let stored: Stored<'_> =
            serde_json::from_slice(bytes.expose()).map_err(|_| OAuthError::StoredTokens)?;
        if stored.version != VERSION || stored.access_token.is_empty() {
            return Err(OAuthError::StoredTokens);
        }
        Ok(Self {
            access_token: Secret::new(stored.access_token.into_owned()),
            refresh_token: stored.refresh_token.map(|t| Secret::new(t.into_owned())),
            expires_at: stored.expires_at,
            obtained_at: stored.obtained_at,
            refresh_obtained_at: stored.refresh_obtained_at,
            signed_in_at: stored.signed_in_at,
            scopes: stored.scopes,
            claims: stored.claims,
        })
    }
}

/// Shows times and scopes; claims may be personal data.
impl fmt::Debug for TokenSet {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("TokenSet")
            .field("renewable", &self.is_renewable())
            .field("expires_at", &self.expires_at)
            .field("obtained_at", &self.obtained_at)
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}

fn days_long(days: u32) -> SignedDuration {
    SignedDuration::from_hours(i64::from(days) * 24)
}

fn earlier(moment: Timestamp, by: SignedDuration) -> Timestamp {
    moment.checked_sub(by).unwrap_or(Timestamp::MIN)
}

const VERSION: u32 = 1;

/// The tokens as they stand in the vault, borrowed, so that no further copy is made.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Stored<'a> {
    version: u32,
    #[serde(borrow)]
    access_token: Cow<'a, str>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    refresh_token: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires_at: Option<Timestamp>,
    obtained_at: Timestamp,
    refresh_obtained_at: Timestamp,
    signed_in_at: Timestamp,
    #[serde(default)]
    scopes: Vec<String>,
    #[serde(default)]
    claims: BTreeMap<String, String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + seconds).unwrap()
    }

    fn tokens(life: Option<i64>) -> TokenSet {
        TokenSet {
            access_token: Secret::new("marked-access".to_owned()),
            refresh_token: Some(Secret::new("marked-refresh".to_owned())),
            expires_at: life.map(at),
            obtained_at: at(0),
            refresh_obtained_at: at(0),
            signed_in_at: at(0),
            scopes: vec!["contacts".to_owned()],
            claims: Claims::from([("clientCode".to_owned(), "marked-claim".to_owned())]),
        }
    }

    #[test]
    fn an_access_token_is_given_up_before_it_runs_out() {
        let hour = tokens(Some(3_600));
        for (now, fresh) in [(0, true), (3_539, true), (3_540, false), (9_999, false)] {
            assert_eq!(
                hour.is_fresh(at(now)),
                fresh,
                "an hour's token after {now} s"
            );
        }
        let short = tokens(Some(10));
        assert!(
            short.is_fresh(at(7)) && !short.is_fresh(at(8)),
            "a short life keeps its last fifth, not a minute that it has not got"
        );
        assert!(
            tokens(None).is_fresh(at(1_000_000)),
            "unknown life: until refused"
        );
        assert!(!tokens(Some(-1)).is_fresh(at(0)), "dead on arrival");
    }

    #[test]
    fn a_clock_that_was_set_back_does_not_make_a_token_young() {
        let hour = tokens(Some(3_600));
        assert!(hour.is_fresh(at(-200)), "a small correction is tolerated");
        assert!(!hour.is_fresh(at(-86_400)), "a day back: nothing is known");
    }

    #[test]
    fn the_end_of_a_sign_in_is_the_nearer_of_two_limits() {
        let rules = TokenRules {
            refresh_idle_days: Some(15),
            refresh_max_days: Some(30),
            ..TokenRules::default()
        };
        let day = 86_400;
        let end = |day_number: i64, limit| {
            Some(SignInEnd {
                at: at(day_number * day),
                limit,
            })
        };
        let mut tokens = tokens(None);
        assert_eq!(tokens.sign_in_ends(&rules), end(15, Limit::Idle(15)));
        tokens.refresh_obtained_at = at(20 * day);
        assert_eq!(
            tokens.sign_in_ends(&rules),
            end(30, Limit::Overall(30)),
            "used on day 20, it still ends on day 30"
        );
        assert_eq!(tokens.sign_in_ends(&TokenRules::default()), None, "no rule");
        tokens.refresh_token = None;
        assert_eq!(tokens.sign_in_ends(&rules), None, "nothing to run out");
    }

    #[test]
    fn a_refresh_token_is_used_for_its_own_sake_at_half_of_its_idle_time() {
        let rules = TokenRules {
            refresh_idle_days: Some(15),
            ..TokenRules::default()
        };
        let day = 86_400;
        let mut tokens = tokens(None);
        for (now, due, why) in [
            (0, false, "just used"),
            (7 * day, false, "a week of fifteen days"),
            (8 * day, true, "more than half"),
            (
                20 * day,
                true,
                "too late by our clock, which the CRM may not share",
            ),
            (
                -day,
                true,
                "the clock was set back: nothing is known of its age",
            ),
        ] {
            assert_eq!(tokens.is_due_to_keep_alive(&rules, at(now)), due, "{why}");
        }
        let none = TokenRules::default();
        assert!(
            !tokens.is_due_to_keep_alive(&none, at(99 * day)),
            "no rule, nothing due"
        );
        tokens.refresh_token = None;
        assert!(
            !tokens.is_due_to_keep_alive(&rules, at(99 * day)),
            "nothing to keep alive"
        );
    }

    #[test]
    fn the_vault_gives_back_what_it_was_given_and_nothing_else_is_taken() {
        let tokens = tokens(Some(3_600));
        let bytes = tokens.to_vault_bytes();
        assert_eq!(TokenSet::from_vault_bytes(&bytes), Ok(tokens));
        let text = String::from_utf8(bytes.expose().clone()).unwrap();
        for bad in [
            String::new(),
            "{}".to_owned(),
            text.replace("\"version\":1", "\"version\":2"),
            text.replace("marked-access", ""),
            text.replace("obtainedAt", "x"),
        ] {
            let outcome = TokenSet::from_vault_bytes(&Secret::new(bad.clone().into_bytes()));
            assert_eq!(outcome, Err(OAuthError::StoredTokens), "{bad}");
        }
    }

    #[test]
    fn debug_shows_no_token_and_no_person() {
        let shown = format!("{:?}", tokens(None));
        assert!(!shown.contains("marked"), "{shown}");
    }
}
