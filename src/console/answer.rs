use http::header::{self, HeaderName};
use http::{HeaderValue, Method, Request, Response, StatusCode};

use super::content::Content;
use crate::exchange::{Body, weight};

/// How long a browser may keep a response.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kept {
    /// Until it asks again, which it does each time.
    Checked,
    /// For ever: another content has another path.
    Forever,
}

/// Only files of the own origin run, nothing inline, and no text becomes markup. No picture is
/// loaded from where a client says.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
    img-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'; \
    require-trusted-types-for 'script'; trusted-types 'none'";

const SECURITY: [(HeaderName, &str); 5] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("permissions-policy"),
        "clipboard-write=(self)",
    ),
];

/// A file, or the answer that the browser has it already.
pub(super) fn answer<B>(request: &Request<B>, kept: Kept, content: &Content) -> Response<Body> {
    let zipped = content.zipped.as_ref().filter(|_| prefers_gzip(request));
    let bytes = zipped.unwrap_or(&content.plain);
    let tag = format!("\"{:x}-{:08x}\"", bytes.len(), crc32fast::hash(bytes));
    let is_known = kept == Kept::Checked && knows(request, &tag);
    let mut response = match is_known {
        true => with_status(StatusCode::NOT_MODIFIED),
        false => with_status(StatusCode::OK),
    };
    let headers = response.headers_mut();
    let cached = match kept {
        Kept::Checked => "no-cache",
        Kept::Forever => "public, max-age=31536000, immutable",
    };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cached));
    headers.insert(header::VARY, header::ACCEPT_ENCODING.into());
    if kept == Kept::Checked
        && let Ok(tag) = HeaderValue::try_from(tag)
    {
        headers.insert(header::ETAG, tag);
    }
    if is_known {
        return response;
    }
    let media_type = HeaderValue::from_static(content.media_type);
    headers.insert(header::CONTENT_TYPE, media_type);
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(bytes.len()));
    if zipped.is_some() {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    if *request.method() != Method::HEAD {
        *response.body_mut() = bytes.clone().into();
    }
    response
}

/// Whether `Accept-Encoding` has gzip, and not with less weight than no coding (RFC 9110 §12.5.3).
fn prefers_gzip<B>(request: &Request<B>) -> bool {
    let weight = |coding| weight(request.headers(), &header::ACCEPT_ENCODING, coding);
    let gzip = weight("gzip").or_else(|| weight("*")).unwrap_or(0);
    gzip > 0 && gzip >= weight("identity").unwrap_or(0)
}

/// Whether `If-None-Match` has the tag (RFC 9110 §13.1.2). A proxy that compresses makes it weak.
fn knows<B>(request: &Request<B>, tag: &str) -> bool {
    let values = request.headers().get_all(header::IF_NONE_MATCH).iter();
    let mut tags = values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim);
    tags.any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag)
}

/// Sends the browser from `…/console` to `…/console/`, wherever that is outside of a proxy.
pub(super) fn moved(mounted: &str) -> Response<Body> {
    let Ok(location) = HeaderValue::try_from(format!("./{mounted}/")) else {
        return not_found();
    };
    let mut response = with_status(StatusCode::PERMANENT_REDIRECT);
    let headers = response.headers_mut();
    headers.insert(header::LOCATION, location);
    // The mount point may move; a browser must not remember this one for ever.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

pub(super) fn not_found() -> Response<Body> {
    refused(StatusCode::NOT_FOUND)
}

pub(super) fn wrong_method() -> Response<Body> {
    let mut response = refused(StatusCode::METHOD_NOT_ALLOWED);
    let allowed = HeaderValue::from_static("GET, HEAD");
    response.headers_mut().insert(header::ALLOW, allowed);
    response
}

/// An empty response that no cache keeps: another version of the host may have the file.
fn refused(status: StatusCode) -> Response<Body> {
    let mut response = with_status(status);
    let cached = HeaderValue::from_static("no-store");
    response.headers_mut().insert(header::CACHE_CONTROL, cached);
    response
}

/// An empty response.
fn with_status(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::default());
    *response.status_mut() = status;
    for (name, value) in SECURITY {
        let value = HeaderValue::from_static(value);
        response.headers_mut().insert(name, value);
    }
    response
}
