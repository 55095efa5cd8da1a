use std::error::Error as StdError;
use std::fmt;

/// The kind of an authorization [`Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// 400: the request is ambiguous or malformed.
    BadRequest,
    /// 401 with a challenge that names no error (RFC 6750 §3): there is no Bearer token.
    MissingCredentials,
    /// 401 `invalid_token`: the token is malformed, forged, expired or meant for another service.
    InvalidToken,
    /// 403 `insufficient_scope`: the token is valid but does not grant this.
    Forbidden,
    /// 503: a dependency can't be reached.
    Unavailable,
    /// 500: the authorizer itself failed.
    Internal,
}

impl ErrorKind {
    /// The value of `WWW-Authenticate` (RFC 6750 §3), if the response has one.
    pub(crate) fn challenge(self) -> Option<&'static str> {
        match self {
            Self::MissingCredentials => Some(r#"Bearer realm="admin""#),
            Self::InvalidToken => Some(r#"Bearer realm="admin", error="invalid_token""#),
            Self::Forbidden => Some(r#"Bearer realm="admin", error="insufficient_scope""#),
            Self::BadRequest | Self::Unavailable | Self::Internal => None,
        }
    }

    fn message(self) -> &'static str {
        match self {
            Self::BadRequest => "the request is malformed",
            Self::MissingCredentials => "a Bearer token is required",
            Self::InvalidToken => "the access token is not valid",
            Self::Forbidden => "the access token does not grant this",
            Self::Unavailable => "authorization is not available now",
            Self::Internal => "authorization failed",
        }
    }
}

/// Why an admin request was refused.
///
/// `Display` is what the caller receives: a fixed sentence without any value from the request. The
/// exact reason is the [`source`](StdError::source), for the host's log.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    message: &'static str,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    /// Creates an error of this kind.
    pub fn new(kind: ErrorKind) -> Self {
        Self::because(kind, kind.message())
    }

    /// Creates an error with a message of its own, which the caller receives.
    pub(crate) fn because(kind: ErrorKind, message: &'static str) -> Self {
        Self {
            kind,
            message,
            source: None,
        }
    }

    /// Attaches the reason, an error or a text, for the log. It must not contain any part of the
    /// credential.
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

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Self {
        Self::new(kind)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_is_kept_and_not_told() {
        let error = Error::new(ErrorKind::InvalidToken).with_source("expired");
        assert_eq!(error.to_string(), "the access token is not valid");
        assert_eq!(error.source().unwrap().to_string(), "expired");
    }

    #[test]
    fn no_error_is_named_where_no_credentials_came() {
        let challenge = ErrorKind::MissingCredentials.challenge().unwrap();
        assert!(!challenge.contains("error"));
        let challenge = ErrorKind::Forbidden.challenge().unwrap();
        assert!(challenge.contains(r#"error="insufficient_scope""#));
        assert_eq!(ErrorKind::Unavailable.challenge(), None);
    }
}
