use std::fmt;
use std::time::Duration;

use http::StatusCode;

use crate::authentication;
use crate::error::opaque_error;
use crate::repository;

/// Why a `client_id` was not resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// There is no such client, and the `client_id` is no URL.
    Unknown,
    /// The client is stored, and suspended, inactive or deleted. No document was read.
    Inactive,
    /// The `client_id` is a URL that can't identify a client. No name was looked up.
    InvalidUrl,
    /// The tenant doesn't accept clients of that host. No name was looked up.
    Untrusted,
    /// The document breaks a rule, or is not there any more.
    InvalidDocument,
    /// The document, or the storage, can't be read now.
    Unavailable,
    /// A fault on the server's side.
    Internal,
}

/// The `Retry-After` if the wait is unknown.
const A_MOMENT: Duration = Duration::from_secs(1);

opaque_error! {
    /// Why a `client_id` was not resolved.
    ///
    /// Tell it to the user on a page of your own, and never redirect: an unknown client has no
    /// redirect URI. `Display` is one fixed sentence for each [`ErrorKind`]. The reason is the
    /// [`source`](std::error::Error::source), for the host's log only: it may name an address
    /// inside the host's network.
    pub struct Error(pub(super) kind: ErrorKind) {
        retry_after: Option<Duration> = None,
    }
}

impl Error {
    /// The status of the page: 400, 500 or 503.
    pub fn status(&self) -> StatusCode {
        match self.kind {
            ErrorKind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            ErrorKind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::BAD_REQUEST,
        }
    }

    /// How long to wait before the next attempt: the value of `Retry-After`, to be rounded up to
    /// seconds. Only for 503.
    pub fn retry_after(&self) -> Option<Duration> {
        let is_temporary = self.kind == ErrorKind::Unavailable;
        is_temporary.then(|| self.retry_after.unwrap_or(A_MOMENT))
    }

    pub(super) fn waiting(mut self, wait: Option<Duration>) -> Self {
        self.retry_after = wait;
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            ErrorKind::Unknown => "there is no such client",
            ErrorKind::Inactive => "the client is not active",
            ErrorKind::InvalidUrl => "the client_id is not a URL that is accepted here",
            ErrorKind::Untrusted => "clients of this host are not accepted here",
            ErrorKind::InvalidDocument => "the client's metadata document is not valid",
            ErrorKind::Unavailable => "the client can't be looked up now, try again later",
            ErrorKind::Internal => "internal error",
        })
    }
}

impl From<repository::Error> for Error {
    fn from(error: repository::Error) -> Self {
        let kind = match error.kind() {
            repository::ErrorKind::Unavailable => ErrorKind::Unavailable,
            _ => ErrorKind::Internal,
        };
        Self::new(kind).with_source(error)
    }
}

/// Of a document that can't be read now, the caller must not conclude that its client is gone.
impl From<Error> for authentication::Error {
    fn from(error: Error) -> Self {
        let kind = match error.kind {
            ErrorKind::Unavailable => authentication::ErrorKind::Unavailable,
            ErrorKind::Internal => authentication::ErrorKind::Internal,
            _ => authentication::ErrorKind::InvalidClient,
        };
        let wait = error.retry_after();
        let outcome = Self::new(kind).with_source(error);
        match wait {
            Some(wait) => outcome.with_retry_after(wait),
            None => outcome,
        }
    }
}
