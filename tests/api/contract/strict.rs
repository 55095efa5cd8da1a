//! Unknown members of a body: ignored, or refused where the host is strict.

use http::Method;
use serde_json::{Value, json};
use tower_oauth_clients::domain::Policy;

use super::shape::assert_error;
use support::console::path;
use support::{Answer, App, CLIENTS, Store, base};

async fn strict(store: Store) -> App {
    App::with_policy(store, Policy::default().with_strict_members()).await
}

fn with(members: &Value) -> Value {
    let mut body = base();
    let members = members.as_object().unwrap().clone();
    body.as_object_mut().unwrap().extend(members);
    body
}

async fn create(app: &App, members: &Value) -> Answer {
    app.call(Method::POST, CLIENTS, Some(&with(members))).await
}

fn unknown() -> Value {
    json!({
        "client_name": "s3cret",
        "scope": "s3cret",
        "token_endpoint_auth_method": "s3cret",
        "redirectUris": ["https://s3cret.example/"],
        "request_uris": [{"deep": ["s3cret"]}],
    })
}

const TOLD: &str = "client_name: is not a known member, use name; \
    redirectUris: is not a known member, use redirect_uris; \
    request_uris: is not a known member; \
    scope: is not a known member, use scopes; \
    token_endpoint_auth_method: is not a known member, use client_auth_methods";

#[tokio::test]
async fn they_are_ignored_by_default() {
    for app in App::each().await {
        let created = create(&app, &unknown()).await;
        assert_eq!(created.status, 201, "{:?}", created.body);
        let client_id = created.data()["client_id"].as_str().unwrap().to_owned();
        assert_eq!(app.update(&client_id, &unknown()).await.status, 200);
    }
}

#[tokio::test]
async fn a_strict_host_names_each_and_shows_no_value() {
    for store in Store::ALL {
        let app = strict(store).await;
        let refused = create(&app, &unknown()).await;
        assert_error(&refused, 400);
        assert_eq!(refused.message(), TOLD);
        let created = app.create(&base()).await;
        let client_id = created["client_id"].as_str().unwrap();
        for method in [Method::PUT, Method::PATCH] {
            let place = path(client_id, "");
            let refused = app.call(method, &place, Some(&unknown())).await;
            assert_error(&refused, 400);
            assert_eq!(refused.message(), TOLD);
        }
        assert_eq!(app.get(client_id).await.header("etag"), Some("\"1\""));
        assert_eq!(app.repository.audit(client_id).await.len(), 1);

        // All faults come together.
        let refused = create(&app, &json!({"name": "", "nickname": "x"})).await;
        let message = "name: must be 1 to 128 characters long; nickname: is not a known member";
        assert_eq!(refused.message(), message);
        let long = json!({"n".repeat(1000): 1, "a: b; c\u{202e}": 2, "": 3});
        let refused = create(&app, &long).await.message();
        let expected = format!(
            "\"\": is not a known member; a??b??c?: is not a known member; \
             {}...: is not a known member",
            "n".repeat(64)
        );
        assert_eq!(refused, expected);
        let many: serde_json::Map<_, _> = (0..5000).map(|n| (format!("m{n}"), json!(n))).collect();
        let refused = create(&app, &Value::Object(many)).await;
        assert!(refused.message().ends_with("; and 4980 more"));
    }
}

#[tokio::test]
async fn what_was_read_can_be_sent_back_to_a_strict_host() {
    for store in Store::ALL {
        let app = strict(store).await;
        let created = app.create(&base()).await;
        let client_id = created["client_id"].as_str().unwrap();
        for method in [Method::PUT, Method::PATCH] {
            let read = app.get(client_id).await.data();
            let sent = app.call(method, &path(client_id, ""), Some(&read)).await;
            assert_eq!(sent.status, 200, "{:?}", sent.body);
        }
        // A creation can't choose them.
        for name in [
            "id",
            "tenant_id",
            "client_id",
            "client_secret",
            "cors_origins",
            "created_at",
            "status",
        ] {
            let refused = create(&app, &json!({name: "x"})).await;
            assert_error(&refused, 400);
            assert_eq!(refused.message(), format!("{name}: is not a known member"));
        }
        let secret = app.update(client_id, &json!({"client_secret": "x"})).await;
        assert_error(&secret, 400);
    }
}
