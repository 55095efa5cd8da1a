use std::collections::HashMap;
use std::sync::Arc;

/// The part of a shelf that one host may take.
const SHARE: usize = 10;

/// The values of the most recently used URLs. Of one host there are only so many that it can't push
/// out the others: some hosts have a valid document at any number of URLs.
pub(super) struct Shelf<V> {
    slots: HashMap<Arc<str>, Slot<V>>,
    capacity: usize,
    uses: u64,
}

struct Slot<V> {
    value: V,
    host: Box<str>,
    used: u64,
}

impl<V> Shelf<V> {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            slots: HashMap::new(),
            capacity,
            uses: 0,
        }
    }

    /// The value of a URL, which is used now.
    pub(super) fn get(&mut self, url: &str) -> Option<&V> {
        self.uses += 1;
        let slot = self.slots.get_mut(url)?;
        slot.used = self.uses;
        Some(&slot.value)
    }

    /// Keeps a value in place of others that were not used for the longest time. It takes a look at
    /// all of them, which costs less than what led to the value.
    pub(super) fn insert(&mut self, url: &Arc<str>, host: &str, value: V) {
        self.uses += 1;
        if !self.slots.contains_key(url) {
            let of_host = self.slots.values().filter(|slot| *slot.host == *host);
            if of_host.count() >= (self.capacity / SHARE).max(1) {
                self.evict(|slot| *slot.host == *host);
            } else if self.slots.len() >= self.capacity {
                self.evict(|_| true);
            }
        }
        let slot = Slot {
            value,
            host: host.into(),
            used: self.uses,
        };
        self.slots.insert(Arc::clone(url), slot);
    }

    pub(super) fn remove(&mut self, url: &str) {
        self.slots.remove(url);
    }

    fn evict(&mut self, may_go: impl Fn(&Slot<V>) -> bool) {
        let candidates = self.slots.iter().filter(|(_, slot)| may_go(slot));
        let oldest = candidates.min_by_key(|(_, slot)| slot.used);
        if let Some(url) = oldest.map(|(url, _)| Arc::clone(url)) {
            self.slots.remove(&url);
        }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn insert(shelf: &mut Shelf<usize>, host: &str, number: usize) {
        let url = format!("https://{host}/{number}").into();
        shelf.insert(&url, host, number);
    }

    #[test]
    fn one_host_has_its_share_and_no_more() {
        let mut shelf = Shelf::new(1_000);
        insert(&mut shelf, "small.example", 0);
        for number in 0..10_000 {
            insert(&mut shelf, "large.example", number);
        }
        assert_eq!(shelf.len(), 101);
        assert!(shelf.get("https://small.example/0").is_some());
        assert!(shelf.get("https://large.example/9999").is_some());
        assert!(shelf.get("https://large.example/9899").is_none());
    }

    #[test]
    fn what_was_not_used_goes_first() {
        let mut shelf = Shelf::new(20);
        for number in 0..20 {
            insert(&mut shelf, &format!("{number}.example"), 0);
        }
        assert!(shelf.get("https://0.example/0").is_some());
        insert(&mut shelf, "20.example", 0);
        assert_eq!(shelf.len(), 20);
        assert!(shelf.get("https://0.example/0").is_some());
        assert!(shelf.get("https://1.example/0").is_none());
        insert(&mut shelf, "20.example", 0);
        assert_eq!(shelf.len(), 20, "the same URL takes no more");
        shelf.remove("https://0.example/0");
        assert!(shelf.get("https://0.example/0").is_none());
    }
}
