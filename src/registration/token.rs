//! The tokens of registration: random, with a lookup id and a checksum like our secrets, and stored
//! as SHA-256, which is enough for 256 random bits.

use std::fmt::Write;

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::domain::{Id, TokenHash};
use crate::error::BuildError;
use crate::secrets::{Error, Plaintext, SecretFormat};

/// The formats of both kinds of token.
#[derive(Clone, Debug)]
pub(super) struct Formats {
    initial: SecretFormat,
    registration: SecretFormat,
}

impl Formats {
    pub(super) fn new() -> Result<Self, BuildError> {
        Ok(Self {
            initial: SecretFormat::new("iat_")?,
            registration: SecretFormat::new("rat_")?,
        })
    }

    /// Generates an initial access token with this id.
    pub(super) fn initial(&self, id: Id) -> Result<(Plaintext, TokenHash), Error> {
        hashed(self.initial.generate(id)?)
    }

    /// Generates the registration access token of the client with this id.
    pub(super) fn registration(&self, id: Id) -> Result<(Plaintext, TokenHash), Error> {
        hashed(self.registration.generate(id)?)
    }
}

fn hashed(plaintext: Plaintext) -> Result<(Plaintext, TokenHash), Error> {
    let hash = TokenHash::new(digest(&plaintext));
    Ok((plaintext, hash))
}

/// Whether a token is the one with this hash. Takes as long without one.
pub(super) fn verifies(presented: &Plaintext, stored: Option<&TokenHash>) -> bool {
    const NONE: &str = "0000000000000000000000000000000000000000000000000000000000000000";

    let stored_text = stored.map_or(NONE, TokenHash::expose);
    let is_equal = digest(presented).as_bytes().ct_eq(stored_text.as_bytes());
    bool::from(is_equal) && stored.is_some()
}

fn digest(plaintext: &Plaintext) -> String {
    let digest = Sha256::digest(plaintext.expose().as_bytes());
    let mut text = String::with_capacity(64);
    for byte in digest {
        // Writing to a string never fails.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Clock, SystemClock};

    #[test]
    fn a_token_verifies_by_its_hash_alone() {
        let formats = Formats::new().unwrap();
        let id = Id::generate(SystemClock.now());
        let (token, hash) = formats.registration(id).unwrap();
        assert!(token.expose().starts_with("rat_"));
        assert_eq!(SecretFormat::lookup_id(&token), Some(id));
        assert!(verifies(&token, Some(&hash)));
        assert!(!verifies(&token, None));
        let (other, _) = formats.initial(id).unwrap();
        assert!(other.expose().starts_with("iat_"));
        assert!(!verifies(&other, Some(&hash)));
        assert!(!verifies(&token, Some(&TokenHash::new(""))));
    }

    /// Pins the form that is stored.
    #[test]
    fn the_hash_is_sha_256_in_lower_case() {
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(digest(&Plaintext::new("abc")), abc);
    }
}
