use std::hash::Hash;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use quick_cache::sync::Cache;
use tokio::sync::Notify;

use crate::domain::Clock;

/// A budget for each key, of failures or of registrations: up to the whole budget at once, refilled
/// evenly over each period.
///
/// An attempt holds one unit of the budget while it is in progress, so that concurrent attempts
/// never exceed the failures that are left. Further attempts wait until one of them ends.
///
/// The number of keys is bounded. An evicted key starts over with a full budget, so an attacker who
/// floods the table with keys gains nothing on any other key.
pub(crate) struct Buckets<K> {
    cells: Cache<K, Arc<Cell>>,
    failures: u64,
    /// The time until one failure is forgiven, in nanoseconds.
    interval: u64,
    clock: Arc<dyn Clock>,
}

#[derive(Default)]
struct Cell {
    state: Mutex<State>,
    ended: Notify,
}

#[derive(Default)]
struct State {
    /// When the budget is full again, in nanoseconds since the epoch.
    whole_at: u64,
    under_way: u64,
    has_failed: bool,
}

/// One unit of a budget, held by an attempt and returned on drop.
pub(crate) struct Held {
    cell: Arc<Cell>,
    interval: u64,
    longest: u64,
}

impl<K: Eq + Hash + Clone> Buckets<K> {
    /// Returns `None` if the period is shorter than one nanosecond per failure.
    pub(crate) fn new(
        failures: NonZeroU32,
        period: Duration,
        capacity: usize,
        clock: Arc<dyn Clock>,
    ) -> Option<Self> {
        let interval = u64::try_from(period.checked_div(failures.get())?.as_nanos()).ok()?;
        (interval > 0).then(|| Self {
            cells: Cache::new(capacity),
            failures: u64::from(failures.get()),
            interval,
            clock,
        })
    }

    /// Holds one unit of the key's budget, or returns how long to wait for the next one. If
    /// attempts in progress hold all that is left, waits for one of them to end.
    pub(super) async fn hold(&self, key: &K) -> Result<Held, Duration> {
        loop {
            let cell = self.cell(key);
            // Registered before the check, so that no wakeup is missed.
            let ended = cell.ended.notified();
            if let Some(held) = self.try_hold(&cell)? {
                return Ok(held);
            }
            ended.await;
        }
    }

    /// Like [`hold`](Self::hold), but waits for nobody.
    #[cfg(feature = "registration")]
    pub(crate) fn hold_now(&self, key: &K) -> Result<Held, Duration> {
        let held = self.try_hold(&self.cell(key))?;
        held.ok_or(Duration::from_secs(1))
    }

    /// The number of keys that are kept.
    #[cfg(all(test, feature = "registration"))]
    pub(crate) fn len(&self) -> usize {
        self.cells.len()
    }

    /// Returns `None` if attempts in progress hold all that is left.
    fn try_hold(&self, cell: &Arc<Cell>) -> Result<Option<Held>, Duration> {
        let mut state = cell.state();
        let left = self.left(&mut state)?;
        if state.under_way >= left {
            return Ok(None);
        }
        state.under_way += 1;
        Ok(Some(Held {
            cell: Arc::clone(cell),
            interval: self.interval,
            longest: self.longest(),
        }))
    }

    /// Charges the failure of an attempt that held nothing, unless other attempts hold all that is
    /// left.
    pub(super) fn charge(&self, key: &K, times: u32) {
        let cell = self.cell(key);
        let mut state = cell.state();
        if self
            .left(&mut state)
            .is_ok_and(|left| state.under_way < left)
        {
            state.fail(self.now(), self.interval, times, self.longest());
        }
    }

    /// The longest time until a budget is full again: twice its period, because some failures count
    /// more than once.
    fn longest(&self) -> u64 {
        self.interval
            .saturating_mul(self.failures)
            .saturating_mul(2)
    }

    /// Whether the last attempt with this key failed, as far as is remembered.
    pub(super) fn has_failed(&self, key: &K) -> bool {
        let cell = self.cells.get(key);
        cell.is_some_and(|cell| cell.state().has_failed)
    }

    /// How many failures are left, or how long to wait until there is one.
    fn left(&self, state: &mut State) -> Result<u64, Duration> {
        let owed = state.whole_at.saturating_sub(self.now());
        if owed > self.longest() {
            // No budget takes that long to refill: the clock was far ahead and has been corrected.
            state.whole_at = 0;
            return Ok(self.failures);
        }
        match self.failures - owed.div_ceil(self.interval).min(self.failures) {
            0 => Err(Duration::from_nanos(
                owed - self.interval * (self.failures - 1),
            )),
            left => Ok(left),
        }
    }

