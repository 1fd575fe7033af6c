//! Keeps to the CRM's limits.
//!
//! For each window a log of the requests that were sent (a sliding window, so a burst up to the
//! window's size is allowed and no span of its length ever holds more), a number of places for
//! requests under way, a counter for the day, and a pause for all after a 429.
//!
//! The CRM counts a request when it arrives there, which is some time after it was sent and some time
//! before it is answered. Were it counted here from when it was sent, one that was slow on its way and
//! a later one that was quick would be one too many for the CRM, though not for us. So a request counts
//! from its answer, less what the quickest of many answers took, since no way there and back is
//! quicker than that: what is left is what this one lost on its way, or in the CRM.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use nurturehub_port::{AdapterError, Clock, ErrorKind, Limits, RateWindow, Retry};
use tokio::sync::{Semaphore, SemaphorePermit};

use super::pauses::{PauseReason, Pauses};

/// A day in microseconds.
const DAY: i64 = 86_400_000_000;

/// So many answers show how quick one can be.
const ENOUGH: u32 = 8;

/// A wait that is told in the log; shorter ones are the usual pace.
const LONG: Duration = Duration::from_secs(5);

/// What keeps to one CRM's limits, for all the clients that share it.
#[derive(Debug)]
pub struct Throttle {
    clock: Arc<dyn Clock>,
    places: Semaphore,
    per_day: Option<u64>,
    state: Mutex<State>,
}

/// Moments are microseconds of the clock's `elapsed`; those before its start are negative.
#[derive(Debug)]
struct State {
    windows: Vec<Window>,
    paused_until: i64,
    /// When the last 429 came.
    limited_at: Option<i64>,
    /// The shortest time from a request to its answer.
    quickest: i64,
    /// How many answers that is known from.
    answers: u32,
    /// Requests so far, by which each is known.
    requests: u64,
    /// The UTC day that `today` counts, in days since 1970.
    day: i64,
    today: u64,
}

#[derive(Debug)]
struct Window {
    /// As it was declared.
    declared: RateWindow,
    requests: usize,
    span: i64,
    /// Oldest first.
    sent: VecDeque<Sent>,
}

impl Window {
    /// When another request fits in, where none does now.
    fn free_at(&mut self, now: i64, quickest: i64) -> Option<i64> {
        let span = self.span;
        let counts_from = |sent: &Sent| sent.counts_from(now, quickest, span);
        self.sent.retain(|sent| counts_from(sent) > now - span);
        let index = self.sent.len().checked_sub(self.requests)?;
        let mut from: Vec<i64> = self.sent.iter().map(counts_from).collect();
        // The request that must leave the window before another fits in.
        let (_, leaves, _) = from.select_nth_unstable(index);
        Some(leaves.saturating_add(span))
    }
}

/// A request that was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Sent {
    /// When, by the clock's `elapsed`.
    at: i64,
    /// The same by the wall, in milliseconds, as the trace is kept: so it is known again there.
    wall: i64,
    /// What became of it.
    answer: Answer,
}

/// What is known of a request's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    /// It is under way, by this number.
    Awaited(u64),
    /// It came at this moment, or nobody waits for it any more.
    Came(i64),
    /// Somebody else sent the request.
    Unknown,
}

impl Sent {
    /// From when on it counts, as far as is known now: the latest moment at which it can have arrived.
    /// Nothing is on its way for longer than a whole span, or nothing could be sent while it is.
    fn counts_from(&self, now: i64, quickest: i64, span: i64) -> i64 {
        let latest = match self.answer {
            Answer::Awaited(_) => now,
            Answer::Came(at) => at,
            Answer::Unknown => return self.at,
        };
        let latest = latest.saturating_sub(quickest);
        latest.clamp(self.at, self.at.saturating_add(span))
    }
}

/// What became of the wish to send a request.
enum Reserved {
    /// It was counted, at this moment, by this number.
    Now(Timestamp, u64),
    /// It has to wait.
    In(Duration, PauseReason),
}

