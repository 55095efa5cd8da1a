use argon2::password_hash::phc::{Error as PhcError, Output, PasswordHash, Salt};
use argon2::{ARGON2ID_IDENT, Params, Version};

use super::{Error, ErrorKind};
use crate::domain::SecretHash;

/// A stored hash that this hasher can verify within its bounds.
pub(super) struct Stored {
    pub(super) params: Params,
    pub(super) salt: Salt,
    pub(super) tag: Output,
}

impl Stored {
    pub(super) fn parse(hash: &SecretHash) -> Result<Self, Error> {
        let unreadable = |error: PhcError| malformed().with_source(error);
        let phc = PasswordHash::new(hash.expose()).map_err(unreadable)?;
        if phc.algorithm != ARGON2ID_IDENT || phc.version != Some(Version::V0x13.into()) {
            return Err(malformed());
        }
        let params = Params::try_from(&phc).map_err(|error| malformed().with_source(error))?;
        if !is_bounded(&params) {
            return Err(Error::new(
                ErrorKind::MalformedHash,
                "the stored hash asks for more work than a verification may cost",
            ));
        }
        let (Some(salt), Some(tag)) = (phc.salt, phc.hash) else {
            return Err(malformed());
        };
        Ok(Self { params, salt, tag })
    }
}

/// Whether a hash of these costs may be verified.
pub(super) fn is_bounded(params: &Params) -> bool {
    let work = u64::from(params.m_cost()) * u64::from(params.t_cost());
    params.m_cost() <= MAX_MEMORY && work <= MAX_WORK
}

/// The most memory that a stored hash may ask for, in KiB.
const MAX_MEMORY: u32 = 256 * 1024;

/// The most work that a stored hash may ask for: its memory in KiB times its iterations.
const MAX_WORK: u64 = 1024 * 1024;

fn malformed() -> Error {
    Error::new(
        ErrorKind::MalformedHash,
        "the stored hash is not an Argon2id hash in PHC string format",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const TAIL: &str = "c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";

    fn refusal(phc: &str) -> Error {
        let stored = Stored::parse(&SecretHash::from_phc(phc));
        stored.err().unwrap()
    }

    #[test]
    fn reads_within_the_bounds() {
        for params in ["m=19456,t=2,p=1", "m=262144,t=4,p=1", "m=8,t=131072,p=1"] {
            let hash = SecretHash::from_phc(format!("$argon2id$v=19${params}${TAIL}"));
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
            "$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
            "$argon2id$v=16$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
            "$argon2id$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
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
