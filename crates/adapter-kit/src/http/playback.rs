//! A recorded exchange in the network's place.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use nurturehub_port::{AdapterError, Clock, ErrorKind, Secret, StepName, StepStatus};
use url::form_urlencoded;

use super::recording::{Came, Exchange};
use crate::CredentialSource;

/// What a step of a verification found that asks the network itself.
#[derive(Debug, Clone)]
pub struct RecordedStep {
    /// How it ended.
    pub status: StepStatus,
    /// What was found.
    pub detail: String,
    /// Why it failed.
    pub error: Option<AdapterError>,
}

/// Answers requests from a recording, without any network. Each exchange answers once, in the order
/// in which it was recorded; a request that was not recorded as it is now is answered by one to the
/// same path, and where there is none, not at all.
pub struct Playback {
    state: Mutex<State>,
    steps: BTreeMap<StepName, RecordedStep>,
}

/// How often answers may be given a second time. What an adapter asks for again, such as a list of
/// names, it asks for a few times; a recording that somebody has bent may lead it on for ever.
const MOST_REPEATS: u32 = 1_000;

struct State {
    slots: Vec<Slot>,
    strange: u64,
    repeats: u32,
    last: Option<(String, Option<u16>)>,
    now: Timestamp,
    elapsed: Duration,
}

struct Slot {
    exchange: Exchange,
    query: Vec<(String, String)>,
    used: bool,
}

impl fmt::Debug for Playback {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Playback")
    }
}

impl Playback {
    /// A playback of these exchanges, oldest first; `aside` are answers from before, which are given
    /// where nothing else fits. The clock starts at `start`.
    #[must_use]
    pub fn new(
        exchanges: Vec<Exchange>,
        aside: Vec<Exchange>,
        steps: BTreeMap<StepName, RecordedStep>,
        start: Timestamp,
    ) -> Self {
        let slot = |used| {
            move |exchange: Exchange| Slot {
                query: pairs(&exchange.query),
                exchange,
                used,
            }
        };
        let slots = exchanges.into_iter().map(slot(false));
        Self {
            state: Mutex::new(State {
                slots: slots.chain(aside.into_iter().map(slot(true))).collect(),
                strange: 0,
                repeats: 0,
                last: None,
                now: start,
                elapsed: Duration::ZERO,
            }),
            steps,
        }
    }

    /// What a step found that is not taken anew, as it asks the network itself.
    #[must_use]
    pub fn step(&self, step: StepName) -> Option<&RecordedStep> {
        self.steps.get(&step)
    }

    /// How many requests were made that no recorded exchange answers.
    #[must_use]
    pub fn strange(&self) -> u64 {
        self.state().strange
    }

    /// The last request, as method and path template, with the status that answered it.
    #[must_use]
    pub fn last(&self) -> Option<(String, Option<u16>)> {
        self.state().last.clone()
    }

    /// What comes of a request.
    pub(super) fn ask(&self, method: &str, template: &str, path: &str, query: &str) -> Came {
        let asked = pairs(query);
        let mut state = self.state();
        let same_list = |slot: &Slot| {
            slot.exchange.method == method
                && slot.exchange.template == template
                && !matches!(slot.exchange.came, Came::NoCredential { .. })
        };
        let same =
            |slot: &Slot| same_list(slot) && slot.exchange.path == path && slot.query == asked;
        let [exact, similar, exact_again, similar_again] = [
            state.slots.iter().position(|slot| !slot.used && same(slot)),
            state
                .slots
                .iter()
                .position(|slot| !slot.used && same_list(slot)),
            state.slots.iter().rposition(same),
            state.slots.iter().rposition(same_list),
        ];
        let (fresh, again) = (exact.or(similar), exact_again.or(similar_again));
        if fresh.is_none() && again.is_some() {
            state.repeats = state.repeats.saturating_add(1);
        }
        let found = fresh.or(again.filter(|_| state.repeats <= MOST_REPEATS));
        let slot = found.and_then(|at| state.slots.get_mut(at));
        let came = slot.map(|slot| {
            slot.used = true;
            (slot.exchange.at, slot.exchange.came.clone())
        });
        let status = match &came {
            Some((_, Came::Answer { status, .. })) => Some(*status),
            _ => None,
        };
        state.last = Some((format!("{method} {template}"), status));
        if let Some((at, came)) = came {
            // What an answer says of time is held against the time at which it came.
            state.now = at;
            return came;
        }
        state.strange += 1;
        Came::Failure {
            failure: (&AdapterError::new(
                ErrorKind::Unsupported,
                "This request is not in the recording.",
            ))
                .into(),
            reached: true,
        }
    }

