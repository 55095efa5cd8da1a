use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderValue, StatusCode, header};
use serde::Serialize;

use super::wire_name;
use crate::domain::Violations;
use crate::error::opaque_error;
use crate::exchange::{ACCEPTED, CODED, Reply, Unread};
use crate::{manager, repository};

/// The kind of an [`Error`]: the `error` codes of RFC 7591 §3.2.2, and one for each other status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// 400 `invalid_redirect_uri`: a redirect URI is missing or not acceptable.
    InvalidRedirectUri,
    /// 400 `invalid_client_metadata`: another member is not acceptable, or the body is malformed.
    InvalidClientMetadata,
    /// 400 `invalid_software_statement`: the software statement is not valid.
    InvalidSoftwareStatement,
    /// 400 `unapproved_software_statement`: the software is not approved here.
    UnapprovedSoftwareStatement,
    /// 401 with a challenge: there is no initial access token, or no registration access token.
    MissingToken,
    /// 401 `invalid_token`: that token is not valid, or there is no such client.
    InvalidToken,
    /// 403 `access_denied`: the client may not be changed, by anyone but an administrator.
    Forbidden,
    /// 404: there is no such endpoint.
    NotFound,
    /// 405: the endpoint has other methods.
    MethodNotAllowed,
    /// 413: the body is too long.
    PayloadTooLarge,
    /// 415: the body is not JSON, or compressed.
    UnsupportedMediaType,
    /// 429 with `Retry-After`: a budget is spent.
    TooManyRequests,
    /// 503 with `Retry-After`: the storage or another dependency failed.
    Unavailable,
}

impl ErrorKind {
    fn status(self) -> StatusCode {
        match self {
            Self::InvalidRedirectUri
            | Self::InvalidClientMetadata
            | Self::InvalidSoftwareStatement
            | Self::UnapprovedSoftwareStatement => StatusCode::BAD_REQUEST,
            Self::MissingToken | Self::InvalidToken => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::PayloadTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooManyRequests => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn code(self) -> &'static str {
        match self {
            Self::InvalidRedirectUri => "invalid_redirect_uri",
            Self::InvalidClientMetadata => "invalid_client_metadata",
            Self::InvalidSoftwareStatement => "invalid_software_statement",
            Self::UnapprovedSoftwareStatement => "unapproved_software_statement",
            Self::MissingToken | Self::InvalidToken => "invalid_token",
            Self::Forbidden => "access_denied",
            Self::NotFound
            | Self::MethodNotAllowed
            | Self::PayloadTooLarge
            | Self::UnsupportedMediaType => "invalid_request",
            Self::TooManyRequests | Self::Unavailable => "temporarily_unavailable",
        }
    }

    fn message(self) -> &'static str {
        match self {
            Self::InvalidRedirectUri => "a redirect URI is not acceptable",
            Self::InvalidClientMetadata => "the metadata is not acceptable",
            Self::InvalidSoftwareStatement => "the software statement is not valid",
            Self::UnapprovedSoftwareStatement => "the software is not approved here",
            Self::MissingToken => "a token is required",
            Self::InvalidToken => "the token is not valid",
            Self::Forbidden => "only an administrator may change this client",
            Self::NotFound => "not found",
            Self::MethodNotAllowed => "this path has other methods",
            Self::PayloadTooLarge => "the body must be at most 64 KiB long",
            Self::UnsupportedMediaType => "the body must be application/json",
            Self::TooManyRequests => "too many registrations, try again later",
            Self::Unavailable => "not available now, try again later",
        }
    }

    /// The challenge of a 401 (RFC 6750 §3): without a code if no token was presented.
    fn challenge(self) -> Option<&'static str> {
        match self {
            Self::MissingToken => Some("Bearer"),
            Self::InvalidToken => Some("Bearer error=\"invalid_token\""),
            _ => None,
        }
    }
}

opaque_error! {
    /// Why a registration failed.
    ///
    /// `Display` is the `error_description` that the caller receives; the source, if any, is for
    /// the host's log.
    pub struct Error(pub(super) kind: ErrorKind) {
        message: Cow<'static, str> = kind.message().into(),
        retry_after: Option<Duration> = None,
        allowed: Option<&'static str> = None,
        is_coded: bool = false,
    }
}

/// The longest `error_description`, in bytes.
const MAX_DESCRIPTION: usize = 1024;

/// The `Retry-After` if the wait is unknown.
const A_MOMENT: Duration = Duration::from_secs(1);

impl Error {
    /// The response status.
    pub fn status(&self) -> StatusCode {
        self.kind.status()
    }

