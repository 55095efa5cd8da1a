use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest, Sha256};

use super::ReplayStore;
use crate::authentication::assertion::{Error, ErrorKind};
use crate::domain::{ClientId, Timestamp};

/// A truncated hash of a `jti`. A client that produced a collision would lock out only itself.
type Hash = [u8; 16];

/// Records used assertions in this process's memory, up to a capacity, at about 150 bytes each.
///
/// It never evicts an assertion that could still be used. Instead it refuses a client
/// ([`ErrorKind::Overloaded`]) once that client has as many recorded assertions as there are free
/// entries. So the busiest client gets at most half of the capacity, the next one half of the rest,
/// and an infrequent client still finds room.
///
/// A clock that was more than a day ahead has no lasting effect once it is set right: assertions
/// that it expired are not held against later ones, and assertions recorded by it are evicted when
/// the store is full.
///
/// Clones share the records. They are lost when the process exits: let a restart take longer than
/// your clients' assertions live, or share a store of another kind.
#[derive(Clone)]
pub struct MemoryReplayStore(Arc<Mutex<State>>);

impl MemoryReplayStore {
    /// Creates a store with this many entries. The default of 100,000 lets a client whose
    /// assertions live for a minute authenticate 500 times a second.
    pub fn new(capacity: usize) -> Self {
        Self(Arc::new(Mutex::new(State {
            capacity,
            held: HashMap::new(),
            ends: BinaryHeap::new(),
            forgotten: Timestamp::from_micros(0),
            latest: Timestamp::from_micros(0),
        })))
    }
}

impl Default for MemoryReplayStore {
    fn default() -> Self {
        Self::new(100_000)
    }
}

impl ReplayStore for MemoryReplayStore {
    async fn remember(
        &self,
        client_id: &ClientId,
        jti: &str,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.forget(now);
        state.remember(client_id.as_str(), hash(jti), until, now)
    }
}

impl fmt::Debug for MemoryReplayStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        f.debug_struct("MemoryReplayStore")
            .field("capacity", &state.capacity)
            .field("remembered", &state.ends.len())
            .finish_non_exhaustive()
    }
}

fn hash(jti: &str) -> Hash {
    let mut hash = Hash::default();
    let digest = Sha256::digest(jti);
    hash.iter_mut()
        .zip(digest)
        .for_each(|(to, from)| *to = from);
    hash
}

struct State {
    capacity: usize,
    held: HashMap<Arc<str>, HashSet<Hash>>,
    /// The same entries, ordered by expiry.
    ends: BinaryHeap<Reverse<Entry>>,
    /// The latest expiry among the removed entries.
    forgotten: Timestamp,
    /// When the newest entry was recorded.
    latest: Timestamp,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    until: Timestamp,
    hash: Hash,
    client: Arc<str>,
    since: Timestamp,
}

impl State {
    /// Removes the entries that expired by `now`.
    fn forget(&mut self, now: Timestamp) {
        if self.forgotten.is_far_ahead_of(now) {
            self.forgotten = now;
        }
        while let Some(Reverse(entry)) = self.ends.peek()
            && entry.until <= now
        {
            let Some(Reverse(entry)) = self.ends.pop() else {
                return;
            };
            self.forgotten = self.forgotten.max(entry.until);
            self.release(&entry);
        }
    }

    fn release(&mut self, entry: &Entry) {
        if let Some(held) = self.held.get_mut(&entry.client) {
            held.remove(&entry.hash);
            if held.is_empty() {
                self.held.remove(&entry.client);
            }
        }
    }

    /// Removes entries recorded by a clock that was far ahead of `now`: no verifier accepts an
    /// expiry that far in the future.
    fn forget_the_future(&mut self, now: Timestamp) {
        if !self.latest.is_far_ahead_of(now) {
            return;
        }
        let of_future = |entry: &Entry| entry.since.is_far_ahead_of(now);
        let (dropped, kept): (Vec<_>, Vec<_>) = std::mem::take(&mut self.ends)
            .into_iter()
            .partition(|Reverse(entry)| of_future(entry));
        for Reverse(entry) in &dropped {
            self.release(entry);
        }
        self.ends = kept.into();
        self.latest = now;
    }

