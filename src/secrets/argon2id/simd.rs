use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use argon2::{Algorithm, Params, Version};
use argon2_rust::params::{Memory, TagLen};
use argon2_rust::{Argon2, Hasher};

use super::engine::{self, Engine, failed};
use super::stored::Recipe;
use super::{Error, Plaintext, SecretHasher};
use crate::domain::SecretHash;

/// [`Argon2id`](super::Argon2id) computed by the [`argon2-rust`] crate, which picks the widest
/// vector instructions of the processor at run time. Never the default.
///
/// Everything else is the same: parameters, limits, and the hashes it writes and reads. Each
/// verifies the other's hashes, so you can switch at any time.
///
/// # Risk
///
/// `argon2-rust` is young, has had no independent audit (its own security policy says so), and
/// contains much `unsafe` code: a bug in it may corrupt memory in your process, unlike a panic,
/// which the pool catches. [`Argon2id`](super::Argon2id) has no such risk. Measure on your machine
/// whether it is worth it: `cargo bench --bench hashing --features argon2-rust` in `benches/`.
///
/// # Memory
///
/// Reused like that of [`Argon2id`](super::Argon2id), and wiped after each hash.
///
/// # Examples
///
/// ```
/// use tower_oauth_clients::secrets::{AnyHash, Argon2id, HashPool, SimdArgon2id};
///
/// # fn main() -> Result<(), tower_oauth_clients::BuildError> {
/// let hasher = Argon2id::builder().with_memory(47104).with_iterations(1).build_simd()?;
/// let pool = HashPool::builder(AnyHash::new(hasher)).build()?;
/// # let _ = pool;
/// # Ok(())
/// # }
/// ```
///
/// [`argon2-rust`]: https://docs.rs/argon2-rust
pub struct SimdArgon2id {
    params: Params,
    /// Idle hashers, each with memory for the configured parameters.
    free: Mutex<Vec<Hasher>>,
}

impl SimdArgon2id {
    pub(super) fn from_params(params: Params) -> Self {
        let free = Mutex::default();
        Self { params, free }
    }

    fn free(&self) -> MutexGuard<'_, Vec<Hasher>> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for SimdArgon2id {
    fn default() -> Self {
        Self::from_params(Params::DEFAULT)
    }
}

impl Engine for SimdArgon2id {
    fn params(&self) -> &Params {
        &self.params
    }

    fn fill(&self, recipe: &Recipe, plaintext: &[u8], tag: &mut [u8]) -> Result<(), Error> {
        let argon2 = argon2(recipe, tag.len()).map_err(|error| failed().with_source(error))?;
        let kept = recipe.params.block_count() <= self.params.block_count();
        let free = if kept { self.free().pop() } else { None };
        let mut hasher = free.unwrap_or_else(|| argon2.hasher());
        hasher.set_argon2(argon2);
        hasher
            .hash_into_with_ad(plaintext, &recipe.salt, &[], recipe.params.data(), tag)
            .map_err(|error| failed().with_source(error))?;
        if kept {
            self.free().push(hasher);
        }
        Ok(())
    }
}

fn argon2(recipe: &Recipe, tag: usize) -> Result<Argon2, argon2_rust::Error> {
    let algorithm = match recipe.algorithm {
        Algorithm::Argon2d => argon2_rust::Algorithm::Argon2d,
        Algorithm::Argon2i => argon2_rust::Algorithm::Argon2i,
        Algorithm::Argon2id => argon2_rust::Algorithm::Argon2id,
    };
    let version = match recipe.version {
        Version::V0x10 => argon2_rust::Version::V0x10,
        Version::V0x13 => argon2_rust::Version::V0x13,
    };
    let params = argon2_rust::Params::builder()
        .memory(Memory::kib(recipe.params.m_cost().into()))
        .passes(recipe.params.t_cost())
        .lanes(recipe.params.p_cost())
        .threads(1)
        .tag_len(TagLen::bytes(tag as u64))
        .build()?;
    Ok(Argon2::new(algorithm, version, params))
}

impl SecretHasher for SimdArgon2id {
    fn hash(&self, plaintext: &Plaintext) -> Result<SecretHash, Error> {
        engine::hash(self, plaintext)
    }

    fn verify(&self, presented: &Plaintext, hash: &SecretHash) -> Result<bool, Error> {
        engine::verify(self, presented, hash)
    }

    fn reads(&self, hash: &SecretHash) -> bool {
        engine::reads(hash)
    }

    fn work(&self, hash: &SecretHash) -> u32 {
        engine::work(self, hash)
    }

    fn needs_rehash(&self, hash: &SecretHash) -> bool {
        engine::needs_rehash(self, hash)
    }
}

