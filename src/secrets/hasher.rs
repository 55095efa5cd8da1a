use std::sync::Arc;

use super::{Error, Plaintext};
use crate::domain::SecretHash;

/// How secrets are hashed. [`Argon2id`](super::Argon2id) is the one to use; write your own for
/// another function, a pepper or a hardware module.
///
/// # Contract
///
/// - Hashing and verifying may take long and may block: a [`HashPool`](super::HashPool) does it on
///   its own threads, several at once, and never on an async runtime.
/// - They do not log, keep or copy the plaintext or the hash, and put neither into an error.
/// - What `hash` returns, `verify` accepts with the same plaintext, also after the configuration
///   changed: what it takes to verify is written in the hash.
/// - A panic is caught by the pool and becomes an error, unless the host is built with
///   `panic = "abort"`.
pub trait SecretHasher: Send + Sync + 'static {
    /// Hashes a secret with a fresh random salt.
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

    /// Whether `hash` is not what [`hash`](Self::hash) would make today: of another function, or of
    /// other costs. It only reads the hash, and answers at once.
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

    fn needs_rehash(&self, hash: &SecretHash) -> bool {
        (**self).needs_rehash(hash)
    }
}
