//! Values that only a newer version knows, stored by another host during a rolling upgrade.

use std::time::Duration;

use http::{Method, Request};
use serde_json::json;
use tower_oauth_clients::authentication::ErrorKind;
use tower_oauth_clients::domain::{
    Client, Operator, RevokedTokens, TokenPage, TokenSlice, TokenStats,
};
use tower_oauth_clients::manager::tokens::{Result, TokenStore};

use support::console::path;
use support::{App, CLIENTS, Store, base};

/// A token store without tokens.
struct NoTokens;

impl TokenStore for NoTokens {
    async fn stats(&self, client: &Client) -> Result<TokenStats> {
        Ok(TokenStats {
            active_tokens: 0,
            active_refresh_tokens: 0,
            last_request_at: Some(client.created_at),
        })
    }

    async fn tokens(&self, _: &Client, _: TokenPage) -> Result<TokenSlice> {
        Ok(TokenSlice {
            items: vec![],
            total: 0,
        })
    }

    async fn revoke(&self, _: &Client, _: Duration, _: &Operator) -> Result<RevokedTokens> {
        Ok(RevokedTokens {
            access_tokens: 0,
            refresh_tokens: 0,
        })
    }
}

const GRANTS: &str = r#"["authorization_code","urn:example:tomorrow","client_credentials"]"#;
const METHODS: &str = r#"["client_secret_basic","dpop_key"]"#;

async fn app(store: Store) -> (App, String, String) {
    let app = App::with(store, |manager| manager.with_token_store(NoTokens)).await;
    let mut body = base();
    body["grant_types"] = json!(["authorization_code", "client_credentials"]);
    let created = app.create(&body).await;
    let text = |member: &str| created[member].as_str().unwrap().to_owned();
    let (client_id, secret) = (text("client_id"), text("client_secret"));
    (app, client_id, secret)
}

/// Writes a column like the newer version.
async fn set(app: &App, column: &str, value: &str) {
    let table = match column {
        "action" => "oauth_client_audit_logs",
        "secret_status" => "oauth_client_secrets",
        _ => "oauth_clients",
    };
    let column = column.trim_start_matches("secret_");
    let update = format!("UPDATE {table} SET {column} = '{value}'");
    app.place.execute(&[&update]).await;
}

async fn authenticate(app: &App, client_id: &str, secret: &str) -> Option<ErrorKind> {
    let authenticator = app.repository.authenticator();
    let authenticator = authenticator.with_clock(app.clock.clone()).build().unwrap();
    let (head, ()) = Request::post("/token").body(()).unwrap().into_parts();
    let mut head = head;
    let form = format!("{client_id}:{secret}");
    let basic = base64::Engine::encode(&base64::prelude::BASE64_STANDARD, form);
    head.headers
        .insert("authorization", format!("Basic {basic}").parse().unwrap());
    authenticator
        .authenticate(&head, b"", None)
        .await
        .err()
        .map(|error| error.kind())
}

#[tokio::test]
async fn a_page_a_trail_and_a_read_show_them_as_they_are() {
    for store in Store::DATABASES {
        let (app, client_id, _) = app(store).await;
        for (column, value) in [
            ("grant_types", GRANTS),
            ("client_auth_methods", METHODS),
            ("fapi_profile", "fapi3"),
            ("status", "quarantined"),
            ("secret_status", "escrowed"),
            ("action", "client.quarantine"),
        ] {
            set(&app, column, value).await;
        }
        let read = app.get(&client_id).await;
        assert_eq!(read.status, 200, "{store:?}: {:?}", read.body);
        let read = read.data();
        assert_eq!(read["grant_types"].to_string(), GRANTS);
        assert_eq!(read["client_auth_methods"], METHODS);
        assert_eq!(
            (&read["fapi_profile"], &read["status"]),
            (&json!("fapi3"), &json!("quarantined"))
        );
        for query in ["", "?after=", "?name=my"] {
            let list = app
                .call(Method::GET, &format!("{CLIENTS}{query}"), None)
                .await;
            assert_eq!(list.status, 200, "{store:?}: {:?}", list.body);
            assert_eq!(list.json()["items"][0], read, "{query}");
        }
        for query in ["", "?after="] {
            let trail = app
                .call(
                    Method::GET,
                    &path(&client_id, &format!("/audit-logs{query}")),
                    None,
                )
                .await;
            assert_eq!(trail.status, 200, "{store:?}: {:?}", trail.body);
            assert_eq!(
                trail.json()["items"][0]["action"],
                "client.quarantine",
                "{query}"
            );
        }
        let secrets = app
            .call(Method::GET, &path(&client_id, "/secrets"), None)
            .await;
        assert_eq!(secrets.status, 200, "{store:?}: {:?}", secrets.body);
        assert_eq!(secrets.data()["secrets"][0]["status"], "escrowed");
        let stats = app
            .call(Method::GET, &path(&client_id, "/stats"), None)
            .await;
        assert_eq!(stats.status, 200, "{store:?}: {:?}", stats.body);
        // All other operations succeed, too.
        for (method, below) in [
            (Method::POST, "/clone"),
            (Method::POST, "/secrets"),
            (Method::POST, "/rotate-secret"),
            (Method::GET, "/tokens"),
            (Method::DELETE, "/tokens"),
            (Method::DELETE, ""),
        ] {
            let answer = app.call(method, &path(&client_id, below), None).await;
            assert!(
                answer.status.as_u16() < 500,
                "{store:?} {below}: {:?}",
                answer.body
            );
        }
    }
}

