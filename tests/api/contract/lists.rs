//! Operation 2: the list of clients.

use std::collections::BTreeSet;
use std::time::Duration;

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::shape::{
    ITEM, assert_common_headers, assert_error, assert_only_these_headers, assert_timestamp,
    members, without,
};
use support::console::text;
use support::{Answer, App, CLIENTS, admin, base};

/// Creates clients with these names, a millisecond apart.
async fn named(app: &App, names: &[&str]) {
    for name in names {
        app.clock.advance(Duration::from_millis(1));
        let mut body = base();
        body["name"] = (*name).into();
        app.create(&body).await;
    }
}

fn items(answer: &Answer) -> Vec<Value> {
    assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);
    answer.json()["items"].as_array().unwrap().clone()
}

fn names(answer: &Answer) -> Vec<String> {
    let items = items(answer);
    items
        .iter()
        .map(|item| text(&item["name"]).to_owned())
        .collect()
}

/// The names that a filter finds, which are the same with numbered and with keyset pages.
async fn found(app: &App, filter: &str) -> Vec<String> {
    let numbered = app.list(&format!("{filter}&page_size=100")).await;
    let keyset = app.list(&format!("{filter}&page_size=100&after=")).await;
    let found = names(&numbered);
    assert_eq!(names(&keyset), found, "{filter}");
    assert_eq!(numbered.json()["total"], found.len(), "{filter}");
    found
}

#[tokio::test]
async fn a_page() {
    for app in App::each().await {
        named(&app, &["one", "two", "three"]).await;
        let answer = app.list("page=1&page_size=2").await;
        assert_eq!(answer.status, StatusCode::OK);
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
        assert_eq!(
            (&body["code"], &body["message"]),
            (&json!(0), &json!("success"))
        );
        assert_eq!(body["total"], 3);
        assert_eq!(
            body["pagination"],
            json!({"page": 1, "page_size": 2, "total": 3, "total_pages": 2,
                   "has_next": true, "has_prev": false})
        );
        assert_timestamp(&body["timestamp"]);

        assert_eq!(names(&answer), ["three", "two"]);
        let optional = [
            "fapi_profile",
            "jwks_uri",
            "logo_url",
            "privacy_policy",
            "terms_url",
            "website",
            "deleted_at",
        ];
        for item in items(&answer) {
            assert_eq!(members(&item), without(ITEM, &optional));
            let read = app.get(text(&item["client_id"])).await;
            assert_eq!(read.data(), item);
        }
    }
}

#[tokio::test]
async fn of_nobody() {
    for app in App::each().await {
        let body = app.list("").await.json();
        assert_eq!((&body["items"], &body["total"]), (&json!([]), &json!(0)));
        assert_eq!(
            body["pagination"],
            json!({"page": 1, "page_size": 20, "total": 0, "total_pages": 0,
                   "has_next": false, "has_prev": false})
        );
        let answer = app.list("after=").await;
        let expected = ["code", "message", "items", "timestamp"];
        assert_eq!(members(&answer.json()), BTreeSet::from(expected));
        assert_eq!(answer.header("link"), None);
    }
}

#[tokio::test]
async fn head_is_get_without_the_body() {
    for app in App::each().await {
        named(&app, &["one", "two"]).await;
        let path = format!("{CLIENTS}?after=&page_size=1");
        let head = app.call(Method::HEAD, &path, None).await;
        let get = app.call(Method::GET, &path, None).await;
        assert!(head.body.is_empty() && head.header("link").is_some());
        assert_eq!((head.status, head.headers), (get.status, get.headers));
    }
}

#[tokio::test]
async fn pages_hold_every_client_once() {
    for app in App::each().await {
        let all: Vec<_> = (0..23).map(|n| format!("client {n}")).collect();
        named(&app, &all.iter().map(String::as_str).collect::<Vec<_>>()).await;
        let newest_first: Vec<_> = all.iter().rev().cloned().collect();
        for (size, pages) in [(1, 23), (5, 5), (22, 2), (23, 1), (100, 1)] {
            let mut seen = Vec::new();
            for page in 1..=pages {
                let answer = app.list(&format!("page={page}&page_size={size}")).await;
                let body = answer.json();
                assert_eq!((&body["total"], answer.header("link")), (&json!(23), None));
                assert_eq!(
                    body["pagination"],
                    json!({"page": page, "page_size": size, "total": 23, "total_pages": pages,
                           "has_next": page < pages, "has_prev": page > 1})
                );
                seen.extend(names(&answer));
            }
            assert_eq!(seen, newest_first, "{size}");
        }
        let answer = app.list("").await;
        assert_eq!(names(&answer), newest_first[..20]);
        assert_eq!(answer.json()["pagination"]["page_size"], 20);
        for page in [
            "24",
            "4294967296",
            "9223372036854775807",
            "18446744073709551615",
        ] {
            let answer = app.list(&format!("page={page}&page_size=100")).await;
            assert!(items(&answer).is_empty(), "{page}");
            let pagination = &answer.json()["pagination"];
            assert_eq!(pagination["total"], 23);
            assert_eq!(pagination["page"].to_string(), page);
            assert_eq!(pagination["has_next"], false);
            assert_eq!(pagination["has_prev"], true);
        }
    }
}

