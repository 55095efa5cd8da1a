use pbkdf2::pbkdf2_hmac;
use sha2::{Sha256, Sha512};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::encoding::{base64, number, numbers};
use super::{Error, MAX_SALT, MAX_TAG, MIN_TAG, malformed, too_costly};

/// PBKDF2 with HMAC (RFC 8018 §5.2).
pub(super) struct Pbkdf2 {
    hash: Hash,
    iterations: u32,
    salt: Vec<u8>,
    tag: Vec<u8>,
}

#[derive(Clone, Copy)]
enum Hash {
    Sha256,
    Sha512,
}

/// The most iterations over all blocks of the tag: several times the current recommendations.
const MAX_ITERATIONS: u64 = 4_000_000;

impl Pbkdf2 {
    /// Parses four formats: PHC strings as Ory Hydra and RustCrypto write them,
    /// `$pbkdf2-sha256$i=600000,l=32$salt$tag`; Passlib's `$pbkdf2-sha256$29000$salt$tag`; both
    /// also with `sha512`; and Django's `pbkdf2_sha256$600000$salt$tag` with its salt as text.
    pub(super) fn parse(text: &str) -> Result<Self, Error> {
        let fields: Vec<_> = text.splitn(7, '$').collect();
        let stored = match fields[..] {
            ["", name, cost, salt, tag] => Self::phc(name, cost, salt, tag),
            ["pbkdf2_sha256", iterations, salt, tag] => Self::django(iterations, salt, tag),
            _ => None,
        };
        let stored = stored.ok_or_else(malformed)?;
        let fits = (MIN_TAG..=MAX_TAG).contains(&stored.tag.len());
        if !fits || stored.salt.len() > MAX_SALT || stored.iterations == 0 {
            return Err(malformed());
        }
        if stored.rounds() > MAX_ITERATIONS {
            return Err(too_costly());
        }
        Ok(stored)
    }

    /// The number of iterations over all blocks of the tag.
    fn rounds(&self) -> u64 {
        let blocks = self.tag.len().div_ceil(self.hash.length()) as u64;
        u64::from(self.iterations) * blocks
    }

    pub(super) fn work(&self) -> u32 {
        u32::try_from(self.rounds().div_ceil(self.hash.iterations())).unwrap_or(u32::MAX)
    }

    fn phc(name: &str, cost: &str, salt: &str, tag: &str) -> Option<Self> {
        let hash = match name {
            "pbkdf2-sha256" => Hash::Sha256,
            "pbkdf2-sha512" => Hash::Sha512,
            _ => return None,
        };
        let tag = base64(tag, MAX_TAG)?;
        let iterations = if let Some([iterations, length]) = numbers(cost, ["i", "l"]) {
            (length as usize == tag.len()).then_some(iterations)?
        } else if let Some([iterations]) = numbers(cost, ["i"]) {
            iterations
        } else {
            number(cost)?
        };
        Some(Self {
            hash,
            iterations,
            salt: base64(salt, MAX_SALT)?,
            tag,
        })
    }

    fn django(iterations: &str, salt: &str, tag: &str) -> Option<Self> {
        Some(Self {
            hash: Hash::Sha256,
            iterations: number(iterations)?,
            salt: salt.as_bytes().to_vec(),
            tag: base64(tag, MAX_TAG)?,
        })
    }

    pub(super) fn verify(&self, presented: &[u8]) -> bool {
        let mut tag = Zeroizing::new([0; MAX_TAG]);
        let Some(tag) = tag.get_mut(..self.tag.len()) else {
            return false;
        };
        let derive = match self.hash {
            Hash::Sha256 => pbkdf2_hmac::<Sha256>,
            Hash::Sha512 => pbkdf2_hmac::<Sha512>,
        };
        derive(presented, &self.salt, self.iterations, tag);
        tag.ct_eq(&self.tag).into()
    }
}

impl Hash {
    /// The length of a block of the tag, in bytes.
    fn length(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha512 => 64,
        }
    }

    /// The number of iterations that take as long as a new hash.
    fn iterations(self) -> u64 {
        match self {
            Self::Sha256 => 100_000,
            Self::Sha512 => 40_000,
        }
    }
}
