use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;

use super::Claim;
use crate::domain::ClientId;
use crate::secrets::{Plaintext, SecretFormat};

/// The key of a keyed hash, which lives in this process only: nobody can compute what claims are alike.
static KEYED: LazyLock<RandomState> = LazyLock::new(RandomState::new);

impl Claim {
    pub(in super::super) fn new(client_id: &ClientId, presented: &Plaintext) -> Self {
        match SecretFormat::lookup_id(presented) {
            Some(named) => Self(KEYED.hash_one((client_id, named))),
            None => Self(text(client_id, presented)),
        }
    }
}

/// Who presents what, to the letter.
pub(in super::super) fn text(client_id: &ClientId, presented: &Plaintext) -> u64 {
    KEYED.hash_one((client_id, presented.expose()))
}
