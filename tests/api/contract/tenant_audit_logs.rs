//! The audit trail of all clients of a tenant.

use std::collections::BTreeSet;
use std::time::Duration;

use http::{HeaderValue, Method, StatusCode};
use serde_json::{Value, json};

use super::audit_lines::{lines, walk};
use super::audit_logs::ENTRY;
use super::shape::assert_timestamp;
use super::shape::{assert_common_headers, assert_error, assert_only_these_headers, members};
use support::console::{path, text};
use support::{Answer, App, Store, admin, request, super_admin};

pub const TRAIL: &str = "/admin/oauth/audit-logs";

pub async fn trail(app: &App, query: &str) -> Answer {
    app.call(Method::GET, &format!("{TRAIL}?{query}"), None)
        .await
}

pub fn items(answer: &Answer) -> Vec<Value> {
    assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);
    answer.json()["items"].as_array().unwrap().clone()
}

/// The entries that a filter finds, which are the same with numbered and with keyset pages.
pub async fn found(app: &App, filter: &str) -> Vec<Value> {
    let numbered = trail(app, filter).await;
    assert_only_these_headers(&numbered, &[]);
    let keyset = trail(app, &format!("{filter}&after=")).await;
    assert_eq!(items(&keyset), items(&numbered), "{filter}");
    assert_eq!(numbered.json()["total"], items(&numbered).len(), "{filter}");
    items(&numbered)
}

fn actions(items: &[Value]) -> Vec<&str> {
    items.iter().map(|entry| text(&entry["action"])).collect()
}

/// Two clients, of which the first is deleted in the end, and a client of another tenant.
pub async fn clients(app: &App) -> [String; 2] {
    let tick = || app.clock.advance(Duration::from_secs(1));
    let (first, _) = app.client().await;
    tick();
    let (second, _) = app.client().await;
    tick();
    app.add_secret(&second).await;
    tick();
    app.update(&first, &json!({"name": "Renamed"})).await;
    let mut foreign = request(&super_admin(), Method::DELETE, &path(&first, ""), None);
    let tenant = HeaderValue::from_static("tenant_a");
    foreign.headers_mut().insert("x-tenant-id", tenant);
    tick();
    assert_eq!(app.send(foreign).await.status, StatusCode::NO_CONTENT);
    tick();
    let body = support::base();
    app.call_as(
        &admin("tenant_b"),
        Method::POST,
        support::CLIENTS,
        Some(&body),
    )
    .await;
    [first, second]
}

#[tokio::test]
async fn the_entries_are_those_of_the_clients() {
    for app in App::each().await {
        let none = trail(&app, "").await;
        assert_eq!(
            (&none.json()["items"], &none.json()["total"]),
            (&json!([]), &json!(0))
        );
        let [first, second] = clients(&app).await;
        let answer = trail(&app, "").await;
        assert_common_headers(&answer);
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
        assert_timestamp(&body["timestamp"]);
        assert_eq!(
            body["pagination"],
            json!({"page": 1, "page_size": 20, "total": 5, "total_pages": 1,
                   "has_next": false, "has_prev": false})
        );
        let all = items(&answer);
        assert_eq!(
            actions(&all),
            [
                "client.delete",
                "client.update",
                "secret.create",
                "client.create",
                "client.create",
            ]
        );
        let mut own = items(&app.audit_logs(&first, "").await);
        own.extend(items(&app.audit_logs(&second, "").await));
        own.sort_by_key(|entry| text(&entry["id"]).to_owned());
        own.reverse();
        assert_eq!(all, own);
        for entry in &all {
            assert_eq!(members(entry), ENTRY.iter().copied().collect());
        }
        // The other tenant, for its own administrator and for one of all tenants.
        let own = app
            .call_as(&admin("tenant_b"), Method::GET, TRAIL, None)
            .await;
        assert_eq!(actions(&items(&own)), ["client.create"]);
        let mut asked = request(&super_admin(), Method::GET, TRAIL, None);
        let tenant = HeaderValue::from_static("tenant_b");
        asked.headers_mut().insert("x-tenant-id", tenant);
        assert_eq!(items(&app.send(asked).await), items(&own));
        assert_error(&app.call_as("", Method::GET, TRAIL, None).await, 401);
        for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            let refused = app.call(method, TRAIL, None).await;
            assert_error(&refused, 405);
            assert_eq!(refused.header("allow"), Some("GET, HEAD"));
        }
    }
}

#[tokio::test]
async fn entries_are_found_by_what_they_say() {
    for app in App::each().await {
        let [first, second] = clients(&app).await;
        let secret = app.secret_ids(&second).await.remove(0);
        let all = found(&app, "").await;
        let ids = |places: &[usize]| -> Vec<_> {
            places
                .iter()
                .map(|place| all[*place]["id"].clone())
                .collect()
        };
        let seconds = all[2]["timestamp"].as_i64().unwrap();
        let (from, after) = (second_of(seconds), second_of(seconds + 1));
        for (filter, expected) in [
            ("action=client.create".to_owned(), &[3, 4][..]),
            ("action=secret.rotate".to_owned(), &[]),
            ("operator_id=root".to_owned(), &[0]),
            ("operator_id=alice".to_owned(), &[1, 2, 3, 4]),
            ("operator_id=Alice".to_owned(), &[]),
            ("operator_id=ali%25".to_owned(), &[]),
            (format!("target_id={first}"), &[0, 1, 4]),
            (format!("target_id={second}"), &[3]),
            (format!("target_id={secret}"), &[2]),
            ("target_id=app-unknown".to_owned(), &[]),
            (
                format!("target_id={first}&operator_id=alice&action=client.update"),
                &[1],
            ),
            (format!("from={from}"), &[0, 1, 2]),
            (format!("to={from}"), &[3, 4]),
            (format!("from={from}&to={after}"), &[2]),
            (format!("from={from}&to={from}"), &[]),
            (
                "from=1970-01-01T00:00:00Z&to=9999-12-30T22:00:00Z".to_owned(),
                &[0, 1, 2, 3, 4],
            ),
            (
                "from=2999-01-01T00%3A00%3A00.000001%2B01:00".to_owned(),
                &[],
            ),
        ] {
            let found: Vec<_> = found(&app, &filter).await;
            let found: Vec<_> = found.iter().map(|entry| entry["id"].clone()).collect();
            assert_eq!(found, ids(expected), "{filter}");
        }
    }
}

