//! HMAC-SHA-256 with a key that is stored elsewhere, for generated secrets only.

mod pepper;

use ::hmac::{Hmac, KeyInit, Mac};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use sha2::Sha256;

use super::{Error, ErrorKind, Plaintext, SecretFormat, SecretHasher};
use crate::domain::SecretHash;
use crate::error::BuildError;

pub use pepper::Pepper;

/// HMAC-SHA-256 (RFC 2104, FIPS 198-1) with a [`Pepper`]: a [`SecretHasher`] for generated secrets
/// that takes microseconds instead of [`Argon2id`](super::Argon2id)'s tens of milliseconds and
/// megabytes. Never the default.
///
/// A hash is stored as `$hmac-sha256$k=<pepper id>$<tag>`. It needs no salt, since every generated
/// secret contains a unique id.
///
/// # Why it can be enough
///
/// A slow hash makes each guess expensive. That protects a secret that can be guessed; a generated
/// one has 256 random bits, which is out of reach at any price. NIST SP 800-63B (June 2017),
/// section 5.1.2.2, draws the same line for look-up secrets: those with at least 112 bits of
/// entropy are stored hashed with an approved one-way function, and only those with less must be
/// salted and hashed with a key derivation function. Look-up secrets are used once and client
/// secrets often, so the case is not identical; both rest on the entropy.
///
/// # What you take on
///
/// - Everything rests on the random bits. So it hashes only what [`SecretFormat`] generates,
///   recognized by its lookup id and checksum; anything else is [`ErrorKind::Refused`]. Use
///   Argon2id for a secret that a person chose or another program generated.
/// - Without the pepper no hash verifies: if you lose it, you have to rotate every secret. Until
///   then callers are refused as with a wrong secret; the log gives the reason at `ERROR`.
/// - Don't store the pepper with the hashes. The secrets are safe even if it leaks, but without it,
///   an attacker who reads or writes hashes in the database can neither recognize nor forge one.
/// - An auditor may ask for a slow hash all the same.
///
/// # Changing the pepper
///
/// Build it with the new pepper first and the old one as an
/// [older](HmacSha256Builder::with_older_pepper) one. Hashes made with the old pepper still verify,
/// and [need a rehash](SecretHasher::needs_rehash). Remove it once none are left.
///
/// # Examples
///
/// ```
/// use tower_oauth_clients::domain::{Clock, Id, SystemClock};
/// use tower_oauth_clients::secrets::{HmacSha256, Pepper, SecretFormat, SecretHasher};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let key = [7; 32];
/// // Not from the database: from a file, the environment or a vault.
/// let hasher = HmacSha256::builder(Pepper::new("2026-04", key)?).build()?;
///
/// let secret = SecretFormat::default().generate(Id::generate(SystemClock.now()))?;
/// let hash = hasher.hash(&secret)?;
/// assert!(hasher.verify(&secret, &hash)?);
/// # Ok(())
/// # }
/// ```
///
/// Wrapped in an [`AnyHash`](super::AnyHash), existing Argon2id hashes still verify.
#[derive(Debug)]
pub struct HmacSha256 {
    /// Newest first.
    peppers: Vec<Pepper>,
}

/// Builder of an [`HmacSha256`].
#[derive(Debug)]
#[must_use]
pub struct HmacSha256Builder {
    peppers: Vec<Pepper>,
}

const PREFIX: &str = "$hmac-sha256$k=";

/// The length of a tag in base64 without padding.
const TAG_LENGTH: usize = 43;

impl HmacSha256 {
    /// Creates a builder for a hasher that hashes with `newest`.
    pub fn builder(newest: Pepper) -> HmacSha256Builder {
        HmacSha256Builder {
            peppers: vec![newest],
        }
    }

    /// The pepper that a hash was made with, whether it is the newest, and the tag.
    fn parse<'a>(&self, hash: &'a SecretHash) -> Result<(&Pepper, bool, &'a str), Error> {
        let rest = hash.expose().strip_prefix(PREFIX);
        let (id, tag) = rest.and_then(|rest| rest.split_once('$')).ok_or_else(|| {
            malformed("the stored hash is not an HMAC-SHA-256 with the id of a pepper")
        })?;
        if tag.len() != TAG_LENGTH {
            return Err(malformed("the stored hash has no tag of HMAC-SHA-256"));
        }
        let at = self.peppers.iter().position(|pepper| pepper.id() == id);
        let pepper = at.and_then(|at| self.peppers.get(at).map(|pepper| (pepper, at == 0)));
        let (pepper, is_newest) = pepper
            .ok_or_else(|| malformed("the pepper that the stored hash was made with is missing"))?;
        Ok((pepper, is_newest, tag))
    }
}

impl HmacSha256Builder {
    /// Also verifies hashes made with `pepper`.
    pub fn with_older_pepper(mut self, pepper: Pepper) -> Self {
        self.peppers.push(pepper);
        self
    }

    /// Builds the hasher.
    ///
    /// # Errors
    ///
    /// [`BuildErrorKind::Setting`](crate::BuildErrorKind::Setting) if two peppers have the same id.
    pub fn build(self) -> Result<HmacSha256, BuildError> {
        let mut ids: Vec<_> = self.peppers.iter().map(Pepper::id).collect();
        ids.sort_unstable();
        ids.dedup();
        if ids.len() < self.peppers.len() {
            return Err(BuildError::setting("two peppers have the same id"));
        }
        Ok(HmacSha256 {
            peppers: self.peppers,
        })
    }
}

impl SecretHasher for HmacSha256 {
    fn hash(&self, plaintext: &Plaintext) -> Result<SecretHash, Error> {
        if SecretFormat::lookup_id(plaintext).is_none() {
            return Err(Error::new(ErrorKind::Refused)
                .with_source("only generated secrets may be hashed with HMAC-SHA-256"));
        }
        let newest = self.peppers.first().ok_or_else(failed)?;
        let tag = mac(newest, plaintext)?.finalize().into_bytes();
        let tag = STANDARD_NO_PAD.encode(tag);
        Ok(SecretHash::new(format!("{PREFIX}{}${tag}", newest.id())))
    }

    fn verify(&self, presented: &Plaintext, hash: &SecretHash) -> Result<bool, Error> {
        let (pepper, _, tag) = self.parse(hash)?;
        let tag = STANDARD_NO_PAD
            .decode(tag)
            .map_err(|_| malformed("the stored hash has no tag of HMAC-SHA-256"))?;
        // Compares in constant time.
        Ok(mac(pepper, presented)?.verify_slice(&tag).is_ok())
    }

    fn reads(&self, hash: &SecretHash) -> bool {
        let parsed = self.parse(hash);
        parsed.is_ok_and(|(_, _, tag)| STANDARD_NO_PAD.decode(tag).is_ok())
    }

    fn needs_rehash(&self, hash: &SecretHash) -> bool {
        self.parse(hash)
            .map_or(true, |(_, is_newest, _)| !is_newest)
    }
}

fn mac(pepper: &Pepper, secret: &Plaintext) -> Result<Hmac<Sha256>, Error> {
    let mac = Hmac::<Sha256>::new_from_slice(pepper.key());
    let mut mac = mac.map_err(|error| failed().with_source(error))?;
    mac.update(secret.expose().as_bytes());
    Ok(mac)
}

fn malformed(reason: &'static str) -> Error {
    Error::new(ErrorKind::MalformedHash).with_source(reason)
}

fn failed() -> Error {
    Error::new(ErrorKind::Other).with_source("the secret could not be hashed")
}

#[cfg(test)]
mod tests;
