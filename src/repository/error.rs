use std::error::Error as StdError;
use std::fmt;

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

/// Why a repository could not do what it was asked.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    source: Option<Box<dyn StdError + Send + Sync>>,
    #[cfg(feature = "_diesel")]
    is_outcome_unknown: bool,
}

impl Error {
    /// An error that carries its cause.
    pub fn new(kind: ErrorKind, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self {
            source: Some(source.into()),
            ..Self::from(kind)
        }
    }

    /// What was begun may be done or not.
    #[cfg(feature = "_diesel_pool")]
    pub(crate) fn with_unknown_outcome(self) -> Self {
        Self {
            is_outcome_unknown: true,
            ..self
        }
    }

    #[cfg(feature = "_diesel")]
    pub(crate) fn is_outcome_unknown(&self) -> bool {
        self.is_outcome_unknown
    }

    /// What went wrong, by meaning.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }
}

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Self {
        Self {
            kind,
            source: None,
            #[cfg(feature = "_diesel")]
            is_outcome_unknown: false,
        }
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

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
