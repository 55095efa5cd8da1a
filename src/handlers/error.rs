use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Response, StatusCode, header};

use super::reply::Reply;
use crate::domain::{Clock, SystemClock, Timestamp, Violation, Violations};
use crate::error::opaque_error;
use crate::exchange::{ACCEPTED, CODED};
use crate::wire::Failure;
use crate::{authorization, manager};

/// The kind of an [`Error`], one for each status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// 400: the request is malformed or breaks a rule.
    BadRequest,
    /// 401: there is no valid Bearer token.
    Unauthorized,
    /// 403: the caller is no administrator, not of this tenant, or not allowed to do this.
    Forbidden,
    /// 404: there is no such resource in the caller's tenant.
    NotFound,
    /// 405: the path exists, but not with this method.
    MethodNotAllowed,
    /// 409: the client has the maximum number of active secrets, an imported id is taken, a
    /// registration was decided on already, or documents are blocked already or by too many blocks.
    Conflict,
    /// 412: `If-Match` names another version.
    PreconditionFailed,
    /// 413: the body is too long.
    PayloadTooLarge,
    /// 415: the body is not JSON, or compressed.
    UnsupportedMediaType,
    /// 500: an internal error.
    Internal,
    /// 503: a retry may succeed.
    Unavailable,
}

impl ErrorKind {
    pub(crate) fn status(self) -> StatusCode {
        match self {
            Self::BadRequest => StatusCode::BAD_REQUEST,
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::Conflict => StatusCode::CONFLICT,
            Self::PreconditionFailed => StatusCode::PRECONDITION_FAILED,
            Self::PayloadTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    pub(crate) fn message(self) -> &'static str {
        match self {
            Self::BadRequest => "the request is malformed",
            Self::Unauthorized => "a valid Bearer token is required",
            Self::Forbidden => "the administrator role is required",
            Self::NotFound => "not found",
            Self::MethodNotAllowed => "this path has other methods",
            Self::Conflict => "two secrets are active already",
            Self::PreconditionFailed => "the client was changed by somebody else",
            Self::PayloadTooLarge => "the body must be at most 128 KiB long",
            Self::UnsupportedMediaType => "the body must be application/json",
            Self::Internal => "internal error",
            Self::Unavailable => "not available now, try again later",
        }
    }
}

opaque_error! {
    /// Why an operation failed.
    ///
    /// `Display` is what the caller receives; the source, if any, is for the host's log.
    pub struct Error(pub(super) kind: ErrorKind) {
        message: Cow<'static, str> = kind.message().into(),
        challenge: Option<&'static str> = None,
        accepted_coding: Option<&'static str> = None,
        accepted_patches: &'static [&'static str] = &[],
        allowed: Vec<Method> = Vec::new(),
    }
}

impl Error {
    pub(super) fn bad_request(message: &'static str) -> Self {
        Self {
            message: message.into(),
            ..ErrorKind::BadRequest.into()
        }
    }

    /// The body is compressed.
    pub(super) fn coded() -> Self {
        Self {
            message: CODED.into(),
            accepted_coding: Some(ACCEPTED),
            ..ErrorKind::UnsupportedMediaType.into()
        }
    }