impl State {
    /// What no answer is quicker than; zero as long as that rests on a few, which may all have been slow.
    const fn quickest(&self) -> i64 {
        if self.answers < ENOUGH {
            0
        } else {
            self.quickest
        }
    }

    fn new_day(&mut self, today: i64) {
        if self.day != today {
            self.day = today;
            self.today = 0;
        }
    }
}

/// A place among the requests under way; dropping it frees the place.
#[derive(Debug)]
pub(super) struct Admission<'a> {
    throttle: &'a Throttle,
    number: u64,
    is_answered: bool,
    _place: SemaphorePermit<'a>,
    /// How long it took to get it.
    pub(super) waited: Duration,
    /// When it was counted.
    pub(super) at: Timestamp,
}

impl Admission<'_> {
    /// The CRM has answered the request.
    pub(super) fn answered(mut self) {
        self.is_answered = true;
    }
}

impl Drop for Admission<'_> {
    fn drop(&mut self) {
        self.throttle.ended(self.number, self.is_answered);
    }
}

impl Throttle {
    /// A throttle for these limits.
    ///
    /// `recent` are the requests that this process or an earlier one made lately, oldest first, and
    /// `used_today` those of this UTC day.
    pub(super) fn new(
        limits: &Limits,
        clock: Arc<dyn Clock>,
        recent: &[Timestamp],
        used_today: u64,
    ) -> Self {
        let windows = limits
            .windows
            .iter()
            .map(|window| Window {
                declared: *window,
                requests: usize::try_from(window.requests.max(1)).unwrap_or(usize::MAX),
                span: i64::from(window.seconds.max(1)).saturating_mul(1_000_000),
                sent: VecDeque::new(),
            })
            .collect();
        let state = State {
            windows,
            paused_until: i64::MIN,
            limited_at: None,
            quickest: i64::MAX,
            answers: 0,
            requests: 0,
            day: day_of(clock.now()),
            today: 0,
        };
        let throttle = Self {
            places: Semaphore::new(limits.concurrent.clamp(1, Semaphore::MAX_PERMITS)),
            per_day: limits.per_day,
            state: Mutex::new(state),
            clock,
        };
        throttle.learn(recent, used_today);
        throttle
    }

    /// Counts what others sent, an earlier or another process: requests of this list that are not
    /// this throttle's own, and those of the day.
    pub(super) fn learn(&self, recent: &[Timestamp], used_today: u64) {
        let (now, wall) = (micros(self.clock.elapsed()), self.clock.now());
        let mut state = self.state();
        state.new_day(day_of(wall));
        state.today = state.today.max(used_today);
        for window in &mut state.windows {
            let mut own: BTreeMap<i64, usize> = BTreeMap::new();
            for sent in &window.sent {
                *own.entry(sent.wall).or_default() += 1;
            }
            for at in recent {
                let millis = at.as_millisecond();
                if let Some(count) = own.get_mut(&millis).filter(|count| **count > 0) {
                    *count -= 1;
                    continue;
                }
                // A request in the future means that the clock was put back: then it was just now.
                let ago = (wall.as_microsecond() - at.as_microsecond()).max(0);
                if ago < window.span {
                    window.sent.push_back(Sent {
                        at: now.saturating_sub(ago),
                        wall: millis,
                        answer: Answer::Unknown,
                    });
                }
            }
            window
                .sent
                .make_contiguous()
                .sort_unstable_by_key(|sent| sent.at);
        }
    }

