//! Requirements for every response, whatever the request was.

use serde_json::Value;

use support::Answer;

/// Asserts the headers and the envelope, and that the status is no server fault.
#[track_caller]
pub fn assert_sound(answer: &Answer, what: &str) {
    let status = answer.status.as_u16();
    assert!(status < 500 || status == 503, "{what}: {status}");
    assert_eq!(
        answer.header("content-type"),
        Some("application/json"),
        "{what}"
    );
    assert_eq!(
        answer.header("x-content-type-options"),
        Some("nosniff"),
        "{what}"
    );
    assert_eq!(answer.header("cache-control"), Some("no-store"), "{what}");
    if status < 400 {
        let body = answer.json();
        assert_eq!(
            (&body["code"], &body["message"]),
            (&0.into(), &"success".into()),
            "{what}"
        );
        return;
    }
    assert_failure(&answer.json(), status, what);
    let carries = |name| answer.headers.contains_key(name);
    assert_eq!(
        carries("www-authenticate"),
        [401, 403].contains(&status),
        "{what}"
    );
    assert_eq!(carries("allow"), status == 405, "{what}");
    assert_eq!(carries("retry-after"), status == 503, "{what}");
}

#[track_caller]
fn assert_failure(body: &Value, status: u16, what: &str) {
    let members: Vec<_> = body.as_object().unwrap().keys().collect();
    assert_eq!(members, ["code", "message", "timestamp"], "{what}");
    assert_eq!(body["code"], u32::from(status) * 1000 + 1, "{what}");
    assert!(!body["message"].as_str().unwrap().is_empty(), "{what}");
    let timestamp = body["timestamp"].as_str().unwrap();
    assert!(
        timestamp.len() == 20 && timestamp.ends_with('Z'),
        "{what}: {timestamp}"
    );
}

/// Field names and other words that messages may contain of their own accord.
const OUR_WORDS: [&str; 20] = [
    "redirect_uris",
    "client_auth_methods",
    "is_confidential",
    "grant_types",
    "fapi_profile",
    "privacy_policy",
    "terms_url",
    "jwks_uri",
    "logo_url",
    "website",
    "scopes",
    "status",
    "authorization_code",
    "client_credentials",
    "refresh_token",
    "client_secret_basic",
    "client_secret_post",
    "private_key_jwt",
    "application/json",
    "suspended",
];

/// Asserts that no text of the request is repeated in the response.
#[track_caller]
pub fn assert_no_echo(answer: &Answer, sent: &str, what: &str) {
    let told = std::str::from_utf8(&answer.body).unwrap();
    for piece in sent
        .split('"')
        .filter(|piece| piece.len() >= 6 && !OUR_WORDS.contains(piece))
    {
        assert!(!told.contains(piece), "{what}: {piece:?} in {told}");
    }
}
