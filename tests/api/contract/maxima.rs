//! How much a client may hold: the host decides.

use http::Method;
use serde_json::{Value, json};
use tower_oauth_clients::domain::Policy;

use super::shape::assert_error;
use support::{App, CLIENTS, Store, base};

const KEY: &str =
    r#"{"kty":"OKP","crv":"Ed25519","x":"OxzOMV90Ec3sfx72LsAO_PufHJ-TO6FB6PD1bQLXDWo"}"#;

fn uris(count: usize) -> Value {
    let uri = |n| format!("https://app.example.com/{n}");
    (0..count).map(uri).collect()
}

fn keys(count: usize) -> Value {
    let other = |n| KEY.replace("{", &format!(r#"{{"kid":"{n}","#));
    let keys: Vec<_> = (0..count).map(other).collect();
    format!(r#"{{"keys":[{}]}}"#, keys.join(",")).into()
}

fn scopes(count: usize) -> Value {
    (0..count).map(|n| format!("scope{n}")).collect()
}

#[tokio::test]
async fn each_maximum_is_that_of_the_host() {
    let policy = Policy::default()
        .with_max_name_length(5)
        .with_max_redirect_uris(2)
        .with_max_scopes(3)
        .with_max_jwks_keys(1)
        .with_allowed_scopes(["scope0", "scope1", "scope2", "scope3"]);
    let app = App::with_policy(Store::Memory, policy).await;
    for (field, most, more, message) in [
        ("name", json!("12345"), json!("123456"), "must be 1 to 5 "),
        ("redirect_uris", uris(2), uris(3), "must hold 1 to 2 items"),
        ("scopes", scopes(3), scopes(4), "must hold 0 to 3 items"),
        ("jwks", keys(1), keys(2), "must be an array of 1 to 1 keys"),
    ] {
        let mut body = base();
        body["name"] = "App".into();
        body[field] = most;
        app.create(&body).await;
        body[field] = more;
        let refused = app.call(Method::POST, CLIENTS, Some(&body)).await;
        assert_error(&refused, 400);
        let told = refused.message();
        assert!(told.starts_with(field) && told.contains(message), "{told}");
    }
}
