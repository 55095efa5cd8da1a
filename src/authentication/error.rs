use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};

use super::claimed::Claimed;
use crate::error::{Source, opaque_error};
use crate::exchange::{ACCEPTED, CODED};
use crate::{repository, secrets};

/// The kind of an authentication [`Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// 400 `invalid_request`: the request is malformed or uses several authentication methods.
    InvalidRequest,
    /// 413 `invalid_request`: the body is too long. Only if this crate reads the body.
    PayloadTooLarge,
    /// 415 `invalid_request` with `Accept-Encoding: identity`: the body is compressed.
    UnsupportedMediaType,
    /// 401 `invalid_client`: the client could not be authenticated, whatever the reason.
    InvalidClient,
    /// 429 with `Retry-After`: too many attempts failed before. This one was not checked.
    TooManyFailures,
    /// 503 with `Retry-After`: too many secrets are waiting to be verified.
    Overloaded,
    /// 503 with `Retry-After`: the storage or another dependency can't be reached.
    Unavailable,
    /// 500: a fault on the server's side.
    Internal,
}

impl ErrorKind {
    fn status(self) -> StatusCode {
        match self {
            Self::InvalidRequest => StatusCode::BAD_REQUEST,
            Self::PayloadTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::InvalidClient => StatusCode::UNAUTHORIZED,
            Self::TooManyFailures => StatusCode::TOO_MANY_REQUESTS,
            Self::Overloaded | Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn code(self) -> &'static str {
        match self {
            Self::InvalidRequest | Self::PayloadTooLarge | Self::UnsupportedMediaType => {
                "invalid_request"
            }
            Self::InvalidClient => "invalid_client",
            Self::TooManyFailures | Self::Overloaded | Self::Unavailable => {
                "temporarily_unavailable"
            }
            Self::Internal => "server_error",
        }
    }

    /// The label in metrics and logs.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::PayloadTooLarge => "payload_too_large",
            Self::UnsupportedMediaType => "unsupported_media_type",
            Self::InvalidClient => "invalid_client",
            Self::TooManyFailures => "too_many_failures",
            Self::Overloaded => "overloaded",
            Self::Unavailable => "unavailable",
            Self::Internal => "internal",
        }
    }

    fn message(self) -> &'static str {
        match self {
            Self::InvalidRequest => "the request is malformed",
            Self::PayloadTooLarge => "the body is too long",
            Self::UnsupportedMediaType => CODED,
            Self::InvalidClient => "client authentication failed",
            Self::TooManyFailures => "too many failed attempts, try again later",
            Self::Overloaded => "too many secrets are being verified, try again later",
            Self::Unavailable => "not available now, try again later",
            Self::Internal => "internal error",
        }
    }
}

opaque_error! {
    /// Why a client was not authenticated.
    ///
    /// `Display` is what the client receives: a fixed sentence without any value from the request,
    /// the same one for every [`ErrorKind::InvalidClient`]. The exact reason is the
    /// [`source`](std::error::Error::source), for the host's log only.
    pub struct Error(pub kind: ErrorKind) {
        message: &'static str = kind.message(),
        retry_after: Option<Duration> = None,
        /// The `client_id` that the request claimed.
        client_id: Option<Claimed> = None,
        /// Whether it was refused before a hash, a signature or a fetch was spent on it.
        is_early: bool = false,
        /// Whether a source was asked for the client, and could not say.
        is_in_vain: bool = false,
    }
}

/// The challenge of every 401. RFC 6749 §5.2 requires one if the client used the header, and RFC
/// 9110 §15.5.2 for any 401. The charset parameter is from RFC 7617 §2.1.
const CHALLENGE: &str = r#"Basic realm="token", charset="UTF-8""#;

/// The `Retry-After` if the wait is unknown.
const A_MOMENT: Duration = Duration::from_secs(1);

impl Error {
    /// The response status: 400, 401, 413, 415, 429, 500 or 503.
    pub fn status(&self) -> StatusCode {
        self.kind.status()
    }

