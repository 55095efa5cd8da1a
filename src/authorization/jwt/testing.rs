//! A secret and a clock for the tests of this module.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use crate::domain::{Clock, Timestamp};
pub(super) use crate::jose::testing::sign;

pub(super) const SECRET: &[u8; 32] = b"a secret of 32 bytes for a test!";

/// 2026-04-15T10:30:00Z.
pub(super) const NOW: i64 = 1_776_249_000;

/// A clock that only moves when told to.
#[derive(Clone)]
pub(super) struct Still(Arc<AtomicI64>);

impl Still {
    pub(super) fn at(seconds: i64) -> Self {
        Self(Arc::new(AtomicI64::new(seconds * 1_000_000)))
    }

    pub(super) fn move_to(&self, seconds: f64) {
        self.0.store((seconds * 1e6) as i64, Ordering::Relaxed);
    }
}

impl Clock for Still {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::Relaxed))
    }
}
