//! Restoring a deleted client, the list of deleted ones, and what a purge leaves.

use std::time::Duration;

use http::{Method, StatusCode};
use serde_json::{Value, json};
use tower_oauth_clients::domain::Clock;
use tower_oauth_clients::repository::PurgeRepository;

use super::shape::{assert_error, assert_only_these_headers};
use support::console::{path, text};
use support::{Answer, App, CLIENTS, Store, admin, base, call, claims, request, sign, super_admin};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const SECOND: Duration = Duration::from_secs(1);

/// A request of an administrator whose token outlives every deletion.
async fn ask(app: &App, method: Method, path: &str) -> Answer {
    let mut claims = claims("tenant_a");
    claims["exp"] = (app.clock.now() + DAY).as_seconds().into();
    app.call_as(&sign(&claims), method, path, None).await
}

async fn restore(app: &App, client_id: &str) -> Answer {
    ask(app, Method::POST, &path(client_id, "/restore")).await
}

/// The `client_id`s in the list of deleted clients, the same on every kind of page.
async fn deleted(app: &App, query: &str) -> Vec<String> {
    let ids = |answer: &Answer| -> Vec<String> {
        assert_eq!(answer.status, StatusCode::OK, "{query}: {:?}", answer.body);
        assert_only_these_headers(answer, &[]);
        let body = answer.json();
        let items = body["items"].as_array().unwrap().iter();
        items
            .map(|item| {
                assert!(item["deleted_at"].is_string(), "{item}");
                text(&item["client_id"]).to_owned()
            })
            .collect()
    };
    let list = async |page: &str| {
        let path = format!("{CLIENTS}?deleted=true&{page}&{query}");
        ask(app, Method::GET, &path).await
    };
    let (numbered, keyset) = (list("page=1").await, list("after=").await);
    assert_eq!(ids(&keyset), ids(&numbered), "{query}");
    assert_eq!(numbered.json()["total"], ids(&numbered).len(), "{query}");
    ids(&numbered)
}

#[tokio::test]
async fn a_deleted_client_is_restored_as_it_was() {
    for app in App::each().await {
        let (client_id, _) = app.client().await;
        let members = json!({"name": "Kept", "status": "suspended", "metadata": {"team": "a"}});
        let answer = app.update(&client_id, &members).await;
        assert_eq!(answer.status, StatusCode::OK);
        let full = format!("{}?view=full", path(&client_id, ""));
        let before = app.call(Method::GET, &full, None).await.data();
        app.clock.advance(SECOND);
        app.delete(&client_id).await;
        app.clock.advance(29 * DAY);

        let wanted = path(&client_id, "/restore?view=full");
        let answer = ask(&app, Method::POST, &wanted).await;
        assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);
        assert_eq!(answer.header("etag"), Some("\"4\""));
        let mut restored = answer.data();
        assert_ne!(restored["updated_at"], before["updated_at"]);
        let members = restored.as_object_mut().unwrap();
        members.insert("updated_at".into(), before["updated_at"].clone());
        // Its secret has ended.
        assert_eq!(members.get("secret_last_four"), None);
        members.insert(
            "secret_last_four".into(),
            before["secret_last_four"].clone(),
        );
        assert_eq!(restored, before);

        let read = ask(&app, Method::GET, &path(&client_id, "")).await;
        assert_eq!(read.header("etag"), Some("\"4\""));
        assert_eq!(read.data()["status"], "suspended");
        assert_eq!(read.data()["updated_at"], answer.data()["updated_at"]);
        assert_eq!(read.data().get("deleted_at"), None);
        let secrets = ask(&app, Method::GET, &path(&client_id, "/secrets")).await;
        let secrets = &secrets.data()["secrets"];
        assert_eq!(secrets.as_array().unwrap().len(), 1);
        assert_eq!(secrets[0]["status"], "inactive");
        let logs = ask(&app, Method::GET, &path(&client_id, "/audit-logs")).await;
        let logs = logs.json();
        assert_eq!(logs["items"][0]["action"], "client.restore");
        assert_eq!(logs["items"][0]["message"], "restored");
        assert_eq!(logs["total"], 4);
        assert_error(&restore(&app, &client_id).await, 404);
    }
}

