use std::error::Error as StdError;
use std::fmt;

/// Why a secret could not be generated, hashed or verified.
///
/// A wrong secret is not an error: verification returns `false`.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    reason: &'static str,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// The kind of an [`Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A setting is out of range. Only returned while building.
    Configuration,
    /// The stored hash can't be parsed, or would take too much work to verify.
    MalformedHash,
    /// The hasher accepts only generated secrets.
    Refused,
    /// The queue is full. Respond with 503 and `Retry-After`.
    Overloaded,
    /// The hasher, the system's random source or the threads failed.
    Other,
}

impl Error {
    /// Creates an error, for a [`SecretHasher`](super::SecretHasher) of your own.
    ///
    /// The reason is a `&'static str`, so that it can't contain a secret or a hash.
    pub fn new(kind: ErrorKind, reason: &'static str) -> Self {
        Self {
            kind,
            reason,
            source: None,
        }
    }

    /// Attaches the cause. It must not contain a secret or a hash either.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// The kind of error.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.reason)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
