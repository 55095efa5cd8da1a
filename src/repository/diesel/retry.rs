use std::time::{Duration, Instant};

use super::error::{Fault, Result};
use crate::telemetry::storage_retried;

/// How often an operation is attempted at most.
const ATTEMPTS: u32 = 10;

/// How long after its start, or on SQLite after it was queued, an operation may be retried.
const PATIENCE: Duration = Duration::from_secs(5);

/// The attempts of one operation.
pub(super) struct Attempts {
    start: Instant,
    made: u32,
}

impl Attempts {
    pub(super) fn since(start: Instant) -> Self {
        Self { start, made: 0 }
    }

    /// How long to wait before the next attempt, if there is one: 1 to 2 ms, doubled each time, and
    /// random, so that the contenders don't collide again.
    pub(super) fn again<T>(&mut self, outcome: &Result<T>) -> Option<Duration> {
        if !outcome.as_ref().err().is_some_and(Fault::is_contention) {
            return None;
        }
        self.made += 1;
        if self.made >= ATTEMPTS || self.start.elapsed() >= PATIENCE {
            return None;
        }
        storage_retried();
        let longest = 1_000_u64 << self.made;
        Some(Duration::from_micros(rand::random_range(
            longest / 2..=longest,
        )))
    }
}
