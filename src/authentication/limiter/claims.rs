use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;

use super::Claim;
use crate::domain::ClientId;
use crate::secrets::{Plaintext, SecretFormat};

/// The key of the hashes, random for each process: nobody can construct a collision.
static KEYED: LazyLock<RandomState> = LazyLock::new(RandomState::new);

impl Claim {
    pub(in super::super) fn new(client_id: &ClientId, presented: &Plaintext) -> Self {
        match SecretFormat::lookup_id(presented) {
            Some(named) => Self(KEYED.hash_one((client_id, named))),
            None => Self(KEYED.hash_one((client_id, presented.expose()))),
        }
    }
}

/// A hash of the client and the end of the presented secret, which is the random part of issued
/// ones.
pub(in super::super) fn ending(client_id: &ClientId, presented: &Plaintext) -> u64 {
    const ENDING: usize = 24;

    let bytes = presented.expose().as_bytes();
    KEYED.hash_one((
        client_id,
        bytes.last_chunk::<ENDING>().map_or(bytes, |end| end),
    ))
}
