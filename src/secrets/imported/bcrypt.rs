use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::encoding::{bcrypt_base64, number};
use super::{BCRYPT_READS, Error, malformed, too_costly};

/// `$2b$12$`, then 22 characters of salt and 31 of tag in bcrypt's own alphabet.
pub(super) struct Bcrypt {
    cost: u32,
    salt: [u8; 16],
    tag: [u8; 23],
}

/// The highest cost, the base-2 logarithm of the number of rounds. Cost 12 takes about 250 ms.
const MAX_COST: u32 = 14;

/// The number of rounds that take as long as a new hash.
const ROUNDS: u32 = 320;

impl Bcrypt {
    /// `2a`, `2b` and `2y` denote the same function. `2x` is another, faulty one.
    pub(super) fn parse(text: &str) -> Result<Self, Error> {
        let mut fields = text.split('$').skip(1);
        let fields = (fields.next(), fields.next(), fields.next(), fields.next());
        let (Some("2a" | "2b" | "2y"), Some(cost), Some(rest), None) = fields else {
            return Err(malformed());
        };
        let two_digits = cost.len() == 2;
        let cost = number(cost.strip_prefix('0').unwrap_or(cost));
        let cost = cost.filter(|_| two_digits).ok_or_else(malformed)?;
        let (salt, tag) = rest.split_at_checked(22).ok_or_else(malformed)?;
        let salt = bcrypt_base64(salt, 16).and_then(|salt| salt.try_into().ok());
        let tag = bcrypt_base64(tag, 23).and_then(|tag| tag.try_into().ok());
        let (Some(salt), Some(tag)) = (salt, tag) else {
            return Err(malformed());
        };
        match cost {
            ..4 | 32.. => Err(malformed()),
            4..=MAX_COST => Ok(Self { cost, salt, tag }),
            _ => Err(too_costly()),
        }
    }

    pub(super) fn work(&self) -> u32 {
        (1_u32 << self.cost).div_ceil(ROUNDS)
    }

    /// Ignores everything after 72 bytes, as bcrypt did when it made the hash.
    pub(super) fn verify(&self, presented: &[u8]) -> bool {
        let mut key = Zeroizing::new([0; BCRYPT_READS]);
        for (to, from) in key.iter_mut().zip(presented) {
            *to = *from;
        }
        // A shorter key ends with a NUL.
        let end = BCRYPT_READS.min(presented.len() + 1);
        let Some(key) = key.get(..end) else {
            return false;
        };
        let tag = bcrypt::bcrypt(self.cost, self.salt, key);
        let tag = tag.get(..self.tag.len()).unwrap_or_default();
        tag.ct_eq(&self.tag).into()
    }
}
