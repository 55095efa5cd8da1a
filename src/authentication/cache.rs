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

use crate::domain::{SecretHash, Timestamp};
use crate::secrets::Plaintext;

/// Recently verified secrets, with the stored hash that each was verified against.
///
/// It holds digests under a key that only this process has: its memory reveals no secret, and
/// nobody can compute a colliding entry. A changed hash has another digest; everything else about a
/// secret is read from storage on each request.
#[derive(Clone)]
pub(super) struct VerifiedCache(Arc<Inner>);

struct Inner {
    keyed: Hmac<Sha256>,
    entries: Cache<Presented, Entry>,
    ttl: Duration,
}

/// A verified digest, and when it was verified.
#[derive(Clone, Copy)]
pub(super) struct Entry {
    digest: Digest,
    at: Timestamp,
}

/// A keyed hash of the client and the presented secret. On a collision only the later entry is
/// kept.
pub(super) type Presented = u64;

/// A digest of a presented secret and a stored hash. Never print it, and compare it in constant
/// time.
#[derive(Clone, Copy)]
struct Digest([u8; 32]);

/// The cache entry of one presented secret.
#[derive(Clone)]
pub(super) struct Memory {
    cache: VerifiedCache,
    presented: Presented,
    entry: Entry,
}

impl Memory {
    /// Whether this secret was verified against this hash within the TTL before `now`.
    pub(super) fn holds(&self, now: Timestamp) -> bool {
        let entry = self.cache.fresh(self.presented, now);
        entry.is_some_and(|entry| entry.digest.0.ct_eq(&self.entry.digest.0).into())
    }

    /// Records that the secret was verified.
    pub(super) fn note(self) {
        self.cache.0.entries.insert(self.presented, self.entry);
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

    /// The entry for `presented` if it is within the TTL at `now`, whatever hash it was verified
    /// against.
    pub(super) fn fresh(&self, presented: Presented, now: Timestamp) -> Option<Entry> {
        let entry = self.0.entries.get(&presented)?;
        // An entry from the future was made by another clock.
        let is_fresh = entry.at <= now && now < entry.at + self.0.ttl;
        is_fresh.then_some(entry)
    }

    /// The entry for a secret presented at `now`, to be verified against this hash.
    pub(super) fn of(
        &self,
        hash: &SecretHash,
        presented: Presented,
        secret: &Plaintext,
        now: Timestamp,
    ) -> Memory {
        Memory {
            cache: self.clone(),
            presented,
            entry: Entry {
                digest: self.digest(hash, secret),
                at: now,
            },
        }
    }

    /// Whether the entry is of this secret and this hash.
    pub(super) fn is_of(&self, entry: &Entry, hash: &SecretHash, secret: &Plaintext) -> bool {
        let digest = self.digest(hash, secret);
        entry.digest.0.ct_eq(&digest.0).into()
    }

    fn digest(&self, hash: &SecretHash, presented: &Plaintext) -> Digest {
        // Cloning the keyed state saves hashing the two key blocks again.
        let mut digest = self.0.keyed.clone();
        let hash = hash.expose().as_bytes();
        // Length first: otherwise the end of the hash could pass for the beginning of the secret.
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

    fn of(cache: &VerifiedCache, who: Presented, hash: &str, secret: &str) -> Memory {
        let (hash, secret) = (SecretHash::new(hash), Plaintext::new(secret));
        cache.of(&hash, who, &secret, SystemClock.now())
    }

    #[test]
    fn holds_one_secret_against_one_hash() {
        let cache = cache(8);
        let memory = of(&cache, 1, "$argon2id$one", "hunter2");
        let now = memory.entry.at;
        assert!(!memory.holds(now));
        assert!(cache.fresh(1, now).is_none());
        memory.clone().note();
        assert!(memory.holds(now));
        assert!(cache.fresh(1, now).is_some());
        assert!(!of(&cache, 2, "$argon2id$one", "hunter2").holds(now));

        for (hash, secret) in [
            ("$argon2id$one", "hunter3"),
            ("$argon2id$two", "hunter2"),
            ("$argon2id$onehunter2", ""),
            ("$argon2id$on", "ehunter2"),
        ] {
            assert!(!of(&cache, 1, hash, secret).holds(now), "{hash} {secret}");
        }
    }

    #[test]
    fn holds_for_a_while_by_the_clock() {
        let cache = cache(8);
        let memory = of(&cache, 1, "$", "a");
        let now = memory.entry.at;
        memory.clone().note();
        let micro = Duration::from_micros(1);
        assert!(memory.holds(now + (TTL - micro)));
        assert!(!memory.holds(now + TTL));
        let before = Timestamp::from_micros(now.as_micros() - 1);
        assert!(!memory.holds(before));
    }

    #[test]
    fn is_bounded() {
        let cache = cache(16);
        for who in 0..10_000 {
            of(&cache, who, "$", "a").note();
        }
        assert!(cache.0.entries.len() <= 16);
    }

    #[test]
    fn each_has_a_key_of_its_own() {
        let [one, other] = [cache(1), cache(1)].map(|cache| {
            let digest = cache.digest(&SecretHash::new("$"), &Plaintext::new("a"));
            digest.0
        });
        assert_ne!(one, other);
    }
}
