use argon2::password_hash::phc::{Error as PhcError, Output, PasswordHash, Salt};
use argon2::{Algorithm, Params, Version};

use super::{Error, ErrorKind};
use crate::domain::SecretHash;

/// All inputs of a tag but the plaintext.
pub(super) struct Recipe {
    pub(super) algorithm: Algorithm,
    pub(super) version: Version,
    pub(super) params: Params,
    pub(super) salt: Salt,
}

/// A stored Argon2 hash of any variant, within the limits for verification.
pub(super) struct Stored {
    pub(super) recipe: Recipe,
    pub(super) tag: Output,
}

impl Stored {
    pub(super) fn parse(hash: &SecretHash) -> Result<Self, Error> {
        let unreadable = |error: PhcError| malformed().with_source(error);
        let phc = PasswordHash::new(hash.expose()).map_err(unreadable)?;
        let algorithm = Algorithm::new(phc.algorithm).map_err(|_| malformed())?;
        // Version 1.0 is not written in the hash.
        let version = phc.version.unwrap_or(Version::V0x10.into());
        let version = Version::try_from(version).map_err(|_| malformed())?;
        let params = Params::try_from(&phc).map_err(|error| malformed().with_source(error))?;
        if !is_bounded(&params) {
            return Err(Error::new(ErrorKind::MalformedHash)
                .with_source("the stored hash asks for more work than a verification may cost"));
        }
        let (Some(salt), Some(tag)) = (phc.salt, phc.hash) else {
            return Err(malformed());
        };
        let recipe = Recipe {
            algorithm,
            version,
            params,
            salt,
        };
        Ok(Self { recipe, tag })
    }

    /// The work of verifying this hash, in hashes with these parameters, rounded up.
    pub(super) fn work_beside(&self, params: &Params) -> u32 {
        let times = work(&self.recipe.params).div_ceil(work(params));
        u32::try_from(times).unwrap_or(u32::MAX)
    }

    /// Whether a new hash with these parameters would be of another variant, or stronger.
    pub(super) fn is_below(&self, params: &Params) -> bool {
        let Recipe {
            algorithm,
            version,
            params: stored,
            salt,
        } = &self.recipe;
        *algorithm != Algorithm::Argon2id
            || *version != Version::V0x13
            || stored.m_cost() < params.m_cost()
            || stored.t_cost() < params.t_cost()
            || salt.len() < Salt::RECOMMENDED_LENGTH
            || self.tag.len() < Params::DEFAULT_OUTPUT_LEN
    }
}

/// Whether a hash with these parameters may be verified.
pub(super) fn is_bounded(params: &Params) -> bool {
    params.m_cost() <= MAX_MEMORY && work(params) <= MAX_WORK
}

/// The memory in KiB times the number of passes.
fn work(params: &Params) -> u64 {
    u64::from(params.m_cost()) * u64::from(params.t_cost())
}

/// The most memory that a stored hash may take, in KiB.
const MAX_MEMORY: u32 = 256 * 1024;

/// The most work that a stored hash may take: its memory in KiB times its passes.
const MAX_WORK: u64 = 1024 * 1024;

fn malformed() -> Error {
    Error::new(ErrorKind::MalformedHash)
        .with_source("the stored hash is not an Argon2 hash in PHC string format")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TAIL: &str = "c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";

    fn refusal(phc: &str) -> Error {
        let stored = Stored::parse(&SecretHash::new(phc));
        stored.err().unwrap()
    }

    #[test]
    fn reads_within_the_bounds() {
        for params in ["m=19456,t=2,p=1", "m=262144,t=4,p=1", "m=8,t=131072,p=1"] {
            let hash = SecretHash::new(format!("$argon2id$v=19${params}${TAIL}"));
            assert!(Stored::parse(&hash).is_ok(), "{params}");
        }
    }

    #[test]
    fn refuses_what_costs_too_much() {
        for params in [
            "m=262145,t=1,p=1",
            "m=262144,t=5,p=1",
            "m=4294967295,t=1,p=1",
            "m=8,t=4294967295,p=1",
            "m=4294967295,t=4294967295,p=16777215",
        ] {
            let error = refusal(&format!("$argon2id$v=19${params}${TAIL}"));
            assert_eq!(error.kind(), ErrorKind::MalformedHash, "{params}");
        }
    }

    #[test]
    fn refuses_what_it_cannot_read() {
        for phc in [
            "",
            "$",
            "hunter2",
            "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ",
            "$argon2$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
            "$argon2ID$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
            "$argon2id$v=18$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
            "$argon2id$v=19$m=0,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
            "$argon2id$v=19$m=256,t=0,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
            "$argon2id$v=19$m=256,t=2,p=99$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
            "$argon2id$v=19$m=256,t=2,p=1$c2FsdA$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        ] {
            let error = refusal(phc);
            assert_eq!(error.kind(), ErrorKind::MalformedHash, "{phc}");
        }
    }
}
