use std::error::Error as StdError;
use std::fmt;

/// Why a secret could not be made or checked.
///
/// A wrong secret is no error: verification answers `false`.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    reason: &'static str,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// What kind of [`Error`] it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A setting is outside its bounds. Only while building.
    Configuration,
    /// The stored hash can't be read, or asks for more work than a verification may cost.
    MalformedHash,
    /// The hasher does not take such a plaintext: it is for generated secrets only.
    Refused,
    /// The queue is full. Answer 503 with `Retry-After`.
    Overloaded,
    /// The hasher, the system's randomness or its threads failed.
    Other,
}

impl Error {
    /// An error for a [`SecretHasher`](super::SecretHasher) of your own.
    ///
    /// The reason is fixed text, so that no secret or hash gets into it.
    pub fn new(kind: ErrorKind, reason: &'static str) -> Self {
        Self {
            kind,
            reason,
            source: None,
        }
    }

    /// Keeps the cause. It must not hold a secret or a hash either.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// What kind it is.
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
