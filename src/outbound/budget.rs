use std::collections::HashMap;
use std::hash::Hash;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};

use super::{Error, ErrorKind};
use crate::authentication::{Buckets, Held};
use crate::domain::Clock;
use crate::error::BuildError;

/// The period of both rates.
const MINUTE: Duration = Duration::from_secs(60);

/// The hosts whose rate is kept. More hosts can't be fetched from within a minute.
const HOSTS: usize = 4_096;

/// The wait if other fetches have all places.
const A_MOMENT: Duration = Duration::from_secs(1);

/// How many fetches may run and start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Limits {
    pub(super) at_once: usize,
    pub(super) at_once_per_host: usize,
    pub(super) per_minute: u32,
    pub(super) per_minute_and_host: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            at_once: 16,
            at_once_per_host: 4,
            per_minute: 120,
            per_minute_and_host: 30,
        }
    }
}

/// Decides whether a fetch may start. Nothing waits.
pub(super) struct Budget {
    places: Semaphore,
    running: Mutex<HashMap<String, usize>>,
    per_host: usize,
    starts: Rate<()>,
    starts_of_host: Rate<String>,
    clock: Arc<dyn Clock>,
}

/// A rate of fetches. A quarter of it is kept for what is known.
struct Rate<K> {
    all: Buckets<K>,
    unknown: Buckets<K>,
}

/// A running fetch.
pub(super) struct Permit<'a> {
    _place: SemaphorePermit<'a>,
    _of_host: OfHost<'a>,
}

/// One of the fetches that run from a host.
struct OfHost<'a> {
    budget: &'a Budget,
    host: &'a str,
}

impl Budget {
    /// The most fetches at once.
    const MOST: usize = 1_024;

    pub(super) fn new(limits: Limits, clock: Arc<dyn Clock>) -> Result<Self, BuildError> {
        let places = 1..=Self::MOST;
        if !places.contains(&limits.at_once) || !places.contains(&limits.at_once_per_host) {
            return Err(BuildError::setting("1 to 1,024 fetches may run at once"));
        }
        let starts = Rate::new(limits.per_minute, 1, &clock)?;
        let starts_of_host = Rate::new(limits.per_minute_and_host, HOSTS, &clock)?;
        Ok(Self {
            places: Semaphore::new(limits.at_once),
            running: Mutex::default(),
            per_host: limits.at_once_per_host,
            starts,
            starts_of_host,
            clock,
        })
    }

    /// Lets a fetch start.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Busy`].
    pub(super) fn admit<'a>(&'a self, host: &'a str, is_known: bool) -> Result<Permit<'a>, Error> {
        let place = self.places.try_acquire().map_err(|_| busy(A_MOMENT))?;
        let of_host = self.enter(host)?;
        let of_all = self.starts.hold(&(), is_known)?;
        let of_this = self.starts_of_host.hold(&host.to_owned(), is_known)?;
        for held in of_all.into_iter().chain(of_this) {
            held.spend(&*self.clock, 1);
        }
        Ok(Permit {
            _place: place,
            _of_host: of_host,
        })
    }

    fn enter<'a>(&'a self, host: &'a str) -> Result<OfHost<'a>, Error> {
        let mut running = self.running();
        let count = running.entry(host.to_owned()).or_default();
        if *count >= self.per_host {
            return Err(busy(A_MOMENT));
        }
        *count += 1;
        Ok(OfHost { budget: self, host })
    }

    fn running(&self) -> MutexGuard<'_, HashMap<String, usize>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for OfHost<'_> {
    fn drop(&mut self) {
        let mut running = self.budget.running();
        if let Some(count) = running.get_mut(self.host) {
            *count -= 1;
            if *count == 0 {
                running.remove(self.host);
            }
        }
    }
}

impl<K: Eq + Hash + Clone> Rate<K> {
    fn new(per_minute: u32, keys: usize, clock: &Arc<dyn Clock>) -> Result<Self, BuildError> {
        Ok(Self {
            all: rate(per_minute, keys, clock)?,
            unknown: rate(per_minute - per_minute / 4, keys, clock)?,
        })
    }

