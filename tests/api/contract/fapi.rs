//! Which keys a client may register, by FAPI profile.

use http::Method;
use serde_json::{Value, json};

use support::{App, CLIENTS};

/// A public test key with additional members.
fn key(kid: &str, more: Value) -> Value {
    let keys: Value = serde_json::from_str(include_str!("../../data/keys/jwks.json")).unwrap();
    let keys = keys["keys"].as_array().unwrap();
    let mut key = keys.iter().find(|key| key["kid"] == kid).unwrap().clone();
    let members = key.as_object_mut().unwrap();
    members.remove("alg");
    members.extend(more.as_object().unwrap().clone());
    key
}

#[tokio::test]
async fn a_key_fits_the_profile() {
    const ALL: &[&str] = &["fapi1", "fapi2"];
    let fapi1 = "must hold keys for PS256 or ES256 only under fapi1";
    let fapi2 = "must hold keys for PS256, ES256 or EdDSA only under fapi2";
    for app in App::each().await {
        for (kid, more, fits) in [
            ("rsa", json!({}), ALL),
            ("rsa", json!({"alg": "PS256"}), ALL),
            ("rsa", json!({"alg": "RS256"}), &[]),
            ("rsa", json!({"alg": "PS512"}), &[]),
            ("p256", json!({}), ALL),
            ("p256", json!({"alg": "ES256"}), ALL),
            ("p384", json!({}), &[]),
            ("ed25519", json!({}), &["fapi2"]),
            ("ed25519", json!({"alg": "EdDSA"}), &["fapi2"]),
        ] {
            let place = format!("{:?}: {kid} {more}", app.store);
            for (profile, words) in [("fapi1", fapi1), ("fapi2", fapi2)] {
                // The other key is acceptable: every key has to be.
                let keys = [key("p256", json!({"kid": "first"})), key(kid, more.clone())];
                let body = json!({
                    "name": "Bank",
                    "redirect_uris": ["https://app.example.com/cb"],
                    "client_auth_methods": ["private_key_jwt"],
                    "fapi_profile": profile,
                    "jwks": json!({"keys": keys}).to_string(),
                });
                let answer = app.call(Method::POST, CLIENTS, Some(&body)).await;
                if fits.contains(&profile) {
                    assert_eq!(answer.status, 201, "{place}, {profile}: {:?}", answer.body);
                } else {
                    assert_eq!(answer.status, 400, "{place}, {profile}");
                    assert_eq!(answer.message(), format!("jwks: {words}"), "{place}");
                }
            }
        }
    }
}

#[tokio::test]
async fn a_public_client_has_no_profile() {
    for app in App::each().await {
        let body = json!({
            "name": "Bank",
            "redirect_uris": ["https://app.example.com/cb"],
            "client_auth_methods": ["none"],
            "is_confidential": false,
            "fapi_profile": "fapi2",
        });
        let answer = app.call(Method::POST, CLIENTS, Some(&body)).await;
        assert_eq!(answer.status, 400);
        let fault = "is_confidential: must be true under a FAPI profile";
        assert!(answer.message().contains(fault), "{}", answer.message());
    }
}
