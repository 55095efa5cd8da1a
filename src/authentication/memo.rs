use std::hash::Hash;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use quick_cache::sync::Cache;

use crate::domain::{Client, Id, SecretRecord, Timestamp};

/// One minute in microseconds.
pub(crate) const MINUTE: u64 = 60_000_000;

/// One hour in microseconds.
pub(super) const HOUR: u64 = 60 * MINUTE;

/// When something was last done for a client or a secret, or for what else has a key, for the most
/// used ones.
pub(crate) struct Memo<K = Key> {
    last: Cache<K, Arc<AtomicI64>>,
    /// The time between two, in microseconds.
    interval: u64,
}

/// A client and a secret, whose ids are unique per client only; for a client its `id` twice.
pub(crate) type Key = (Id, Id);

impl<K: Copy + Eq + Hash> Memo<K> {
    /// How many are remembered.
    const CAPACITY: usize = 10_000;

    pub(crate) fn every(interval: u64) -> Self {
        Self {
            last: Cache::new(Self::CAPACITY),
            interval,
        }
    }

    /// Whether it is time to do it again. Of concurrent callers, one gets `true`.
    pub(crate) fn is_due_at(&self, key: K, now: Timestamp) -> bool {
        let never = || Ok::<_, std::convert::Infallible>(Arc::new(AtomicI64::new(i64::MIN)));
        let Ok(last) = self.last.get_or_insert_with(&key, never);
        let (seen, now) = (last.load(Ordering::Relaxed), now.as_micros());
        is_off(seen, now, self.interval)
            && last
                .compare_exchange(seen, now, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok()
    }

    /// Has it done again after so many microseconds, since what was [due](Self::is_due_at) at that
    /// time was not done.
    #[cfg(feature = "cimd")]
    pub(crate) fn retry_in(&self, key: &K, due_at: Timestamp, pause: u64) {
        if let Some(last) = self.last.get(key) {
            let due_at = due_at.as_micros();
            let earlier = due_at.saturating_sub_unsigned(self.interval.saturating_sub(pause));
            // Unless it was done since.
            let _ = last.compare_exchange(due_at, earlier, Ordering::Relaxed, Ordering::Relaxed);
        }
    }
}

impl Memo {
    /// Whether it is time to do it again for a secret.
    pub(super) fn is_due(&self, client: &Client, secret: &SecretRecord, now: Timestamp) -> bool {
        self.is_due_at((client.id, secret.id), now)
    }

    /// The same for a client.
    pub(super) fn is_due_for(&self, client: Id, now: Timestamp) -> bool {
        self.is_due_at((client, client), now)
    }
}

/// Whether the last use was at least so many microseconds ago, or ahead by a wrong clock.
pub(super) fn is_stale(last: Option<Timestamp>, now: Timestamp, interval: u64) -> bool {
    last.is_none_or(|last| is_off(last.as_micros(), now.as_micros(), interval))
}

fn is_off(last: i64, now: i64, interval: u64) -> bool {
    last.abs_diff(now) >= interval
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::domain::{Clock, SystemClock};

    #[test]
    fn is_due_once_a_minute_for_each_secret() {
        let (memo, now) = (Memo::every(MINUTE), SystemClock.now());
        let client = Id::generate(now);
        let [one, other] = [(), ()].map(|()| (client, Id::generate(now)));
        assert!(memo.is_due_at(one, now));
        assert!(!memo.is_due_at(one, now));
        assert!(memo.is_due_at(other, now));
        let later = |seconds| now + Duration::from_secs(seconds);
        assert!(!memo.is_due_at(one, later(59)));
        assert!(memo.is_due_at(one, later(60)));
        assert!(!memo.is_due_at(one, later(119)));
    }

    #[cfg(feature = "cimd")]
    #[test]
    fn what_was_not_done_is_due_again() {
        let (memo, now) = (Memo::every(10 * MINUTE), SystemClock.now());
        let later = |seconds| now + Duration::from_secs(seconds);
        let key = (Id::generate(now), Id::generate(now));
        assert!(memo.is_due_at(key, now));
        memo.retry_in(&key, now, 0);
        assert!(memo.is_due_at(key, now), "at once");
        memo.retry_in(&key, now, MINUTE);
        assert!(!memo.is_due_at(key, later(59)));
        assert!(memo.is_due_at(key, later(60)));
        // Another one was done since.
        memo.retry_in(&key, now, 0);
        assert!(!memo.is_due_at(key, later(120)));
    }

    #[test]
    fn a_clock_that_was_far_ahead_is_forgotten() {
        let (memo, now) = (Memo::every(MINUTE), SystemClock.now());
        let id = (Id::generate(now), Id::generate(now));
        assert!(memo.is_due_at(id, now + Duration::from_secs(1_000_000)));
        assert!(memo.is_due_at(id, now));
        assert!(is_stale(
            Some(now + Duration::from_secs(1_000_000)),
            now,
            MINUTE
        ));
        assert!(!is_stale(Some(now + Duration::from_secs(1)), now, MINUTE));
    }

    #[test]
    fn of_many_at_once_one_does_it() {
        let (memo, now) = (Memo::every(MINUTE), SystemClock.now());
        let id = (Id::generate(now), Id::generate(now));
        let due = std::thread::scope(|scope| {
            let asked: Vec<_> = (0..8)
                .map(|_| scope.spawn(|| usize::from(memo.is_due_at(id, now))))
                .collect();
            asked
                .into_iter()
                .map(|asked| asked.join().unwrap())
                .sum::<usize>()
        });
        assert_eq!(due, 1);
    }
}
