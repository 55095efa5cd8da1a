//! A change by a JSON Merge Patch (RFC 7396) does what the same change by PUT does.

use bytes::Bytes;
use http::{Method, Request};
use http_body_util::Full;
use serde_json::{Value, json};

use super::shape::assert_error;
use support::console::path;
use support::{Answer, App, admin, base};

const MERGE_PATCH: &str = "application/merge-patch+json";

async fn send(app: &App, method: Method, client_id: &str, media_type: &str, body: &str) -> Answer {
    let request = Request::builder()
        .method(method)
        .uri(path(client_id, ""))
        .header("authorization", format!("Bearer {}", admin("tenant_a")))
        .header("content-type", media_type)
        .body(Full::new(Bytes::from(body.to_owned())));
    app.send(request.unwrap()).await
}

async fn patch(app: &App, client_id: &str, body: &Value) -> Answer {
    send(
        app,
        Method::PATCH,
        client_id,
        MERGE_PATCH,
        &body.to_string(),
    )
    .await
}

async fn client(app: &App) -> String {
    let mut body = base();
    body["website"] = "https://app.example.com/".into();
    body["scopes"] = json!(["openid"]);
    let created = app.create(&body).await;
    created["client_id"].as_str().unwrap().to_owned()
}

/// An answer without what differs between two clients.
fn told(answer: &Answer) -> (u16, Value) {
    let mut body = answer.json();
    body.as_object_mut().unwrap().remove("timestamp");
    if let Some(data) = body.get_mut("data").and_then(Value::as_object_mut) {
        for own in [
            "id",
            "client_id",
            "secret_last_four",
            "created_at",
            "updated_at",
        ] {
            data.remove(own);
        }
    }
    (answer.status.as_u16(), body)
}

#[tokio::test]
async fn it_answers_as_a_put_does() {
    for app in App::each().await {
        for body in [
            json!({}),
            json!({"name": "Patched"}),
            json!({"website": null}),
            json!({"website": ""}),
            json!({"scopes": []}),
            json!({"status": "suspended"}),
            json!({"is_confidential": false}),
            json!({"jwks": {"keys": [{"kty": "OKP", "crv": "Ed25519",
                "x": "OxzOMV90Ec3sfx72LsAO_PufHJ-TO6FB6PD1bQLXDWo"}]}}),
            json!({"client_auth_methods": "[\"client_secret_post\"]"}),
            json!({"client_id": "app-mine", "tenant_id": null, "nickname": {"deep": null}}),
            json!({"name": null}),
            json!({"redirect_uris": null, "scopes": null, "grant_types": null}),
            json!({"client_auth_methods": null, "is_confidential": null, "status": null}),
            json!({"redirect_uris": ["https://evil.example/cb#x"], "website": "ftp://x"}),
            json!({"grant_types": ["refresh_token"]}),
            json!([{"op": "replace", "path": "/name", "value": "Patched"}]),
            json!(null),
            json!("Patched"),
        ] {
            let (one, other) = (client(&app).await, client(&app).await);
            let put = app.update(&one, &body).await;
            let patched = patch(&app, &other, &body).await;
            assert_eq!(told(&patched), told(&put), "{body}");
            assert_eq!(patched.header("etag"), put.header("etag"), "{body}");
            let (one, other) = (
                app.repository.audit(&one).await,
                app.repository.audit(&other).await,
            );
            assert_eq!(one.len(), other.len());
            let said = |trail: &[tower_oauth_clients::domain::AuditEntry]| {
                let entries = trail
                    .iter()
                    .map(|e| (e.action.as_str().to_owned(), e.message.clone()));
                entries.collect::<std::collections::BTreeSet<_>>()
            };
            assert_eq!(said(&one), said(&other), "{body}");
        }
    }
}

#[tokio::test]
async fn it_is_a_merge_patch_or_plain_json() {
    for app in App::each().await {
        let client_id = client(&app).await;
        for media_type in [
            MERGE_PATCH,
            "application/json",
            "Application/Merge-Patch+JSON; charset=utf-8",
        ] {
            let body = r#"{"name":"Patched"}"#;
            let answer = send(&app, Method::PATCH, &client_id, media_type, body).await;
            assert_eq!(answer.status, 200, "{media_type}");
            assert_eq!(answer.data()["name"], "Patched");
        }
        for media_type in [
            "application/json-patch+json",
            "text/plain",
            "application/merge-patch+json; charset=latin1",
        ] {
            let answer = send(&app, Method::PATCH, &client_id, media_type, "{}").await;
            assert_error(&answer, 415);
            let types = "application/merge-patch+json or application/json";
            assert_eq!(answer.message(), format!("the body must be {types}"));
            assert_eq!(
                answer.header("accept-patch"),
                Some("application/merge-patch+json, application/json")
            );
        }
        // The other operations take what they took.
        let put = send(&app, Method::PUT, &client_id, MERGE_PATCH, "{}").await;
        assert_error(&put, 415);
        assert_eq!(put.message(), "the body must be application/json");
        assert_eq!(put.header("accept-patch"), None);
        for malformed in ["", "{", r#"{"name":"A","name":"B"}"#, "{} {}"] {
            let answer = send(&app, Method::PATCH, &client_id, MERGE_PATCH, malformed).await;
            assert_error(&answer, 400);
            assert!(answer.message().starts_with("body: "), "{malformed}");
        }
        let long = format!(r#"{{"name":"{}"}}"#, "n".repeat(200_000));
        let answer = send(&app, Method::PATCH, &client_id, MERGE_PATCH, &long).await;
        assert_error(&answer, 413);
    }
}

#[tokio::test]
async fn if_match_counts() {
    for app in App::each().await {
        let client_id = client(&app).await;
        for (tag, status) in [("\"1\"", 200), ("\"1\"", 412), ("\"2\"", 200), ("x", 400)] {
            let request = Request::builder()
                .method(Method::PATCH)
                .uri(path(&client_id, ""))
                .header("authorization", format!("Bearer {}", admin("tenant_a")))
                .header("content-type", MERGE_PATCH)
                .header("if-match", tag)
                .body(Full::from(r#"{"scopes":["email"]}"#));
            let answer = app.send(request.unwrap()).await;
            assert_eq!(answer.status, status, "{tag}: {:?}", answer.body);
        }
        assert_eq!(app.get(&client_id).await.header("etag"), Some("\"3\""));
    }
}
