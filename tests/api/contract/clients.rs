use std::collections::BTreeSet;
use std::time::Duration;

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::shape::{
    ITEM, assert_common_headers, assert_only_these_headers, assert_timestamp, members, without,
};
use support::{App, CLIENTS, admin, base, request};

const CREATED: &[&str] = &[
    "id",
    "client_id",
    "client_secret",
    "name",
    "redirect_uris",
    "scopes",
    "grant_types",
    "client_auth_methods",
    "cors_origins",
    "fapi_profile",
    "is_confidential",
    "jwks",
    "jwks_uri",
    "logo_url",
    "privacy_policy",
    "terms_url",
    "website",
    "status",
];
const CLONED: &[&str] = &[
    "id",
    "client_id",
    "client_secret",
    "name",
    "redirect_uris",
    "scopes",
    "grant_types",
    "client_auth_methods",
    "cors_origins",
    "fapi_profile",
    "jwks_uri",
    "status",
];
/// Members that are left out if they are not set.
const OPTIONAL: &[&str] = &[
    "client_secret",
    "fapi_profile",
    "jwks",
    "jwks_uri",
    "logo_url",
    "privacy_policy",
    "terms_url",
    "website",
    "secret_last_four",
    "deleted_at",
];

/// A client with every field set that can be set at the same time.
fn full() -> Value {
    let key = r#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"OxzOMV90Ec3sfx72LsAO_PufHJ-TO6FB6PD1bQLXDWo"}]}"#;
    json!({
        "name": "Everything",
        "redirect_uris": ["https://app.example.com/cb", "http://127.0.0.1:8080/cb",
                          "https://app.example.com/other"],
        "scopes": ["openid", "profile"],
        "grant_types": ["authorization_code", "refresh_token"],
        "client_auth_methods": ["client_secret_basic", "private_key_jwt"],
        "jwks": key,
        "logo_url": "https://app.example.com/logo.png",
        "privacy_policy": "https://app.example.com/privacy",
        "terms_url": "https://app.example.com/terms",
        "website": "https://app.example.com",
    })
}

#[tokio::test]
async fn create() {
    for app in App::each().await {
        let answer = app.call(Method::POST, CLIENTS, Some(&full())).await;
        assert_eq!(answer.status, StatusCode::CREATED);
        assert_common_headers(&answer);
        assert_only_these_headers(&answer, &["location"]);
        let body = answer.json();
        assert_eq!(members(&body), BTreeSet::from(["code", "data", "message"]));
        assert_eq!(
            (&body["code"], &body["message"]),
            (&json!(0), &json!("success"))
        );

        let data = &body["data"];
        assert_eq!(
            members(data),
            without(CREATED, &["fapi_profile", "jwks_uri"])
        );
        for (name, sent) in full().as_object().unwrap() {
            if name != "client_auth_methods" {
                assert_eq!(&data[name], sent, "{name}");
            }
        }
        let methods = r#"["client_secret_basic","private_key_jwt"]"#;
        assert_eq!(data["client_auth_methods"], methods);
        let origins = json!(["https://app.example.com", "http://127.0.0.1:8080"]);
        assert_eq!(data["cors_origins"], origins);
        assert_eq!(data["status"], "active");

        let (id, client_id) = (
            data["id"].as_str().unwrap(),
            data["client_id"].as_str().unwrap(),
        );
        assert_eq!(id.len(), 26);
        assert_eq!(client_id, format!("app-{}", client_id[4..].to_lowercase()));
        assert_eq!(
            answer.header("location"),
            Some(&*format!("{CLIENTS}/{client_id}"))
        );
        let secret = data["client_secret"].as_str().unwrap();
        assert!(secret.len() <= 128);
        assert!(
            secret
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
        );
    }
}

