//! Accepted values are stored and returned byte for byte.

use serde_json::Value;
use tower_oauth_clients::domain::Client;

const LISTS: [&str; 3] = ["redirect_uris", "scopes", "grant_types"];
const TEXTS: [&str; 6] = [
    "fapi_profile",
    "jwks_uri",
    "logo_url",
    "privacy_policy",
    "terms_url",
    "website",
];

/// Compares the request with the client as it is returned and as it is stored.
#[track_caller]
pub fn assert_kept(sent: &Value, read: &Value, stored: &Client, what: &str) {
    if let Some(name) = sent.get("name") {
        assert_eq!(read["name"], *name, "{what}");
        assert_eq!(stored.metadata.name, name.as_str().unwrap(), "{what}");
    }
    for name in LISTS {
        if let Some(list) = sent.get(name) {
            assert_eq!(read[name], once(list), "{what}: {name}");
        }
    }
    if let Some(uris) = sent.get("redirect_uris") {
        let stored: Value = stored
            .metadata
            .redirect_uris
            .iter()
            .map(String::as_str)
            .collect();
        assert_eq!(stored, once(uris), "{what}");
    }
    if let Some(methods) = sent.get("client_auth_methods") {
        let methods = match methods {
            Value::String(text) => serde_json::from_str(text).unwrap(),
            list => list.clone(),
        };
        assert_eq!(
            parsed(&read["client_auth_methods"]),
            once(&methods),
            "{what}"
        );
    }
    if let Some(flag) = sent.get("is_confidential") {
        assert_eq!(read["is_confidential"], *flag, "{what}");
    }
    for name in TEXTS {
        if let Some(text) = sent.get(name) {
            let set = text.as_str().filter(|text| !text.is_empty());
            assert_eq!(
                read.get(name).and_then(Value::as_str),
                set,
                "{what}: {name}"
            );
        }
    }
    if let Some(jwks) = sent.get("jwks") {
        let set = jwks.as_str().filter(|text| !text.is_empty());
        assert_eq!(stored.metadata.jwks.as_deref(), set, "{what}");
    }
    assert!(read.get("jwks").is_none(), "{what}");
}

/// A list that a response contains as JSON text.
pub fn parsed(text: &Value) -> Value {
    serde_json::from_str(text.as_str().unwrap()).unwrap()
}

/// The list without duplicates, in the order of their first occurrence.
fn once(list: &Value) -> Value {
    let mut kept: Vec<Value> = Vec::new();
    for item in list.as_array().unwrap() {
        if !kept.contains(item) {
            kept.push(item.clone());
        }
    }
    kept.into()
}
