//! The list of documents.

use std::sync::Arc;
use std::time::Duration;

use http::{Method, StatusCode};
use serde_json::{Value, json};
use support::shelf::{BLOCKS, DOCUMENTS, Shelf, URLS};
use support::world::{Heard, eventually};
use support::{App, Store, admin};
use tower_oauth_clients::domain::{ClientEventKind, Clock, MetadataHash, TenantId};

const MINUTE: Duration = Duration::from_secs(60);

/// Uses a document, and waits until that is noted.
async fn used(shelf: &Shelf<'_>, url: &str) {
    let at = json!(shelf.app.clock.now().to_string());
    shelf.resolve(url).await.unwrap();
    eventually("a use", async || {
        let listed = shelf.listed("").await;
        let listed = listed.iter().find(|item| item["client_id"] == url);
        listed.is_some_and(|item| item["last_used_at"] == at)
    })
    .await;
}

fn urls(items: &[Value]) -> Vec<&str> {
    let urls = items.iter().map(|item| item["client_id"].as_str().unwrap());
    urls.collect()
}

#[tokio::test]
async fn what_is_used_is_listed() {
    for store in Store::ALL {
        let app = App::new(store).await;
        let shelf = Shelf::open(&app);
        assert_eq!(shelf.listed("").await, Vec::<Value>::new());
        let at = app.clock.now().to_string();
        used(&shelf, URLS[0]).await;
        let expected = json!({
            "client_id": URLS[0],
            "host": "a.example.net",
            "client_name": "Example",
            "first_used_at": at,
            "last_used_at": at,
            "blocked": false,
        });
        let listed = shelf.ask(Method::GET, DOCUMENTS, None).await.json();
        assert_eq!(listed["items"], json!([expected]), "{store:?}");
        assert_eq!((&listed["code"], &listed["total"]), (&json!(0), &json!(1)));
        assert_eq!(listed["pagination"]["page_size"], 20);
        shelf.blocked(&json!({"domain": "example.net"})).await;
        let mut expected = expected;
        expected["blocked"] = json!(true);
        assert_eq!(shelf.listed("").await, [expected]);
        // Neither a refused use nor a stored client is one of a document.
        shelf.resolve(URLS[0]).await.unwrap_err();
        let stored = app.create(&support::base()).await;
        let stored = stored["client_id"].as_str().unwrap();
        shelf.resolve(stored).await.unwrap();
        assert_eq!(shelf.listed("").await.len(), 1);
    }
}

#[tokio::test]
async fn the_last_used_is_first() {
    for store in Store::ALL {
        let app = App::new(store).await;
        let shelf = Shelf::open(&app);
        for url in [URLS[0], URLS[1], URLS[2], URLS[0]] {
            app.clock.advance(11 * MINUTE);
            used(&shelf, url).await;
        }
        let newest = [URLS[0], URLS[2], URLS[1]];
        assert_eq!(urls(&shelf.listed("").await), newest);
        let path = format!("{DOCUMENTS}?page=2&page_size=2");
        let second = shelf.ask(Method::GET, &path, None).await.json();
        assert_eq!(second["items"][0]["client_id"], URLS[1]);
        assert_eq!(second["pagination"]["total"], 3);
        assert_eq!(second["pagination"]["has_next"], false);
        let of_host = shelf.listed("?host=b.example.net").await;
        assert_eq!(urls(&of_host), [URLS[1]]);
        assert_eq!(shelf.listed("?host=example.net").await.len(), 0);
        let path = format!("{DOCUMENTS}?after=&status=active");
        let strange = shelf.ask(Method::GET, &path, None).await;
        let unknown = strange.header("unknown-parameters");
        assert_eq!(unknown, Some("\"after\", \"status\""));
    }
}

