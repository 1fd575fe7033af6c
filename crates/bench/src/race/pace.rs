//! How long a race will take from here on, by what its runs have taken so far.

use std::collections::BTreeMap;
use std::time::Duration;

use super::scene::Scene;
use crate::peers::Contestant;

/// A contestant in a scene, by their names.
type Pair = (&'static str, &'static str);

/// How long runs take, with all that belongs to them.
#[derive(Debug, Default)]
pub(super) struct Pace {
    taken: BTreeMap<Pair, Vec<f64>>,
}

impl Pace {
    /// Notes how long a run of a contestant in a scene took.
    pub(super) fn note(&mut self, scene: Scene, contestant: &Contestant, took: Duration) {
        let pair = (scene.id(), contestant.id);
        self.taken.entry(pair).or_default().push(took.as_secs_f64());
    }

    /// How long what is left will take; none before anything is known. A run that nothing is known of
    /// is expected to take as long as the contestant's others, or else as all others.
    pub(super) fn left(&self, runs: &[(Scene, &Contestant, usize)]) -> Option<Duration> {
        let mut seconds = 0.0;
        for &(scene, contestant, count) in runs {
            let own = |&(of, who): &Pair| of == scene.id() && who == contestant.id;
            let each = self
                .mean(own)
                .or_else(|| self.mean(|&(_, who)| who == contestant.id))
                .or_else(|| self.mean(|_| true))?;
            #[expect(clippy::cast_precision_loss, reason = "a few runs")]
            let count = count as f64;
            seconds += each * count;
        }
        Duration::try_from_secs_f64(seconds).ok()
    }

    fn mean(&self, wanted: impl Fn(&Pair) -> bool) -> Option<f64> {
        let found = self.taken.iter().filter(|(pair, _)| wanted(pair));
        let taken: Vec<f64> = found.flat_map(|(_, taken)| taken.iter().copied()).collect();
        #[expect(clippy::cast_precision_loss, reason = "some hundred runs")]
        let count = taken.len() as f64;
        (!taken.is_empty()).then(|| taken.iter().sum::<f64>() / count)
    }
}

/// A time in hours and minutes, or in seconds where it is short.
pub(super) fn in_words(time: Duration) -> String {
    let seconds = time.as_secs();
    match (seconds / 3600, seconds / 60 % 60) {
        (0, 0) => format!("{seconds} s"),
        (0, minutes) => format!("{minutes} min"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::peers::{ALL, FLOOR};

    #[test]
    fn what_is_left_is_reckoned_by_what_is_nearest_to_it() {
        let other = &ALL[0];
        let mut pace = Pace::default();
        let left = [(Scene::Processor, &FLOOR, 4), (Scene::Delay, &FLOOR, 5)];
        assert_eq!(pace.left(&left), None, "nothing is known yet");
        assert_eq!(pace.left(&[]), Some(Duration::ZERO), "nothing is left");
        pace.note(Scene::Delay, other, Duration::from_secs(10));
        assert_eq!(pace.left(&left), Some(Duration::from_secs(90)), "by others");
        pace.note(Scene::Processor, &FLOOR, Duration::from_secs(2));
        pace.note(Scene::Processor, &FLOOR, Duration::from_secs(4));
        assert_eq!(
            pace.left(&left),
            Some(Duration::from_secs(27)),
            "by its own"
        );
        pace.note(Scene::Delay, &FLOOR, Duration::from_secs(20));
        assert_eq!(
            pace.left(&left),
            Some(Duration::from_secs(4 * 3 + 5 * 20)),
            "by the same in the same scene"
        );
    }

    #[test]
    fn times_read_as_people_say_them() {
        let words = [59, 61, 3_599, 7_260].map(|seconds| in_words(Duration::from_secs(seconds)));
        assert_eq!(words, ["59 s", "1 min", "59 min", "2 h 1 min"]);
    }
}
