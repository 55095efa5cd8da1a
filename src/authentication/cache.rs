use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use quick_cache::sync::Cache;
use rand::TryRng;
use rand::rngs::SysRng;
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::domain::{Id, SecretHash, SecretRecord, Timestamp};
use crate::secrets::Plaintext;

/// Which secrets verified lately against which stored hashes.
///
/// It holds digests under a key that lives in this process only, so that a look into its memory
/// shows no secret, and nobody can compute one to be found here. A stored hash that changed has
/// another digest; what else decides about a secret is read anew at each request.
#[derive(Clone)]
pub(super) struct VerifiedCache(Arc<Inner>);

struct Inner {
    keyed: Hmac<Sha256>,
    entries: Cache<Id, Entry>,
    ttl: Duration,
}

#[derive(Clone, Copy)]
struct Entry {
    digest: Digest,
    at: Timestamp,
}

/// What a presented secret and a stored hash come to. Not to be printed, and to be compared in
/// constant time.
#[derive(Clone, Copy)]
struct Digest([u8; 32]);

/// What the cache has to do with one presented secret.
#[derive(Clone)]
pub(super) struct Memory {
    cache: VerifiedCache,
    secret_id: Id,
    entry: Entry,
}

impl Memory {
    /// Whether the secret of this record verified so a short while before `now`.
    pub(super) fn holds(&self, now: Timestamp) -> bool {
        let Inner { entries, ttl, .. } = &*self.cache.0;
        let Some(entry) = entries.get(&self.secret_id) else {
            return false;
        };
        // What verified after the present moment did so by another clock.
        let is_fresh = entry.at <= now && now < entry.at + *ttl;
        is_fresh & bool::from(entry.digest.0.ct_eq(&self.entry.digest.0))
    }

    /// It verified.
    pub(super) fn note(self) {
        self.cache.0.entries.insert(self.secret_id, self.entry);
    }
}

impl VerifiedCache {
    pub(super) fn new(
        capacity: usize,
        ttl: Duration,
    ) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        let mut key = Zeroizing::new([0; 32]);
        SysRng.try_fill_bytes(&mut *key)?;
        Ok(Self(Arc::new(Inner {
            keyed: Hmac::new_from_slice(&*key)?,
            entries: Cache::new(capacity),
            ttl,
        })))
    }

    /// For a secret that was presented at `now`, to be verified against this record.
    pub(super) fn of(
        &self,
        record: &SecretRecord,
        presented: &Plaintext,
        now: Timestamp,
    ) -> Memory {
        Memory {
            cache: self.clone(),
            secret_id: record.id,
            entry: Entry {
                digest: self.digest(&record.hash, presented),
                at: now,
            },
        }
    }

    fn digest(&self, hash: &SecretHash, presented: &Plaintext) -> Digest {
        // A clone of the keyed state saves the two blocks that the key takes.
        let mut digest = self.0.keyed.clone();
        let hash = hash.expose().as_bytes();
        // The length first: otherwise the end of a hash could be the beginning of a secret.
        digest.update(&hash.len().to_le_bytes());
        digest.update(hash);
        digest.update(presented.expose().as_bytes());
        Digest(digest.finalize().into_bytes().into())
    }
}

impl fmt::Debug for VerifiedCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedCache")
            .field("ttl", &self.0.ttl)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Clock, SystemClock};

    const TTL: Duration = Duration::from_secs(300);

    fn cache(capacity: usize) -> VerifiedCache {
        VerifiedCache::new(capacity, TTL).unwrap()
    }

    fn record(id: Id, hash: &str) -> SecretRecord {
        let hash = SecretHash::from_phc(hash);
        SecretRecord::new(id, hash, "abcd", SystemClock.now())
    }

    #[test]
    fn holds_one_secret_against_one_hash() {
        let (cache, now) = (cache(8), SystemClock.now());
        let (id, other) = (Id::generate(now), Id::generate(now));
        let of = |id, hash, secret| cache.of(&record(id, hash), &Plaintext::new(secret), now);
        let memory = of(id, "$argon2id$one", "hunter2");
        assert!(!memory.holds(now));
        memory.clone().note();
        assert!(memory.holds(now));
        assert!(!of(other, "$argon2id$one", "hunter2").holds(now));

        for (hash, secret) in [
            ("$argon2id$one", "hunter3"),
            ("$argon2id$two", "hunter2"),
            ("$argon2id$onehunter2", ""),
            ("$argon2id$on", "ehunter2"),
        ] {
            assert!(!of(id, hash, secret).holds(now), "{hash} {secret}");
        }
    }

    #[test]
    fn holds_for_a_while_by_the_clock() {
        let (cache, now) = (cache(8), SystemClock.now());
        let record = record(Id::generate(now), "$");
        let memory = cache.of(&record, &Plaintext::new("a"), now);
        memory.clone().note();
        let micro = Duration::from_micros(1);
        assert!(memory.holds(now + (TTL - micro)));
        assert!(!memory.holds(now + TTL));
        let before = Timestamp::from_micros(now.as_micros() - 1);
        assert!(!memory.holds(before));
    }

    #[test]
    fn is_bounded() {
        let (cache, now) = (cache(16), SystemClock.now());
        for _ in 0..10_000 {
            let record = record(Id::generate(now), "$");
            cache.of(&record, &Plaintext::new("a"), now).note();
        }
        assert!(cache.0.entries.len() <= 16);
    }

    #[test]
    fn each_has_a_key_of_its_own() {
        let [one, other] = [cache(1), cache(1)].map(|cache| {
            let digest = cache.digest(&SecretHash::from_phc("$"), &Plaintext::new("a"));
            digest.0
        });
        assert_ne!(one, other);
    }
}
