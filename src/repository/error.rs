use std::fmt;

use crate::error::opaque_error;

/// The kind of a repository [`Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The tenant has no such client, or the client has no such secret.
    NotFound,
    /// The stored version is not the expected one.
    Stale,
    /// The id is taken.
    Conflict,
    /// The client has the maximum number of active secrets.
    TooManySecrets,
    /// The last secret, or the last active one, can't be deleted.
    LastSecret,
    /// The initial access token can't register a client: it is unknown, spent, expired or revoked.
    TokenSpent,
    /// The tenant has the maximum number of blocks of metadata documents.
    TooManyBlocks,
    /// The storage can't be reached for now. A retry may succeed.
    Unavailable,
    /// The storage failed, or what it contains is invalid.
    Other,
}

opaque_error! {
    /// Why a repository operation failed. Its source must not contain a secret, a hash or a stored
    /// value.
    pub struct Error(pub kind: ErrorKind) {
        #[cfg_attr(not(feature = "diesel"), allow(dead_code, reason = "only databases set it"))]
        is_outcome_unknown: bool = false,
    }
}

#[cfg(feature = "diesel")]
impl Error {
    /// Marks that it is unknown whether the operation took effect.
    #[cfg(feature = "diesel-pool")]
    pub(crate) fn with_unknown_outcome(self) -> Self {
        Self {
            is_outcome_unknown: true,
            ..self
        }
    }

    pub(crate) fn is_outcome_unknown(&self) -> bool {
        self.is_outcome_unknown
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            ErrorKind::NotFound => "not found",
            ErrorKind::Stale => "changed by somebody else",
            ErrorKind::Conflict => "the id is taken",
            ErrorKind::TooManySecrets => "too many active secrets",
            ErrorKind::LastSecret => "the last secret can't be deleted",
            ErrorKind::TokenSpent => "the initial access token can't be used",
            ErrorKind::TooManyBlocks => "too many blocks",
            ErrorKind::Unavailable => "the storage is not available",
            ErrorKind::Other => "the storage failed",
        })
    }
}
