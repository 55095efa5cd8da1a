use std::fmt;
use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use quick_cache::sync::Cache;
use rand::TryRng;
use rand::rngs::SysRng;
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::domain::{Id, SecretHash, Timestamp};
use crate::secrets::Plaintext;

/// Which secrets verified lately against which stored hashes.
///
/// It holds digests under a key that lives in this process only, so that a look into its memory
/// shows no secret, and nobody can compute one to be found here. A stored hash that changed has
/// another digest; what else decides about a secret is read anew at each request.
pub(super) struct VerifiedCache {
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
pub(super) struct Digest([u8; 32]);

impl VerifiedCache {
    pub(super) fn new(
        capacity: usize,
        ttl: Duration,
    ) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        let mut key = Zeroizing::new([0; 32]);
        SysRng.try_fill_bytes(&mut *key)?;
        Ok(Self {
            keyed: Hmac::new_from_slice(&*key)?,
            entries: Cache::new(capacity),
            ttl,
        })
    }

    pub(super) fn digest(&self, hash: &SecretHash, presented: &Plaintext) -> Digest {
        // A clone of the keyed state saves the two blocks that the key takes.
        let mut digest = self.keyed.clone();
        let hash = hash.expose().as_bytes();
        // The length first: otherwise the end of a hash could be the beginning of a secret.
        digest.update(&hash.len().to_le_bytes());
        digest.update(hash);
        digest.update(presented.expose().as_bytes());
        Digest(digest.finalize().into_bytes().into())
    }

    /// Whether the secret of this record verified so a short while ago.
    pub(super) fn holds(&self, secret_id: Id, digest: Digest, now: Timestamp) -> bool {
        let Some(entry) = self.entries.get(&secret_id) else {
            return false;
        };
        // What verified after the present moment did so by another clock.
        let is_fresh = entry.at <= now && now < entry.at + self.ttl;
        is_fresh & bool::from(entry.digest.0.ct_eq(&digest.0))
    }

    pub(super) fn note(&self, secret_id: Id, digest: Digest, at: Timestamp) {
        self.entries.insert(secret_id, Entry { digest, at });
    }
}

impl fmt::Debug for VerifiedCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedCache")
            .field("ttl", &self.ttl)
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

    #[test]
    fn holds_one_secret_against_one_hash() {
        let (cache, now) = (cache(8), SystemClock.now());
        let (id, other) = (Id::generate(now), Id::generate(now));
        let hash = SecretHash::from_phc("$argon2id$one");
        let digest = cache.digest(&hash, &Plaintext::new("hunter2"));
        assert!(!cache.holds(id, digest, now));
        cache.note(id, digest, now);
        assert!(cache.holds(id, digest, now));
        assert!(!cache.holds(other, digest, now));

        for (hash, secret) in [
            ("$argon2id$one", "hunter3"),
            ("$argon2id$two", "hunter2"),
            ("$argon2id$onehunter2", ""),
            ("$argon2id$on", "ehunter2"),
        ] {
            let digest = cache.digest(&SecretHash::from_phc(hash), &Plaintext::new(secret));
            assert!(!cache.holds(id, digest, now), "{hash} {secret}");
        }
    }

    #[test]
    fn holds_for_a_while_by_the_clock() {
        let (cache, now) = (cache(8), SystemClock.now());
        let id = Id::generate(now);
        let digest = cache.digest(&SecretHash::from_phc("$"), &Plaintext::new("a"));
        cache.note(id, digest, now);
        let micro = Duration::from_micros(1);
        assert!(cache.holds(id, digest, now + (TTL - micro)));
        assert!(!cache.holds(id, digest, now + TTL));
        let before = Timestamp::from_micros(now.as_micros() - 1);
        assert!(!cache.holds(id, digest, before));
    }

    #[test]
    fn is_bounded() {
        let (cache, now) = (cache(16), SystemClock.now());
        let digest = cache.digest(&SecretHash::from_phc("$"), &Plaintext::new("a"));
        for _ in 0..10_000 {
            cache.note(Id::generate(now), digest, now);
        }
        assert!(cache.entries.len() <= 16);
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
