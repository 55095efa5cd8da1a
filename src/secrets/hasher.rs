use std::sync::Arc;

use super::{Error, Plaintext};
use crate::domain::SecretHash;

/// Hashes secrets. Use [`Argon2id`](super::Argon2id), wrapped in an [`AnyHash`](super::AnyHash) if
/// hashes were imported from other programs; implement this trait for another function or a
/// hardware module.
///
/// # Contract
///
/// - `hash` and `verify` may be slow and may block: a [`HashPool`](super::HashPool) calls them on
///   its own threads, several at once, and never on an async runtime.
/// - `reads`, `work` and `needs_rehash` must be fast: they are called anywhere.
/// - None of them logs, stores or copies the plaintext or the hash, or puts either into an error.
/// - `verify` accepts what `hash` returned for the same plaintext, even if the configuration has
///   changed since: the hash contains everything needed to verify it.
/// - The pool turns a panic into an error, unless the host is built with `panic = "abort"`.
pub trait SecretHasher: Send + Sync + 'static {
    /// Hashes a secret with a fresh random salt. It must accept at least every secret that a
    /// [`SecretFormat`](super::SecretFormat) generates.
    ///
    /// # Errors
    ///
    /// If the secret can't be hashed.
    fn hash(&self, plaintext: &Plaintext) -> Result<SecretHash, Error>;

    /// Whether `presented` is the secret that `hash` was made from.
    ///
    /// It compares in constant time, and checks how much work is needed before doing it, since a
    /// stored hash may be damaged.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::MalformedHash`](super::ErrorKind::MalformedHash) if the stored hash can't be
    /// parsed or would take too much work. A wrong secret is `Ok(false)`.
    fn verify(&self, presented: &Plaintext, hash: &SecretHash) -> Result<bool, Error>;

    /// Whether `verify` supports the hash, judging by its text, without hashing.
    ///
    /// Called before a hash is imported. Defaults to `false`, so that no hash is imported that can
    /// never be verified; hashes that are already stored are not affected.
    fn reads(&self, hash: &SecretHash) -> bool {
        let _ = hash;
        false
    }

    /// The work of verifying a hash, in new hashes of this hasher, rounded up, judging by its text,
    /// without hashing.
    ///
    /// A pool runs hashes above 2 from a separate queue, on at most half of its threads; failures
    /// against them count more. Defaults to 1.
    fn work(&self, hash: &SecretHash) -> u32 {
        let _ = hash;
        1
    }

    /// Whether a new hash of the same plaintext would use another function or higher costs, judging
    /// by the text of the old one, without hashing.
    ///
    /// If so, a caller that has just verified a secret may store a new hash. Defaults to `false`.
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
