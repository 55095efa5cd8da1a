use std::fmt;

use crate::error::opaque_error;

/// The kind of an [`Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The store is unavailable. A retry may succeed.
    Unavailable,
    /// The store failed, or its data is invalid.
    Other,
}

opaque_error! {
    /// Why an operation of a token store failed. Its source must not contain any part of a token.
    pub struct Error(pub kind: ErrorKind) {}
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            ErrorKind::Unavailable => "the token store is not available",
            ErrorKind::Other => "the token store failed",
        })
    }
}