#[tokio::test]
async fn a_restored_client_gets_a_new_secret() {
    for app in App::each().await {
        for rotates in [true, false] {
            let (client_id, _) = app.client().await;
            let ended = app.secret_ids(&client_id).await.remove(0);
            app.clock.advance(SECOND);
            app.delete(&client_id).await;
            assert_eq!(restore(&app, &client_id).await.status, StatusCode::OK);
            // Its only secret stays in the list.
            assert_error(&app.delete_secret(&client_id, &ended).await, 400);
            app.clock.advance(SECOND);
            let (issued, member) = if rotates {
                (app.rotate(&client_id).await, "new_secret")
            } else {
                (app.add_secret(&client_id).await, "secret_value")
            };
            assert!(issued.status.is_success(), "{:?}", issued.body);
            let secret = issued.data()[member].clone();
            let shown = app.get(&client_id).await.data()["secret_last_four"].clone();
            assert!(text(&secret).ends_with(text(&shown)));
            let statuses: Vec<_> = app.secrets(&client_id).await;
            let statuses: Vec<_> = statuses
                .iter()
                .map(|secret| text(&secret["status"]))
                .collect();
            assert_eq!(statuses, ["active", "inactive"]);
        }
    }
}

#[tokio::test]
async fn what_is_not_deleted_is_not_restored() {
    for app in App::each().await {
        let (client_id, _) = app.client().await;
        let before = app.get(&client_id).await;
        assert_error(&restore(&app, &client_id).await, 404);
        assert_error(&restore(&app, "app-absent").await, 404);
        let after = app.get(&client_id).await;
        assert_eq!(after.header("etag"), before.header("etag"));
        app.delete(&client_id).await;
        let path = path(&client_id, "/restore");
        for (token, status) in [(admin("tenant_b"), 404), (String::new(), 401)] {
            let answer = app.call_as(&token, Method::POST, &path, None).await;
            assert_error(&answer, status);
        }
        for method in [Method::GET, Method::PUT, Method::DELETE] {
            assert_error(&app.call(method, &path, None).await, 405);
        }
        let mut acting = request(&super_admin(), Method::POST, &path, None);
        let tenant = "tenant_a".parse().unwrap();
        acting.headers_mut().insert("x-tenant-id", tenant);
        assert_eq!(app.send(acting).await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn the_window_is_thirty_days_or_the_hosts() {
    for store in Store::ALL {
        let app = App::new(store).await;
        let (late, _) = app.client().await;
        let (last, _) = app.client().await;
        app.delete(&late).await;
        app.clock.advance(Duration::from_micros(1));
        app.delete(&last).await;
        app.clock.advance(30 * DAY - Duration::from_micros(1));
        assert_error(&restore(&app, &late).await, 404);
        // It is still there for the host.
        assert_eq!(deleted(&app, "").await.len(), 2);
        assert_eq!(restore(&app, &last).await.status, StatusCode::OK);
    }
    for (window, status) in [(Duration::ZERO, 404), (SECOND, 200)] {
        let app = App::with(Store::Memory, |it| it.with_restore_window(window)).await;
        let (client_id, _) = app.client().await;
        app.delete(&client_id).await;
        assert_eq!(restore(&app, &client_id).await.status, status);
    }
}

/// As an update that leaves them unchanged: rules of today don't keep it from coming back.
#[tokio::test]
async fn a_client_that_predates_the_rules_is_restored() {
    for mut app in App::each().await {
        let mut body = base();
        body["scopes"] = json!(["a", "b"]);
        let client = app.create(&body).await;
        let client_id = text(&client["client_id"]);
        app.delete(client_id).await;
        app.restart(tower_oauth_clients::domain::Policy::default().with_max_scopes(1));
        let answer = restore(&app, client_id).await;
        assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);
        assert_eq!(answer.data()["scopes"], json!(["a", "b"]));
    }
}

#[tokio::test]
async fn deleted_clients_are_listed_apart() {
    for app in App::each().await {
        let mut ids = Vec::new();
        for name in ["one", "two", "three"] {
            let mut body = base();
            body["name"] = name.into();
            ids.push(text(&app.create(&body).await["client_id"]).to_owned());
            app.clock.advance(SECOND);
        }
        assert_eq!(deleted(&app, "").await, [""; 0]);
        app.delete(&ids[2]).await;
        app.delete(&ids[0]).await;
        assert_eq!(deleted(&app, "").await, [&*ids[2], &ids[0]]);
        assert_eq!(deleted(&app, "name=ON").await, [&*ids[0]]);
        assert_eq!(deleted(&app, "status=suspended").await, [""; 0]);
        assert_eq!(
            deleted(&app, &format!("client_id={}", ids[1])).await,
            [""; 0]
        );
        let full = app.list("deleted=true&view=full").await.json();
        assert_eq!(full["items"][0]["origin"], "administrator");
        for query in ["", "deleted=false"] {
            let live = app.list(query).await.json();
            assert_eq!(live["total"], 1, "{query}");
            assert_eq!(live["items"][0].get("deleted_at"), None);
        }
        // Its Link leads on among the deleted ones.
        let first = app.list("deleted=true&after=&page_size=1").await;
        let link = first.header("link").unwrap();
        let next = link.trim_start_matches('<').split('>').next().unwrap();
        let next = app.call(Method::GET, next, None).await;
        assert_eq!(next.json()["items"][0]["client_id"], ids[0]);
        assert_eq!(next.header("link"), None);
        let answer = app.list("deleted=yes").await;
        assert_error(&answer, 400);
        assert_eq!(answer.message(), "deleted: must be true or false");
        let theirs = format!("{CLIENTS}?deleted=true");
        let theirs = app
            .call_as(&admin("tenant_b"), Method::GET, &theirs, None)
            .await;
        assert_eq!(theirs.json()["total"], 0);
        restore(&app, &ids[2]).await;
        assert_eq!(deleted(&app, "").await, [&*ids[0]]);
    }
}

#[tokio::test]
async fn a_deleted_client_is_restored_by_its_id() {
    for app in App::each().await {
        let client = app.create(&base()).await;
        app.delete(text(&client["client_id"])).await;
        let by_id = format!("{CLIENTS}/by-id/{}", text(&client["id"]));
        let logs = format!("{by_id}/audit-logs");
        assert_eq!(app.call(Method::GET, &logs, None).await.json()["total"], 2);
        assert_error(&app.call(Method::GET, &by_id, None).await, 404);
        let restore = format!("{by_id}/restore");
        let foreign = app
            .call_as(&admin("tenant_b"), Method::POST, &restore, None)
            .await;
        assert_error(&foreign, 404);
        let restored = app.call(Method::POST, &restore, None).await;
        assert_eq!(restored.data()["client_id"], client["client_id"]);
        assert_eq!(
            app.call(Method::GET, &by_id, None).await.status,
            StatusCode::OK
        );
    }
}

#[tokio::test]
async fn a_purge_leaves_nothing_but_the_ids() {
    const PERSONAL: [&str; 4] = ["Jane's App", "jane@example.com", "jane.example", "S3CR3T"];
    for app in App::each().await {
        let mut body = base();
        body["name"] = PERSONAL[0].into();
        body["contacts"] = json!([PERSONAL[1]]);
        body["redirect_uris"] = json!([format!("https://{}/cb", PERSONAL[2])]);
        body["metadata"] = json!({"note": PERSONAL[3]});
        body["description"] = PERSONAL[3].into();
        let client = app.create(&body).await;
        let client_id = text(&client["client_id"]);
        app.clock.advance(SECOND);
        app.delete(client_id).await;
        app.clock.advance(SECOND);
        let now = app.clock.now();
        let purged = call!(app.repository, purge_deleted_clients(now, 1_000));
        // The client, its secret and two entries.
        assert_eq!(purged.unwrap(), 4);
        let purged = call!(app.repository, purge_deleted_clients(now, 1_000));
        assert_eq!(purged.unwrap(), 0);

        assert_error(&restore(&app, client_id).await, 404);
        assert_error(&app.audit_logs(client_id, "").await, 404);
        assert_eq!(deleted(&app, "").await, [""; 0]);
        let by_id = format!("{CLIENTS}/by-id/{}", text(&client["id"]));
        for below in ["", "/audit-logs"] {
            let answer = app
                .call(Method::GET, &format!("{by_id}{below}"), None)
                .await;
            assert_error(&answer, 404);
        }
        let rows = app.place.rows().await.into_iter().flatten().flatten();
        let values: Vec<_> = rows
            .map(|value| String::from_utf8_lossy(&value).into())
            .collect();
        let values: Vec<String> = values;
        for id in ["client_id", "id"] {
            let is_there = values.iter().any(|value| value == text(&client[id]));
            assert_eq!(is_there, app.store != Store::Memory, "{id}");
        }
        for personal in PERSONAL {
            assert!(
                !values.iter().any(|value| value.contains(personal)),
                "{values:?}"
            );
        }
        let id: Value = client["client_id"].clone();
        assert_ne!(app.create(&base()).await["client_id"], id);
    }
}
