//! What is kept of a client beyond the documented members, and the view that shows it.

use http::{HeaderValue, Method, StatusCode};
use serde_json::{Value, json};

use super::shape::{assert_error, assert_only_these_headers};
use support::console::path;
use support::{Answer, App, CLIENTS, admin, base, request};

fn more() -> Value {
    json!({
        "description": "Pays the wages.\nAsk in #payroll.",
        "contacts": ["payroll@example.com", "+1 555 0100", "payroll@example.com"],
        "post_logout_redirect_uris": ["https://app.example.com/bye", "http://localhost:3000/bye"],
        "allowed_cors_origins": ["https://admin.example.com", "http://localhost:5173"],
        "metadata": {"team": "payroll", "cost_center": "", "unit/é": "a b"},
    })
}

fn with(members: &Value) -> Value {
    let mut body = base();
    let members = members.as_object().unwrap().clone();
    body.as_object_mut().unwrap().extend(members);
    body
}

async fn create(app: &App, members: &Value) -> String {
    let created = app.create(&with(members)).await;
    created["client_id"].as_str().unwrap().to_owned()
}

async fn full(app: &App, client_id: &str) -> Answer {
    app.call(Method::GET, &path(client_id, "?view=full"), None)
        .await
}

async fn send(app: &App, method: Method, client_id: &str, body: &Value) -> Answer {
    app.call(method, &path(client_id, "?view=full"), Some(body))
        .await
}

fn stored() -> Value {
    let mut stored = more();
    stored["contacts"] = json!(["payroll@example.com", "+1 555 0100"]);
    stored
}

fn assert_holds(client: &Value, members: &Value) {
    for (name, value) in members.as_object().unwrap() {
        assert_eq!(&client[name], value, "{name}");
    }
}

#[tokio::test]
async fn it_is_kept_and_shown_to_who_asks() {
    for app in App::each().await {
        let client_id = create(&app, &more()).await;
        let whole = full(&app, &client_id).await;
        assert_eq!(whole.status, StatusCode::OK);
        assert_only_these_headers(&whole, &["etag"]);
        assert_holds(&whole.data(), &stored());
        assert_eq!(whole.data()["origin"], "administrator");
        assert!(whole.data().get("last_used_at").is_none());

        // The documented answers stay as they are, but for what is asked.
        let plain = app.get(&client_id).await.data();
        for member in more()
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .chain(["origin"])
        {
            assert!(plain.get(member).is_none(), "{member}");
        }
        for (member, value) in plain.as_object().unwrap() {
            assert_eq!(&whole.data()[member], value, "{member}");
        }
        let list = app.list("view=full").await.json();
        assert_eq!(list["items"][0], whole.data());
        let list = app.list("view=full&after=").await.json();
        assert_eq!(list["items"][0], whole.data());
        for method in [Method::PUT, Method::PATCH] {
            let changed = send(&app, method.clone(), &client_id, &json!({"name": "New"})).await;
            assert_holds(&changed.data(), &stored());
            let plain = app
                .call(method, &path(&client_id, ""), Some(&json!({})))
                .await;
            assert!(plain.data().get("contacts").is_none());
        }
        // What was read can be sent back.
        let whole = full(&app, &client_id).await.data();
        let sent = send(&app, Method::PUT, &client_id, &whole).await;
        assert_eq!(sent.status, StatusCode::OK, "{:?}", sent.body);
        assert_holds(&sent.data(), &stored());
    }
}

