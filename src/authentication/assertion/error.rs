use std::fmt;

use crate::error::opaque_error;

/// Why an assertion was refused, or a verifier not built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Not a JWS of at most 8 KiB with readable header and claims, or its `typ` or `crit` header is
    /// not acceptable.
    Malformed,
    /// The signature algorithm is not allowed for this client.
    Algorithm,
    /// `iss` or `sub` is not the client.
    WrongClient,
    /// `aud` is not this authorization server alone.
    WrongAudience,
    /// `exp` has passed.
    Expired,
    /// `exp` is too far in the future.
    LivesTooLong,
    /// `iat` or `nbf` is in the future.
    NotYetValid,
    /// There is no usable `jti`.
    NoId,
    /// No registered key matches the header.
    NoKey,
    /// More registered keys match the header than are tried: it has to name one by `kid`.
    TooManyKeys,
    /// The signature was made by none of the matching keys.
    BadSignature,
    /// The assertion was used before.
    Replayed,
    /// The [`ReplayStore`](super::ReplayStore) has no room for more assertions of this client now.
    Overloaded,
    /// The [`KeySource`](super::KeySource) or the [`ReplayStore`](super::ReplayStore) failed. A
    /// retry may succeed.
    Unavailable,
}

impl ErrorKind {
    /// The label in metrics and logs.
    pub(in super::super) fn word(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::Algorithm => "algorithm",
            Self::WrongClient => "wrong_client",
            Self::WrongAudience => "wrong_audience",
            Self::Expired => "expired",
            Self::LivesTooLong => "lives_too_long",
            Self::NotYetValid => "not_yet_valid",
            Self::NoId => "no_id",
            Self::NoKey => "no_key",
            Self::TooManyKeys => "too_many_keys",
            Self::BadSignature => "bad_signature",
            Self::Replayed => "replayed",
            Self::Overloaded => "overloaded",
            Self::Unavailable => "unavailable",
        }
    }
}

opaque_error! {
    /// Why an assertion does not authenticate the client.
    ///
    /// It is meant for logs and metrics: the caller receives `invalid_client` whatever the reason
    /// (RFC 6749 §5.2), or a 503 for [`ErrorKind::Overloaded`] and [`ErrorKind::Unavailable`]. It
    /// holds no part of the assertion, and neither may its source.
    pub struct Error(pub kind: ErrorKind) {
        /// Whether the client's keys were fetched again for it.
        is_fetched_for: bool = false,
    }
}

impl Error {
    /// Marks that fetching the client's keys again did not help.
    pub(crate) fn after_fetching(mut self) -> Self {
        self.is_fetched_for = true;
        self
    }

    /// Whether the assertion was refused after no more work than parsing it.
    pub(in super::super) fn is_early(&self) -> bool {
        use ErrorKind::{BadSignature, Replayed, TooManyKeys};
        !self.is_fetched_for && !matches!(self.kind, BadSignature | Replayed | TooManyKeys)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            ErrorKind::Malformed => "the assertion is malformed",
            ErrorKind::Algorithm => "the assertion's algorithm is not allowed",
            ErrorKind::WrongClient => "the assertion is not about this client",
            ErrorKind::WrongAudience => "the assertion is not for this authorization server alone",
            ErrorKind::Expired => "the assertion has expired",
            ErrorKind::LivesTooLong => "the assertion lives too long",
            ErrorKind::NotYetValid => "the assertion is not valid yet",
            ErrorKind::NoId => "the assertion has no usable jti",
            ErrorKind::NoKey => "no key can verify the assertion",
            ErrorKind::TooManyKeys => "too many keys might verify the assertion",
            ErrorKind::BadSignature => "the assertion's signature is wrong",
            ErrorKind::Replayed => "the assertion was presented before",
            ErrorKind::Overloaded => "too many assertions are remembered",
            ErrorKind::Unavailable => "assertions can't be verified now",
        })
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use super::*;
    use crate::authentication;

    #[test]
    fn the_reason_is_for_the_log() {
        for (kind, expected) in [
            (ErrorKind::Overloaded, authentication::ErrorKind::Overloaded),
            (
                ErrorKind::Unavailable,
                authentication::ErrorKind::Unavailable,
            ),
            (
                ErrorKind::Replayed,
                authentication::ErrorKind::InvalidClient,
            ),
            (
                ErrorKind::Malformed,
                authentication::ErrorKind::InvalidClient,
            ),
        ] {
            let reason = Error::from(kind);
            let said = reason.to_string();
            assert!(said.contains("assertion"), "{said}");
            let error = authentication::Error::from(reason);
            assert_eq!(error.kind(), expected);
            assert_eq!(error.source().unwrap().to_string(), said);
        }
    }
}
