//! Operation 5: the deletion of a client, and what remains of it.

use http::{Method, StatusCode};
use serde_json::json;

use super::shape::{assert_error, assert_no_content};
use support::console::path;
use support::{Answer, App, CLIENTS, admin, request};

async fn delete_if(app: &App, client_id: &str, tags: &[&str]) -> Answer {
    let mut request = request(
        &admin("tenant_a"),
        Method::DELETE,
        &path(client_id, ""),
        None,
    );
    for tag in tags {
        request
            .headers_mut()
            .append("if-match", tag.parse().unwrap());
    }
    app.send(request).await
}

#[tokio::test]
async fn a_deleted_client_is_nowhere() {
    for app in App::each().await {
        let (gone, _) = app.client().await;
        let (other, _) = app.client().await;
        let secret_id = app.secret_ids(&gone).await.remove(0);
        assert_no_content(&app.delete(&gone).await);

        let name = json!({"name": "Back"});
        let secret = format!("/secrets/{secret_id}");
        for (method, below, body) in [
            (Method::GET, "", None),
            (Method::HEAD, "", None),
            (Method::PUT, "", Some(&name)),
            (Method::DELETE, "", None),
            (Method::POST, "/clone", None),
            (Method::POST, "/rotate-secret", None),
            (Method::GET, "/secrets", None),
            (Method::POST, "/secrets", None),
            (Method::PUT, &format!("{secret}/deactivate"), None),
            (Method::DELETE, &secret, None),
        ] {
            let answer = app.call(method.clone(), &path(&gone, below), body).await;
            if method == Method::HEAD {
                assert_eq!(answer.status, StatusCode::NOT_FOUND);
            } else {
                assert_error(&answer, 404);
            }
        }
        for query in ["", "after=", "status=active", "name=my"] {
            let items = &app.list(query).await.json()["items"];
            assert_eq!(items.as_array().unwrap().len(), 1, "{query}");
            assert_eq!(items[0]["client_id"], other);
        }
    }
}

#[tokio::test]
async fn its_trail_can_still_be_read() {
    for app in App::each().await {
        let (client_id, _) = app.client().await;
        app.clock.advance(std::time::Duration::from_secs(1));
        app.delete(&client_id).await;
        // Refused operations add no entries.
        app.delete(&client_id).await;
        app.rotate(&client_id).await;
        let body = app.audit_logs(&client_id, "").await.json();
        assert_eq!(body["total"], 2);
        assert_eq!(body["items"][0]["action"], "client.delete");
        assert_eq!(body["items"][1]["action"], "client.create");

        let theirs = admin("tenant_b");
        let path = path(&client_id, "/audit-logs");
        assert_error(&app.call_as(&theirs, Method::GET, &path, None).await, 404);
    }
}

#[tokio::test]
async fn a_client_is_deleted_only_as_it_was_read() {
    for app in App::each().await {
        let (client_id, _) = app.client().await;
        app.update(&client_id, &json!({"name": "Two"})).await;
        for stale in [
            &["\"1\""][..],
            &["\"3\""],
            &["W/\"2\""],
            &["\"1\", \"x\""],
            &["\"1\"", "\"3\""],
        ] {
            assert_error(&delete_if(&app, &client_id, stale).await, 412);
        }
        for malformed in ["2", "\"2", ""] {
            assert_error(&delete_if(&app, &client_id, &[malformed]).await, 400);
        }
        assert_eq!(app.get(&client_id).await.header("etag"), Some("\"2\""));
        assert_no_content(&delete_if(&app, &client_id, &["\"1\"", "\"2\""]).await);
        assert_error(&delete_if(&app, &client_id, &["\"2\""]).await, 404);
        assert_error(&delete_if(&app, &client_id, &["*"]).await, 404);

        let (client_id, _) = app.client().await;
        assert_no_content(&delete_if(&app, &client_id, &["*"]).await);
        assert_error(&delete_if(&app, "app-absent", &["\"1\""]).await, 404);
    }
}

#[tokio::test]
async fn no_new_client_gets_its_client_id() {
    for app in App::each().await {
        let (gone, _) = app.client().await;
        app.delete(&gone).await;
        let mut body = support::base();
        body["client_id"] = gone.as_str().into();
        let created = app.call(Method::POST, CLIENTS, Some(&body)).await;
        assert_ne!(created.data()["client_id"], gone);
        assert_error(&app.get(&gone).await, 404);
        let logs = app.audit_logs(&gone, "").await.json();
        assert_eq!(logs["total"], 2);
    }
}