    /// Why there was no key or token at this point, where there was none.
    fn no_credential(&self, wanted: bool) -> Option<AdapterError> {
        let mut state = self.state();
        let next = state.slots.iter_mut().find(|slot| !slot.used)?;
        let Came::NoCredential { failure, renewing } = &next.exchange.came else {
            return None;
        };
        if *renewing != wanted {
            return None;
        }
        let error = failure.error();
        next.used = true;
        let method = next.exchange.method.clone();
        let last = format!("{method} {}", next.exchange.template);
        if !renewing_is_of_answer(wanted, state.last.as_ref(), &last) {
            state.last = Some((last, None));
        }
        Some(error)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a failed renewal belongs to the answer before it, which says more.
fn renewing_is_of_answer(
    renewing: bool,
    last: Option<&(String, Option<u16>)>,
    request: &str,
) -> bool {
    renewing && last.is_some_and(|(before, _)| before == request)
}

/// A query's pairs, decoded and in order of name and value.
fn pairs(query: &str) -> Vec<(String, String)> {
    let mut pairs: Vec<_> = form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect();
    pairs.sort();
    pairs
}

/// The time of a recording: it passes when somebody waits, and with each recorded answer.
#[async_trait]
impl Clock for Playback {
    fn now(&self) -> Timestamp {
        self.state().now
    }

    fn elapsed(&self) -> Duration {
        self.state().elapsed
    }

    async fn sleep(&self, duration: Duration) {
        {
            let mut state = self.state();
            state.elapsed = state.elapsed.saturating_add(duration);
            let by = SignedDuration::try_from(duration).unwrap_or(SignedDuration::ZERO);
            state.now = state.now.saturating_add(by).unwrap_or(state.now);
        }
        tokio::task::yield_now().await;
    }
}

/// Keys and tokens of a recording: none is real, and there is none where there was none.
#[derive(Debug)]
pub struct PlaybackCredential(pub Arc<Playback>);

impl PlaybackCredential {
    fn token(&self, renewing: bool) -> Result<Secret<String>, AdapterError> {
        match self.0.no_credential(renewing) {
            Some(error) => Err(error),
            None => Ok(Secret::new(format!("recorded-{renewing}"))),
        }
    }
}

#[async_trait]
impl CredentialSource for PlaybackCredential {
    async fn current(&self) -> Result<Secret<String>, AdapterError> {
        self.token(false)
    }

    async fn renewed(&self, _rejected: &Secret<String>) -> Result<Secret<String>, AdapterError> {
        self.token(true)
    }
}

impl Came {
    /// The body of an answer, for whoever wants to know how much there is.
    #[must_use]
    pub fn answered(&self) -> Option<(u16, &Bytes)> {
        match self {
            Self::Answer { status, body, .. } => Some((*status, body)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;

    use super::*;

    #[test]
    fn a_bent_recording_leads_nobody_on_for_ever() {
        let page = Exchange {
            at: Timestamp::UNIX_EPOCH,
            method: "GET".into(),
            template: "/contacts".into(),
            path: "/contacts".into(),
            query: "page=1".into(),
            header_names: Vec::new(),
            body: None,
            attempt: 1,
            came: Came::Answer {
                status: 200,
                headers: HeaderMap::new(),
                body: Bytes::from_static(b"{\"more\":true}"),
            },
        };
        let start = Timestamp::UNIX_EPOCH;
        let playback = Playback::new(vec![page], Vec::new(), BTreeMap::new(), start);
        let asked = |number: u32| {
            let came = playback.ask("GET", "/contacts", "/contacts", &format!("page={number}"));
            came.answered().is_some()
        };
        assert!(
            (1..=MOST_REPEATS + 1).all(asked),
            "what is asked again is answered"
        );
        assert!(!asked(MOST_REPEATS + 2), "but not without end");
        assert_eq!(playback.strange(), 1, "and that is said");
    }
}