/// Follows the links from the first path on and returns the names.
async fn walk(app: &App, first: String) -> Vec<String> {
    let (mut path, mut seen) = (first, Vec::new());
    loop {
        let answer = app.call(Method::GET, &path, None).await;
        let body = answer.json();
        let expected = ["code", "message", "items", "timestamp"];
        assert_eq!(members(&body), BTreeSet::from(expected));
        assert_only_these_headers(&answer, &["link", "unknown-parameters"]);
        seen.extend(names(&answer));
        let Some(link) = answer.header("link") else {
            return seen;
        };
        let target = link.strip_prefix('<').unwrap();
        path = target.strip_suffix(">; rel=\"next\"").unwrap().to_owned();
        let last = items(&answer).pop().unwrap();
        assert!(
            path.ends_with(&format!("after={}", text(&last["id"]))),
            "{path}"
        );
    }
}

#[tokio::test]
async fn links_lead_to_every_client_once() {
    for app in App::each().await {
        let all: Vec<_> = (0..23).map(|n| format!("client {n}")).collect();
        named(&app, &all.iter().map(String::as_str).collect::<Vec<_>>()).await;
        let newest_first: Vec<_> = all.iter().rev().cloned().collect();
        for size in [1, 5, 22, 23, 24, 100] {
            for query in [
                format!("after=&page_size={size}"),
                format!("page_size={size}&after"),
                format!("page_size={size}&%61fter=&status=active"),
                format!("x=%22%3E&&after=&name=client+&page_size={size}"),
            ] {
                let seen = walk(&app, format!("{CLIENTS}?{query}")).await;
                assert_eq!(seen, newest_first, "{query}");
            }
        }
        assert_eq!(walk(&app, format!("{CLIENTS}?after=")).await, newest_first);
    }
}

#[tokio::test]
async fn a_walk_is_not_confused_by_what_comes_and_goes() {
    for app in App::each().await {
        named(&app, &["1", "2", "3", "4", "5", "6"]).await;
        let first = app.list("after=&page_size=2").await;
        assert_eq!(names(&first), ["6", "5"]);
        let last = items(&first).pop().unwrap();
        app.delete(text(&last["client_id"])).await;
        named(&app, &["7"]).await;
        let rest = format!("{CLIENTS}?page_size=2&after={}", text(&last["id"]));
        assert_eq!(walk(&app, rest).await, ["4", "3", "2", "1"]);
    }
}

#[tokio::test]
async fn a_name_is_found_by_any_part_in_any_case() {
    for app in App::each().await {
        let all = [
            "Über Ärger",
            "Straße",
            "ΟΔΟΣΑ",
            "οδος",
            "İstanbul",
            "my shop",
            "My  Shop",
        ];
        named(&app, &all).await;
        for (part, expected) in [
            ("%C3%BCBER", vec!["Über Ärger"]),
            ("R+%C3%84RG", vec!["Über Ärger"]),
            ("R%20%C3%A4rg", vec!["Über Ärger"]),
            ("uber", vec![]),
            ("STRASSE", vec!["Straße"]),
            ("stra%C3%9Fe", vec!["Straße"]),
            ("%CE%9F%CE%94%CE%9F%CE%A3", vec!["οδος", "ΟΔΟΣΑ"]),
            ("%CE%BF%CF%82", vec!["οδος", "ΟΔΟΣΑ"]),
            ("%C4%B0ST", vec!["İstanbul"]),
            ("sHoP", vec!["My  Shop", "my shop"]),
            ("Y%20S", vec!["my shop"]),
            ("shopping", vec![]),
        ] {
            assert_eq!(
                found(&app, &format!("name={part}")).await,
                expected,
                "{part}"
            );
        }
        assert_eq!(found(&app, "name=").await.len(), all.len());
        assert_eq!(found(&app, "").await.len(), all.len());
    }
}

#[tokio::test]
async fn every_character_of_a_name_is_literal() {
    for app in App::each().await {
        let all = ["100%", "a_b", "a\\b", "axb", "!", "'--", "a%b", "*?[a]"];
        named(&app, &all).await;
        for (part, expected) in [
            ("%25", vec!["a%b", "100%"]),
            ("_", vec!["a_b"]),
            ("%5C", vec!["a\\b"]),
            ("%5C%5C", vec![]),
            ("a_b", vec!["a_b"]),
            ("a%25b", vec!["a%b"]),
            ("%25%25", vec![]),
            ("%5C%25", vec![]),
            ("!", vec!["!"]),
            ("%27--", vec!["'--"]),
            ("%27+OR+1%3D1", vec![]),
            ("*", vec!["*?[a]"]),
        ] {
            assert_eq!(
                found(&app, &format!("name={part}")).await,
                expected,
                "{part}"
            );
        }
    }
}

