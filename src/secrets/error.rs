use std::fmt;

use crate::error::opaque_error;

/// The kind of an [`Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The stored hash can't be parsed, or would take too much work to verify.
    MalformedHash,
    /// The hasher accepts only generated secrets.
    Refused,
    /// The queue is full. Respond with 503 and `Retry-After`.
    Overloaded,
    /// The hasher, the system's random source or the threads failed.
    Other,
}

opaque_error! {
    /// Why a secret could not be generated, hashed or verified.
    ///
    /// A wrong secret is not an error: verification returns `false`. The source of an error must
    /// not contain a secret or a hash.
    pub struct Error(pub kind: ErrorKind) {}
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            ErrorKind::MalformedHash => "the stored hash can't be used",
            ErrorKind::Refused => "only generated secrets can be hashed",
            ErrorKind::Overloaded => "too many secrets are waiting to be hashed",
            ErrorKind::Other => "the secret could not be processed",
        })
    }
}