    /// The `error` code of the response (RFC 6749 §5.2).
    ///
    /// That section defines none for 429, 500 and 503; they get `temporarily_unavailable` and
    /// `server_error` from §4.1.2.1.
    pub fn code(&self) -> &'static str {
        self.kind.code()
    }

    /// The value of `WWW-Authenticate`, on every 401: RFC 6749 §5.2 requires it if the client used
    /// the `Authorization` header, RFC 9110 §15.5.2 always.
    pub fn challenge(&self) -> Option<&'static str> {
        (self.kind == ErrorKind::InvalidClient).then_some(CHALLENGE)
    }

    /// The `client_id` that the request claimed, if any: for the host's log, to find a broken
    /// deployment or the target of a guessing attack.
    ///
    /// It is not verified. Characters that no `client_id` has are escaped and long values
    /// truncated, so it is always visible ASCII of at most 131 bytes. It is `None` if it contains
    /// an issued secret, sent in the wrong field. Don't use it in responses or as a metric label:
    /// callers choose it.
    pub fn client_id(&self) -> Option<&str> {
        self.client_id.as_ref().map(Claimed::as_str)
    }

    /// How long to wait before the next attempt: the value of `Retry-After`, to be rounded up to
    /// seconds. Only for 429 and 503.
    pub fn retry_after(&self) -> Option<Duration> {
        match self.kind {
            ErrorKind::TooManyFailures | ErrorKind::Overloaded | ErrorKind::Unavailable => {
                Some(self.retry_after.unwrap_or(A_MOMENT))
            }
            _ => None,
        }
    }

    /// Sets how long to wait before the next attempt.
    #[must_use]
    pub fn with_retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    /// The complete response of RFC 6749 §5.2: JSON, with caching disabled.
    pub fn to_response(&self) -> Response<Bytes> {
        let body = format!(
            r#"{{"error":"{}","error_description":"{}"}}"#,
            self.code(),
            self.message
        );
        let mut response = Response::new(Bytes::from(body));
        *response.status_mut() = self.status();
        let headers = response.headers_mut();
        let fixed = HeaderValue::from_static;
        headers.insert(header::CONTENT_TYPE, fixed("application/json"));
        headers.insert(header::CACHE_CONTROL, fixed("no-store"));
        headers.insert(header::PRAGMA, fixed("no-cache"));
        if let Some(challenge) = self.challenge() {
            headers.insert(header::WWW_AUTHENTICATE, fixed(challenge));
        }
        if self.kind == ErrorKind::UnsupportedMediaType {
            headers.insert(header::ACCEPT_ENCODING, fixed(ACCEPTED));
        }
        if let Some(wait) = self.retry_after() {
            let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)));
        }
        response
    }

    /// A malformed request. The client receives `message`, which must not contain quotes or
    /// backslashes.
    pub(super) fn malformed(message: &'static str) -> Self {
        Self {
            message,
            ..ErrorKind::InvalidRequest.into()
        }
    }

    /// A mistake in the host's setup. The caller receives `message`.
    #[cfg(feature = "axum")]
    pub(crate) fn misused(message: &'static str) -> Self {
        Self {
            message,
            ..ErrorKind::Internal.into()
        }
    }

    /// A refusal. Only the host may see the reason.
    pub(super) fn refused(reason: impl Into<Source>) -> Self {
        Self::new(ErrorKind::InvalidClient).with_source(reason)
    }

    /// Records the `client_id` that the request claimed.
    pub(super) fn claimed(mut self, client_id: &str) -> Self {
        self.note_claim(client_id);
        self
    }

    pub(super) fn note_claim(&mut self, client_id: &str) {
        self.client_id = Claimed::new(client_id);
    }

    /// Marks that it was refused before a hash or a signature was verified.
    pub(super) fn before_verifying(mut self) -> Self {
        self.is_early = true;
        self
    }

    /// Marks that the client was looked for elsewhere. It is the caller's failure, and not that of
    /// a client.
    pub(super) fn of_source(mut self) -> Self {
        self.is_early = true;
        self.is_in_vain = self.kind == ErrorKind::Unavailable;
        self
    }

    pub(super) fn is_in_vain(&self) -> bool {
        self.is_in_vain
    }

    pub(super) fn is_early(&self) -> bool {
        self.is_early
    }

    pub(super) fn too_many_failures(wait: Duration) -> Self {
        Self {
            retry_after: Some(wait),
            ..ErrorKind::TooManyFailures.into()
        }
    }

    /// Writes it to the host's log.
    #[cfg(feature = "tracing")]
    pub(crate) fn report(&self) {
        let (source, client_id) = (std::error::Error::source(self), self.client_id());
        match self.kind {
            ErrorKind::Internal => tracing::error!(error = source, client_id, "{self}"),
            ErrorKind::Unavailable | ErrorKind::Overloaded => {
                tracing::warn!(error = source, client_id, "{self}");
            }
            kind => tracing::debug!(error = source, client_id, ?kind, "a client was refused"),
        }
    }

    #[cfg(not(feature = "tracing"))]
    pub(crate) fn report(&self) {}
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

