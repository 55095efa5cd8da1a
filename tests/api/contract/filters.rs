//! The filters of the list beyond name and status, and parameters that no list has.

use http::{HeaderValue, Method, StatusCode};
use serde_json::json;
use tower_oauth_clients::domain::Clock;

use super::shape::{assert_error, assert_only_these_headers};
use support::{Answer, App, CLIENTS, admin, base, request};

/// The names that a filter finds, which are the same with numbered and with keyset pages.
async fn found(app: &App, filter: &str) -> Vec<String> {
    let names = |answer: &Answer| -> Vec<String> {
        assert_eq!(answer.status, StatusCode::OK, "{filter}: {:?}", answer.body);
        assert_only_these_headers(answer, &[]);
        let body = answer.json();
        let items = body["items"].as_array().unwrap().iter();
        items
            .map(|item| item["name"].as_str().unwrap().to_owned())
            .collect()
    };
    let numbered = app.list(filter).await;
    let keyset = app.list(&format!("{filter}&after=")).await;
    assert_eq!(names(&keyset), names(&numbered), "{filter}");
    assert_eq!(numbered.json()["total"], names(&numbered).len(), "{filter}");
    names(&numbered)
}

#[tokio::test]
async fn clients_are_found_by_what_they_have() {
    for app in App::each().await {
        let mut ids = Vec::new();
        for (name, members) in [
            ("web", json!({"scopes": ["openid", "a,b"]})),
            (
                "spa",
                json!({"client_auth_methods": ["none"], "is_confidential": false,
                       "redirect_uris": ["https://spa.example/cb", "https://spa.example/cb?x=1&y=2"]}),
            ),
            (
                "job",
                json!({"grant_types": ["client_credentials"], "scopes": ["OpenID"],
                       "client_auth_methods": ["client_secret_post"]}),
            ),
        ] {
            let mut body = base();
            body["name"] = name.into();
            for (member, value) in members.as_object().unwrap() {
                body[member] = value.clone();
            }
            let client = app.create(&body).await;
            ids.push(client["client_id"].as_str().unwrap().to_owned());
            app.clock.advance(std::time::Duration::from_millis(1));
        }
        let (web, spa) = (&ids[0], &ids[1]);
        for (filter, names) in [
            (format!("client_id={web}"), &["web"][..]),
            (format!("client_id={web}&client_id={spa}"), &["spa", "web"]),
            (format!("client_id={web}&name=spa"), &[]),
            ("client_id=unknown".to_owned(), &[]),
            ("scope=openid".to_owned(), &["web"]),
            ("scope=OpenID".to_owned(), &["job"]),
            ("scope=open".to_owned(), &[]),
            ("scope=a%2Cb".to_owned(), &["web"]),
            ("scope=,".to_owned(), &[]),
            ("redirect_uri=https://spa.example/cb".to_owned(), &["spa"]),
            (
                "redirect_uri=https%3A%2F%2Fspa.example%2Fcb%3Fx%3D1%26y%3D2".to_owned(),
                &["spa"],
            ),
            ("redirect_uri=https://SPA.example/cb".to_owned(), &[]),
            ("grant=client_credentials".to_owned(), &["job"]),
            ("method=none".to_owned(), &["spa"]),
            (
                "method=client_secret_post&grant=authorization_code".to_owned(),
                &[],
            ),
            ("is_confidential=true".to_owned(), &["job", "web"]),
            ("is_confidential=false&status=active".to_owned(), &["spa"]),
        ] {
            assert_eq!(found(&app, &filter).await, names, "{filter}");
        }
        // The same tenant only.
        let foreign = request(
            &admin("tenant_b"),
            Method::GET,
            &format!("{CLIENTS}?client_id={web}"),
            None,
        );
        assert_eq!(app.send(foreign).await.json()["items"], json!([]));
    }
}

/// How long ago a client was used, how it came to be, and what expires soon.
#[tokio::test]
async fn clients_are_found_by_their_history() {
    const MINUTE: u64 = 60;

    for app in App::each().await {
        let in_seven = app.clock.now() + std::time::Duration::from_secs(7 * MINUTE);
        let mut body = base();
        body["name"] = "old".into();
        body["redirect_uris"] = json!(["http://localhost:3000/cb", "https://old.example.com"]);
        body["client_secret_options"] = json!({"expires_at": in_seven});
        app.create(&body).await;
        app.clock
            .advance(std::time::Duration::from_secs(3 * MINUTE));
        body["name"] = "new".into();
        body["redirect_uris"] = json!(["https://new.example.com/cb"]);
        body.as_object_mut()
            .unwrap()
            .remove("client_secret_options");
        app.create(&body).await;
        let minutes = |minutes: u64| minutes * MINUTE;
        for (filter, names) in [
            (format!("unused_for={}", minutes(2)), &["old"][..]),
            (format!("unused_for={}", minutes(4)), &[]),
            ("unused_for=3155760000".to_owned(), &[]),
            (format!("expiring_within={}", minutes(5)), &["old"]),
            (format!("expiring_within={}", minutes(3)), &[]),
            ("expiring_within=0".to_owned(), &[]),
            ("origin=administrator".to_owned(), &["new", "old"]),
            ("origin=import".to_owned(), &[]),
            ("redirect_host=localhost".to_owned(), &["old"]),
            (
                "redirect_host=old.example.com&origin=administrator".to_owned(),
                &["old"],
            ),
            ("redirect_host=example.com".to_owned(), &[]),
        ] {
            assert_eq!(found(&app, &filter).await, names, "{filter}");
        }
        app.clock
            .advance(std::time::Duration::from_secs(5 * MINUTE));
        assert!(
            found(&app, &format!("expiring_within={}", minutes(9)))
                .await
                .is_empty()
        );
    }
}

