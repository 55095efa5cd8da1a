//! Hashes that other programs made, in the formats that they write.

mod bcrypt;
mod encoding;
mod pbkdf2;
mod scrypt;

use self::bcrypt::Bcrypt;
use self::pbkdf2::Pbkdf2;
use self::scrypt::Scrypt;
use super::{Error, ErrorKind, Plaintext};
use crate::domain::SecretHash;

/// A stored hash of a format that is only verified, within its bounds.
pub(super) struct Imported(Format);

enum Format {
    Bcrypt(Bcrypt),
    Pbkdf2(Pbkdf2),
    Scrypt(Scrypt),
}

impl Imported {
    /// `None` where the hash does not begin like any of these formats.
    pub(super) fn parse(hash: &SecretHash) -> Option<Result<Self, Error>> {
        let text = hash.expose();
        let is = |prefix| text.starts_with(prefix);
        let format = if is("$2") {
            Bcrypt::parse(text).map(Format::Bcrypt)
        } else if is("$pbkdf2-") || is("pbkdf2_") {
            Pbkdf2::parse(text).map(Format::Pbkdf2)
        } else if is("$scrypt$") {
            Scrypt::parse(text).map(Format::Scrypt)
        } else {
            return None;
        };
        Some(format.map(Self))
    }

    /// How much work it is to verify, in hashes of Argon2id at its defaults, rounded up.
    pub(super) fn work(&self) -> u32 {
        match &self.0 {
            Format::Bcrypt(stored) => stored.work(),
            Format::Pbkdf2(stored) => stored.work(),
            Format::Scrypt(stored) => stored.work(),
        }
    }

    /// A secret with a NUL in it is wrong: no client secret has one (RFC 6749 Appendix A.2), other
    /// implementations of bcrypt end there, and HMAC takes a key with and without NULs at its end
    /// for the same.
    pub(super) fn verify(&self, presented: &Plaintext) -> Result<bool, Error> {
        let presented = presented.expose().as_bytes();
        if presented.contains(&0) {
            return Ok(false);
        }
        match &self.0 {
            Format::Bcrypt(stored) => Ok(stored.verify(presented)),
            Format::Pbkdf2(stored) => Ok(stored.verify(presented)),
            Format::Scrypt(stored) => stored.verify(presented),
        }
    }
}

/// Whether a hash that `presented` verified against may stand for other secrets, too: bcrypt reads the
/// beginning of a secret only. Then nobody knows which of them is the right one.
pub(crate) fn is_cut_off(hash: &SecretHash, presented: &Plaintext) -> bool {
    hash.expose().starts_with("$2") && presented.expose().len() >= bcrypt::READ
}

/// The shortest tag, in bytes, that tells a secret from another one.
const MIN_TAG: usize = 16;

/// The longest tag, in bytes.
const MAX_TAG: usize = 64;

/// The longest salt, in bytes.
const MAX_SALT: usize = 64;

fn malformed() -> Error {
    Error::new(
        ErrorKind::MalformedHash,
        "the stored hash has no format that is read",
    )
}

fn too_costly() -> Error {
    Error::new(
        ErrorKind::MalformedHash,
        "the stored hash asks for more work than a verification may cost",
    )
}

#[cfg(test)]
mod tests;
