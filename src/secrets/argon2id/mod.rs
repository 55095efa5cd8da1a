//! Argon2id (RFC 9106), reusing memory from one hash to the next.

mod builder;
mod engine;
mod memory;
#[cfg(feature = "argon2-rust")]
mod simd;
mod stored;

use argon2::{Argon2, Params};

use self::engine::{Engine, failed};
use self::memory::Memory;
use self::stored::Recipe;
use super::{Error, ErrorKind, Plaintext, SecretHasher};
use crate::domain::SecretHash;

pub use builder::Argon2idBuilder;
#[cfg(feature = "argon2-rust")]
#[cfg_attr(docsrs, doc(cfg(feature = "argon2-rust")))]
pub use simd::SimdArgon2id;

/// Argon2id, version 1.3 (RFC 9106): the default [`SecretHasher`].
///
/// Unless [configured](Argon2id::builder) otherwise, a hash makes two passes over 19 MiB of memory
/// (`m=19456,t=2,p=1`, the minimum that OWASP recommends), with a random salt of 16 bytes and a tag
/// of 32. It is stored as a PHC string, `$argon2id$v=19$m=19456,t=2,p=1$salt$tag`. There is one
/// lane: more would run one after another and cost the same.
///
/// Verification uses the parameters and the variant of the stored hash; Argon2i, Argon2d and
/// version 1.0 are supported too. It refuses a hash that takes more than 256 MiB, or more work than
/// one pass over 1 GiB (about 27 times the default), so that a damaged row can't cost more.
///
/// A stored hash [needs a rehash](SecretHasher::needs_rehash) if it is of another variant or
/// version, or if its memory, iterations, salt or tag are less than those of a new one.
///
/// # Memory
///
/// The memory is reused: a hash allocates no new pages unless more hashes run at once than ever
/// before. The hasher keeps one block of the configured size for each of those until it is dropped;
/// run it in a [`HashPool`](super::HashPool) to limit how many. A stored hash that needs more than
/// the configured size gets a temporary allocation.
///
/// The memory is not wiped between hashes, which would cost about 5 %. What remains in it could at
/// most speed up guessing, which is hopeless against the 256 random bits of an issued secret.
#[derive(Debug)]
pub struct Argon2id {
    params: Params,
    memory: Memory,
}

impl Argon2id {
    /// Creates a builder to change the default parameters.
    pub fn builder() -> Argon2idBuilder {
        Argon2idBuilder::new()
    }

    fn from_params(params: Params) -> Self {
        let memory = Memory::new(params.block_count());
        Self { params, memory }
    }
}

impl Default for Argon2id {
    fn default() -> Self {
        Self::from_params(Params::DEFAULT)
    }
}

impl Engine for Argon2id {
    fn params(&self) -> &Params {
        &self.params
    }

    fn fill(&self, recipe: &Recipe, plaintext: &[u8], tag: &mut [u8]) -> Result<(), Error> {
        let argon2 = Argon2::new(recipe.algorithm, recipe.version, recipe.params.clone());
        self.memory
            .with(recipe.params.block_count(), |blocks| {
                argon2.hash_password_into_with_memory(plaintext, &recipe.salt, tag, blocks)
            })
            .map_err(|error| failed().with_source(error))?
            .map_err(|error| failed().with_source(error))
    }
}