impl From<secrets::Error> for Error {
    fn from(error: secrets::Error) -> Self {
        let kind = match error.kind() {
            secrets::ErrorKind::Overloaded => ErrorKind::Overloaded,
            _ => ErrorKind::Internal,
        };
        Self::new(kind).with_source(error)
    }
}

#[cfg(feature = "jwt")]
impl From<super::assertion::Error> for Error {
    fn from(error: super::assertion::Error) -> Self {
        use super::assertion::ErrorKind as Reason;

        let kind = match error.kind() {
            Reason::Overloaded => ErrorKind::Overloaded,
            Reason::Unavailable => ErrorKind::Unavailable,
            _ => ErrorKind::InvalidClient,
        };
        Self {
            is_early: error.is_early(),
            source: Some(error.into()),
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
    use super::*;

    #[test]
    fn an_answer_is_that_of_the_rfc() {
        let response = Error::refused("no such client").to_response();
        assert_eq!(response.status(), 401);
        let headers = response.headers();
        assert_eq!(headers["content-type"], "application/json");
        assert_eq!(headers["cache-control"], "no-store");
        assert_eq!(headers["www-authenticate"], CHALLENGE);
        assert!(!headers.contains_key("retry-after"));
        let body: serde_json::Value = serde_json::from_slice(response.body()).unwrap();
        assert_eq!(body["error"], "invalid_client");
        assert_eq!(body["error_description"], "client authentication failed");
    }

    #[test]
    fn a_wait_is_rounded_up() {
        for (wait, seconds) in [
            (0, "1"),
            (1, "1"),
            (1_000, "1"),
            (1_001, "2"),
            (59_999, "60"),
        ] {
            let error = Error::too_many_failures(Duration::from_millis(wait));
            let response = error.to_response();
            assert_eq!(response.status(), 429);
            assert_eq!(response.headers()["retry-after"], seconds);
            assert!(!response.headers().contains_key("www-authenticate"));
        }
        let busy = Error::from(ErrorKind::Overloaded).to_response();
        assert_eq!(
            (busy.status(), &busy.headers()["retry-after"]),
            (
                StatusCode::SERVICE_UNAVAILABLE,
                &HeaderValue::from_static("1")
            )
        );
    }

    #[test]
    fn every_description_has_only_the_characters_of_the_rfc() {
        for kind in [
            ErrorKind::InvalidRequest,
            ErrorKind::PayloadTooLarge,
            ErrorKind::UnsupportedMediaType,
            ErrorKind::InvalidClient,
            ErrorKind::TooManyFailures,
            ErrorKind::Overloaded,
            ErrorKind::Unavailable,
            ErrorKind::Internal,
        ] {
            let error = Error::from(kind);
            let response = error.to_response();
            assert!(serde_json::from_slice::<serde_json::Value>(response.body()).is_ok());
            let is_plain = |byte: u8| matches!(byte, 0x20..=0x7e) && !b"\"\\".contains(&byte);
            assert!(error.to_string().bytes().all(is_plain), "{error}");
        }
    }

    #[test]
    fn what_may_pass_is_no_refusal() {
        let stored = |kind| Error::from(repository::Error::from(kind)).kind();
        use repository::ErrorKind::{Other, Unavailable};
        assert_eq!(stored(Unavailable), ErrorKind::Unavailable);
        assert_eq!(stored(Other), ErrorKind::Internal);
        let hashed = secrets::Error::from(secrets::ErrorKind::Overloaded);
        assert_eq!(Error::from(hashed).kind(), ErrorKind::Overloaded);
    }
}
