//! Redirect URIs that the host lists: of native apps, and of developers.

use http::Method;
use serde_json::{Value, json};
use tower_oauth_clients::ClientManager;
use tower_oauth_clients::domain::{ClientId, Operator, Policy, Role, TenantId};
use tower_oauth_clients::repository::MemoryRepository;

use super::shape::assert_error;
use support::{App, CLIENTS, Store};

const CURSOR: &str = "cursor://anysphere.cursor-mcp/oauth/callback";

fn policy() -> Policy {
    Policy::default()
        .with_private_use_uris([CURSOR])
        .with_private_use_schemes(["com.example.app", "tauri"])
        .with_insecure_http_hosts(["dev.example.com", "*.localhost"])
}

fn native(uris: &[&str]) -> Value {
    json!({"name": "Native", "is_confidential": false, "redirect_uris": uris})
}

#[tokio::test]
async fn nothing_is_listed_by_default() {
    for app in App::each().await {
        for uri in [
            CURSOR,
            "com.example.app://callback",
            "tauri://localhost",
            "http://dev.example.com/cb",
            "http://app.localhost/cb",
        ] {
            let body = native(&[uri]);
            let refused = app.call(Method::POST, CLIENTS, Some(&body)).await;
            assert_error(&refused, 400);
            assert!(refused.message().starts_with("redirect_uris[0]: "), "{uri}");
        }
    }
}

#[tokio::test]
async fn what_is_listed_is_registered_and_compared_to_the_letter() {
    for store in Store::ALL {
        let app = App::with_policy(store, policy()).await;
        let uris = [
            CURSOR,
            "com.example.app://callback",
            "tauri://localhost",
            "http://dev.example.com:3000/cb",
            "http://app.localhost/cb",
        ];
        let created = app.create(&native(&uris)).await;
        assert_eq!(created["redirect_uris"], json!(uris));
        let origins = json!(["http://dev.example.com:3000", "http://app.localhost"]);
        assert_eq!(created["cors_origins"], origins);

        let tenant = TenantId::parse("tenant_a").unwrap();
        let operator = Operator::new("alice", Role::Admin, tenant);
        let client_id = ClientId::parse(created["client_id"].as_str().unwrap()).unwrap();
        let client = app.manager.get(&operator, &client_id).await.unwrap();
        for uri in uris {
            assert!(client.allows_redirect_uri(uri), "{uri}");
            for other in [
                format!("{uri}/"),
                format!("{uri}x"),
                format!("{uri}?x=1"),
                format!("{uri}#"),
                uri.to_uppercase(),
            ] {
                assert!(!client.allows_redirect_uri(&other), "{other}");
            }
        }
        for other in [
            "tauri://localhost:1430",
            "tauri:/localhost",
            "com.example.app:/callback",
            "http://dev.example.com:3001/cb",
            "http://dev.example.com/cb",
            "https://dev.example.com:3000/cb",
            "http://app.localhost:3000/cb",
            "http://localhost/cb",
        ] {
            assert!(!client.allows_redirect_uri(other), "{other}");
        }
        let clone = app.clone_client(client_id.as_str()).await;
        assert_eq!(clone.data()["redirect_uris"], json!(uris));
    }
}

#[tokio::test]
async fn schemes_for_private_use_are_for_public_clients() {
    for store in Store::ALL {
        let app = App::with_policy(store, policy()).await;
        let message =
            "redirect_uris[0]: must not use a private-use scheme in a confidential client";
        for uri in [CURSOR, "com.example.app://callback", "tauri://localhost"] {
            let body = json!({"name": "Native", "redirect_uris": [uri]});
            let refused = app.call(Method::POST, CLIENTS, Some(&body)).await;
            assert_error(&refused, 400);
            assert_eq!(refused.message(), message);

            let created = app.create(&native(&[uri])).await;
            let client_id = created["client_id"].as_str().unwrap();
            let refused = app
                .update(client_id, &json!({"is_confidential": true}))
                .await;
            assert_error(&refused, 400);
            assert_eq!(refused.message(), message);
        }
        let confidential = json!({"name": "Web", "redirect_uris": ["http://app.localhost/cb"]});
        app.create(&confidential).await;
    }
}

#[tokio::test]
async fn a_fapi_client_has_no_host_of_a_developer() {
    for store in Store::ALL {
        let app = App::with_policy(store, policy()).await;
        for (profile, message) in [
            ("fapi1", "redirect_uris[1]: must use https under fapi1"),
            (
                "fapi2",
                "redirect_uris[1]: must use https or a loopback address under fapi2",
            ),
        ] {
            let body = json!({
                "name": "Bank",
                "redirect_uris": ["https://bank.example.com/cb", "http://dev.example.com/cb"],
                "fapi_profile": profile,
                "client_auth_methods": ["private_key_jwt"],
                "jwks_uri": "https://bank.example.com/jwks",
            });
            let refused = app.call(Method::POST, CLIENTS, Some(&body)).await;
            assert_error(&refused, 400);
            assert_eq!(refused.message(), message);
        }
    }
}

/// A client that was registered while its redirect URI was listed can still be suspended.
#[tokio::test]
async fn what_is_listed_no_longer_stays_until_it_is_changed() {
    for store in Store::ALL {
        let mut app = App::with_policy(store, policy()).await;
        let created = app.create(&native(&["tauri://localhost"])).await;
        let client_id = created["client_id"].as_str().unwrap();
        app.restart(Policy::default());
        let suspended = app.update(client_id, &json!({"status": "suspended"})).await;
        assert_eq!(suspended.status, 200, "{:?}", suspended.body);
        let uris = json!({"redirect_uris": ["tauri://localhost", "https://app.example.com/cb"]});
        assert_error(&app.update(client_id, &uris).await, 400);
    }
}

#[test]
fn a_host_that_lists_what_is_dangerous_does_not_start() {
    let refused = |policy: Policy| {
        let builder = ClientManager::builder(MemoryRepository::new()).with_policy(policy);
        builder.build().map(|_| ()).unwrap_err().to_string()
    };
    for scheme in [
        "javascript",
        "data",
        "file",
        "blob",
        "about",
        "vbscript",
        "http",
        "https",
        "view-source",
    ] {
        let policies = [
            Policy::default().with_private_use_schemes([scheme]),
            Policy::default().with_private_use_uris([format!("{scheme}://localhost/cb")]),
        ];
        for message in policies.map(refused) {
            assert!(message.starts_with("a private-use "), "{message}");
            assert!(!message.contains("localhost"), "{message}");
        }
    }
    let wildcard = Policy::default().with_insecure_http_hosts(["*.example.com"]);
    assert_eq!(
        refused(wildcard),
        "a host for http redirect URIs must be a name in lower case, or *.localhost"
    );
}
