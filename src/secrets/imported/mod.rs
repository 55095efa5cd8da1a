//! Hashes made by other programs, in their own formats. `no_imported` replaces it in a build
//! without the feature `imported-hashes`.

mod bcrypt;
mod encoding;
mod pbkdf2;
mod scrypt;

use self::bcrypt::Bcrypt;
use self::pbkdf2::Pbkdf2;
use self::scrypt::Scrypt;
use super::any::BCRYPT_READS;
use super::{Error, ErrorKind, Plaintext};
use crate::domain::SecretHash;

/// A stored hash in a format that is verified but never written, within the limits.
pub(super) struct Imported(Format);

enum Format {
    Bcrypt(Bcrypt),
    Pbkdf2(Pbkdf2),
    Scrypt(Scrypt),
}

impl Imported {
    /// `None` if the hash begins like none of these formats.
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

    /// The work of verifying it, in hashes of Argon2id with default parameters, rounded up.
    pub(super) fn work(&self) -> u32 {
        match &self.0 {
            Format::Bcrypt(stored) => stored.work(),
            Format::Pbkdf2(stored) => stored.work(),
            Format::Scrypt(stored) => stored.work(),
        }
    }

    /// A secret that contains a NUL is wrong: client secrets can't (RFC 6749 Appendix A.2), other
    /// bcrypt implementations stop there, and HMAC pads keys with NULs, so trailing ones make no
    /// difference.
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

/// The minimum length of a tag, in bytes. A shorter one could match a wrong secret.
const MIN_TAG: usize = 16;

/// The maximum length of a tag, in bytes.
const MAX_TAG: usize = 64;

/// The maximum length of a salt, in bytes.
const MAX_SALT: usize = 64;

fn malformed() -> Error {
    Error::new(ErrorKind::MalformedHash).with_source("the stored hash has no format that is read")
}

fn too_costly() -> Error {
    Error::new(ErrorKind::MalformedHash)
        .with_source("the stored hash asks for more work than a verification may cost")
}

#[cfg(test)]
mod tests;
