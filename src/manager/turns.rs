//! Many changes of one client at the same time.

use std::hash::{BuildHasher, RandomState};
use std::time::{Duration, Instant};

use tokio::sync::{Mutex, MutexGuard};

use super::{ErrorKind, Result};
use crate::domain::ClientId;

/// How long after its start a change may begin once more.
const PATIENCE: Duration = Duration::from_secs(10);

/// How often a change begins at most: others hosts may be faster each time.
const ATTEMPTS: u32 = 100;

/// Clients share a turn by chance, which costs those a moment that meet others on their own client.
const TURNS: usize = 256;

/// Lets those change a client one after the other who would only be in each other's way: of many who
/// read the same version, one can write.
pub(super) struct Turns {
    turns: Vec<Mutex<()>>,
    hasher: RandomState,
}

/// The attempts of one change.
pub(super) struct Attempts<'a> {
    turn: Option<&'a Mutex<()>>,
    held: Option<MutexGuard<'a, ()>>,
    made: u32,
    start: Instant,
}

impl Turns {
    pub(super) fn new() -> Self {
        Self {
            turns: (0..TURNS).map(|_| Mutex::new(())).collect(),
            hasher: RandomState::new(),
        }
    }

    pub(super) fn attempts(&self, client_id: &ClientId) -> Attempts<'_> {
        let hash = usize::try_from(self.hasher.hash_one(client_id) % TURNS as u64);
        Attempts {
            turn: hash.ok().and_then(|index| self.turns.get(index)),
            held: None,
            made: 0,
            start: Instant::now(),
        }
    }
}

impl Attempts<'_> {
    /// Before each attempt. The first one waits for nobody, unless others have met already.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Contended`](super::ErrorKind::Contended) when there were too many, or it took
    /// too long.
    pub(super) async fn begin(&mut self) -> Result<()> {
        if let Some(turn) = self.turn
            && self.held.is_none()
            && (self.made > 0 || turn.try_lock().is_err())
        {
            self.held = Some(turn.lock().await);
        }
        if self.made >= ATTEMPTS || self.start.elapsed() >= PATIENCE {
            return Err(ErrorKind::Contended.into());
        }
        self.made += 1;
        Ok(())
    }
}