/// A time that starts a second, as the clock of the tests may be between two.
fn second_of(seconds: i64) -> String {
    tower_oauth_clients::domain::Timestamp::from_micros(seconds * 1_000_000).to_string()
}

#[tokio::test]
async fn a_malformed_filter_is_refused_by_name() {
    let long = format!("operator_id={}", "x".repeat(2_049));
    let target = format!("target_id={}", "x".repeat(257));
    for app in App::each().await {
        for (query, path) in [
            ("action=", "action"),
            ("action=client.Create", "action"),
            ("action=client.create&action=client.create", "action"),
            ("operator_id=", "operator_id"),
            ("operator_id=a%00", "operator_id"),
            (&long, "operator_id"),
            ("target_id=", "target_id"),
            ("target_id=a%20b", "target_id"),
            ("target_id=%C3%A9", "target_id"),
            (&target, "target_id"),
            ("from=", "from"),
            ("from=2026-04-15", "from"),
            ("from=1776249000", "from"),
            ("to=2026-04-15T10:30:00", "to"),
            ("to=2026-04-15T10:30:00+02:00", "to"),
            ("to=2026-04-31T10:30:00Z", "to"),
            ("from=2026-04-15T10:30:01Z&to=2026-04-15T10:30:00Z", "from"),
            ("page=0", "page"),
            ("page_size=101", "page_size"),
            ("after=x", "after"),
            ("after=&page=1", "after"),
            ("view=all", "view"),
        ] {
            let answer = trail(&app, query).await;
            assert_error(&answer, 400);
            let message = answer.message();
            assert!(
                message.starts_with(&format!("{path}: must ")),
                "{query}: {message}"
            );
        }
        let evil = "action=evil&operator_id=evil%00&target_id=ev%20il&from=evil&to=evil&page=evil";
        let message = trail(&app, evil).await.message();
        let paths = message
            .split("; ")
            .map(|fault| fault.split(": ").next().unwrap());
        let expected = ["page", "action", "operator_id", "target_id", "from", "to"];
        assert_eq!(paths.collect::<Vec<_>>(), expected, "{message}");
        assert!(!message.contains("evil"), "{message}");
        assert_error(&trail(&app, "operator_id=%FF").await, 400);
    }
}

#[tokio::test]
async fn unknown_parameters_are_named_or_refused() {
    let app = App::new(Store::Memory).await;
    app.client().await;
    let answer = trail(&app, "operatorId=x&status=y").await;
    assert_eq!(items(&answer).len(), 1);
    let named = answer.header("unknown-parameters");
    assert_eq!(named, Some("\"operatorId\", \"status\""));
    for accept in ["application/json", "application/x-ndjson"] {
        let mut strict = request(
            &admin("tenant_a"),
            Method::GET,
            &format!("{TRAIL}?operatorId=x"),
            None,
        );
        let headers = strict.headers_mut();
        headers.insert("prefer", HeaderValue::from_static("handling=strict"));
        headers.insert("accept", HeaderValue::from_static(accept));
        let answer = app.send(strict).await;
        assert_error(&answer, 400);
        assert_eq!(
            answer.message(),
            "operatorId: is not a parameter of this path"
        );
    }
}

#[tokio::test]
async fn pages() {
    for app in App::each().await {
        let (first, _) = app.client().await;
        let (second, _) = app.client().await;
        for n in 1..6 {
            for client_id in [&first, &second] {
                app.clock.advance(Duration::from_millis(1));
                app.update(client_id, &json!({"name": format!("n{n}")}))
                    .await;
            }
        }
        for (filter, count) in [("", 12), ("action=client.update&", 10)] {
            let all = items(&trail(&app, &format!("{filter}page_size=100")).await);
            assert_eq!(all.len(), count);
            for size in [1, 5, 11, 12, 13] {
                let mut numbered = Vec::new();
                for page in 1..=13 {
                    let query = format!("{filter}page={page}&page_size={size}");
                    let answer = trail(&app, &query).await;
                    assert_eq!(answer.json()["total"], count);
                    numbered.extend(items(&answer));
                }
                assert_eq!(numbered, all, "{size}");
                let start = format!("{TRAIL}?{filter}after=&page_size={size}");
                let walked = walk(&app, &start, None, |answer| {
                    let body = answer.json();
                    let expected = ["code", "message", "items", "timestamp"];
                    assert_eq!(members(&body), BTreeSet::from(expected));
                    items(answer)
                });
                assert_eq!(walked.await, all, "{size}");
                let start = format!("{TRAIL}?{filter}page_size={size}");
                let walked = walk(&app, &start, Some("application/jsonl"), lines);
                assert_eq!(walked.await, all, "{size}");
            }
        }
    }
}