    fn cell(&self, key: &K) -> Arc<Cell> {
        let new = || Ok::<_, std::convert::Infallible>(Arc::default());
        let Ok(cell) = self.cells.get_or_insert_with(key, new);
        cell
    }

    fn now(&self) -> u64 {
        now(&*self.clock)
    }
}

impl Cell {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn fail(&mut self, now: u64, interval: u64, times: u32, longest: u64) {
        let later = interval.saturating_mul(times.into());
        let last = now.saturating_add(longest);
        self.whole_at = self.whole_at.max(now).saturating_add(later).min(last);
        self.has_failed = true;
    }
}

impl Held {
    /// Spends the held unit, and more if the failure counts several `times`.
    pub(crate) fn spend(self, clock: &dyn Clock, times: u32) {
        let mut state = self.cell.state();
        state.fail(now(clock), self.interval, times, self.longest);
    }

    /// Returns the held unit and marks the key as succeeding.
    pub(super) fn succeed(self) {
        self.cell.state().has_failed = false;
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.cell.state().under_way -= 1;
        self.cell.ended.notify_waiters();
    }
}

/// The current time in nanoseconds since the epoch.
fn now(clock: &dyn Clock) -> u64 {
    /// Half of the range (the year 2262), which leaves room for additions.
    const LAST: u64 = u64::MAX / 2;

    let micros = clock.now().as_micros().unsigned_abs();
    micros.saturating_mul(1_000).min(LAST)
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

    impl<K: Eq + Hash + Clone> Buckets<K> {
        fn wait(&self, key: &K) -> Option<Duration> {
            let cell = self.cell(key);
            let mut state = cell.state();
            self.left(&mut state).err()
        }

        fn take(&self, key: K) {
            self.charge(&key, 1);
        }
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
        assert!(buckets.cells.len() <= 16);
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

    #[tokio::test]
    async fn no_more_are_under_way_than_may_fail() {
        let (buckets, hands) = buckets(8);
        let clock = hands.clone();
        let mut held = Vec::new();
        for _ in 0..3 {
            held.push(buckets.hold(&1).await.unwrap());
        }
        let buckets = Arc::new(buckets);
        let waiting: Vec<_> = (0..10)
            .map(|_| {
                let buckets = Arc::clone(&buckets);
                tokio::spawn(async move { buckets.hold(&1).await })
            })
            .collect();
        tokio::task::yield_now().await;
        assert!(waiting.iter().all(|waiting| !waiting.is_finished()));
        // Another key is not affected.
        assert!(buckets.hold(&2).await.is_ok());
        // A success lets the next attempt in, which succeeds as well.
        drop(held.pop());
        for held in held {
            held.spend(&clock, 1);
        }
        let mut outcomes = Vec::new();
        for waiting in waiting {
            outcomes.push(waiting.await.unwrap().map(drop));
        }
        assert_eq!(outcomes, [Ok(()); 10]);
        buckets.hold(&1).await.unwrap().spend(&clock, 1);
        let wait = buckets.hold(&1).await.err();
        assert_eq!(wait, Some(Duration::from_secs(10)));
    }

    #[tokio::test]
    async fn whoever_waits_for_a_budget_that_is_spent_is_told() {
        let (buckets, hands) = buckets(8);
        let buckets = Arc::new(buckets);
        let mut held = Vec::new();
        for _ in 0..3 {
            held.push(buckets.hold(&1).await.unwrap());
        }
        let waiting = tokio::spawn({
            let buckets = Arc::clone(&buckets);
            async move { buckets.hold(&1).await.map(drop) }
        });
        tokio::task::yield_now().await;
        for held in held {
            held.spend(&hands, 1);
        }
        assert_eq!(waiting.await.unwrap(), Err(Duration::from_secs(10)));
    }

    #[tokio::test]
    async fn what_holds_nothing_takes_nothing_from_those_who_hold() {
        let (buckets, hands) = buckets(8);
        let held = buckets.hold(&1).await.unwrap();
        for _ in 0..10 {
            buckets.charge(&1, 1);
        }
        held.spend(&hands, 1);
        assert_eq!(buckets.wait(&1), Some(Duration::from_secs(10)));
    }

    #[test]
    fn a_clock_that_is_set_back_a_little_gives_nothing_back() {
        let (buckets, hands) = buckets(8);
        for _ in 0..3 {
            buckets.charge(&1, 1);
        }
        hands.advance(-1);
        assert_eq!(buckets.wait(&1), Some(Duration::from_secs(11)));
    }

    #[tokio::test]
    async fn whoever_succeeds_has_not_failed() {
        let (buckets, hands) = buckets(8);
        buckets.hold(&1).await.unwrap().spend(&hands, 1);
        assert!(buckets.has_failed(&1));
        buckets.hold(&1).await.unwrap().succeed();
        assert!(!buckets.has_failed(&1));
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
