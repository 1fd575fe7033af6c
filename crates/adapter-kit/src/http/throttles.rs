//! One throttle for all clients of a connection.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use nurturehub_port::{Clock, Limits};

use super::HttpConfig;
use super::throttle::Throttle;

/// The throttles of one process, by whose limit they keep to. A client is made for one operation; two
/// operations side by side, such as a sync and a verification, share a CRM's limit nevertheless.
#[derive(Debug, Default)]
pub struct Throttles {
    held: Mutex<BTreeMap<String, Held>>,
}

#[derive(Debug)]
struct Held {
    limits: Limits,
    throttle: Arc<Throttle>,
}

impl Throttles {
    /// The throttle for a limit's holder, such as a connection: the same for the same limits, and a
    /// new one where a person has changed them.
    ///
    /// `recent` are the requests made within the longest window by anybody, oldest first. Those that
    /// went through this throttle are known again.
    pub fn of(
        &self,
        holder: &str,
        config: &HttpConfig,
        clock: &Arc<dyn Clock>,
        recent: &[Timestamp],
    ) -> Arc<Throttle> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = held.get(holder)
            && known.limits == config.limits
        {
            known.throttle.learn(recent, config.used_today);
            return Arc::clone(&known.throttle);
        }
        let throttle = Arc::new(Throttle::new(
            &config.limits,
            Arc::clone(clock),
            recent,
            config.used_today,
        ));
        let kept = Held {
            limits: config.limits.clone(),
            throttle: Arc::clone(&throttle),
        };
        held.insert(holder.to_owned(), kept);
        throttle
    }
}

#[cfg(test)]
mod tests {
    use nurturehub_port::RateWindow;

    use super::*;
    use crate::testing::ManualClock;

    #[test]
    fn the_same_holder_and_limits_share_and_others_do_not() {
        let clock: Arc<dyn Clock> =
            Arc::new(ManualClock::new("2026-03-01T12:00:00Z".parse().unwrap()));
        let config = |requests| {
            HttpConfig::new(
                "https://crm.example".parse().unwrap(),
                Limits {
                    windows: vec![RateWindow {
                        requests,
                        seconds: 1,
                    }],
                    concurrent: 1,
                    per_day: None,
                    wait_after_429_seconds: 1,
                },
            )
        };
        let throttles = Throttles::default();
        let first = throttles.of("north", &config(1), &clock, &[]);
        let again = throttles.of("north", &config(1), &clock, &[]);
        assert!(Arc::ptr_eq(&first, &again), "one limit, one throttle");
        let other = throttles.of("south", &config(1), &clock, &[]);
        assert!(!Arc::ptr_eq(&first, &other), "another agency's limit");
        let changed = throttles.of("north", &config(2), &clock, &[]);
        assert!(!Arc::ptr_eq(&first, &changed), "other limits");
    }
}
