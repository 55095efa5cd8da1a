use std::fmt;

use super::tokens;
use crate::domain::Violations;
use crate::error::opaque_error;
use crate::{repository, secrets};

/// The kind of an [`Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The request breaks rules; the message lists all violations.
    Invalid,
    /// The operator's tenant has no such client, or the client no such secret.
    NotFound,
    /// The client was changed concurrently.
    Stale,
    /// The id is taken. Only returned by an import: all other ids are generated.
    Conflict,
    /// The registration of the client was decided on already, or the client is suspended.
    Decided,
    /// Two secrets are already active.
    TooManySecrets,
    /// The last secret, or the last active one, can't be deleted.
    LastSecret,
    /// The tenant has a block of metadata documents with this target already.
    Blocked,
    /// The tenant has the maximum number of blocks of metadata documents.
    TooManyBlocks,
    /// Too many concurrent changes of the client. A retry may succeed.
    Contended,
    /// Too many secrets are waiting to be hashed. A retry may succeed.
    Overloaded,
    /// The storage, or the host's token store, is unavailable. A retry may succeed.
    Unavailable,
    /// An internal error.
    Internal,
}

opaque_error! {
    /// Why an operation failed.
    ///
    /// `Display` is for the operator: it contains no values, and no details of an internal error.
    /// The source has these, for the host's log.
    pub struct Error(pub(super) kind: ErrorKind) {
        violations: Option<Violations> = None,
    }
}

impl Error {
    /// The violations in the request, if the kind is [`ErrorKind::Invalid`].
    pub fn violations(&self) -> Option<&Violations> {
        self.violations.as_ref()
    }
}

impl From<Violations> for Error {
    fn from(violations: Violations) -> Self {
        Self {
            violations: Some(violations),
            ..ErrorKind::Invalid.into()
        }
    }
}

impl From<repository::Error> for Error {
    fn from(error: repository::Error) -> Self {
        let kind = match error.kind() {
            repository::ErrorKind::NotFound => ErrorKind::NotFound,
            repository::ErrorKind::Stale => ErrorKind::Stale,
            repository::ErrorKind::TooManySecrets => ErrorKind::TooManySecrets,
            repository::ErrorKind::LastSecret => ErrorKind::LastSecret,
            repository::ErrorKind::TooManyBlocks => ErrorKind::TooManyBlocks,
            repository::ErrorKind::Unavailable => ErrorKind::Unavailable,
            _ => ErrorKind::Internal,
        };
        Self::new(kind).with_source(error)
    }
}

impl From<secrets::Error> for Error {
    fn from(error: secrets::Error) -> Self {
        let kind = match error.kind() {
            secrets::ErrorKind::Overloaded => ErrorKind::Overloaded,
            _ => ErrorKind::Internal,
        };
        Self::new(kind).with_source(error)
    }
}

impl From<tokens::Error> for Error {
    fn from(error: tokens::Error) -> Self {
        let kind = match error.kind() {
            tokens::ErrorKind::Unavailable => ErrorKind::Unavailable,
            tokens::ErrorKind::Other => ErrorKind::Internal,
        };
        Self::new(kind).with_source(error)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            ErrorKind::Invalid => match &self.violations {
                Some(violations) => return violations.fmt(f),
                None => "the request breaks a rule",
            },
            ErrorKind::NotFound => "not found",
            ErrorKind::Stale => "the client was changed by somebody else",
            ErrorKind::Conflict => "the id is taken",
            ErrorKind::Decided => "it was decided on already, or the client is suspended",
            ErrorKind::TooManySecrets => "two secrets are active already",
            ErrorKind::LastSecret => "the last secret, or the last active one, can't be deleted",
            ErrorKind::Blocked => "it is blocked already",
            ErrorKind::TooManyBlocks => "there are 1000 blocks already",
            ErrorKind::Contended => "too many change the client now, try again later",
            ErrorKind::Overloaded => "too many secrets are being hashed, try again later",
            ErrorKind::Unavailable => "the storage is not available, try again later",
            ErrorKind::Internal => "internal error",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_storage_says_is_told_apart() {
        use repository::ErrorKind as Stored;
        for (stored, kind) in [
            (Stored::NotFound, ErrorKind::NotFound),
            (Stored::Stale, ErrorKind::Stale),
            (Stored::TooManySecrets, ErrorKind::TooManySecrets),
            (Stored::LastSecret, ErrorKind::LastSecret),
            (Stored::TooManyBlocks, ErrorKind::TooManyBlocks),
            (Stored::Unavailable, ErrorKind::Unavailable),
            (Stored::Other, ErrorKind::Internal),
        ] {
            let error = Error::from(repository::Error::from(stored));
            assert_eq!(error.kind(), kind);
        }
    }

    #[test]
    fn what_may_pass_is_told_apart() {
        let hashed = secrets::Error::from(secrets::ErrorKind::Overloaded);
        assert_eq!(Error::from(hashed).kind(), ErrorKind::Overloaded);
        for (kind, expected) in [
            (tokens::ErrorKind::Unavailable, ErrorKind::Unavailable),
            (tokens::ErrorKind::Other, ErrorKind::Internal),
        ] {
            let error = tokens::Error::from(kind);
            assert!(error.to_string().starts_with("the token store "));
            assert_eq!(Error::from(error).kind(), expected);
        }
    }
}