impl fmt::Debug for SimdArgon2id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SimdArgon2id")
            .field("params", &self.params)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use argon2::password_hash::phc::Salt;
    use proptest::prelude::*;

    use super::*;
    use crate::secrets::Argon2id;

    fn both(memory: u32, iterations: u32) -> (Argon2id, SimdArgon2id) {
        let builder = Argon2id::builder().with_memory(memory);
        let builder = builder.with_iterations(iterations).with_insecure_cost();
        (
            builder.clone().build().unwrap(),
            builder.build_simd().unwrap(),
        )
    }

    #[test]
    fn hashes_as_owasp_recommends_and_verifies() {
        let (hasher, secret) = (SimdArgon2id::default(), Plaintext::new("hunter2hunter2"));
        let hash = hasher.hash(&secret).unwrap();
        assert!(hash.expose().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(hasher.verify(&secret, &hash).unwrap());
        assert!(!hasher.verify(&Plaintext::new("hunter3"), &hash).unwrap());
        assert!(hasher.reads(&hash) && !hasher.needs_rehash(&hash));
    }

    #[test]
    fn agrees_with_the_known_answers() {
        let (_, simd) = both(64, 1);
        for (secret, phc) in crate::secrets::argon2id::tests::KNOWN {
            let hash = SecretHash::new(*phc);
            assert!(
                simd.verify(&Plaintext::new(*secret), &hash).unwrap(),
                "{phc}"
            );
            assert!(
                !simd.verify(&Plaintext::new("wrong"), &hash).unwrap(),
                "{phc}"
            );
        }
    }

    #[test]
    fn both_engines_judge_a_stored_hash_alike() {
        let (plain, simd) = both(128, 2);
        let tail = "c29tZXNhbHRzb21lc2FsdA$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
        for (head, reads, work, needs_rehash) in [
            ("$argon2id$v=19$m=128,t=2,p=1", true, 1, false),
            ("$argon2id$v=19$m=128,t=3,p=1", true, 2, false),
            ("$argon2id$v=19$m=512,t=3,p=1", true, 6, false),
            ("$argon2id$v=19$m=64,t=2,p=1", true, 1, true),
            ("$argon2i$v=19$m=128,t=2,p=1", true, 1, true),
            ("$argon2id$v=19$m=262145,t=1,p=1", false, 1, true),
            ("$2b$05", false, 1, true),
        ] {
            let hash = SecretHash::new(format!("{head}${tail}"));
            for hasher in [&plain as &dyn SecretHasher, &simd] {
                let judged = (
                    hasher.reads(&hash),
                    hasher.work(&hash),
                    hasher.needs_rehash(&hash),
                );
                assert_eq!(judged, (reads, work, needs_rehash), "{head}");
            }
        }
    }

    #[test]
    fn memory_for_the_configured_costs_is_kept() {
        let (large, _) = both(256, 1);
        let (_, simd) = both(128, 1);
        let secret = Plaintext::new("hunter2");
        let own = simd.hash(&secret).unwrap();
        assert!(simd.verify(&secret, &own).unwrap());
        assert!(simd.verify(&secret, &large.hash(&secret).unwrap()).unwrap());
        assert_eq!(simd.free().len(), 1);
        assert_eq!(simd.free()[0].reserved_blocks(), 128);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// Both engines compute the same tag for any recipe.
        #[test]
        fn both_engines_make_the_same_tag(
            secret in "\\PC{0,100}",
            salt in prop::collection::vec(any::<u8>(), 8..=48),
            memory in 32_u32..300,
            iterations in 1_u32..4,
            lanes in 1_u32..4,
            length in 10_usize..=64,
            kind in 0..3,
            old in any::<bool>(),
        ) {
            let (plain, simd) = both(128, 1);
            let algorithm = match kind {
                0 => Algorithm::Argon2d,
                1 => Algorithm::Argon2i,
                _ => Algorithm::Argon2id,
            };
            let version = if old { Version::V0x10 } else { Version::V0x13 };
            let params = Params::new(memory, iterations, lanes, None).unwrap();
            let salt = Salt::new(&salt).unwrap();
            let recipe = Recipe { algorithm, version, params, salt };
            let (mut one, mut other) = (vec![0; length], vec![0; length]);
            plain.fill(&recipe, secret.as_bytes(), &mut one).unwrap();
            simd.fill(&recipe, secret.as_bytes(), &mut other).unwrap();
            prop_assert_eq!(one, other);
        }

        #[test]
        fn hashes_of_one_verify_with_the_other(secret in "[ -~]{1,100}") {
            let (plain, simd) = both(64, 2);
            let secret = Plaintext::new(secret);
            let (one, other) = (plain.hash(&secret).unwrap(), simd.hash(&secret).unwrap());
            prop_assert!(simd.verify(&secret, &one).unwrap());
            prop_assert!(plain.verify(&secret, &other).unwrap());
            prop_assert!(!simd.needs_rehash(&one) && !plain.needs_rehash(&other));
        }
    }
}
