use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use quick_cache::sync::Cache;

use crate::domain::{Client, Id, SecretRecord, Timestamp};

/// One minute in microseconds.
const MINUTE: u64 = 60_000_000;

/// When something was last done for a secret, for the most used secrets.
pub(super) struct Memo(Cache<Key, Arc<AtomicI64>>);

/// A client and a secret: secret ids are unique per client.
type Key = (Id, Id);

impl Memo {
    /// How many secrets are remembered.
    const CAPACITY: usize = 10_000;

    pub(super) fn new() -> Self {
        Self(Cache::new(Self::CAPACITY))
    }

    /// Whether a minute has passed since it was last done. Of concurrent callers, one gets `true`.
    pub(super) fn is_due(&self, client: &Client, secret: &SecretRecord, now: Timestamp) -> bool {
        self.is_due_for((client.id, secret.id), now)
    }

    fn is_due_for(&self, key: Key, now: Timestamp) -> bool {
        let never = || Ok::<_, std::convert::Infallible>(Arc::new(AtomicI64::new(i64::MIN)));
        let Ok(last) = self.0.get_or_insert_with(&key, never);
        let (seen, now) = (last.load(Ordering::Relaxed), now.as_micros());
        is_a_minute_off(seen, now)
            && last
                .compare_exchange(seen, now, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok()
    }
}

/// Whether the last use was at least a minute ago, or at least a minute ahead by a wrong clock.
pub(super) fn is_stale(last: Option<Timestamp>, now: Timestamp) -> bool {
    last.is_none_or(|last| is_a_minute_off(last.as_micros(), now.as_micros()))
}

fn is_a_minute_off(last: i64, now: i64) -> bool {
    last.abs_diff(now) >= MINUTE
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::domain::{Clock, SystemClock};

    #[test]
    fn is_due_once_a_minute_for_each_secret() {
        let (memo, now) = (Memo::new(), SystemClock.now());
        let client = Id::generate(now);
        let [one, other] = [(), ()].map(|()| (client, Id::generate(now)));
        assert!(memo.is_due_for(one, now));
        assert!(!memo.is_due_for(one, now));
        assert!(memo.is_due_for(other, now));
        let later = |seconds| now + Duration::from_secs(seconds);
        assert!(!memo.is_due_for(one, later(59)));
        assert!(memo.is_due_for(one, later(60)));
        assert!(!memo.is_due_for(one, later(119)));
    }

    #[test]
    fn a_clock_that_was_far_ahead_is_forgotten() {
        let (memo, now) = (Memo::new(), SystemClock.now());
        let id = (Id::generate(now), Id::generate(now));
        assert!(memo.is_due_for(id, now + Duration::from_secs(1_000_000)));
        assert!(memo.is_due_for(id, now));
        assert!(is_stale(Some(now + Duration::from_secs(1_000_000)), now));
        assert!(!is_stale(Some(now + Duration::from_secs(1)), now));
    }

    #[test]
    fn of_many_at_once_one_does_it() {
        let (memo, now) = (Memo::new(), SystemClock.now());
        let id = (Id::generate(now), Id::generate(now));
        let due = std::thread::scope(|scope| {
            let asked: Vec<_> = (0..8)
                .map(|_| scope.spawn(|| usize::from(memo.is_due_for(id, now))))
                .collect();
            asked
                .into_iter()
                .map(|asked| asked.join().unwrap())
                .sum::<usize>()
        });
        assert_eq!(due, 1);
    }
}
