use std::hash::Hash;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use governor::clock;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::{InMemoryState, NotKeyed, StateStore};
use governor::{Quota, RateLimiter};
use quick_cache::sync::Cache;

use crate::domain::Clock;

/// A budget of failures for each key: so many at once, and as many again in each period.
///
/// The keys are bounded. A key that had to make room has its whole budget again, so that who
/// brings up many keys gains on those alone.
pub(super) struct Buckets<K: Eq + Hash + Clone> {
    limiter: RateLimiter<Asked<K>, Cells<K>, Ticks, NoOpMiddleware<Nanos>>,
    period: Duration,
    cells: Cells<K>,
}

impl<K: Eq + Hash + Clone> Buckets<K> {
    /// `None` when the period is shorter than a nanosecond for each failure.
    pub(super) fn new(
        failures: NonZeroU32,
        period: Duration,
        capacity: usize,
        clock: Arc<dyn Clock>,
    ) -> Option<Self> {
        let quota = Quota::with_period(period.checked_div(failures.get())?)?;
        let cells = Cells(Arc::new(Cache::new(capacity)));
        let quota = quota.allow_burst(failures);
        Some(Self {
            limiter: RateLimiter::new(quota, cells.clone(), Ticks(clock)),
            period,
            cells,
        })
    }

    /// How long it takes until the key may fail once more, if its budget is spent.
    pub(super) fn wait(&self, key: &K) -> Option<Duration> {
        let asked = Asked {
            key: key.clone(),
            to: Ask::Look,
        };
        let until = self.limiter.check_key(&asked).err()?;
        let wait = until.wait_time_from(clock::Clock::now(self.limiter.clock()));
        if wait > self.period {
            // No budget takes that long: the clock was ahead, and has been set right.
            self.cells.0.remove(key);
            return None;
        }
        Some(wait)
    }

    /// Takes one failure from the budget, if there is one left.
    pub(super) fn take(&self, key: K) {
        let asked = Asked { key, to: Ask::Take };
        let _ = self.limiter.check_key(&asked);
    }
}

/// What a limiter is asked about a key: it has one way to be asked only.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Asked<K> {
    key: K,
    to: Ask,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Ask {
    Look,
    Take,
}

struct Cells<K>(Arc<Cache<K, Arc<InMemoryState>>>);

impl<K> Clone for Cells<K> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<K: Eq + Hash + Clone> StateStore for Cells<K> {
    type Key = Asked<K>;

    fn measure_and_replace<T, F, E>(&self, asked: &Asked<K>, measure: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        match asked.to {
            Ask::Look => {
                let Some(cell) = self.0.get(&asked.key) else {
                    return measure(None).map(|(answer, _)| answer);
                };
                look(&cell, measure)
            }
            Ask::Take => {
                let new = || Ok::<_, std::convert::Infallible>(Arc::default());
                let Ok(cell) = self.0.get_or_insert_with(&asked.key, new);
                cell.measure_and_replace(&NotKeyed::NonKey, measure)
            }
        }
    }
}

/// Measures and replaces nothing: a measurement that "fails" leaves the cell as it is.
fn look<T, F, E>(cell: &InMemoryState, measure: F) -> Result<T, E>
where
    F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
{
    let seen = cell.measure_and_replace(&NotKeyed::NonKey, |state| {
        Err::<((), Nanos), _>(measure(state).map(|(answer, _)| answer))
    });
    match seen {
        Err(answer) => answer,
        // It never succeeds.
        Ok(()) => measure(None).map(|(answer, _)| answer),
    }
}

/// Our clock, as the limiter reads it.
struct Ticks(Arc<dyn Clock>);

impl clock::Clock for Ticks {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        /// Leaves room for what is added: half of what the number can hold, in the year 2262.
        const LAST: u64 = u64::MAX / 2;

        let micros = self.0.now().as_micros().unsigned_abs();
        Nanos::new(micros.saturating_mul(1_000).min(LAST))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;
    use crate::domain::Timestamp;

    #[derive(Clone)]
    struct Hands(Arc<AtomicI64>);

    impl Hands {
        fn advance(&self, seconds: i64) {
            self.0.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
        }
    }

    impl Clock for Hands {
        fn now(&self) -> Timestamp {
            Timestamp::from_micros(self.0.load(Ordering::SeqCst))
        }
    }

    fn buckets(capacity: usize) -> (Buckets<u32>, Hands) {
        let hands = Hands(Arc::new(AtomicI64::new(1_776_249_000_000_000)));
        let (failures, period) = (NonZeroU32::new(3).unwrap(), Duration::from_secs(30));
        let buckets = Buckets::new(failures, period, capacity, Arc::new(hands.clone()));
        (buckets.unwrap(), hands)
    }

    #[test]
    fn a_budget_is_spent_and_comes_back_by_and_by() {
        let (buckets, hands) = buckets(8);
        for _ in 0..3 {
            assert_eq!(buckets.wait(&1), None);
            buckets.take(1);
        }
        assert_eq!(buckets.wait(&1), Some(Duration::from_secs(10)));
        assert_eq!(buckets.wait(&2), None);
        hands.advance(9);
        assert_eq!(buckets.wait(&1), Some(Duration::from_secs(1)));
        hands.advance(1);
        assert_eq!(buckets.wait(&1), None);
        buckets.take(1);
        assert_eq!(buckets.wait(&1), Some(Duration::from_secs(10)));
        hands.advance(30);
        for _ in 0..3 {
            assert_eq!(buckets.wait(&1), None);
            buckets.take(1);
        }
        assert!(buckets.wait(&1).is_some());
    }

    #[test]
    fn looking_costs_nothing() {
        let (buckets, _) = buckets(8);
        buckets.take(1);
        buckets.take(1);
        for _ in 0..100 {
            assert_eq!(buckets.wait(&1), None);
        }
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let (buckets, _) = buckets(16);
        for key in 0..10_000 {
            buckets.take(key);
        }
        assert!(buckets.cells.0.len() <= 16);
    }

    #[test]
    fn a_clock_that_was_ahead_locks_nobody_out() {
        let (buckets, hands) = buckets(8);
        hands.advance(1_000_000_000);
        for _ in 0..3 {
            buckets.take(1);
        }
        assert!(buckets.wait(&1).is_some());
        hands.advance(-1_000_000_000);
        assert_eq!(buckets.wait(&1), None);
    }

    #[test]
    fn no_time_is_too_far() {
        let (buckets, hands) = buckets(8);
        for micros in [i64::MAX, 0, i64::MAX, i64::MIN] {
            hands.0.store(micros, Ordering::SeqCst);
            for _ in 0..10 {
                buckets.take(1);
                let _ = buckets.wait(&1);
            }
        }
    }
}
