//! Operation 12: the audit trail.

use std::collections::BTreeSet;
use std::time::Duration;

use http::{Method, StatusCode};
use serde_json::{Value, json};
use tower_oauth_clients::domain::{Clock, Id};
use tower_oauth_clients::handlers::PeerIp;

use super::shape::{assert_error, assert_only_these_headers, assert_timestamp, members};
use support::console::{path, text};
use support::{App, admin, request, super_admin};

pub const ENTRY: &[&str] = &[
    "id",
    "tenant_id",
    "action",
    "operator_id",
    "operator_type",
    "target_id",
    "target_type",
    "module",
    "level",
    "message",
    "status",
    "timestamp",
];

fn items(body: &Value) -> Vec<Value> {
    body["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn an_entry() {
    for app in App::each().await {
        let (client_id, _) = app.client().await;
        let now = app.clock.now().as_seconds();
        let answer = app.audit_logs(&client_id, "").await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_only_these_headers(&answer, &[]);
        let body = answer.json();
        let expected = [
            "code",
            "message",
            "items",
            "total",
            "pagination",
            "timestamp",
        ];
        assert_eq!(members(&body), BTreeSet::from(expected));
        assert_eq!(
            (&body["code"], &body["message"]),
            (&json!(0), &json!("success"))
        );
        assert_eq!(
            body["pagination"],
            json!({"page": 1, "page_size": 20, "total": 1, "total_pages": 1,
                   "has_next": false, "has_prev": false})
        );
        assert_timestamp(&body["timestamp"]);
        let [entry] = &items(&body)[..] else {
            panic!("one entry: {body}")
        };
        assert_eq!(members(entry), ENTRY.iter().copied().collect());
        assert!(Id::parse(text(&entry["id"])).is_some());
        for (member, value) in [
            ("tenant_id", json!("tenant_a")),
            ("action", json!("client.create")),
            ("operator_id", json!("alice")),
            ("operator_type", json!("admin")),
            ("target_id", json!(client_id)),
            ("target_type", json!("oauth_client")),
            ("message", json!("created")),
            ("timestamp", json!(now)),
        ] {
            assert_eq!(entry[member], value, "{member}");
        }
        assert!(entry["status"].is_u64());
        assert!(!text(&entry["module"]).is_empty() && !text(&entry["level"]).is_empty());
    }
}

#[tokio::test]
async fn the_caller_and_where_from() {
    for app in App::each().await {
        let (client_id, _) = app.client().await;
        app.clock.advance(Duration::from_secs(1));
        let rename = json!({"name": "Renamed", "website": "https://app.example.com"});
        let mut request = request(
            &super_admin(),
            Method::PUT,
            &path(&client_id, ""),
            Some(&rename),
        );
        request
            .headers_mut()
            .insert("x-tenant-id", "tenant_a".parse().unwrap());
        request
            .headers_mut()
            .insert("x-forwarded-for", "203.0.113.9".parse().unwrap());
        request
            .extensions_mut()
            .insert(PeerIp([192, 0, 2, 7].into()));
        assert_eq!(app.send(request).await.status, StatusCode::OK);
        let newest = app.audit_logs(&client_id, "page_size=1").await.json()["items"][0].clone();
        assert_eq!(newest["operator_id"], "root");
        assert_eq!(newest["operator_type"], "super_admin");
        assert_eq!(newest["tenant_id"], "tenant_a");
        assert_eq!(newest["ip"], "192.0.2.7");
        let message = "changed name, website (acting across tenants)";
        assert_eq!(newest["message"], message);
    }
}

#[tokio::test]
async fn an_update_that_changes_nothing_says_so() {
    for app in App::each().await {
        let (client_id, _) = app.client().await;
        app.clock.advance(Duration::from_secs(1));
        let body = json!({"name": app.get(&client_id).await.data()["name"]});
        assert_eq!(app.update(&client_id, &body).await.status, StatusCode::OK);
        let newest = app.audit_logs(&client_id, "page_size=1").await.json()["items"][0].clone();
        assert_eq!(newest["message"], "changed nothing");
    }
}

#[tokio::test]
async fn every_change_has_its_entry_and_no_secret_is_in_one() {
    for app in App::each().await {
        let tick = || app.clock.advance(Duration::from_millis(5));
        let (client_id, first) = app.client().await;
        tick();
        app.update(&client_id, &json!({"name": "Renamed"})).await;
        tick();
        let second = app.add_secret(&client_id).await.data();
        tick();
        let third = app.rotate(&client_id).await.data();
        tick();
        let ids = app.secret_ids(&client_id).await;
        app.deactivate(&client_id, &ids[2]).await;
        tick();
        app.delete_secret(&client_id, &ids[1]).await;
        tick();
        let clone = app.clone_client(&client_id).await.data();
        tick();
        app.delete(&client_id).await;

        let body = app.audit_logs(&client_id, "").await.json();
        let told: Vec<_> = items(&body)
            .iter()
            .map(|entry| {
                ["action", "target_type", "target_id"].map(|name| text(&entry[name]).to_owned())
            })
            .collect();
        let client = |action: &str| [action, "oauth_client", &client_id].map(str::to_owned);
        let secret =
            |action: &str, id: &str| [action, "oauth_client_secret", id].map(str::to_owned);
        assert_eq!(ids[1], text(&second["secret_id"]));
        assert_eq!(
            told,
            [
                client("client.delete"),
                secret("secret.delete", &ids[1]),
                secret("secret.deactivate", &ids[2]),
                secret("secret.rotate", &ids[0]),
                secret("secret.create", &ids[1]),
                client("client.update"),
                client("client.create"),
            ]
        );
        let cloned = app.audit_logs(text(&clone["client_id"]), "").await.json();
        assert_eq!(cloned["total"], 1);
        assert_eq!(cloned["items"][0]["action"], "client.clone");
        assert_eq!(
            cloned["items"][0]["message"],
            format!("cloned from {client_id}")
        );

        let all = format!("{body}{cloned}");
        for secret in [
            first.as_str(),
            text(&second["secret_value"]),
            text(&third["new_secret"]),
            text(&clone["client_secret"]),
            "$argon2",
            "eyJ",
        ] {
            assert!(!all.contains(secret));
        }
    }
}

#[tokio::test]
async fn what_is_refused_leaves_no_entry() {
    for app in App::each().await {
        let (client_id, _) = app.client().await;
        let id = app.secret_ids(&client_id).await.remove(0);
        app.add_secret(&client_id).await;
        for refused in [
            app.add_secret(&client_id).await,
            app.update(&client_id, &json!({"name": ""})).await,
            app.deactivate(&client_id, "01ARZ3NDEKTSV4RRFFQ69G5FAV")
                .await,
            app.delete_secret(&client_id, "01ARZ3NDEKTSV4RRFFQ69G5FAV")
                .await,
            app.call_as(
                &admin("tenant_b"),
                Method::DELETE,
                &path(&client_id, ""),
                None,
            )
            .await,
            app.call_as("", Method::DELETE, &path(&client_id, ""), None)
                .await,
        ] {
            assert!(refused.status.is_client_error());
        }
        app.deactivate(&client_id, &id).await;
        let logs = app.audit_logs(&client_id, "").await.json();
        assert_eq!(logs["total"], 3);
    }
}

#[tokio::test]
async fn pages() {
    for app in App::each().await {
        let (client_id, _) = app.client().await;
        for n in 1..12 {
            app.clock.advance(Duration::from_millis(1));
            app.update(&client_id, &json!({"name": format!("n{n}")}))
                .await;
        }
        let all = items(&app.audit_logs(&client_id, "page_size=100").await.json());
        assert_eq!(all.len(), 12);
        for size in [1, 5, 11, 12, 13] {
            let mut numbered = Vec::new();
            for page in 1..=13 {
                let query = format!("page={page}&page_size={size}");
                let body = app.audit_logs(&client_id, &query).await.json();
                assert_eq!(body["total"], 12);
                numbered.extend(items(&body));
            }
            assert_eq!(numbered, all, "{size}");

            let mut walked = Vec::new();
            let mut next = path(&client_id, &format!("/audit-logs?after=&page_size={size}"));
            loop {
                let answer = app.call(Method::GET, &next, None).await;
                let body = answer.json();
                let expected = ["code", "message", "items", "timestamp"];
                assert_eq!(members(&body), BTreeSet::from(expected));
                walked.extend(items(&body));
                let Some(link) = answer.header("link") else {
                    break;
                };
                next = link[1..].split_once('>').unwrap().0.to_owned();
            }
            assert_eq!(walked, all, "{size}");
        }
        for query in [
            "page=0",
            "page_size=0",
            "page_size=101",
            "page=1&page=1",
            "after=&page=1",
            "after=x",
            "page=18446744073709551616",
        ] {
            assert_error(&app.audit_logs(&client_id, query).await, 400);
        }
        // The filters of another list are ignored.
        let body = app
            .audit_logs(&client_id, "status=x&name=%00&page=99999")
            .await
            .json();
        assert_eq!((&body["items"], &body["total"]), (&json!([]), &json!(12)));
    }
}
