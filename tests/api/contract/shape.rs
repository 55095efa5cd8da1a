//! The format of responses.

use std::collections::BTreeSet;

use http::StatusCode;
use serde_json::Value;

use support::Answer;

pub const ITEM: &[&str] = &[
    "id",
    "tenant_id",
    "client_id",
    "name",
    "redirect_uris",
    "scopes",
    "grant_types",
    "client_auth_methods",
    "cors_origins",
    "fapi_profile",
    "is_confidential",
    "jwks_uri",
    "logo_url",
    "privacy_policy",
    "terms_url",
    "website",
    "status",
    "secret_last_four",
    "created_at",
    "updated_at",
    "deleted_at",
];

pub fn members(object: &Value) -> BTreeSet<&str> {
    object
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

pub fn without(all: &[&'static str], left_out: &[&str]) -> BTreeSet<&'static str> {
    all.iter()
        .copied()
        .filter(|name| !left_out.contains(name))
        .collect()
}

pub fn assert_common_headers(answer: &Answer) {
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    let length = answer.header("content-length").unwrap();
    assert_eq!(length, answer.body.len().to_string());
}

pub fn assert_timestamp(value: &Value) {
    let text = value.as_str().unwrap();
    assert_eq!(text.len(), "2026-04-15T10:30:00Z".len(), "{text}");
    assert!(text.starts_with("20") && text.ends_with('Z'), "{text}");
}

/// Asserts the status, body and headers of an error response.
pub fn assert_error(answer: &Answer, status: u16) {
    assert_eq!(answer.status.as_u16(), status, "{:?}", answer.body);
    assert_common_headers(answer);
    let body = answer.json();
    assert_eq!(
        members(&body),
        BTreeSet::from(["code", "message", "timestamp"])
    );
    assert_eq!(body["code"], u32::from(status) * 1000 + 1);
    assert!(!answer.message().is_empty());
    assert_timestamp(&body["timestamp"]);
    let challenged = answer.header("www-authenticate").is_some();
    assert_eq!(challenged, matches!(status, 401 | 403));
    assert_eq!(answer.header("allow").is_some(), status == 405);
    let (others, accepted) = (
        ["www-authenticate", "allow", "retry-after"],
        ["accept-encoding", "accept-patch"],
    );
    let accepted = accepted.into_iter().filter(|_| status == 415);
    let others: Vec<_> = others.into_iter().chain(accepted).collect();
    assert_only_these_headers(answer, &others);
}

/// Asserts a success in the usual envelope and returns its data.
pub fn assert_success(answer: &Answer, status: StatusCode) -> Value {
    assert_eq!(answer.status, status, "{:?}", answer.body);
    assert_common_headers(answer);
    let body = answer.json();
    assert_eq!(
        members(&body),
        BTreeSet::from(["code", "data", "message", "timestamp"])
    );
    assert_eq!(
        (&body["code"], &body["message"]),
        (&0.into(), &"success".into())
    );
    assert_timestamp(&body["timestamp"]);
    body["data"].clone()
}

/// Asserts a success without a body.
pub fn assert_no_content(answer: &Answer) {
    assert_eq!(answer.status, StatusCode::NO_CONTENT, "{:?}", answer.body);
    assert!(answer.body.is_empty());
    let mut names: Vec<_> = answer.headers.keys().map(|name| name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["cache-control", "x-content-type-options"]);
}

/// Asserts that the response has the common headers and these others, and no more, but for what
/// ends a connection on which a body was not read.
pub fn assert_only_these_headers(answer: &Answer, others: &[&str]) {
    let common = [
        "cache-control",
        "content-length",
        "content-type",
        "x-content-type-options",
    ];
    for name in answer.headers.keys() {
        let name = name.as_str();
        let ends = name == "connection" && answer.header(name) == Some("close");
        assert!(
            ends || common.contains(&name) || others.contains(&name),
            "{name}"
        );
    }
}
