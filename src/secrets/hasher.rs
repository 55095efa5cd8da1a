use std::sync::Arc;

use super::{Error, Plaintext};
use crate::domain::SecretHash;

/// How secrets are hashed. [`Argon2id`](super::Argon2id) is the one to use, in an
/// [`AnyHash`](super::AnyHash) where hashes of other programs were imported; write your own for
/// another function or a hardware module.
///
/// # Contract
///
/// - `hash` and `verify` may take long and may block: a [`HashPool`](super::HashPool) calls them on
///   its own threads, several at once, and never on an async runtime.
/// - `reads`, `work` and `needs_rehash` take no time worth mentioning: they are called anywhere.
/// - None of them logs, keeps or copies the plaintext or the hash, or puts either into an error.
/// - What `hash` returns, `verify` accepts with the same plaintext, also after the configuration
///   changed: what it takes to verify is written in the hash.
/// - A panic is caught by the pool and becomes an error, unless the host is built with
///   `panic = "abort"`.
pub trait SecretHasher: Send + Sync + 'static {
    /// Hashes a secret with a fresh random salt. It takes at least every secret that a
    /// [`SecretFormat`](super::SecretFormat) generates.
    ///
    /// # Errors
    ///
    /// When it can't be hashed at all.
    fn hash(&self, plaintext: &Plaintext) -> Result<SecretHash, Error>;

    /// Whether `presented` is the secret that `hash` was made of.
    ///
    /// It compares in constant time, and bounds its work before it starts, since a stored hash may
    /// have been damaged.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::MalformedHash`](super::ErrorKind::MalformedHash) when the stored hash can't be
    /// read or asks for too much work. A wrong secret is `Ok(false)`.
    fn verify(&self, presented: &Plaintext, hash: &SecretHash) -> Result<bool, Error>;

    /// Whether `verify` can read the hash: a look at its text, without hashing anything.
    ///
    /// It is asked before a hash is imported. `false` unless overridden, so that nothing is
    /// imported that never verifies; what verifies already is not asked.
    fn reads(&self, hash: &SecretHash) -> bool {
        let _ = hash;
        false
    }

    /// How much work it is to verify a hash, in those that this hasher makes, rounded up. A look at its
    /// text, without hashing anything.
    ///
    /// A pool has what is more than 2 wait apart, and on no more than half of its threads; who fails with
    /// it fails the more. 1 unless overridden.
    fn work(&self, hash: &SecretHash) -> u32 {
        let _ = hash;
        1
    }

    /// Whether a new hash of the same plaintext would be of another policy: another function, or
    /// higher costs. A look at its text, without hashing anything.
    ///
    /// Who has just verified a secret may then store a new hash of it. `false` unless overridden.
    fn needs_rehash(&self, hash: &SecretHash) -> bool {
        let _ = hash;
        false
    }
}

impl<H: SecretHasher + ?Sized> SecretHasher for Arc<H> {
    fn hash(&self, plaintext: &Plaintext) -> Result<SecretHash, Error> {
        (**self).hash(plaintext)
    }

    fn verify(&self, presented: &Plaintext, hash: &SecretHash) -> Result<bool, Error> {
        (**self).verify(presented, hash)
    }

    fn reads(&self, hash: &SecretHash) -> bool {
        (**self).reads(hash)
    }

    fn work(&self, hash: &SecretHash) -> u32 {
        (**self).work(hash)
    }

    fn needs_rehash(&self, hash: &SecretHash) -> bool {
        (**self).needs_rehash(hash)
    }
}
