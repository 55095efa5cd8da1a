//! A client that was stored before the rules became stricter and would now be refused.

use http::Method;
use serde_json::{Value, json};
use tower_oauth_clients::domain::{
    Action, AuditEntry, ClientMetadata, FapiProfile, GrantType, Operator, Policy, Role,
};
use tower_oauth_clients::handlers::Handlers;
use tower_oauth_clients::repository::{ClientRepository, ClientUpdate};

use support::console::{path, text};
use support::{App, CLIENTS, authorizer, base, call};

/// Stores a client, then restarts the host with a stricter policy.
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
        // Like an admin console: everything that was read, with another status.
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
        // Removing scopes is allowed, and so is changing an unrelated field.
        assert_eq!(put(json!({"website": "https://example.com"})).await.0, 200);
        assert_eq!(put(json!({"scopes": ["openid"]})).await.0, 200);
        // A changed field is validated as a whole, including its old values.
        let (status, message) = put(json!({
            "redirect_uris": ["http://localhost/cb", "https://new.example.com/cb"],
        }))
        .await;
        assert_eq!(status, 400);
        assert!(message.starts_with("redirect_uris[0]: "), "{message}");
        assert!(!message.contains("grant_types"), "{message}");
        assert_eq!(put(json!({"scopes": ["legacy"]})).await.0, 400);
        assert_eq!(put(json!({"name": "Longer"})).await.0, 400);
        // And so are the rules that depend on a changed field.
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

const P256: &str = r#"{"kty":"EC","crv":"P-256","x":"od8DXpVzecZ9P5JjRu1H062NxetYLA830-CmEeaWIZE","y":"5jGGC3D10SZiUdtbewUZr9Zlj0Gfa6A01Kub_FWc9BE"}"#;
const P521: &str = r#"{"kty":"EC","crv":"P-521","x":"AMokxxNL1GDVBCs2R_AoSeUkaRcpn1ONSTO30acUu_pJWAhTZRdGb3_aXLw52xt6BoTQgg0txcWsEeJJ2JCyfHbm","y":"APAqW1scRrflYONV6rHh5M6cnFa_LLXnB7ZYqYxicCZCBsJ1O2IzvrtNnZj0jh7mXa8oXkgmomzFXDzjQ2QF7i0E"}"#;

fn set(key: &str) -> String {
    format!(r#"{{"keys":[{key}]}}"#)
}

/// A client from a version that accepted a key that verifies nothing.
async fn with_a_useless_key(app: &App) -> String {
    let registered = json!({
        "name": "Legacy",
        "redirect_uris": ["https://app.example.com/cb"],
        "client_auth_methods": ["private_key_jwt"],
        "jwks": set(P256),
    });
    let useless = |metadata: &mut ClientMetadata| metadata.jwks = Some(set(P521));
    from_before(app, &registered, useless).await
}

/// A client from a version with less strict rules.
async fn from_before(
    app: &App,
    registered: &Value,
    change: impl FnOnce(&mut ClientMetadata),
) -> String {
    let created = app.create(registered).await;
    let mut client = app.stored("tenant_a", text(&created["client_id"])).await;
    change(&mut client.metadata);
    let tenant = client.tenant_id.clone();
    let operator = Operator::new("alice", Role::Admin, tenant.clone());
    let audit = AuditEntry::new(
        &operator,
        client.client_id.clone(),
        Action::ClientUpdate,
        "",
        client.created_at,
    );
    let stored = call!(
        app.repository,
        update(&tenant, &ClientUpdate::new(client), &audit.into())
    );
    stored.unwrap().client_id.to_string()
}

#[tokio::test]
async fn a_client_whose_key_verifies_nothing_can_be_stopped_and_repaired() {
    for app in App::each().await {
        let client_id = with_a_useless_key(&app).await;
        for body in [
            json!({"status": "suspended"}),
            json!({"status": "inactive"}),
            json!({"status": "active"}),
            json!({"name": "Other"}),
        ] {
            let answer = app.update(&client_id, &body).await;
            assert_eq!(answer.status, 200, "{body}: {:?}", answer.body);
        }
        let kept = app.stored("tenant_a", &client_id).await;
        assert_eq!(kept.metadata.jwks, Some(set(P521)));
        // A changed key set must be valid, even if it is no worse than the old one.
        let another = json!({"jwks": format!(" {}", set(P521))});
        let refused = app.update(&client_id, &another).await;
        assert_eq!(refused.status, 400);
        assert!(
            refused
                .message()
                .starts_with("jwks: must hold a key that can be")
        );
        let repaired = app.update(&client_id, &json!({"jwks": set(P256)})).await;
        assert_eq!(repaired.status, 200, "{:?}", repaired.body);

        let client_id = with_a_useless_key(&app).await;
        let body = json!({"client_auth_methods": ["client_secret_basic"]});
        let repaired = app.update(&client_id, &body).await;
        assert_eq!(repaired.status, 200, "{:?}", repaired.body);

        let client_id = with_a_useless_key(&app).await;
        let deleted = app.call(Method::DELETE, &path(&client_id, ""), None).await;
        assert_eq!(deleted.status, 204);
    }
}

/// A stored value and a changed one, both with the same fault.
const FAULTS: [&str; 2] = ["http://old.example.com/", "http://new.example.com/"];

#[tokio::test]
async fn each_field_may_stay_as_it_is_and_is_judged_once_it_is_changed() {
    type Field = fn(&mut ClientMetadata) -> &mut Option<String>;
    let fields: [(&str, Field); 5] = [
        ("jwks_uri", |metadata| &mut metadata.jwks_uri),
        ("logo_url", |metadata| &mut metadata.logo_url),
        ("privacy_policy", |metadata| &mut metadata.privacy_policy),
        ("terms_url", |metadata| &mut metadata.terms_url),
        ("website", |metadata| &mut metadata.website),
    ];
    for app in App::each().await {
        for (name, field) in fields {
            let [old, new] = FAULTS;
            let change = |metadata: &mut ClientMetadata| *field(metadata) = Some(old.to_owned());
            let client_id = from_before(&app, &base(), change).await;
            for body in [
                json!({"status": "suspended"}),
                json!({"status": "active", name: old}),
            ] {
                let kept = app.update(&client_id, &body).await;
                assert_eq!(kept.status, 200, "{name}: {:?}", kept.body);
            }
            let changed = app.update(&client_id, &json!({name: new})).await;
            assert_eq!(changed.status, 400, "{name}");
            let message = changed.message();
            assert!(message.starts_with(&format!("{name}: ")), "{message}");
            let repaired = app.update(&client_id, &json!({name: null})).await;
            assert_eq!(repaired.status, 200, "{name}: {:?}", repaired.body);
        }
        // The client is public and has a profile, which is not allowed any more.
        let public = json!({
            "name": "Legacy",
            "redirect_uris": ["https://app.example.com/cb"],
            "is_confidential": false,
            "client_auth_methods": ["none"],
        });
        let profile =
            |metadata: &mut ClientMetadata| metadata.fapi_profile = Some(FapiProfile::Fapi2);
        let client_id = from_before(&app, &public, profile).await;
        let stopped = app
            .update(&client_id, &json!({"status": "suspended"}))
            .await;
        assert_eq!(stopped.status, 200, "{:?}", stopped.body);
    }
}
