use std::fmt;

use crate::error::opaque_error;

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

opaque_error! {
    /// Why an admin request was refused.
    ///
    /// `Display` is what the caller receives: a fixed sentence without any value from the request.
    /// The exact reason is the [`source`](std::error::Error::source), for the host's log. It must
    /// not contain any part of the credential.
    pub struct Error(pub kind: ErrorKind) {
        message: &'static str = kind.message(),
    }
}

impl Error {
    /// Creates an error with a message of its own, which the caller receives.
    pub(crate) fn because(kind: ErrorKind, message: &'static str) -> Self {
        Self {
            message,
            ..kind.into()
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message)
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

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
