use scrypt::{Params, scrypt};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::encoding::{base64, numbers};
use super::{Error, ErrorKind, MAX_SALT, MAX_TAG, MIN_TAG, malformed, too_costly};

/// scrypt (RFC 7914), as a PHC string: `$scrypt$ln=17,r=8,p=1$salt$tag`, where `ln` is the base-2
/// logarithm of N.
pub(super) struct Scrypt {
    params: Params,
    salt: Vec<u8>,
    tag: Vec<u8>,
    /// The bytes that all lanes fill.
    filled: u64,
}

/// How many bytes are filled in the time of a new hash.
const FILLED: u64 = 8 << 20;

/// The most memory, in bytes: 128 · N · r, or 128 · r · p if that is more.
const MAX_MEMORY: u64 = 256 << 20;

/// The most work: the bytes that all `p` lanes fill, one after the other.
const MAX_WORK: u64 = 512 << 20;

impl Scrypt {
    pub(super) fn parse(text: &str) -> Result<Self, Error> {
        let fields: Vec<_> = text.splitn(7, '$').collect();
        let ["", "scrypt", cost, salt, tag] = fields[..] else {
            return Err(malformed());
        };
        let costs = numbers(cost, ["ln", "r", "p"]);
        let (salt, tag) = (base64(salt, MAX_SALT), base64(tag, MAX_TAG));
        let (Some([ln, r, p]), Some(salt), Some(tag)) = (costs, salt, tag) else {
            return Err(malformed());
        };
        if tag.len() < MIN_TAG || ln == 0 || r == 0 || p == 0 {
            return Err(malformed());
        }
        let n = 1_u64.checked_shl(ln).unwrap_or(u64::MAX);
        let lane = u64::from(r).saturating_mul(128);
        let memory = lane.saturating_mul(n.max(u64::from(p)));
        let filled = lane.saturating_mul(n).saturating_mul(u64::from(p));
        if memory > MAX_MEMORY || filled > MAX_WORK {
            return Err(too_costly());
        }
        let ln = u8::try_from(ln).map_err(|_| malformed())?;
        let params = Params::new(ln, r, p).map_err(|error| malformed().with_source(error))?;
        Ok(Self {
            params,
            salt,
            tag,
            filled,
        })
    }

    pub(super) fn work(&self) -> u32 {
        u32::try_from(self.filled.div_ceil(FILLED)).unwrap_or(u32::MAX)
    }

    pub(super) fn verify(&self, presented: &[u8]) -> Result<bool, Error> {
        let mut tag = Zeroizing::new([0; MAX_TAG]);
        let failed = || Error::new(ErrorKind::Other).with_source("the secret could not be hashed");
        let tag = tag.get_mut(..self.tag.len()).ok_or_else(failed)?;
        scrypt(presented, &self.salt, &self.params, tag)
            .map_err(|error| failed().with_source(error))?;
        Ok(tag.ct_eq(&self.tag).into())
    }
}