/// At most once in ten minutes.
#[tokio::test]
async fn a_use_is_noted_now_and_then() {
    let app = App::new(Store::Memory).await;
    let shelf = Shelf::open(&app);
    used(&shelf, URLS[0]).await;
    let first = shelf.listed("").await[0]["last_used_at"].clone();
    app.clock.advance(9 * MINUTE);
    shelf.resolve(URLS[0]).await.unwrap();
    // A use that was begun later, and is noted, comes after what that one would have noted.
    used(&shelf, URLS[1]).await;
    let listed = shelf.listed("?host=a.example.net").await;
    assert_eq!(listed[0]["last_used_at"], first);
    app.clock.advance(2 * MINUTE);
    used(&shelf, URLS[0]).await;
    let listed = shelf.listed("?host=a.example.net").await;
    assert_eq!(listed[0]["first_used_at"], first);
}

/// Of two hosts on one storage, one tells the listener, and an older copy undoes nothing.
#[tokio::test]
async fn a_change_is_told_once() {
    for store in Store::ALL {
        let app = App::new(store).await;
        let heard: Vec<_> = (0..3).map(|_| Arc::new(Heard::default())).collect();
        let host = |name: &str, at: usize| {
            let listener = Arc::clone(&heard[at]);
            Shelf::with(&app, name, |resolver| resolver.with_events(listener))
        };
        let old = host("Example", 0);
        used(&old, URLS[0]).await;
        let hash = async |shelf: &Shelf<'_>| {
            let client = shelf.resolve(URLS[0]).await.unwrap().client;
            MetadataHash::parse(&client.facts("").metadata_hash).unwrap()
        };
        let from = hash(&old).await;
        app.clock.advance(Duration::from_secs(1));
        let [first, second] = [host("Other", 1), host("Other", 2)];
        let at = app.clock.now();
        used(&first, URLS[0]).await;
        let to = hash(&first).await;
        eventually("an event", async || {
            let events = heard[1].events();
            let [event] = &events[..] else {
                return false;
            };
            assert_eq!(event.kind, ClientEventKind::MetadataChanged { from, to });
            assert_eq!(event.client_id.as_str(), URLS[0]);
            assert_eq!((&event.tenant_id, event.at), (&first.tenant, at));
            assert_eq!(event.operator, None);
            true
        })
        .await;
        let listed = first.listed("").await;
        assert_eq!(listed[0]["client_name"], "Other");
        assert_eq!(listed[0]["changed_at"], json!(at.to_string()));
        for late in [&second, &old] {
            app.clock.advance(11 * MINUTE);
            used(late, URLS[0]).await;
            let listed = first.listed("").await;
            assert_eq!(listed[0]["changed_at"], json!(at.to_string()));
        }
        for heard in &heard {
            assert_eq!(heard.events(), []);
        }
    }
}

#[tokio::test]
async fn no_tenant_sees_the_documents_of_another() {
    for store in Store::ALL {
        let app = App::new(store).await;
        let shelf = Shelf::open(&app);
        used(&shelf, URLS[0]).await;
        let other = admin("tenant_b");
        let listed = shelf.ask_as(&other, Method::GET, DOCUMENTS, None).await;
        assert_eq!(listed.json()["items"], json!([]));
        // Its own uses are its own.
        let tenant = TenantId::parse("tenant_b").unwrap();
        shelf.resolve_in(&tenant, URLS[0]).await.unwrap();
        shelf.resolve_in(&tenant, URLS[1]).await.unwrap();
        eventually("two uses", async || {
            let listed = shelf.ask_as(&other, Method::GET, DOCUMENTS, None).await;
            listed.json()["total"] == 2
        })
        .await;
        assert_eq!(urls(&shelf.listed("").await), [URLS[0]]);
    }
}

#[tokio::test]
async fn without_a_resolver_there_is_no_such_path() {
    let app = App::new(Store::Memory).await;
    let one = format!("{BLOCKS}/01ARZ3NDEKTSV4RRFFQ69G5FAV");
    for (method, path) in [
        (Method::GET, DOCUMENTS),
        (Method::GET, BLOCKS),
        (Method::POST, BLOCKS),
        (Method::DELETE, &one),
    ] {
        let body = json!({"domain": "example.net"});
        let answer = app.call(method.clone(), path, Some(&body)).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{method} {path}");
    }
}
