use std::fmt;
use std::hash::Hash;
use std::num::NonZeroU32;
use std::sync::{Arc, Once};
use std::time::Duration;

use quick_cache::sync::Cache;

use super::LocalLimiter;
use super::bucket::Buckets;
use crate::domain::{Clock, SystemClock};
use crate::error::BuildError;

/// Builder of a [`LocalLimiter`].
#[must_use]
pub struct LocalLimiterBuilder {
    pair: Budget,
    peer: Budget,
    client: Budget,
    capacity: usize,
    clock: Arc<dyn Clock>,
}

/// The number of failures, and the period over which they are forgiven.
type Budget = (u32, Duration);

const MINUTE: Duration = Duration::from_secs(60);

impl LocalLimiterBuilder {
    const MAX_PERIOD: Duration = Duration::from_secs(24 * 60 * 60);
    const MAX_CAPACITY: usize = 10_000_000;

    /// A site's budget, as a multiple of an address's.
    const PEERS_PER_SITE: u32 = 4;

    pub(super) fn new() -> Self {
        Self {
            pair: (10, MINUTE),
            peer: (60, MINUTE),
            client: (120, MINUTE),
            capacity: 10_000,
            clock: Arc::new(SystemClock),
        }
    }

    /// Sets the budget of a client from one address, and of each secret that failed there before:
    /// this many failures at once, refilled over each period. 10 a minute by default.
    pub fn with_budget(mut self, failures: u32, period: Duration) -> Self {
        self.pair = (failures, period);
        self
    }

    /// Sets the budget of an address across all clients; that of an IPv6 site is four times as
    /// large. 60 a minute by default.
    pub fn with_peer_budget(mut self, failures: u32, period: Duration) -> Self {
        self.peer = (failures, period);
        self
    }

    /// Sets the budget of a client across all addresses. 120 a minute by default.
    pub fn with_client_budget(mut self, failures: u32, period: Duration) -> Self {
        self.client = (failures, period);
        self
    }

    /// Sets the number of entries in each table: 1 to 10,000,000. 10,000 by default.
    pub fn with_capacity(mut self, entries: usize) -> Self {
        self.capacity = entries;
        self
    }

    /// Sets the clock.
    pub fn with_clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Builds the limiter.
    ///
    /// # Errors
    ///
    /// If a budget has no failures, a period is longer than a day or shorter than one nanosecond
    /// per failure, or the capacity is out of range.
    pub fn build(self) -> Result<LocalLimiter, BuildError> {
        if !(1..=Self::MAX_CAPACITY).contains(&self.capacity) {
            return Err(BuildError::setting(
                "a limiter keeps 1 to 10,000,000 entries",
            ));
        }
        let (failures, period) = self.peer;
        Ok(LocalLimiter {
            claims: self.buckets(self.pair)?,
            pairs: self.buckets(self.pair)?,
            peers: self.buckets(self.peer)?,
            sites: self.buckets((failures.saturating_mul(Self::PEERS_PER_SITE), period))?,
            clients: self.buckets(self.client)?,
            successes: Cache::new(self.capacity),
            clock: self.clock,
            warned: Once::new(),
        })
    }

    fn buckets<K: Eq + Hash + Clone>(
        &self,
        (failures, period): Budget,
    ) -> Result<Buckets<K>, BuildError> {
        let clock = Arc::clone(&self.clock);
        let buckets = NonZeroU32::new(failures)
            .filter(|_| period <= Self::MAX_PERIOD)
            .and_then(|failures| Buckets::new(failures, period, self.capacity, clock));
        buckets.ok_or_else(|| {
            BuildError::setting("a budget has at least one failure and a period of at most a day")
        })
    }
}

impl fmt::Debug for LocalLimiterBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalLimiterBuilder")
            .field("budget", &self.pair)
            .field("peer_budget", &self.peer)
            .field("client_budget", &self.client)
            .field("capacity", &self.capacity)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_lets_somebody_fail_within_a_day() {
        let day = LocalLimiterBuilder::MAX_PERIOD;
        for (failures, period) in [
            (0, MINUTE),
            (1, Duration::ZERO),
            (10, Duration::from_nanos(9)),
            (1, day + Duration::from_nanos(1)),
        ] {
            for settle in [
                LocalLimiterBuilder::with_budget,
                LocalLimiterBuilder::with_peer_budget,
                LocalLimiterBuilder::with_client_budget,
            ] {
                assert!(
                    settle(LocalLimiter::builder(), failures, period)
                        .build()
                        .is_err()
                );
            }
        }
        let builder = LocalLimiter::builder();
        assert!(builder.with_budget(1, day).with_capacity(1).build().is_ok());
        assert!(LocalLimiter::builder().with_capacity(0).build().is_err());
    }
}
