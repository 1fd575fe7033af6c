//! How long to wait before trying again.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::HeaderMap;
use http::header::{DATE, RETRY_AFTER};
use jiff::Timestamp;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::Backoff;

/// Random numbers for jitter, the same for the same seed.
#[derive(Debug)]
pub(super) struct Jitter(StdRng);

impl Jitter {
    pub(super) fn new(seed: u64) -> Self {
        Self(StdRng::seed_from_u64(seed))
    }

    /// A length from zero up to `most`.
    fn up_to(&mut self, most: Duration) -> Duration {
        let most = u64::try_from(most.as_micros()).unwrap_or(u64::MAX);
        let drawn = (u128::from(self.0.next_u64()) * u128::from(most)) >> 64;
        Duration::from_micros(u64::try_from(drawn).unwrap_or(most))
    }
}

impl Backoff {
    /// The longest wait after attempt `attempt`, counted from 1.
    fn longest(self, attempt: u32) -> Duration {
        let doublings = attempt.saturating_sub(1).min(30);
        self.first.saturating_mul(1 << doublings).min(self.ceiling)
    }

    /// The wait after a failure that may pass: anything up to the longest, so that clients that
    /// failed together do not come back together.
    pub(super) fn wait(self, attempt: u32, jitter: &mut Jitter) -> Duration {
        jitter.up_to(self.longest(attempt))
    }

    /// The wait after a 429 that does not say how long: never less than the CRM's rule or the
    /// doubling asks for, and up to a quarter more.
    pub(super) fn wait_after_429(
        self,
        attempt: u32,
        least: Duration,
        jitter: &mut Jitter,
    ) -> Duration {
        let base = self.longest(attempt).max(least);
        base.saturating_add(jitter.up_to(base / 4))
    }
}

/// The `Date` of an answer.
pub(super) fn date(headers: &HeaderMap) -> Option<Timestamp> {
    timestamp(httpdate::parse_http_date(headers.get(DATE)?.to_str().ok()?).ok()?)
}

/// The wait that `Retry-After` asks for (RFC 9110 §10.2.3), as seconds or as a date.
///
/// A date is held against the answer's own `Date`, so that a wrong clock here does not matter, else
/// against `now`. A moment that has passed asks for no wait.
pub(super) fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse::<u32>() {
        return Some(Duration::from_secs(u64::from(seconds)));
    }
    let until = timestamp(httpdate::parse_http_date(value).ok()?)?;
    let from = date(headers).unwrap_or(now);
    let wait = until.as_millisecond().saturating_sub(from.as_millisecond());
    Some(Duration::from_millis(u64::try_from(wait).unwrap_or(0)))
}

fn timestamp(time: SystemTime) -> Option<Timestamp> {
    let seconds = time.duration_since(UNIX_EPOCH).ok()?.as_secs();
    Timestamp::from_second(i64::try_from(seconds).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn headers(pairs: &[(http::HeaderName, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (name.clone(), HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn retry_after_is_read_in_both_forms_and_against_the_servers_own_clock() {
        let now: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
        let wait = |pairs: &[_]| retry_after(&headers(pairs), now);
        assert_eq!(
            wait(&[(RETRY_AFTER, "120")]),
            Some(Duration::from_secs(120))
        );
        assert_eq!(
            wait(&[(RETRY_AFTER, "Sun, 01 Mar 2026 12:00:30 GMT")]),
            Some(Duration::from_secs(30)),
            "a date against our clock where the server gives none"
        );
        assert_eq!(
            wait(&[
                (RETRY_AFTER, "Sun, 01 Mar 2026 09:00:30 GMT"),
                (DATE, "Sun, 01 Mar 2026 09:00:10 GMT"),
            ]),
            Some(Duration::from_secs(20)),
            "our clock is three hours ahead, and it does not matter"
        );
        assert_eq!(
            wait(&[(RETRY_AFTER, "Sun, 01 Mar 2020 12:00:00 GMT")]),
            Some(Duration::ZERO),
            "a moment that has passed"
        );
        for nonsense in ["", "-5", "soon", "99999999999999999999"] {
            assert_eq!(
                wait(&[(RETRY_AFTER, nonsense)]),
                None,
                "{nonsense:?} says nothing"
            );
        }
    }

    #[test]
    fn waits_double_to_the_ceiling_and_a_429_never_waits_less_than_the_rule() {
        let backoff = Backoff {
            first: Duration::from_secs(1),
            ceiling: Duration::from_secs(60),
        };
        let mut jitter = Jitter::new(7);
        for (attempt, most) in [
            (1, 1),
            (2, 2),
            (3, 4),
            (6, 32),
            (7, 60),
            (4_000_000_000, 60),
        ] {
            for _ in 0..50 {
                let wait = backoff.wait(attempt, &mut jitter);
                assert!(
                    wait <= Duration::from_secs(most),
                    "attempt {attempt}: {wait:?}"
                );
                let limited = backoff.wait_after_429(attempt, Duration::from_secs(10), &mut jitter);
                let least = Duration::from_secs(most.max(10));
                assert!(
                    limited >= least && limited <= least + least / 4,
                    "attempt {attempt}: {limited:?}"
                );
            }
        }
        assert_ne!(
            backoff.wait(7, &mut jitter),
            backoff.wait(7, &mut jitter),
            "waits are spread"
        );
    }
}
