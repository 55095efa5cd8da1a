use std::fmt;

use super::word::stored_words;
use super::{Id, Timestamp};

/// The stored hash of a secret, never the plaintext: a PHC string, or the format of another program
/// if it was imported.
///
/// It can't be printed or compared; [`SecretHash::expose`] is for the repository that stores it
/// and the hasher that verifies against it.
#[derive(Clone)]
pub struct SecretHash(String);

impl SecretHash {
    /// Wraps a hash as it is stored.
    pub fn new(hash: impl Into<String>) -> Self {
        Self(hash.into())
    }

    /// The hash as it is stored. Keep it out of logs, errors and responses.
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
    /// The status of a secret.
    pub enum SecretStatus {
        /// Verifies until it is rotated, deactivated or deleted, or until
        /// [`SecretRecord::expires_at`] if that is set. An expired secret keeps this status but no
        /// longer counts as active.
        Active = "active",
        /// Replaced by a rotation: verifies only until [`SecretRecord::expires_at`].
        Retired = "retired",
        /// No longer verifies.
        Inactive = "inactive",
    }
}

/// A stored secret.
#[non_exhaustive]
#[derive(Clone, Debug)]
pub struct SecretRecord {
    /// The id of the secret, which is also the lookup id in the plaintext.
    pub id: Id,
    /// The hash of the plaintext.
    pub hash: SecretHash,
    /// The last four characters of the plaintext, to tell secrets apart.
    pub last_four: String,
    /// The status.
    pub status: SecretStatus,
    /// An operator's description.
    pub description: Option<String>,
    /// When it was issued.
    pub created_at: Timestamp,
    /// When its status last changed.
    pub updated_at: Timestamp,
    /// When it last verified, to the minute.
    pub last_used_at: Option<Timestamp>,
    /// When it expires.
    pub expires_at: Option<Timestamp>,
}

impl SecretRecord {
    /// Creates the record of an active secret issued at `now`. A repository then sets the fields
    /// from its storage.
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

    /// Whether the secret is accepted at `now`, given the right plaintext.
    ///
    /// A secret retired more than a day after `now` is not: a wrong clock set the end of its grace,
    /// which may be years away.
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
        let hash = SecretHash::new("$argon2id$v=19$…");
        assert!(!format!("{hash:?}").contains("argon2id"));
    }
}
