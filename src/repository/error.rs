use std::fmt;

use crate::error::opaque_error;

/// What went wrong, by meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The tenant has no such client, or the client no such secret.
    NotFound,
    /// The stored version is another one.
    Stale,
    /// The id is taken.
    Conflict,
    /// The client has as many active secrets as it may.
    TooManySecrets,
    /// The last secret, or the last active one, can't be deleted.
    LastSecret,
    /// It may work later.
    Unavailable,
    /// A fault of the storage or of what is stored.
    Other,
}

opaque_error! {
    /// Why a repository could not do what it was asked. Its source must not contain a secret, a hash or a stored value.
    pub struct Error(pub kind: ErrorKind) {
        #[cfg_attr(not(feature = "_diesel"), allow(dead_code, reason = "only databases set it"))]
        is_outcome_unknown: bool = false,
    }
}

#[cfg(feature = "_diesel")]
impl Error {
    /// Marks that the operation may have been done or not.
    #[cfg(feature = "_diesel_pool")]
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
            ErrorKind::Unavailable => "the storage is not available",
            ErrorKind::Other => "the storage failed",
        })
    }
}
