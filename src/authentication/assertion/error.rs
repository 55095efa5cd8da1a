use std::error::Error as StdError;
use std::fmt;

/// Why an [`Error`] came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A setting is outside its bounds. Only while building.
    Configuration,
    /// It is no JWS of at most 8 KiB whose header and claims can be read, or says that it is for
    /// something else.
    Malformed,
    /// Signed in a way that is not taken from this client.
    Algorithm,
    /// `iss` or `sub` is not the client.
    WrongClient,
    /// `aud` is not this authorization server alone.
    WrongAudience,
    /// `exp` is over.
    Expired,
    /// `exp` is too far ahead.
    LivesTooLong,
    /// `iat` or `nbf` is in the future.
    NotYetValid,
    /// There is no `jti` that can be remembered.
    NoId,
    /// No key is registered that the header can mean.
    NoKey,
    /// More keys are registered that the header can mean than are tried: it has to name one by its
    /// `kid`.
    TooManyKeys,
    /// No key that the header can mean made the signature.
    BadSignature,
    /// It was presented before.
    Replayed,
    /// The [`ReplayStore`](super::ReplayStore) can remember no more from this client now.
    Overloaded,
    /// The [`KeySource`](super::KeySource) or the [`ReplayStore`](super::ReplayStore) failed. It
    /// may work later.
    Unavailable,
}

impl ErrorKind {
    /// What it is called where a host watches.
    pub(in super::super) fn word(self) -> &'static str {
        match self {
            Self::Configuration => "configuration",
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

/// Why an assertion does not authenticate the client.
///
/// It is for logs and metrics: whoever presents an assertion is told `invalid_client` whatever the
/// reason (RFC 6749 §5.2), or that the server is busy for [`ErrorKind::Overloaded`] and
/// [`ErrorKind::Unavailable`]. It holds no part of the assertion.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    /// Whether the client's keys were fetched anew for it.
    is_fetched_for: bool,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    /// An error of that kind, such as [`ErrorKind::Unavailable`] for a
    /// [`KeySource`](super::KeySource) of your own.
    pub fn new(kind: ErrorKind) -> Self {
        Self {
            kind,
            is_fetched_for: false,
            source: None,
        }
    }

    /// Keeps the cause, an error or a text. It must hold no part of the assertion.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// The client's keys were fetched anew, in vain.
    pub(super) fn after_fetching(mut self) -> Self {
        self.is_fetched_for = true;
        self
    }

    /// Whether it came before the assertion cost more than its reading.
    pub(in super::super) fn is_early(&self) -> bool {
        use ErrorKind::{BadSignature, Replayed, TooManyKeys};
        !self.is_fetched_for && !matches!(self.kind, BadSignature | Replayed | TooManyKeys)
    }

    /// Why it came.
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
        f.write_str(match self.kind {
            ErrorKind::Configuration => "a setting is outside its bounds",
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

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
