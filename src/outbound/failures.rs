use std::sync::Arc;
use std::time::Duration;

use super::shelf::Shelf;
use crate::domain::Timestamp;

/// The pause after the first failure, which doubles with each further one.
const FIRST: Duration = Duration::from_secs(10);
const LONGEST: Duration = Duration::from_secs(60);

/// After that time, a failure is the first one again.
const PAST: Duration = Duration::from_secs(600);

/// When a failed URL may be tried again. It says nothing about what is there: a failure is never
/// stored as a verdict (§5.2 of the draft on metadata documents). What the publisher withdrew stays
/// withdrawn, though, until it is there again.
pub(super) struct Failures(Shelf<Failure>);

#[derive(Clone, Copy)]
struct Failure {
    at: Timestamp,
    pause: Duration,
    is_withdrawn: bool,
}

impl Failures {
    pub(super) fn new(capacity: usize) -> Self {
        Self(Shelf::new(capacity))
    }

    /// How long to wait before the next try, if it isn't time yet.
    pub(super) fn wait(&mut self, url: &str, now: Timestamp) -> Option<Duration> {
        let failure = self.0.get(url)?;
        let until = failure.at + failure.pause;
        // A failure in the future was noted by a wrong clock.
        let waits = failure.at <= now && now < until;
        let micros = until.as_micros().saturating_sub(now.as_micros());
        waits.then(|| Duration::from_micros(micros.unsigned_abs()))
    }

    /// Whether the last word of the server was that nothing valid is there.
    pub(super) fn is_withdrawn(&mut self, url: &str) -> bool {
        self.0.get(url).is_some_and(|failure| failure.is_withdrawn)
    }

    pub(super) fn note(&mut self, url: &Arc<str>, host: &str, now: Timestamp, is_withdrawn: bool) {
        let is_withdrawn = is_withdrawn || self.is_withdrawn(url);
        let before = self.0.get(url).filter(|failure| now < failure.at + PAST);
        let pause = before.map_or(FIRST, |failure| {
            failure.pause.saturating_mul(2).min(LONGEST)
        });
        let failure = Failure {
            at: now,
            pause,
            is_withdrawn,
        };
        self.0.insert(url, host, failure);
    }

    pub(super) fn forget(&mut self, url: &str) {
        self.0.remove(url);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_until_a_minute_and_end_with_a_success() {
        let (url, host) = (Arc::from("https://a.example/m"), "a.example");
        let mut failures = Failures::new(100);
        let mut now = Timestamp::from_micros(1_000_000_000);
        assert_eq!(failures.wait(&url, now), None);
        for pause in [10, 20, 40, 60, 60] {
            let pause = Duration::from_secs(pause);
            failures.note(&url, host, now, false);
            assert_eq!(failures.wait(&url, now), Some(pause));
            now = now + pause;
            assert_eq!(failures.wait(&url, now), None);
        }
        failures.note(&url, host, now, false);
        let before = now - Duration::from_secs(1);
        assert_eq!(failures.wait(&url, before), None, "the clock went back");
        failures.forget(&url);
        failures.note(&url, host, now, false);
        assert_eq!(failures.wait(&url, now), Some(FIRST));
    }

    #[test]
    fn what_is_withdrawn_stays_so_until_a_success() {
        let (url, host) = (Arc::from("https://a.example/m"), "a.example");
        let mut failures = Failures::new(100);
        let now = Timestamp::from_micros(1_000_000_000);
        failures.note(&url, host, now, false);
        assert!(!failures.is_withdrawn(&url));
        failures.note(&url, host, now, true);
        failures.note(&url, host, now + PAST + PAST, false);
        assert!(failures.is_withdrawn(&url));
        failures.forget(&url);
        assert!(!failures.is_withdrawn(&url));
    }
}