#[tokio::test]
async fn the_view_can_be_preferred() {
    for app in App::each().await {
        let client_id = create(&app, &more()).await;
        for (target, listed) in [(path(&client_id, ""), false), (CLIENTS.to_owned(), true)] {
            let mut wanted = request(&admin("tenant_a"), Method::GET, &target, None);
            let preference = HeaderValue::from_static("return=representation; view=full");
            wanted.headers_mut().insert("prefer", preference.clone());
            let answer = app.send(wanted).await;
            let client = match listed {
                true => answer.json()["items"][0].clone(),
                false => answer.data(),
            };
            assert_holds(&client, &stored());
            let applied = answer.header("preference-applied");
            assert_eq!(applied, preference.to_str().ok(), "{target}");
        }
        let wrong = app
            .call(Method::GET, &path(&client_id, "?view=all"), None)
            .await;
        assert_error(&wrong, 400);
        assert_eq!(wrong.message(), "view: must be full");
        let unknown = app
            .call(Method::GET, &path(&client_id, "?veiw=full"), None)
            .await;
        assert_eq!(unknown.status, StatusCode::OK);
        assert_eq!(unknown.header("unknown-parameters"), Some("\"veiw\""));
        let no_text = app.call(Method::GET, &path(&client_id, "?%ff"), None).await;
        assert_eq!(no_text.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn it_is_changed_as_the_rest_is() {
    for app in App::each().await {
        let client_id = create(&app, &more()).await;
        let metadata = json!({"metadata": {"team": null, "cost_center": "7", "new": "1"}});
        let patched = send(&app, Method::PATCH, &client_id, &metadata).await;
        let expected = json!({"cost_center": "7", "new": "1", "unit/é": "a b"});
        assert_eq!(patched.data()["metadata"], expected);
        let refused = send(&app, Method::PUT, &client_id, &metadata).await;
        assert_error(&refused, 400);
        assert_eq!(refused.message(), "metadata.team: must be a string");
        let replaced = json!({"metadata": {"only": "this"}, "description": "", "contacts": []});
        let replaced = send(&app, Method::PUT, &client_id, &replaced).await.data();
        assert_eq!(replaced["metadata"], json!({"only": "this"}));
        assert_eq!(replaced["contacts"], json!([]));
        assert!(replaced.get("description").is_none());
        let cleared = send(&app, Method::PATCH, &client_id, &json!({"metadata": null})).await;
        assert_eq!(cleared.data()["metadata"], json!({}));
        let trail = app.repository.audit(&client_id).await;
        assert!(
            trail
                .iter()
                .any(|entry| { entry.message == "changed description, contacts, metadata" })
        );

        let source = create(&app, &more()).await;
        let clone = app
            .call(Method::POST, &path(&source, "/clone"), None)
            .await
            .data();
        let clone = full(&app, clone["client_id"].as_str().unwrap())
            .await
            .data();
        assert_holds(&clone, &stored());
    }
}

#[tokio::test]
async fn faults_are_named_and_their_values_are_not() {
    for app in App::each().await {
        let wrong = json!({
            "description": "s3cret\0",
            "contacts": ["", 7, "s3cret\n"],
            "post_logout_redirect_uris": ["https://s3cret.example/#x", "s3cret.app:/bye"],
            "allowed_cors_origins": ["https://s3cret.example/", "*", "null", "http://s3cret.example"],
            "metadata": {"a": 1, "s3cret: x": {}, "b": ["s3cret"]},
        });
        let refused = app.call(Method::POST, CLIENTS, Some(&with(&wrong))).await;
        assert_error(&refused, 400);
        let message = refused.message();
        assert!(!message.contains("s3cret"), "{message}");
        for path in [
            "description",
            "contacts[0]",
            "contacts[1]",
            "contacts[2]",
            "post_logout_redirect_uris[0]",
            "allowed_cors_origins[0]",
            "allowed_cors_origins[1]",
            "allowed_cors_origins[2]",
            "allowed_cors_origins[3]",
            "metadata.a",
            "metadata.b",
            "metadata[2]",
        ] {
            assert!(
                message.contains(&format!("{path}: ")),
                "{path} in {message}"
            );
        }
        for (members, expected) in [
            (
                json!({"metadata": "x"}),
                "metadata: must be an object of strings",
            ),
            (
                json!({"metadata": []}),
                "metadata: must be an object of strings",
            ),
            (
                json!({"contacts": {}}),
                "contacts: must be an array of strings",
            ),
            (
                json!({"contacts": vec!["a"; 11]}),
                "contacts: must hold 0 to 10 items, not 11",
            ),
            (json!({"description": {}}), "description: must be a string"),
            (
                json!({"post_logout_redirect_uris": ["com.example.app:/bye"]}),
                "post_logout_redirect_uris[0]: must not use a private-use scheme in a confidential \
                 client",
            ),
        ] {
            let refused = app.call(Method::POST, CLIENTS, Some(&with(&members))).await;
            assert_error(&refused, 400);
            assert_eq!(refused.message(), expected);
        }
    }
}
