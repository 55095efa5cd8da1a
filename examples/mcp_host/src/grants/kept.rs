use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;

use tower_oauth_clients::domain::Timestamp;

/// Values that end at a time, in bounded memory: the one that ends first makes room for a new one.
pub(crate) struct Kept<K, V> {
    values: HashMap<K, (V, Timestamp)>,
    by_end: BTreeSet<(Timestamp, K)>,
    capacity: usize,
}

impl<K: Copy + Eq + Hash + Ord, V> Kept<K, V> {
    pub(crate) fn new(capacity: usize) -> Self {
        Self {
            values: HashMap::new(),
            by_end: BTreeSet::new(),
            capacity,
        }
    }

    pub(crate) fn insert(&mut self, key: K, value: V, ends: Timestamp, now: Timestamp) {
        self.remove(&key);
        while let Some((first, _)) = self.by_end.first()
            && (*first <= now || self.values.len() >= self.capacity)
        {
            if let Some((_, key)) = self.by_end.pop_first() {
                self.values.remove(&key);
            }
        }
        self.by_end.insert((ends, key));
        self.values.insert(key, (value, ends));
    }

    pub(crate) fn get_mut(&mut self, key: &K, now: Timestamp) -> Option<&mut V> {
        let (value, ends) = self.values.get_mut(key)?;
        (*ends > now).then_some(value)
    }

    /// Sets when a value ends.
    pub(crate) fn set_end(&mut self, key: K, ends: Timestamp) {
        if let Some((_, old)) = self.values.get_mut(&key) {
            self.by_end.remove(&(*old, key));
            self.by_end.insert((ends, key));
            *old = ends;
        }
    }

    pub(crate) fn remove(&mut self, key: &K) -> Option<V> {
        let (value, ends) = self.values.remove(key)?;
        self.by_end.remove(&(ends, *key));
        Some(value)
    }

    /// Removes all but these.
    pub(crate) fn retain(&mut self, keep: impl Fn(&V) -> bool) {
        let by_end = &mut self.by_end;
        self.values.retain(|key, (value, ends)| {
            let keeps = keep(value);
            if !keeps {
                by_end.remove(&(*ends, *key));
            }
            keeps
        });
    }

    pub(crate) fn any(&self, now: Timestamp, wanted: impl Fn(&V) -> bool) -> bool {
        let mut values = self.values.values();
        values.any(|(value, ends)| *ends > now && wanted(value))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_micros(0) + Duration::from_secs(seconds)
    }

    #[test]
    fn what_ends_first_makes_room() {
        let mut kept = Kept::new(2);
        kept.insert(1, "a", at(30), at(0));
        kept.insert(2, "b", at(20), at(0));
        kept.insert(3, "c", at(40), at(0));
        assert_eq!(kept.get_mut(&2, at(0)), None);
        assert_eq!(kept.get_mut(&1, at(29)), Some(&mut "a"));
        assert_eq!(kept.get_mut(&1, at(30)), None, "it ended");
        kept.set_end(1, at(60));
        kept.insert(4, "d", at(70), at(41));
        assert!(kept.any(at(41), |value| *value == "a"));
        assert_eq!((kept.values.len(), kept.by_end.len()), (2, 2));
        kept.retain(|value| *value != "a");
        assert_eq!((kept.remove(&1), kept.remove(&4)), (None, Some("d")));
        assert_eq!((kept.values.len(), kept.by_end.len()), (0, 0));
    }
}
