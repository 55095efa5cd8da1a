//! Clients whose grants never redirect, and that therefore have no redirect URI.

use http::Method;
use serde_json::{Value, json};
use tower_oauth_clients::domain::{ClientId, Draft, GrantType, Operator, Policy, Role, TenantId};
use tower_oauth_clients::manager::transfer::ClientImport;

use super::shape::assert_error;
use support::console::path;
use support::{App, CLIENTS, Store};

const NEVER: [&str; 5] = [
    "client_credentials",
    "urn:ietf:params:oauth:grant-type:device_code",
    "urn:ietf:params:oauth:grant-type:jwt-bearer",
    "urn:ietf:params:oauth:grant-type:token-exchange",
    "urn:openid:params:grant-type:ciba",
];

const NEEDED: &str = "redirect_uris: must hold at least one item for authorization_code";

async fn open(store: Store) -> App {
    App::with_policy(store, Policy::default().with_optional_redirect_uris()).await
}

fn service() -> Value {
    json!({"name": "Service", "grant_types": ["client_credentials"]})
}

async fn update(app: &App, client_id: &str, body: Value) -> (u16, String) {
    let answer = app.update(client_id, &body).await;
    let message = answer.message();
    (answer.status.as_u16(), message)
}

#[tokio::test]
async fn a_client_needs_one_by_default() {
    for app in App::each().await {
        let mut body = service();
        let refused = app.call(Method::POST, CLIENTS, Some(&body)).await;
        assert_error(&refused, 400);
        assert_eq!(refused.message(), "redirect_uris: is required");
        body["redirect_uris"] = json!([]);
        let refused = app.call(Method::POST, CLIENTS, Some(&body)).await;
        assert_error(&refused, 400);
        assert!(refused.message().starts_with("redirect_uris: must hold 1 "));
    }
}

#[tokio::test]
async fn a_client_that_never_redirects_needs_none_where_the_host_says_so() {
    for store in Store::ALL {
        let app = open(store).await;
        for grant in NEVER {
            for uris in [None, Some(json!([]))] {
                let mut body = json!({"name": "Service", "grant_types": [grant, "refresh_token"]});
                if let Some(uris) = uris {
                    body["redirect_uris"] = uris;
                }
                let created = app.create(&body).await;
                assert_eq!(created["redirect_uris"], json!([]), "{grant}");
                assert_eq!(created["cors_origins"], json!([]));
                let read = app.get(created["client_id"].as_str().unwrap()).await.data();
                assert_eq!(read["redirect_uris"], json!([]));
                assert_eq!(read["cors_origins"], json!([]));
            }
        }
        let mut public = json!({"name": "TV", "is_confidential": false});
        public["grant_types"] = json!([NEVER[1]]);
        assert_eq!(app.create(&public).await["redirect_uris"], json!([]));

        for body in [
            json!({"name": "App"}),
            json!({"name": "App", "redirect_uris": []}),
            json!({"name": "App", "grant_types": ["client_credentials", "authorization_code"]}),
        ] {
            let refused = app.call(Method::POST, CLIENTS, Some(&body)).await;
            assert_error(&refused, 400);
            assert_eq!(refused.message(), NEEDED);
        }
        let null = json!({"name": "App", "redirect_uris": null,
                          "grant_types": ["client_credentials"]});
        let refused = app.call(Method::POST, CLIENTS, Some(&null)).await;
        assert_eq!(
            refused.message(),
            "redirect_uris: must be an array of strings"
        );
    }
}

#[tokio::test]
async fn a_grant_that_redirects_comes_with_its_uris() {
    for store in Store::ALL {
        let app = open(store).await;
        let created = app.create(&service()).await;
        let client_id = created["client_id"].as_str().unwrap();
        let code = json!({"grant_types": ["authorization_code"]});
        let refused = update(&app, client_id, code.clone()).await;
        assert_eq!(refused, (400, NEEDED.to_owned()));
        let mut both = code;
        both["redirect_uris"] = json!(["https://app.example.com/cb"]);
        assert_eq!(update(&app, client_id, both).await.0, 200);
        let refused = update(&app, client_id, json!({"redirect_uris": []})).await;
        assert_eq!(refused, (400, NEEDED.to_owned()));
        let back = json!({"redirect_uris": [], "grant_types": ["client_credentials"]});
        assert_eq!(update(&app, client_id, back).await.0, 200);
        let read = app.get(client_id).await.data();
        assert_eq!(read["cors_origins"], json!([]));
    }
}

#[tokio::test]
async fn a_clone_has_none_either() {
    for store in Store::ALL {
        let app = open(store).await;
        let created = app.create(&service()).await;
        let clone = app
            .clone_client(created["client_id"].as_str().unwrap())
            .await;
        assert_eq!(clone.status, 201, "{:?}", clone.body);
        assert_eq!(clone.data()["redirect_uris"], json!([]));
        assert_eq!(clone.data()["name"], "Service (clone)");
    }
}

/// The rules for creations apply to everything that an administrator does with it later.
#[tokio::test]
async fn an_import_may_have_none_with_any_policy() {
    for app in App::each().await {
        let tenant = TenantId::parse("tenant_a").unwrap();
        let operator = Operator::new("alice", Role::Admin, tenant);
        let import = async |name: &str, grant: GrantType| {
            let draft = Draft::new("Service", [""; 0]).with_grant_types([grant]);
            let import = ClientImport::new(ClientId::parse(name).unwrap(), draft);
            app.manager.import(&operator, import).await
        };
        import("service", GrantType::ClientCredentials)
            .await
            .unwrap();
        let refused = import("web", GrantType::AuthorizationCode).await;
        assert_eq!(refused.unwrap_err().to_string(), NEEDED);

        for body in [
            json!({"status": "suspended"}),
            json!({"grant_types": ["client_credentials", "refresh_token"]}),
            app.get("service").await.data(),
        ] {
            assert_eq!(update(&app, "service", body).await.0, 200);
        }
        let code = json!({"grant_types": ["authorization_code"]});
        let refused = update(&app, "service", code.clone()).await;
        assert_eq!(refused, (400, NEEDED.to_owned()));
        let clone = app
            .call(Method::POST, &path("service", "/clone"), None)
            .await;
        assert_error(&clone, 400);
        assert!(clone.message().starts_with("redirect_uris: "));
        let mut both = code;
        both["redirect_uris"] = json!(["https://app.example.com/cb"]);
        assert_eq!(update(&app, "service", both).await.0, 200);
    }
}