    fn remember(
        &mut self,
        client: &str,
        hash: Hash,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<bool, Error> {
        // A late call, or one after the clock was set back, may be about a removed entry.
        if until <= self.forgotten {
            return Ok(false);
        }
        let own = self.held.get(client);
        if own.is_some_and(|own| own.contains(&hash)) {
            return Ok(false);
        }
        if !self.has_room(client) {
            self.forget_the_future(now);
        }
        if !self.has_room(client) {
            return Err(ErrorKind::Overloaded.into());
        }
        let own = self.held.get_key_value(client);
        let client = own.map_or_else(|| client.into(), |(own, _)| Arc::clone(own));
        self.held
            .entry(Arc::clone(&client))
            .or_default()
            .insert(hash);
        self.latest = self.latest.max(now);
        self.ends.push(Reverse(Entry {
            until,
            hash,
            client,
            since: now,
        }));
        Ok(true)
    }

    fn has_room(&self, client: &str) -> bool {
        let free = self.capacity.saturating_sub(self.ends.len());
        self.held.get(client).map_or(0, HashSet::len) < free
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    async fn remember(
        store: &MemoryReplayStore,
        client: &str,
        jti: &str,
        (until, now): (i64, i64),
    ) -> Result<bool, ErrorKind> {
        let client = ClientId::parse(client).unwrap();
        let first = store.remember(&client, jti, at(until), at(now)).await;
        first.map_err(|error| error.kind())
    }

    fn places_taken(store: &MemoryReplayStore) -> (usize, usize) {
        let state = store.0.lock().unwrap();
        let held = state.held.values().map(HashSet::len).sum();
        (state.ends.len(), held)
    }

    fn clients_held(store: &MemoryReplayStore) -> usize {
        store.0.lock().unwrap().held.len()
    }

    #[tokio::test]
    async fn each_client_has_its_own_memory() {
        let store = MemoryReplayStore::default();
        assert_eq!(remember(&store, "a", "1", (20, 10)).await, Ok(true));
        assert_eq!(remember(&store, "a", "1", (20, 11)).await, Ok(false));
        assert_eq!(
            remember(&store.clone(), "a", "1", (99, 11)).await,
            Ok(false)
        );
        assert_eq!(remember(&store, "a", "1 ", (20, 11)).await, Ok(true));
        assert_eq!(remember(&store, "b", "1", (20, 11)).await, Ok(true));
    }

    #[tokio::test]
    async fn nothing_is_kept_beyond_its_end_and_nothing_dropped_before() {
        let store = MemoryReplayStore::default();
        for (jti, until) in [("3", 30), ("1", 10), ("2", 20)] {
            assert_eq!(remember(&store, "a", jti, (until, 0)).await, Ok(true));
        }
        assert_eq!(remember(&store, "a", "2", (20, 19)).await, Ok(false));
        assert_eq!(places_taken(&store), (2, 2));
        assert_eq!(remember(&store, "b", "1", (40, 30)).await, Ok(true));
        assert_eq!(places_taken(&store), (1, 1));
        assert_eq!(remember(&store, "a", "3", (50, 30)).await, Ok(true));
    }

    #[tokio::test]
    async fn nothing_is_kept_of_a_client_whose_assertions_are_over() {
        let store = MemoryReplayStore::default();
        for client in ["a", "b", "c"] {
            assert_eq!(remember(&store, client, "1", (20, 10)).await, Ok(true));
        }
        assert_eq!(remember(&store, "d", "1", (40, 30)).await, Ok(true));
        assert_eq!(clients_held(&store), 1);
    }

    #[tokio::test]
    async fn what_is_forgotten_is_not_new_to_a_late_call() {
        let store = MemoryReplayStore::default();
        assert_eq!(remember(&store, "a", "1", (20, 10)).await, Ok(true));
        assert_eq!(remember(&store, "a", "2", (40, 30)).await, Ok(true));
        assert_eq!(remember(&store, "a", "1", (20, 19)).await, Ok(false));
        assert_eq!(remember(&store, "a", "3", (21, 19)).await, Ok(true));
    }

    #[tokio::test]
    async fn a_clock_that_was_far_ahead_leaves_no_trace() {
        const YEAR: i64 = 365 * 24 * 60 * 60;

        let store = MemoryReplayStore::new(4);
        assert_eq!(remember(&store, "a", "1", (20, 10)).await, Ok(true));
        let ahead = (YEAR + 20, YEAR + 10);
        for jti in ["2", "3"] {
            assert_eq!(remember(&store, "a", jti, ahead).await, Ok(true));
        }
        // It may have forgotten entries that expired by then, but none recorded since.
        assert_eq!(remember(&store, "a", "4", (40, 30)).await, Ok(true));
        assert_eq!(remember(&store, "a", "4", (40, 31)).await, Ok(false));
        assert_eq!(remember(&store, "a", "2", ahead).await, Ok(true));
        assert_eq!(remember(&store, "a", "5", (60, 31)).await, Ok(true));
        assert_eq!(remember(&store, "a", "4", (40, 31)).await, Ok(false));
        // Nor are entries that the wrong clock expired held against later assertions.
        let later = (YEAR + 50, YEAR + 40);
        assert_eq!(remember(&store, "a", "6", later).await, Ok(true));
        assert_eq!(remember(&store, "a", "7", (70, 50)).await, Ok(true));
        assert_eq!(remember(&store, "a", "7", (70, 50)).await, Ok(false));
        // A difference of less than a day may just as well mean that this clock is behind.
        let store = MemoryReplayStore::default();
        assert_eq!(remember(&store, "a", "1", (20, 10)).await, Ok(true));
        assert_eq!(remember(&store, "b", "2", (3_700, 3_600)).await, Ok(true));
        assert_eq!(remember(&store, "a", "1", (20, 10)).await, Ok(false));
    }

    #[tokio::test]
    async fn a_full_store_refuses_and_leaves_a_place_for_others() {
        let full = Err(ErrorKind::Overloaded);
        let store = MemoryReplayStore::new(10);
        for jti in ["1", "2", "3", "4", "5"] {
            assert_eq!(remember(&store, "a", jti, (20, 10)).await, Ok(true));
        }
        assert_eq!(remember(&store, "a", "6", (20, 10)).await, full);
        assert_eq!(remember(&store, "a", "1", (20, 10)).await, Ok(false));
        for jti in ["1", "2", "3"] {
            assert_eq!(remember(&store, "b", jti, (20, 10)).await, Ok(true));
        }
        assert_eq!(remember(&store, "b", "4", (20, 10)).await, full);
        assert_eq!(remember(&store, "c", "1", (20, 10)).await, Ok(true));
        assert_eq!(remember(&store, "c", "2", (20, 10)).await, full);
        assert_eq!(remember(&store, "a", "6", (40, 20)).await, Ok(true));
        assert_eq!(places_taken(&store), (1, 1));
        let none = MemoryReplayStore::new(0);
        assert_eq!(remember(&none, "a", "1", (20, 10)).await, full);
    }
}