    /// The `error` code of the response.
    pub fn code(&self) -> &'static str {
        self.kind.code()
    }

    /// The same error with another description.
    pub(super) fn because(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            message: message.into(),
            ..kind.into()
        }
    }

    pub(super) fn metadata(message: impl Into<Cow<'static, str>>) -> Self {
        Self::because(ErrorKind::InvalidClientMetadata, message)
    }

    pub(super) fn too_many(wait: Duration) -> Self {
        Self {
            retry_after: Some(wait),
            ..ErrorKind::TooManyRequests.into()
        }
    }

    /// The endpoint has only these methods.
    pub(super) fn method_not_allowed(allowed: &'static str) -> Self {
        Self {
            allowed: Some(allowed),
            ..ErrorKind::MethodNotAllowed.into()
        }
    }

    pub(super) fn into_reply(self) -> Reply {
        #[derive(Serialize)]
        struct Body<'a> {
            error: &'static str,
            error_description: &'a str,
        }

        self.report();
        let body = Body {
            error: self.code(),
            error_description: &described(&self.message),
        };
        let reply = Reply::json(&body).unwrap_or_else(|_| Reply::empty());
        let mut reply = reply.with_status(self.status());
        if let Some(challenge) = self.kind.challenge() {
            let value = HeaderValue::from_static(challenge);
            reply = reply.with_header(header::WWW_AUTHENTICATE, value);
        }
        if let Some(allowed) = self.allowed {
            reply = reply.with_header(header::ALLOW, HeaderValue::from_static(allowed));
        }
        if self.is_coded {
            let value = HeaderValue::from_static(ACCEPTED);
            reply = reply.with_header(header::ACCEPT_ENCODING, value);
        }
        if let ErrorKind::TooManyRequests | ErrorKind::Unavailable = self.kind {
            let wait = self.retry_after.unwrap_or(A_MOMENT);
            let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
            reply = reply.with_header(header::RETRY_AFTER, seconds.max(1).into());
        }
        reply.with_extension(Arc::new(self))
    }

    #[cfg(feature = "tracing")]
    fn report(&self) {
        let source = std::error::Error::source(self);
        match self.kind {
            ErrorKind::Unavailable => tracing::warn!(error = source, "{self}"),
            kind => tracing::debug!(error = source, ?kind, "a registration was refused"),
        }
    }

    #[cfg(not(feature = "tracing"))]
    fn report(&self) {}
}

/// A description as RFC 7591 §3.2.2 allows it: ASCII, without quotes and backslashes.
fn described(message: &str) -> String {
    let is_plain = |c: char| matches!(c, ' '..='~') && c != '"' && c != '\\';
    let plain = message.chars().map(|c| if is_plain(c) { c } else { '?' });
    plain.take(MAX_DESCRIPTION).collect()
}

/// Redirect URIs have a code of their own; the description names the members as they were sent.
impl From<Violations> for Error {
    fn from(violations: Violations) -> Self {
        let is_redirect = violations
            .iter()
            .any(|violation| violation.field() == "redirect_uris");
        let kind = match is_redirect {
            true => ErrorKind::InvalidRedirectUri,
            false => ErrorKind::InvalidClientMetadata,
        };
        let shown = violations.iter().take(Violations::SHOWN);
        let shown = shown.map(|violation| {
            let (field, path) = (violation.field(), violation.path());
            let index = path.strip_prefix(field).unwrap_or_default();
            format!("{}{index}: {}", wire_name(field), violation.message())
        });
        Self::because(kind, shown.collect::<Vec<_>>().join("; "))
    }
}

impl From<Unread> for Error {
    fn from(unread: Unread) -> Self {
        match unread {
            Unread::RepeatedType => Self::metadata("Content-Type: must be there once"),
            Unread::Coded => Self {
                is_coded: true,
                ..Self::because(ErrorKind::UnsupportedMediaType, CODED)
            },
            Unread::OtherType => ErrorKind::UnsupportedMediaType.into(),
            Unread::TooLong => ErrorKind::PayloadTooLarge.into(),
            Unread::Broken(error) => Self::metadata("body: could not be read").with_source(error),
        }
    }
}

/// A failure of the storage is never the caller's fault, so that it keeps what it has.
impl From<repository::Error> for Error {
    fn from(error: repository::Error) -> Self {
        let kind = match error.kind() {
            repository::ErrorKind::NotFound | repository::ErrorKind::TokenSpent => {
                ErrorKind::InvalidToken
            }
            _ => ErrorKind::Unavailable,
        };
        Self::new(kind).with_source(error)
    }
}

impl From<manager::Error> for Error {
    fn from(error: manager::Error) -> Self {
        let kind = match error.kind() {
            manager::ErrorKind::NotFound => ErrorKind::InvalidToken,
            _ => ErrorKind::Unavailable,
        };
        Self::new(kind).with_source(error)
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::new(ErrorKind::Unavailable).with_source(error)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Violation;

    #[test]
    fn a_violation_is_told_in_the_words_of_the_rfc() {
        let mut violations = Violations::default();
        violations.push(Violation::new("scopes[3]", "must not be empty"));
        violations.push(Violation::new("website", "must be an absolute https URL"));
        let error = Error::from(violations.clone());
        assert_eq!(error.kind(), ErrorKind::InvalidClientMetadata);
        let told = "scope[3]: must not be empty; client_uri: must be an absolute https URL";
        assert_eq!(error.to_string(), told);
        violations.push(Violation::new("redirect_uris[0]", "must not be empty"));
        assert_eq!(Error::from(violations).code(), "invalid_redirect_uri");
    }

    #[test]
    fn a_description_has_only_the_characters_of_the_rfc() {
        assert_eq!(described("a \"b\" \\ \n é ~"), "a ?b? ? ? ? ~");
        assert_eq!(described(&"x".repeat(2000)).len(), MAX_DESCRIPTION);
    }
}