#[tokio::test]
async fn what_is_not_set_gets_its_default_or_is_left_out() {
    for app in App::each().await {
        let data = app.create(&base()).await;
        let left_out: Vec<_> = without(OPTIONAL, &["client_secret"]).into_iter().collect();
        assert_eq!(members(&data), without(CREATED, &left_out));
        assert_eq!(data["is_confidential"], true);
        assert_eq!(data["scopes"], json!([]));
        assert_eq!(data["grant_types"], json!(["authorization_code"]));
        assert_eq!(data["client_auth_methods"], r#"["client_secret_basic"]"#);

        let mut public = base();
        public["is_confidential"] = false.into();
        let data = app.create(&public).await;
        assert_eq!(members(&data), without(CREATED, OPTIONAL));
        assert_eq!(data["client_auth_methods"], r#"["none"]"#);
    }
}

#[tokio::test]
async fn get() {
    for app in App::each().await {
        let created = app.create(&full()).await;
        let answer = app.get(created["client_id"].as_str().unwrap()).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_common_headers(&answer);
        assert_only_these_headers(&answer, &["etag"]);
        assert_eq!(answer.header("etag"), Some("\"1\""));
        let body = answer.json();
        assert_eq!(
            members(&body),
            BTreeSet::from(["code", "data", "message", "timestamp"])
        );
        assert_timestamp(&body["timestamp"]);

        let data = &body["data"];
        let left_out = ["fapi_profile", "jwks_uri", "deleted_at"];
        assert_eq!(members(data), without(ITEM, &left_out));
        assert_eq!(data["tenant_id"], "tenant_a");
        let secret = created["client_secret"].as_str().unwrap();
        assert_eq!(data["secret_last_four"], secret[secret.len() - 4..]);
        assert_timestamp(&data["created_at"]);
        assert_timestamp(&data["updated_at"]);
        for name in members(data).intersection(&members(&created)) {
            assert_eq!(data[name], created[name], "{name}");
        }
    }
}

#[tokio::test]
async fn head_is_get_without_the_body() {
    for app in App::each().await {
        let created = app.create(&base()).await;
        let path = format!("{CLIENTS}/{}", created["client_id"].as_str().unwrap());
        let head = app.call(Method::HEAD, &path, None).await;
        let get = app.call(Method::GET, &path, None).await;
        assert_eq!(head.status, StatusCode::OK);
        assert!(head.body.is_empty());
        assert_eq!(head.headers, get.headers);
    }
}

#[tokio::test]
async fn update() {
    for app in App::each().await {
        let created = app.create(&full()).await;
        let client_id = created["client_id"].as_str().unwrap();
        app.clock.advance(Duration::from_secs(90));
        let answer = app
            .update(client_id, &json!({"name": "Renamed", "website": null}))
            .await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_common_headers(&answer);
        assert_only_these_headers(&answer, &["etag"]);
        assert_eq!(answer.header("etag"), Some("\"2\""));

        let data = answer.data();
        let left_out = ["fapi_profile", "jwks_uri", "deleted_at", "website"];
        assert_eq!(members(&data), without(ITEM, &left_out));
        assert_eq!(data["name"], "Renamed");
        assert_ne!(data["updated_at"], data["created_at"]);
        assert_eq!(app.get(client_id).await.data(), data);
    }
}

#[tokio::test]
async fn clone() {
    for app in App::each().await {
        let source = app.create(&full()).await;
        let answer = app
            .clone_client(source["client_id"].as_str().unwrap())
            .await;
        assert_eq!(answer.status, StatusCode::CREATED);
        assert_common_headers(&answer);
        assert_only_these_headers(&answer, &["location"]);
        let body = answer.json();
        assert_eq!(
            members(&body),
            BTreeSet::from(["code", "data", "message", "timestamp"])
        );

        let data = &body["data"];
        assert_eq!(
            members(data),
            without(CLONED, &["fapi_profile", "jwks_uri"])
        );
        assert_eq!(data["name"], "Everything (clone)");
        for own in ["id", "client_id", "client_secret"] {
            assert_ne!(data[own], source[own], "{own}");
        }
        let client_id = data["client_id"].as_str().unwrap();
        assert_eq!(
            answer.header("location"),
            Some(&*format!("{CLIENTS}/{client_id}"))
        );

        // The keys, which no response shows, are kept too: the method is refused without them.
        let answer = app.update(client_id, &json!({"jwks": null})).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    }
}

#[tokio::test]
async fn errors_have_one_form() {
    for app in App::each().await {
        let created = app.create(&base()).await;
        let path = format!("{CLIENTS}/{}", created["client_id"].as_str().unwrap());
        let absent = format!("{CLIENTS}/app-absent");
        let token = admin("tenant_a");
        let mut user = support::claims("tenant_a");
        user["role"] = "user".into();
        let user = support::sign(&user);
        let empty = json!({});

        let mut stale = request(&token, Method::PUT, &path, Some(&empty));
        stale
            .headers_mut()
            .insert("if-match", "\"7\"".parse().unwrap());
        let mut form = request(&token, Method::POST, CLIENTS, Some(&empty));
        form.headers_mut()
            .insert("content-type", "text/plain".parse().unwrap());
        let long = json!({"name": "n".repeat(200_000)});

        let cases = [
            (400, request(&token, Method::POST, CLIENTS, Some(&empty))),
            (401, request("", Method::GET, &path, None)),
            (401, request("a.b.c", Method::GET, &path, None)),
            (403, request(&user, Method::GET, &path, None)),
            (404, request(&token, Method::GET, &absent, None)),
            (404, request(&token, Method::GET, "/elsewhere", None)),
            (405, request(&token, Method::DELETE, CLIENTS, None)),
            (412, stale),
            (413, request(&token, Method::POST, CLIENTS, Some(&long))),
            (415, form),
        ];
        for (status, request) in cases {
            let answer = app.send(request).await;
            assert_eq!(answer.status.as_u16(), status);
            assert_common_headers(&answer);
            let body = answer.json();
            assert_eq!(
                members(&body),
                BTreeSet::from(["code", "message", "timestamp"])
            );
            assert_eq!(body["code"], u32::from(status) * 1000 + 1);
            assert_timestamp(&body["timestamp"]);
            assert_eq!(
                answer.header("www-authenticate").is_some(),
                matches!(status, 401 | 403)
            );
            assert_eq!(answer.header("allow").is_some(), status == 405);
        }
    }
}

#[tokio::test]
async fn all_violations_come_together_with_their_paths_and_without_their_values() {
    for app in App::each().await {
        let body = json!({
            "name": 7,
            "redirect_uris": ["https://app.example.com/cb#evil", "https://ok.example.com", 1],
            "scopes": ["a b"],
            "grant_types": ["client_credentials", "password"],
            "is_confidential": "evil",
            "logo_url": "javascript:evil",
            "jwks": "{\"keys\":[{\"kty\":\"EC\",\"d\":\"evil\"}]}",
        });
        let answer = app.call(Method::POST, CLIENTS, Some(&body)).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        let message = answer.message();
        let paths: Vec<_> = message
            .split("; ")
            .map(|fault| fault.split(": ").next().unwrap())
            .collect();
        let expected = [
            "is_confidential",
            "name",
            "redirect_uris[0]",
            "redirect_uris[2]",
            "scopes[0]",
            "grant_types[1]",
            "jwks",
            "logo_url",
        ];
        assert_eq!(paths, expected, "{message}");
        assert!(!message.contains("evil"), "{message}");
        assert!(
            message.contains("redirect_uris[0]: must not contain a fragment"),
            "{message}"
        );
        assert!(message.contains("jwks: holds a private key"), "{message}");
    }
}

#[tokio::test]
async fn at_most_twenty_violations_are_shown() {
    for app in App::each().await {
        let body = json!({"name": "n", "redirect_uris": vec!["x"; 30]});
        let message = app.call(Method::POST, CLIENTS, Some(&body)).await.message();
        assert_eq!(message.matches("redirect_uris[").count(), 20, "{message}");
        assert!(message.ends_with("; and 10 more"), "{message}");
    }
}

#[tokio::test]
async fn what_was_read_can_be_sent_back() {
    for app in App::each().await {
        let created = app.create(&full()).await;
        let client_id = created["client_id"].as_str().unwrap();
        let read = app.get(client_id).await.data();
        let answer = app.update(client_id, &read).await;
        assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);
        assert_eq!(answer.data(), read);
    }
}

#[tokio::test]
async fn a_name_that_is_too_long_for_its_clone_is_cut() {
    for app in App::each().await {
        let mut long = base();
        long["name"] = "é".repeat(128).into();
        let source = app.create(&long).await;
        let cloned = app
            .clone_client(source["client_id"].as_str().unwrap())
            .await
            .data();
        assert_eq!(cloned["name"], format!("{} (clone)", "é".repeat(120)));
    }
}
