use std::fmt;

use super::word::stored_words;
use super::{Id, Timestamp};

/// What is stored of a secret: the hash in PHC string format, never the plaintext.
///
/// It can't be printed or compared; [`SecretHash::expose`] is for the repository that stores it
/// and the hasher that verifies against it.
#[derive(Clone)]
pub struct SecretHash(String);

impl SecretHash {
    /// Wraps a PHC string.
    pub fn from_phc(phc: impl Into<String>) -> Self {
        Self(phc.into())
    }

    /// The PHC string. Keep it out of logs, errors and answers.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretHash([redacted])")
    }
}

stored_words! {
    /// Where a secret stands in its life.
    pub enum SecretStatus {
        /// Verifies until it is rotated, deactivated or deleted, or until
        /// [`SecretRecord::expires_at`] if it has such an end: an imported one may. One that is over is
        /// still called active, but counts for nothing any more.
        Active = "active",
        /// Replaced by a rotation: verifies until [`SecretRecord::expires_at`] and no longer.
        Retired = "retired",
        /// Never verifies again.
        Inactive = "inactive",
    }
}

/// A secret as it is stored.
#[non_exhaustive]
#[derive(Clone, Debug)]
pub struct SecretRecord {
    /// Its identity, and the lookup id that the plaintext carries.
    pub id: Id,
    /// The hash of the plaintext.
    pub hash: SecretHash,
    /// The last four characters of the plaintext, for people to tell secrets apart.
    pub last_four: String,
    /// Whether it verifies.
    pub status: SecretStatus,
    /// What an operator wrote about it.
    pub description: Option<String>,
    /// When it was issued.
    pub created_at: Timestamp,
    /// When its status last changed.
    pub updated_at: Timestamp,
    /// When it last verified, to the minute.
    pub last_used_at: Option<Timestamp>,
    /// When it stops verifying by itself.
    pub expires_at: Option<Timestamp>,
}

impl SecretRecord {
    /// The record of an active secret issued at `now`. A repository sets what it has stored otherwise.
    pub fn new(id: Id, hash: SecretHash, last_four: impl Into<String>, now: Timestamp) -> Self {
        Self {
            id,
            hash,
            last_four: last_four.into(),
            status: SecretStatus::Active,
            description: None,
            created_at: now,
            updated_at: now,
            last_used_at: None,
            expires_at: None,
        }
    }

    /// Whether the secret is accepted at `now`, if the plaintext is right.
    ///
    /// One that was retired more than a day after `now` is not: the clock that set the end of its grace
    /// was wrong, and the end may be years away.
    pub fn verifies_at(&self, now: Timestamp) -> bool {
        let in_time = self.expires_at.is_none_or(|end| now < end);
        in_time
            && match self.status {
                SecretStatus::Active => true,
                SecretStatus::Retired => !self.updated_at.is_far_ahead_of(now),
                SecretStatus::Inactive | SecretStatus::Unknown(_) => false,
            }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_not_printed() {
        let hash = SecretHash::from_phc("$argon2id$v=19$…");
        assert!(!format!("{hash:?}").contains("argon2id"));
    }
}