#[tokio::test]
async fn a_malformed_filter_is_refused_with_the_others() {
    let many = "client_id=x&".repeat(101);
    for app in App::each().await {
        for (query, path) in [
            ("client_id=", "client_id"),
            ("client_id=a%20b", "client_id"),
            ("client_id=%C3%A9", "client_id"),
            (&many, "client_id"),
            ("redirect_uri=", "redirect_uri"),
            ("redirect_uri=a%00", "redirect_uri"),
            ("redirect_uri=a&redirect_uri=a", "redirect_uri"),
            ("grant=implicit", "grant"),
            ("grant=", "grant"),
            ("scope=", "scope"),
            ("scope=a%0Ab", "scope"),
            ("method=None", "method"),
            ("is_confidential=1", "is_confidential"),
            ("is_confidential", "is_confidential"),
            ("redirect_host=", "redirect_host"),
            ("redirect_host=App.example.com", "redirect_host"),
            ("redirect_host=https://app.example.com", "redirect_host"),
            ("redirect_host=app.example.com:443", "redirect_host"),
            ("redirect_host=[::1", "redirect_host"),
            ("origin=Import", "origin"),
            ("unused_for=-1", "unused_for"),
            ("unused_for=P1D", "unused_for"),
            ("expiring_within=3155760001", "expiring_within"),
            ("expiring_within=99999999999999999999", "expiring_within"),
        ] {
            let answer = app.list(query).await;
            assert_error(&answer, 400);
            let message = answer.message();
            assert!(
                message.starts_with(&format!("{path}: must ")),
                "{query}: {message}"
            );
        }
        let answer = app
            .list("grant=evil&method=evil&is_confidential=evil&page=evil")
            .await;
        let message = answer.message();
        let paths: Vec<_> = message
            .split("; ")
            .map(|fault| fault.split(": ").next().unwrap())
            .collect();
        assert_eq!(
            paths,
            ["page", "grant", "method", "is_confidential"],
            "{message}"
        );
        assert!(!message.contains("evil"), "{message}");
        // As many as are allowed.
        let most = format!("{}client_id={}", "client_id=x&".repeat(99), "y".repeat(256));
        assert_eq!(app.list(&most).await.status, StatusCode::OK);
    }
}

/// A script that takes the first item must notice that its filter is not one.
#[tokio::test]
async fn unknown_parameters_are_named() {
    let app = App::new(support::Store::Memory).await;
    let client = app.create(&base()).await;
    let client = format!("{CLIENTS}/{}", client["client_id"].as_str().unwrap());
    let long = "x".repeat(100);
    for (query, names) in [
        ("clientId=x", Some("\"clientId\"".to_owned())),
        (
            "Status=active&search=",
            Some("\"Status\", \"search\"".to_owned()),
        ),
        (
            "search=a&search=b",
            Some("\"search\", \"search\"".to_owned()),
        ),
        (
            "%22%0D%0Ax%3A%20y=1",
            Some("\"%22%0D%0Ax%3A%20y\"".to_owned()),
        ),
        (&long, Some(format!("\"{}\"", "x".repeat(64)))),
        ("status=active&&=&", None),
        ("", None),
    ] {
        for path in [CLIENTS.to_owned(), format!("{client}/audit-logs")] {
            if path != CLIENTS && query.starts_with("status") {
                continue;
            }
            let uri = format!("{path}?{query}");
            let answer = app.call(Method::GET, &uri, None).await;
            assert_eq!(answer.status, StatusCode::OK, "{uri}");
            assert_eq!(
                answer.header("unknown-parameters"),
                names.as_deref(),
                "{uri}"
            );
            assert_eq!(answer.header("preference-applied"), None, "{uri}");
            assert_eq!(answer.json()["items"].as_array().unwrap().len(), 1, "{uri}");
        }
    }
    let many = (0..100)
        .map(|index| format!("{index}=&"))
        .collect::<String>();
    let answer = app.list(&many).await;
    let named = answer.header("unknown-parameters").unwrap();
    assert_eq!(named.split(", ").count(), 16, "{named}");
}

#[tokio::test]
async fn unknown_parameters_are_refused_on_request() {
    let app = App::new(support::Store::Memory).await;
    let strict = async |query: &str| {
        let uri = format!("{CLIENTS}?{query}");
        let mut request = request(&admin("tenant_a"), Method::GET, &uri, None);
        let value = HeaderValue::from_static("respond-async, Handling=Strict");
        request.headers_mut().insert("prefer", value);
        app.send(request).await
    };
    let answer = strict("clientId=secret&page=0&%C3%A9%22=secret").await;
    assert_error(&answer, 400);
    assert_eq!(
        answer.message(),
        "page: must be a whole number from 1; clientId: is not a parameter of this path; \
         %C3%A9%22: is not a parameter of this path"
    );
    let answer = strict("client_id=x").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("preference-applied"), Some("handling=strict"));
    assert_eq!(answer.header("unknown-parameters"), None);
}