    /// Holds what a fetch costs, until it is known that it may start.
    fn hold(&self, key: &K, is_known: bool) -> Result<Vec<Held>, Error> {
        let mut held = vec![self.all.hold_now(key).map_err(busy)?];
        if !is_known {
            held.push(self.unknown.hold_now(key).map_err(busy)?);
        }
        Ok(held)
    }
}

fn rate<K: Eq + Hash + Clone>(
    per_minute: u32,
    keys: usize,
    clock: &Arc<dyn Clock>,
) -> Result<Buckets<K>, BuildError> {
    let rate = NonZeroU32::new(per_minute);
    let buckets = rate.and_then(|rate| Buckets::new(rate, MINUTE, keys, Arc::clone(clock)));
    buckets.ok_or_else(|| BuildError::setting("at least one fetch may start each minute"))
}

fn busy(wait: Duration) -> Error {
    Error::new(ErrorKind::Busy).with_retry_after(wait)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outbound::testing::MovedClock;

    fn budget(limits: Limits, clock: &MovedClock) -> Budget {
        Budget::new(limits, Arc::new(clock.clone())).unwrap()
    }

    #[test]
    fn places_are_taken_and_given_back() {
        let limits = Limits {
            at_once: 3,
            at_once_per_host: 2,
            ..Limits::default()
        };
        let clock = MovedClock::default();
        let budget = budget(limits, &clock);
        let first = budget.admit("a.example", true).unwrap();
        let _second = budget.admit("a.example", true).unwrap();
        assert!(budget.admit("a.example", true).is_err());
        let _third = budget.admit("b.example", true).unwrap();
        assert!(budget.admit("c.example", true).is_err());
        drop(first);
        drop(budget.admit("c.example", true).unwrap());
        let _fourth = budget.admit("a.example", true).unwrap();
        assert_eq!(budget.running().len(), 2);
    }

    #[test]
    fn a_host_has_its_own_rate_within_that_of_all() {
        let limits = Limits {
            per_minute: 5,
            per_minute_and_host: 3,
            ..Limits::default()
        };
        let clock = MovedClock::default();
        let budget = budget(limits, &clock);
        let admitted = |host: &'static str| budget.admit(host, true).is_ok();
        assert!((0..3).all(|_| admitted("a.example")));
        let refused = budget.admit("a.example", true).err().unwrap();
        assert_eq!(refused.kind(), ErrorKind::Busy);
        assert!(refused.retry_after().unwrap() <= Duration::from_secs(20));
        assert!((0..2).all(|_| admitted("b.example")));
        assert!(!admitted("b.example"), "what was refused to a cost nothing");
        clock.pass(MINUTE);
        assert!(admitted("a.example"));
    }

    #[test]
    fn a_quarter_is_kept_for_what_is_known() {
        let limits = Limits {
            per_minute: 12,
            per_minute_and_host: 8,
            ..Limits::default()
        };
        let clock = MovedClock::default();
        let budget = budget(limits, &clock);
        let started = |host: &'static str, is_known| {
            let admitted = (0..100).filter(|_| budget.admit(host, is_known).is_ok());
            admitted.count()
        };
        assert_eq!(started("a.example", false), 6);
        assert_eq!(started("a.example", true), 2);
        assert_eq!(started("b.example", false), 3);
        assert_eq!(started("c.example", false), 0);
        assert_eq!(started("c.example", true), 1);
        clock.pass(MINUTE);
        assert_eq!(started("a.example", true), 8);
        assert_eq!(started("b.example", false), 4, "what is known takes any");
    }

    #[test]
    fn limits_have_bounds() {
        let default = Limits::default();
        let refused = [
            Limits {
                at_once: 0,
                ..default
            },
            Limits {
                at_once: 1_025,
                ..default
            },
            Limits {
                at_once_per_host: 0,
                ..default
            },
            Limits {
                per_minute: 0,
                ..default
            },
            Limits {
                per_minute_and_host: 0,
                ..default
            },
        ];
        for limits in refused {
            let clock = Arc::new(MovedClock::default());
            assert!(Budget::new(limits, clock).is_err(), "{limits:?}");
        }
    }
}
