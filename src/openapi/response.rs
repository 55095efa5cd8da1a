use http::StatusCode;
use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::with;
use crate::handlers::{ErrorKind, LINES};
use crate::wire::Failure;

/// The headers of all responses.
const ALWAYS: [&str; 2] = ["Cache-Control", "X-Content-Type-Options"];

/// The kinds of failure, with their component name and their own headers. 405 is omitted because it
/// belongs to no operation.
const FAILURES: [(ErrorKind, &str, &[&str]); 10] = [
    (ErrorKind::BadRequest, "BadRequest", &[]),
    (
        ErrorKind::Unauthorized,
        "Unauthorized",
        &["WWW-Authenticate"],
    ),
    (ErrorKind::Forbidden, "Forbidden", &["WWW-Authenticate"]),
    (ErrorKind::NotFound, "NotFound", &[]),
    (ErrorKind::Conflict, "Conflict", &[]),
    (ErrorKind::PreconditionFailed, "PreconditionFailed", &[]),
    (ErrorKind::PayloadTooLarge, "PayloadTooLarge", &[]),
    (
        ErrorKind::UnsupportedMediaType,
        "UnsupportedMediaType",
        &["Accept-Patch"],
    ),
    (ErrorKind::Internal, "Internal", &[]),
    (ErrorKind::Unavailable, "Unavailable", &["Retry-After"]),
];

/// A success, with a body if there is one.
pub(super) fn success(
    status: StatusCode,
    body: Option<Schema>,
    lines: bool,
    headers: &[&str],
) -> Value {
    let response = json!({
        "description": status.canonical_reason().unwrap_or_default(),
        "headers": references(headers),
    });
    let content = body.map(|schema| {
        let mut content = json!({"application/json": {"schema": schema}});
        for media_type in LINES.into_iter().filter(|_| lines) {
            let text = json!({"type": "string", "description": "One item per line."});
            content = with(content, media_type, Some(json!({"schema": text})));
        }
        content
    });
    with(response, "content", content)
}

/// The failures of one operation, by status.
pub(super) fn failures_of(kinds: Vec<ErrorKind>) -> Map<String, Value> {
    let reference = |name| json!({"$ref": format!("#/components/responses/{name}")});
    let responses = FAILURES.iter().filter(|(kind, ..)| kinds.contains(kind));
    responses
        .map(|(kind, name, _)| (kind.status().as_str().to_owned(), reference(name)))
        .collect()
}

/// All failures, by component name.
pub(super) fn failures(generator: &mut SchemaGenerator) -> Value {
    let schema = generator.subschema_for::<Failure<'_>>();
    let component = |(kind, name, headers): (ErrorKind, &str, &[&str])| {
        let example = json!({
            "code": u32::from(kind.status().as_u16()) * 1000 + 1,
            "message": kind.message(),
            "timestamp": "2026-04-15T10:30:00Z",
        });
        let response = json!({
            "description": kind.message(),
            "headers": references(headers),
            "content": {"application/json": {"schema": schema, "example": example}},
        });
        (name.to_owned(), response)
    };
    FAILURES.into_iter().map(component).collect()
}

/// All response headers, by name.
pub(super) fn headers() -> Value {
    json!({
        "Cache-Control": {"required": true, "schema": {"type": "string", "const": "no-store"}},
        "X-Content-Type-Options": {
            "required": true, "schema": {"type": "string", "const": "nosniff"},
        },
        "ETag": {
            "required": true, "schema": {"type": "string"}, "example": "\"1\"",
            "description": "The version of the client, for `If-Match`.",
        },
        "Location": {
            "required": true, "schema": {"type": "string", "format": "uri-reference"},
            "description": "Where the new client is.",
        },
        "Link": {
            "schema": {"type": "string"},
            "description": "With `after`, where something follows: the next page, as \
                            `<...>; rel=\"next\"` (RFC 8288).",
        },
        "Accept-Patch": {
            "schema": {"type": "string"},
            "description": "The types that a PATCH may have (RFC 5789 section 2.2).",
        },
        "WWW-Authenticate": {
            "required": true, "schema": {"type": "string", "pattern": "^Bearer "},
            "description": "RFC 6750 section 3.",
        },
        "Unknown-Parameters": {
            "schema": {"type": "string"}, "example": "\"clientId\"",
            "description": "The query parameters that were ignored, percent-encoded, as a list of \
                            strings (RFC 9651 section 3.1): at most 16, of each 64 bytes.",
        },
        "Preference-Applied": {
            "schema": {"type": "string", "const": "handling=strict"},
            "description": "RFC 7240 section 3.",
        },
        "Retry-After": {
            "required": true, "schema": {"type": "integer", "minimum": 0},
            "description": "Seconds.",
        },
    })
}

fn references(own: &[&str]) -> Value {
    let names = ALWAYS.iter().chain(own);
    let reference = |name| json!({"$ref": format!("#/components/headers/{name}")});
    names
        .map(|name| (name.to_string(), reference(name)))
        .collect()
}
