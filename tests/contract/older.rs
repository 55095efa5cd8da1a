//! A client that today's rules would refuse, since they became stricter after it was stored.

use http::Method;
use serde_json::{Value, json};
use tower_oauth_clients::domain::{GrantType, Policy};
use tower_oauth_clients::handlers::Handlers;

use crate::support::console::{path, text};
use crate::support::{App, CLIENTS, authorizer};

/// The same host after a restart with a stricter policy, and a client from before.
async fn stricter(app: &mut App) -> String {
    let registered = json!({
        "name": "Legacy",
        "redirect_uris": ["http://localhost/cb", "https://app.example.com/cb"],
        "scopes": ["openid", "legacy"],
        "grant_types": ["authorization_code", "client_credentials"],
    });
    let created = app.call(Method::POST, CLIENTS, Some(&registered)).await;
    assert_eq!(created.status, 201, "{:?}", created.body);
    let policy = Policy::default()
        .with_max_name_length(5)
        .with_allowed_scopes(["openid"])
        .with_allowed_grant_types([GrantType::AuthorizationCode])
        .without_localhost();
    let manager = app.repository.manager().with_policy(policy);
    app.manager = manager.with_clock(app.clock.clone()).build().unwrap();
    app.handlers = Handlers::new(app.manager.clone(), authorizer(app.clock.clone()));
    let refused = app.call(Method::POST, CLIENTS, Some(&registered)).await;
    assert_eq!(refused.status, 400);
    text(&created.data()["client_id"]).to_owned()
}

#[tokio::test]
async fn it_can_always_be_stopped() {
    for mut app in App::each().await {
        let client_id = stricter(&mut app).await;
        let before = app.get(&client_id).await;
        for status in ["suspended", "inactive", "active", "suspended"] {
            let body = json!({"status": status});
            let stopped = app
                .call(Method::PUT, &path(&client_id, ""), Some(&body))
                .await;
            assert_eq!(stopped.status, 200, "{:?}: {:?}", app.store, stopped.body);
            let mut expected = before.data().clone();
            expected["status"] = status.into();
            expected["updated_at"] = stopped.data()["updated_at"].clone();
            assert_eq!(stopped.data(), expected);
        }
        // As a console sends it: all that was read, with another status.
        let mut whole = before.data().clone();
        whole["status"] = "inactive".into();
        let stopped = app
            .call(Method::PUT, &path(&client_id, ""), Some(&whole))
            .await;
        assert_eq!(stopped.status, 200, "{:?}", stopped.body);
        let deleted = app.call(Method::DELETE, &path(&client_id, ""), None).await;
        assert_eq!(deleted.status, 204);
    }
}

#[tokio::test]
async fn what_is_changed_keeps_the_rules_of_today() {
    for mut app in App::each().await {
        let client_id = stricter(&mut app).await;
        let put = async |body: Value| {
            let place = path(&client_id, "");
            let answer = app.call(Method::PUT, &place, Some(&body)).await;
            let message = answer.json()["message"].as_str().unwrap().to_owned();
            (answer.status.as_u16(), message)
        };
        // Rights that are taken away, and what has nothing to do with it.
        assert_eq!(put(json!({"website": "https://example.com"})).await.0, 200);
        assert_eq!(put(json!({"scopes": ["openid"]})).await.0, 200);
        // A field that is changed is judged as a whole, also in what it had before.
        let (status, message) = put(json!({
            "redirect_uris": ["http://localhost/cb", "https://new.example.com/cb"],
        }))
        .await;
        assert_eq!(status, 400);
        assert!(message.starts_with("redirect_uris[0]: "), "{message}");
        assert!(!message.contains("grant_types"), "{message}");
        assert_eq!(put(json!({"scopes": ["legacy"]})).await.0, 400);
        assert_eq!(put(json!({"name": "Longer"})).await.0, 400);
        // And so are the rules that read it.
        let (status, message) = put(json!({
            "is_confidential": false,
            "status": "suspended",
        }))
        .await;
        assert_eq!(status, 400, "client credentials of a public client");
        assert!(message.starts_with("grant_types"), "{message}");
        assert_eq!(app.get(&client_id).await.data()["status"], "active");
    }
}
