use std::error::Error as StdError;
use std::fmt;

/// What kind of refusal an [`Error`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The request is ambiguous or malformed: 400.
    BadRequest,
    /// There is no Bearer token: 401, with a challenge that names no error (RFC 6750 §3).
    MissingCredentials,
    /// The token is malformed, forged, expired or not for us: 401 `invalid_token`.
    InvalidToken,
    /// The token is good and does not reach this far: 403 `insufficient_scope`.
    Forbidden,
    /// What has to be asked can't be reached: 503.
    Unavailable,
    /// The authorizer itself failed: 500.
    Internal,
}

impl ErrorKind {
    /// The value of `WWW-Authenticate` (RFC 6750 §3), for the answers that carry one.
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

/// Why a request may not administer.
///
/// `Display` is what the caller is told: a fixed sentence without any value of the request. The
/// exact reason is the [`source`](StdError::source), for the host's log.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    message: &'static str,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    /// A refusal of that kind.
    pub fn new(kind: ErrorKind) -> Self {
        Self::because(kind, kind.message())
    }

    /// A refusal with a message of its own, which the caller will read.
    pub(crate) fn because(kind: ErrorKind, message: &'static str) -> Self {
        Self {
            kind,
            message,
            source: None,
        }
    }

    /// Keeps the reason, an error or a text, for the log. It must hold no part of the credential.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// What kind of refusal it is.
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