    /// Waits until a request may be sent, and counts it. Those who hear of the client's pauses are
    /// told where that takes long.
    pub(super) async fn admit(&self, pauses: &Pauses) -> Result<Admission<'_>, AdapterError> {
        let began = self.clock.elapsed();
        let place =
            self.places.acquire().await.map_err(|_| {
                AdapterError::new(ErrorKind::Internal, "The request queue was closed.")
            })?;
        loop {
            let (wait, reason) = match self.reserve()? {
                Reserved::Now(at, number) => {
                    return Ok(Admission {
                        throttle: self,
                        number,
                        is_answered: false,
                        _place: place,
                        waited: self.clock.elapsed().saturating_sub(began),
                        at,
                    });
                }
                Reserved::In(wait, reason) => (wait, reason),
            };
            if wait >= LONG {
                let wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
                tracing::info!(
                    wait_ms,
                    asked = reason == PauseReason::Asked,
                    "A request waits for the limit."
                );
            }
            pauses.wait(&*self.clock, wait, reason).await;
        }
    }

    /// Counts a request now, or answers how long to wait before asking again.
    fn reserve(&self) -> Result<Reserved, AdapterError> {
        let (now, wall) = (micros(self.clock.elapsed()), self.clock.now());
        let mut state = self.state();
        let today = day_of(wall);
        state.new_day(today);
        if let Some(limit) = self.per_day
            && state.today >= limit
        {
            return Err(day_is_used_up(limit, today));
        }
        let (mut ready_at, mut reason) = (state.paused_until, PauseReason::Asked);
        let quickest = state.quickest();
        for window in &mut state.windows {
            if let Some(free_at) = window.free_at(now, quickest)
                && free_at > ready_at
            {
                (ready_at, reason) = (free_at, PauseReason::Limit(window.declared));
            }
        }
        if ready_at > now {
            let wait = u64::try_from(ready_at.saturating_sub(now)).unwrap_or(0);
            return Ok(Reserved::In(Duration::from_micros(wait), reason));
        }
        state.requests = state.requests.wrapping_add(1);
        let number = state.requests;
        let sent = Sent {
            at: now,
            wall: wall.as_millisecond(),
            answer: Answer::Awaited(number),
        };
        for window in &mut state.windows {
            window.sent.push_back(sent);
        }
        state.today = state.today.saturating_add(1);
        Ok(Reserved::Now(wall, number))
    }

    /// A request is answered, or nobody waits for it any more.
    fn ended(&self, number: u64, is_answered: bool) {
        let now = micros(self.clock.elapsed());
        let mut state = self.state();
        let mut sent_at = None;
        for window in &mut state.windows {
            let is_it = |sent: &&mut Sent| sent.answer == Answer::Awaited(number);
            if let Some(sent) = window.sent.iter_mut().rev().find(is_it) {
                sent.answer = Answer::Came(now);
                sent_at = Some(sent.at);
            }
        }
        if let Some(sent_at) = sent_at.filter(|_| is_answered) {
            state.quickest = state.quickest.min(now.saturating_sub(sent_at));
            state.answers = state.answers.saturating_add(1);
        }
    }

    /// Holds back every request for so long; what is under way goes on.
    pub(super) fn pause(&self, length: Duration) {
        let now = micros(self.clock.elapsed());
        let mut state = self.state();
        state.paused_until = state.paused_until.max(now.saturating_add(micros(length)));
        state.limited_at = Some(now);
    }

    /// How long ago the last 429 came.
    pub(super) fn since_429(&self) -> Option<Duration> {
        let now = micros(self.clock.elapsed());
        let at = self.state().limited_at?;
        Some(Duration::from_micros(
            u64::try_from(now.saturating_sub(at)).unwrap_or(0),
        ))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

fn day_of(at: Timestamp) -> i64 {
    at.as_microsecond().div_euclid(DAY)
}

fn day_is_used_up(limit: u64, today: i64) -> AdapterError {
    let error = AdapterError::new(
        ErrorKind::QuotaExhausted,
        format!("The {limit} requests that this connection may make in a day are used up."),
    );
    match Timestamp::from_microsecond((today + 1).saturating_mul(DAY)) {
        Ok(midnight) => error.retry(Retry::At(midnight)),
        Err(_) => error,
    }
}

#[cfg(test)]
mod tests {
    use nurturehub_port::RateWindow;

    use super::*;
    use crate::testing::ManualClock;

    fn limits(windows: &[(u32, u32)], concurrent: usize, per_day: Option<u64>) -> Limits {
        Limits {
            windows: windows
                .iter()
                .map(|&(requests, seconds)| RateWindow { requests, seconds })
                .collect(),
            concurrent,
            per_day,
            wait_after_429_seconds: 1,
        }
    }

    fn clock() -> Arc<ManualClock> {
        Arc::new(ManualClock::new("2026-03-01T12:00:00Z".parse().unwrap()))
    }

    async fn send_times(throttle: &Throttle, clock: &ManualClock, count: usize) -> Vec<u64> {
        let mut times = Vec::new();
        for _ in 0..count {
            drop(throttle.admit(&Pauses::default()).await.unwrap());
            times.push(u64::try_from(clock.elapsed().as_millis()).unwrap());
        }
        times
    }

    #[tokio::test]
    async fn a_burst_is_allowed_and_no_span_ever_holds_more_than_the_window() {
        let clock = clock();
        let throttle = Throttle::new(&limits(&[(3, 1), (5, 10)], 1, None), clock.clone(), &[], 0);
        let mut times = send_times(&throttle, &clock, 2).await;
        clock.advance(Duration::from_millis(600));
        times.extend(send_times(&throttle, &clock, 5).await);
        assert_eq!(
            times,
            [0, 0, 600, 1000, 1000, 10_000, 10_000],
            "three in any second, five in any ten"
        );
    }

    /// A request whose answer takes so long; says when it was sent, in milliseconds.
    async fn takes(throttle: &Throttle, clock: &ManualClock, milliseconds: u64) -> u128 {
        let admission = throttle.admit(&Pauses::default()).await.unwrap();
        let at = clock.elapsed().as_millis();
        clock.advance(Duration::from_millis(milliseconds));
        admission.answered();
        at
    }

    #[tokio::test]
    async fn a_request_counts_from_its_answer_as_long_as_nobody_knows_how_quick_one_can_be() {
        let clock = clock();
        let throttle = Throttle::new(&limits(&[(2, 1)], 2, None), clock.clone(), &[], 0);
        assert_eq!(takes(&throttle, &clock, 90).await, 0, "slow, there or back");
        assert_eq!(takes(&throttle, &clock, 10).await, 90);
        assert_eq!(takes(&throttle, &clock, 10).await, 1_090);
        assert_eq!(takes(&throttle, &clock, 10).await, 1_100);
    }

    #[tokio::test]
    async fn a_request_counts_from_what_it_lost_on_its_way_once_that_is_known() {
        let clock = clock();
        let throttle = Throttle::new(&limits(&[(2, 1)], 2, None), clock.clone(), &[], 0);
        for _ in 0..ENOUGH {
            takes(&throttle, &clock, 10).await;
        }
        clock.advance(Duration::from_secs(5));
        let begin = clock.elapsed().as_millis();
        let after = |at: u128| at - begin;
        assert_eq!(after(takes(&throttle, &clock, 90).await), 0);
        assert_eq!(after(takes(&throttle, &clock, 10).await), 90);
        assert_eq!(
            after(takes(&throttle, &clock, 10).await),
            1_080,
            "it lost 80"
        );
        assert_eq!(
            after(takes(&throttle, &clock, 10).await),
            1_090,
            "it lost nothing"
        );
        drop(throttle.admit(&Pauses::default()).await.unwrap());
        assert_eq!(throttle.state().quickest, 10_000, "that was no answer");
    }

    #[tokio::test]
    async fn a_request_under_way_counts_for_as_long_as_it_may_just_have_arrived() {
        let clock = clock();
        let throttle = Throttle::new(&limits(&[(2, 1)], 2, None), clock.clone(), &[], 0);
        let slow = throttle.admit(&Pauses::default()).await.unwrap();
        clock.advance(Duration::from_millis(900));
        assert_eq!(takes(&throttle, &clock, 10).await, 900, "two fit in");
        assert_eq!(
            takes(&throttle, &clock, 10).await,
            1_910,
            "the slow one has not left"
        );
        drop(slow);
        assert_eq!(
            takes(&throttle, &clock, 10).await,
            2_000,
            "it is on its way for no longer than a second"
        );
    }

    #[tokio::test]
    async fn requests_of_an_earlier_process_count_and_a_clock_put_back_does_not_unlock() {
        let clock = clock();
        let recent = ["2026-03-01T11:59:59.500Z", "2026-03-01T12:30:00Z"]
            .map(|at| at.parse::<Timestamp>().unwrap());
        let throttle = Throttle::new(&limits(&[(2, 1)], 1, None), clock.clone(), &recent, 0);
        assert_eq!(
            send_times(&throttle, &clock, 2).await,
            [500, 1000],
            "half a second for the first; the one from the future counts as now"
        );
    }

    #[tokio::test]
    async fn what_others_sent_is_learned_and_ones_own_is_not_counted_twice() {
        let clock = clock();
        let throttle = Throttle::new(&limits(&[(3, 1)], 1, Some(5)), clock.clone(), &[], 0);
        let own = throttle.admit(&Pauses::default()).await.unwrap().at;
        clock.advance(Duration::from_millis(100));
        throttle.learn(&[own], 1);
        assert_eq!(
            send_times(&throttle, &clock, 1).await,
            [100],
            "one of three"
        );
        let other: Timestamp = "2026-03-01T12:00:00.050Z".parse().unwrap();
        throttle.learn(&[own, other], 4);
        throttle.learn(&[own, other], 4);
        assert_eq!(
            send_times(&throttle, &clock, 1).await,
            [1000],
            "the other's is the third, and it is one however often it is heard of"
        );
        assert!(
            throttle.admit(&Pauses::default()).await.is_err(),
            "four of five, and one more"
        );
    }

    #[tokio::test]
    async fn the_day_runs_out_and_renews_at_midnight_utc() {
        let clock = clock();
        let throttle = Throttle::new(&limits(&[], 1, Some(10)), clock.clone(), &[], 9);
        assert!(throttle.admit(&Pauses::default()).await.is_ok());
        let error = throttle.admit(&Pauses::default()).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::QuotaExhausted);
        assert_eq!(
            error.retry,
            Retry::At("2026-03-02T00:00:00Z".parse().unwrap()),
            "the error says when it goes on"
        );
        clock.advance(Duration::from_secs(12 * 3600));
        assert!(
            throttle.admit(&Pauses::default()).await.is_ok(),
            "a new day, a new allowance"
        );
    }

    #[tokio::test]
    async fn a_pause_holds_everybody_and_a_shorter_one_does_not_shorten_it() {
        let clock = clock();
        let throttle = Throttle::new(&limits(&[(100, 1)], 4, None), clock.clone(), &[], 0);
        throttle.pause(Duration::from_secs(7));
        throttle.pause(Duration::from_secs(2));
        assert_eq!(send_times(&throttle, &clock, 2).await, [7000, 7000]);
        assert_eq!(throttle.since_429(), Some(Duration::from_secs(7)));
    }

    #[tokio::test]
    async fn a_place_is_free_again_when_its_holder_is_dropped() {
        let throttle = Throttle::new(&limits(&[], 1, None), clock(), &[], 0);
        let held = throttle.admit(&Pauses::default()).await.unwrap();
        {
            let pauses = Pauses::default();
            let waiting = throttle.admit(&pauses);
            futures_util::pin_mut!(waiting);
            assert!(
                futures_util::poll!(waiting.as_mut()).is_pending(),
                "the only place is taken"
            );
        }
        drop(held);
        assert!(
            throttle.admit(&Pauses::default()).await.is_ok(),
            "the cancelled wait left nothing behind"
        );
    }
}