/// An unknown value grants nothing.
#[tokio::test]
async fn they_let_nobody_in() {
    for store in Store::DATABASES {
        for (column, value, lets_in) in [
            // A known value next to an unknown one.
            ("grant_types", GRANTS, true),
            ("client_auth_methods", METHODS, true),
            ("client_auth_methods", r#"["dpop_key"]"#, false),
            ("status", "quarantined", false),
            ("status", "Active", false),
            ("fapi_profile", "fapi3", false),
            ("secret_status", "escrowed", false),
        ] {
            let (app, client_id, secret) = app(store).await;
            assert_eq!(authenticate(&app, &client_id, &secret).await, None);
            set(&app, column, value).await;
            let refused = (!lets_in).then_some(ErrorKind::InvalidClient);
            let outcome = authenticate(&app, &client_id, &secret).await;
            assert_eq!(outcome, refused, "{store:?}: {column} {value}");
        }
    }
}

#[tokio::test]
async fn an_update_of_something_else_keeps_them() {
    for store in Store::DATABASES {
        let (app, client_id, _) = app(store).await;
        for (column, value) in [
            ("grant_types", GRANTS),
            ("client_auth_methods", r#"["dpop_key"]"#),
            ("fapi_profile", "fapi3"),
            ("status", "quarantined"),
        ] {
            set(&app, column, value).await;
        }
        let before = app.get(&client_id).await.data();
        let secrets = app
            .call(Method::GET, &path(&client_id, "/secrets"), None)
            .await
            .data();
        let mut whole = before.clone();
        whole["website"] = "https://example.com/whole".into();
        for body in [json!({"website": "https://example.com/"}), whole] {
            let answer = app.update(&client_id, &body).await;
            assert_eq!(answer.status, 200, "{store:?}: {:?}", answer.body);
            let mut expected = before.clone();
            expected["website"] = body["website"].clone();
            expected["updated_at"] = answer.data()["updated_at"].clone();
            assert_eq!(answer.data(), expected, "{store:?}");
            assert_eq!(app.get(&client_id).await.data(), expected, "{store:?}");
        }
        // The secrets are kept, since the unknown method may use one.
        let kept = app
            .call(Method::GET, &path(&client_id, "/secrets"), None)
            .await
            .data();
        assert_eq!(kept, secrets, "{store:?}");
        // Unknown values can't be requested, and a changed field is validated as a whole.
        for (body, field) in [
            (
                json!({"grant_types": ["urn:example:tomorrow"]}),
                "grant_types[0]",
            ),
            (
                json!({"client_auth_methods": ["dpop_key", "none"]}),
                "client_auth_methods[0]",
            ),
            (json!({"fapi_profile": "fapi4"}), "fapi_profile"),
            (json!({"status": "frozen"}), "status"),
        ] {
            let answer = app.update(&client_id, &body).await;
            assert_eq!(answer.status, 400, "{store:?}: {body}");
            assert!(answer.message().starts_with(field), "{}", answer.message());
        }
        // It can be suspended, and changed back to known values.
        let stopped = app
            .update(&client_id, &json!({"status": "suspended"}))
            .await;
        assert_eq!(stopped.status, 200, "{store:?}: {:?}", stopped.body);
        assert_eq!(stopped.data()["grant_types"].to_string(), GRANTS);
        let known = json!({
            "grant_types": ["authorization_code"],
            "client_auth_methods": ["client_secret_basic"],
            "fapi_profile": "",
            "status": "active",
        });
        let known = app.update(&client_id, &known).await;
        assert_eq!(known.status, 200, "{store:?}: {:?}", known.body);
    }
}
