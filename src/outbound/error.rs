use std::fmt;
use std::time::Duration;

use crate::error::opaque_error;

/// Why nothing was fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The URL may not be fetched. No name was looked up.
    Refused,
    /// There was no response: for what reason, only the source tells. A retry may succeed.
    Unavailable,
    /// Too many fetches are running, or started within the last minute. Nothing was tried.
    Busy,
    /// The response is too long, or encoded.
    Unusable,
}

impl ErrorKind {
    /// The word in metrics.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Unavailable => "unavailable",
            Self::Busy => "busy",
            Self::Unusable => "unusable",
        }
    }
}

opaque_error! {
    /// Why nothing was fetched.
    ///
    /// `Display` is one fixed sentence for each [`ErrorKind`], which may be shown to anyone. The
    /// source may name an address inside the host's network: it is for the host's log only.
    pub struct Error(pub kind: ErrorKind) {
        retry_after: Option<Duration> = None,
    }
}

impl Error {
    /// How long to wait before the next attempt, if that is known.
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// Sets how long to wait before the next attempt.
    #[must_use]
    pub fn with_retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    pub(super) fn refused(reason: impl Into<crate::error::Source>) -> Self {
        Self::new(ErrorKind::Refused).with_source(reason)
    }

    pub(super) fn unavailable(reason: impl Into<crate::error::Source>) -> Self {
        Self::new(ErrorKind::Unavailable).with_source(reason)
    }

    pub(super) fn unusable(reason: &'static str) -> Self {
        Self::new(ErrorKind::Unusable).with_source(reason)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            ErrorKind::Refused => "the URL may not be fetched",
            ErrorKind::Unavailable => "the server can't be reached",
            ErrorKind::Busy => "too many fetches, try again later",
            ErrorKind::Unusable => "the response can't be used",
        })
    }
}