    /// The body is of another type than these. More than one is only accepted as a patch.
    pub(super) fn media_type(types: &'static [&'static str]) -> Self {
        let error = Self::from(ErrorKind::UnsupportedMediaType);
        match types {
            [] | [_] => error,
            several => Self {
                message: format!("the body must be {}", several.join(" or ")).into(),
                accepted_patches: several,
                ..error
            },
        }
    }

    pub(super) fn method_not_allowed(allowed: Vec<Method>) -> Self {
        Self {
            allowed,
            ..ErrorKind::MethodNotAllowed.into()
        }
    }

    /// The same error with another message.
    pub(super) fn with_message(self, message: &'static str) -> Self {
        Self {
            message: message.into(),
            ..self
        }
    }

    /// The response: the standard error body, with the headers that belong to the status.
    pub(super) fn into_reply(self, now: Timestamp) -> Reply {
        self.report();
        let status = self.kind.status();
        let body = Failure::new(status, &self.message, now);
        let mut reply = match Reply::json(&body) {
            Ok(reply) => reply.with_status(status),
            Err(_) => Reply::empty().with_status(StatusCode::INTERNAL_SERVER_ERROR),
        };
        if let Some(challenge) = self.challenge {
            let value = HeaderValue::from_static(challenge);
            reply = reply.with_header(header::WWW_AUTHENTICATE, value);
        }
        if let Some(coding) = self.accepted_coding {
            let value = HeaderValue::from_static(coding);
            reply = reply.with_header(header::ACCEPT_ENCODING, value);
        }
        // RFC 5789 §2.2.
        if !self.accepted_patches.is_empty()
            && let Ok(value) = HeaderValue::try_from(self.accepted_patches.join(", "))
        {
            reply = reply.with_header(HeaderName::from_static("accept-patch"), value);
        }
        if self.kind == ErrorKind::MethodNotAllowed {
            let allowed: Vec<_> = self.allowed.iter().map(Method::as_str).collect();
            if let Ok(value) = HeaderValue::try_from(allowed.join(", ")) {
                reply = reply.with_header(header::ALLOW, value);
            }
        }
        if self.kind == ErrorKind::Unavailable {
            reply = reply.with_header(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        reply.with_extension(Arc::new(self))
    }

    #[cfg(feature = "tracing")]
    fn report(&self) {
        let source = std::error::Error::source(self);
        match self.kind {
            ErrorKind::Internal => tracing::error!(error = source, "{self}"),
            ErrorKind::Unavailable => tracing::warn!(error = source, "{self}"),
            kind => tracing::debug!(error = source, ?kind, "refused"),
        }
    }

    #[cfg(not(feature = "tracing"))]
    fn report(&self) {}
}

/// The response to a request that a page of another origin made a browser send.
pub(crate) fn cross_origin_refusal<B: Default + From<Bytes>>() -> Response<B> {
    let error = Error::from(ErrorKind::Forbidden);
    let error = error.with_message("a page of another origin sent the request");
    error.into_reply(SystemClock.now()).into_response(false)
}

impl From<Violation> for Error {
    fn from(violation: Violation) -> Self {
        Self {
            message: violation.to_string().into(),
            ..ErrorKind::BadRequest.into()
        }
    }
}

impl From<Violations> for Error {
    fn from(violations: Violations) -> Self {
        Self {
            message: violations.to_string().into(),
            ..ErrorKind::BadRequest.into()
        }
    }
}

impl From<authorization::Error> for Error {
    fn from(error: authorization::Error) -> Self {
        use authorization::ErrorKind as Kind;
        let kind = match error.kind() {
            Kind::BadRequest => ErrorKind::BadRequest,
            Kind::MissingCredentials | Kind::InvalidToken => ErrorKind::Unauthorized,
            Kind::Forbidden => ErrorKind::Forbidden,
            Kind::Unavailable => ErrorKind::Unavailable,
            Kind::Internal => ErrorKind::Internal,
        };
        Self {
            message: error.to_string().into(),
            challenge: error.kind().challenge(),
            source: Some(error.into()),
            ..kind.into()
        }
    }
}

impl From<manager::Error> for Error {
    fn from(error: manager::Error) -> Self {
        use manager::ErrorKind as Kind;
        let kind = match error.kind() {
            Kind::Invalid | Kind::LastSecret => ErrorKind::BadRequest,
            Kind::TooManySecrets
            | Kind::Conflict
            | Kind::Decided
            | Kind::Blocked
            | Kind::TooManyBlocks => ErrorKind::Conflict,
            Kind::NotFound => ErrorKind::NotFound,
            Kind::Stale => ErrorKind::PreconditionFailed,
            Kind::Contended | Kind::Overloaded | Kind::Unavailable => ErrorKind::Unavailable,
            Kind::Internal => ErrorKind::Internal,
        };
        Self {
            message: error.to_string().into(),
            source: Some(error.into()),
            ..kind.into()
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
