//! Serializes concurrent changes of one client.

use std::hash::{BuildHasher, RandomState};
use std::time::{Duration, Instant};

use tokio::sync::{Mutex, MutexGuard};

use super::{ErrorKind, Result};
use crate::domain::ClientId;

/// How long after its start a change may be retried.
const PATIENCE: Duration = Duration::from_secs(10);

/// How often a change is attempted at most: other hosts may win each time.
const ATTEMPTS: u32 = 100;

/// The number of turns. Clients share one by hash, so contention on one client may briefly delay
/// changes of another.
const TURNS: usize = 256;

/// Makes contending changes of a client wait for each other: of many that read the same version,
/// only one can write.
pub(super) struct Turns {
    turns: Vec<Mutex<()>>,
    hasher: RandomState,
}

/// The attempts of one change.
pub(crate) struct Attempts<'a> {
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
    /// Called before each attempt. The first one does not wait, unless others are already
    /// contending.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Contended`](super::ErrorKind::Contended) after too many attempts or too much
    /// time.
    pub(crate) async fn begin(&mut self) -> Result<()> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn whoever_fails_too_often_gives_up() {
        let (turns, client_id) = (Turns::new(), ClientId::parse("app-1").unwrap());
        let mut attempts = turns.attempts(&client_id);
        for _ in 0..ATTEMPTS {
            attempts.begin().await.unwrap();
        }
        let error = attempts.begin().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Contended);
        let mut late = turns.attempts(&client_id);
        drop(attempts);
        late.start = late.start.checked_sub(PATIENCE).unwrap();
        let error = late.begin().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Contended);
    }

    #[tokio::test]
    async fn only_whoever_failed_has_a_turn() {
        let (turns, client_id) = (Turns::new(), ClientId::parse("app-1").unwrap());
        let (mut one, mut other) = (turns.attempts(&client_id), turns.attempts(&client_id));
        one.begin().await.unwrap();
        other.begin().await.unwrap();
        one.begin().await.unwrap();
        let mut third = turns.attempts(&client_id);
        for waiting in [&mut other, &mut third] {
            let waited = tokio::time::timeout(PATIENCE / 100, waiting.begin()).await;
            assert!(waited.is_err());
        }
        one.begin().await.unwrap();
        drop(one);
        other.begin().await.unwrap();
        drop(other);
        third.begin().await.unwrap();
    }
}