#[tokio::test]
async fn clients_are_found_by_their_status() {
    for app in App::each().await {
        named(&app, &["a shop", "b shop", "c shop", "d"]).await;
        let clients = items(&app.list("").await);
        for (client, status) in clients.iter().zip(["active", "suspended", "inactive"]) {
            let answer = app
                .update(text(&client["client_id"]), &json!({"status": status}))
                .await;
            assert_eq!(answer.status, StatusCode::OK);
        }
        assert_eq!(found(&app, "status=active").await, ["d", "a shop"]);
        assert_eq!(found(&app, "status=suspended").await, ["c shop"]);
        assert_eq!(found(&app, "status=inactive").await, ["b shop"]);
        assert_eq!(found(&app, "status=active&name=SHOP").await, ["a shop"]);
        assert_eq!(found(&app, "status=suspended&name=a").await, [""; 0]);
    }
}

#[tokio::test]
async fn a_tenant_sees_its_own_and_no_deleted_ones() {
    for app in App::each().await {
        named(&app, &["one", "two", "three"]).await;
        let theirs = admin("tenant_b");
        app.call_as(&theirs, Method::POST, CLIENTS, Some(&base()))
            .await;
        let clients = items(&app.list("").await);
        app.delete(text(&clients[1]["client_id"])).await;
        assert_eq!(found(&app, "").await, ["three", "one"]);
        assert_eq!(found(&app, "name=two").await, [""; 0]);
        for query in ["", "?after="] {
            let path = format!("{CLIENTS}{query}");
            let answer = app.call_as(&theirs, Method::GET, &path, None).await;
            assert_eq!(names(&answer), ["My Application"]);
        }
        // A cursor from another tenant reveals nothing about that tenant.
        let after = text(&clients[0]["id"]);
        let path = format!("{CLIENTS}?after={after}&page_size=1");
        let answer = app.call_as(&theirs, Method::GET, &path, None).await;
        assert!(names(&answer).len() <= 1 && answer.header("link").is_none());
    }
}

#[tokio::test]
async fn malformed_queries_are_refused() {
    for app in App::each().await {
        named(&app, &["one"]).await;
        let long = format!("name={}", "a".repeat(1025));
        for (query, named) in [
            ("page=0", "page"),
            ("page=-1", "page"),
            ("page=", "page"),
            ("page", "page"),
            ("page=1.0", "page"),
            ("page=1e3", "page"),
            ("page=+1", "page"),
            ("page=%201", "page"),
            ("page=0x1", "page"),
            ("page=%D9%A1", "page"),
            ("page=18446744073709551616", "page"),
            ("page=1&page=1", "page"),
            ("page=1&p%61ge=2", "page"),
            ("page_size=0", "page_size"),
            ("page_size=101", "page_size"),
            ("page_size=4294967297", "page_size"),
            ("page_size=x", "page_size"),
            ("page_size=", "page_size"),
            ("page_size=5&page_size=5", "page_size"),
            ("status=", "status"),
            ("status=ACTIVE", "status"),
            ("status=deleted", "status"),
            ("status=active&status=active", "status"),
            ("name=a&name=a", "name"),
            ("name=%00", "name"),
            ("name=a%0Ab", "name"),
            (&long, "name"),
            ("after=x", "after"),
            ("after=01arz3ndektsv4rrffq69g5fav", "after"),
            ("after=01ARZ3NDEKTSV4RRFFQ69G5FAV'--", "after"),
            ("after=81ARZ3NDEKTSV4RRFFQ69G5FAV", "after"),
            ("after=01ARZ3NDEKTSV4RRFFQ69G5FA", "after"),
            ("after=%20", "after"),
            ("after=&after=", "after"),
            ("after=&page=1", "after"),
            ("page=1&after=01ARZ3NDEKTSV4RRFFQ69G5FAV", "after"),
        ] {
            let answer = app.list(query).await;
            assert_error(&answer, 400);
            let message = answer.message();
            assert!(
                message.starts_with(&format!("{named}: ")),
                "{query}: {message}"
            );
            assert!(!message.contains("; "), "{query}: {message}");
        }
        for query in ["name=%FF", "%FF=1", "name=%C3"] {
            assert_error(&app.list(query).await, 400);
        }
    }
}

#[tokio::test]
async fn all_that_is_wrong_with_a_query_is_told_together() {
    for app in App::each().await {
        let answer = app
            .list("status=evil&page_size=evil&page=evil&name=evil%00")
            .await;
        assert_error(&answer, 400);
        let message = answer.message();
        let paths: Vec<_> = message
            .split("; ")
            .map(|fault| fault.split(": ").next().unwrap())
            .collect();
        assert_eq!(paths, ["page", "page_size", "name", "status"], "{message}");
        assert!(!message.contains("evil"), "{message}");
    }
}

#[tokio::test]
async fn what_no_list_knows_is_ignored() {
    for app in App::each().await {
        named(&app, &["one"]).await;
        for query in [
            "sort=hash&order=desc",
            "&&",
            "=",
            "Page=0",
            "x&x",
            "tenant_id=tenant_b",
        ] {
            assert_eq!(found(&app, query).await, ["one"], "{query}");
        }
    }
}