impl SecretHasher for Argon2id {
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

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// From the tests of the C reference implementation and of the `argon2` crate.
    pub(in super::super) const KNOWN: &[(&str, &str)] = &[
        (
            "password",
            "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        ),
        (
            "password",
            "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        ),
        (
            "password",
            "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc",
        ),
        (
            "password",
            "$argon2i$m=256,t=2,p=1$c29tZXNhbHQ$/U3YPXYsSb3q9XxHvc0MLxur+GP960kN9j7emXX8zwY",
        ),
        (
            "password",
            "$argon2i$m=256,t=2,p=2$c29tZXNhbHQ$tsEVYKap1h6scGt5ovl9aLRGOqOth+AMB+KwHpDFZPs",
        ),
        (
            "password",
            "$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$wWKIMhR9lyDFvRz9YTZweHKfbftvj+qf+YFY4NeBbtA",
        ),
        (
            "password",
            "$argon2d$v=19$m=65536,t=2,p=1$YzI5dFpYTmhiSFFBQUFBQUFBQUFBQQ$Jxy74cswY2mq9y+u+iJcJy8EqOp4t/C7DWDzGwGB3IM",
        ),
        (
            "password",
            "$argon2d$v=16$m=32,t=2,p=3,keyid=8PDw8A,data=Dw8PDw8P$AAAAAAAAAAA$KnH4gniiaFnDvlA1xev3yovC4cnrrI6tnHOYtmja90o",
        ),
    ];

    fn cheap() -> Argon2id {
        let builder = Argon2id::builder().with_memory(64).with_iterations(1);
        builder.with_insecure_cost().build().unwrap()
    }

    #[test]
    fn hashes_as_owasp_recommends_and_verifies() {
        let hasher = Argon2id::default();
        let secret = Plaintext::new("hunter2hunter2");
        let hash = hasher.hash(&secret).unwrap();
        let fields: Vec<_> = hash.expose().split('$').collect();
        assert_eq!(fields[1..4], ["argon2id", "v=19", "m=19456,t=2,p=1"]);
        assert_eq!([fields[4].len(), fields[5].len()], [22, 43]);
        assert!(hasher.verify(&secret, &hash).unwrap());
        assert!(!hasher.verify(&Plaintext::new("hunter3"), &hash).unwrap());
    }

    #[test]
    fn every_hash_has_its_own_salt() {
        let (hasher, secret) = (cheap(), Plaintext::new("hunter2"));
        let [one, other] = [(), ()].map(|()| hasher.hash(&secret).unwrap());
        assert_ne!(one.expose(), other.expose());
    }

    #[test]
    fn agrees_with_the_known_answers() {
        for (secret, phc) in KNOWN {
            let hash = SecretHash::new(*phc);
            let verify = |secret: &str| cheap().verify(&Plaintext::new(secret), &hash).unwrap();
            assert!(verify(secret) && !verify("wrong"), "{phc}");
        }
    }

    #[test]
    fn verifies_what_other_costs_hashed() {
        let secret = Plaintext::new("hunter2");
        let large = Argon2id::builder().with_memory(128).with_iterations(3);
        let large = large.with_insecure_cost().build().unwrap();
        let hash = large.hash(&secret).unwrap();
        assert!(cheap().verify(&secret, &hash).unwrap());
        let hash = cheap().hash(&secret).unwrap();
        assert!(large.verify(&secret, &hash).unwrap());
    }

    #[test]
    fn less_than_the_policy_needs_a_new_hash() {
        let hasher = Argon2id::builder().with_memory(128).with_iterations(2);
        let hasher = hasher.with_insecure_cost().build().unwrap();
        let phc = |head: &str| {
            let salt_and_tag = "c29tZXNhbHRzb21lc2FsdA$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
            SecretHash::new(format!("{head}${salt_and_tag}"))
        };
        for (head, expected) in [
            ("$argon2id$v=19$m=128,t=2,p=1", false),
            ("$argon2id$v=19$m=256,t=3,p=1", false),
            ("$argon2id$v=19$m=127,t=2,p=1", true),
            ("$argon2id$v=19$m=256,t=1,p=1", true),
            ("$argon2i$v=19$m=128,t=2,p=1", true),
            ("$argon2d$v=19$m=128,t=2,p=1", true),
            ("$argon2id$v=16$m=128,t=2,p=1", true),
            ("$argon2id$m=128,t=2,p=1", true),
            ("$2b$05", true),
        ] {
            assert_eq!(hasher.needs_rehash(&phc(head)), expected, "{head}");
        }
        for short in [
            "c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
            "c29tZXNhbHRzb21lc2FsdA$nf65EOgLrQMR/uIPnA4rEg",
        ] {
            let hash = SecretHash::new(format!("$argon2id$v=19$m=128,t=2,p=1${short}"));
            assert!(hasher.reads(&hash) && hasher.needs_rehash(&hash), "{short}");
        }
        let own = hasher.hash(&Plaintext::new("hunter2")).unwrap();
        assert!(!hasher.needs_rehash(&own));
    }
}
