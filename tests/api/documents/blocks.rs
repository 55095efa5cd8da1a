//! Blocks, and what they do.

use std::time::Duration;

use http::{Method, StatusCode};
use serde_json::{Value, json};
use support::shelf::{BLOCKS, Shelf, URLS};
use support::{App, Store, admin, super_admin};
use tower_oauth_clients::authentication::{ClientAuthenticator, Presented};
use tower_oauth_clients::documents::ErrorKind;
use tower_oauth_clients::domain::{ClientId, Clock, TenantId};
use tower_oauth_clients::{authentication, documents};

fn kind<T>(result: Result<T, documents::Error>) -> Option<ErrorKind> {
    result.err().map(|error| error.kind())
}

const UNTRUSTED: Option<ErrorKind> = Some(ErrorKind::Untrusted);

#[tokio::test]
async fn a_blocked_document_is_refused_at_once() {
    for store in Store::ALL {
        let app = App::new(store).await;
        let shelf = Shelf::open(&app);
        for url in URLS {
            assert_eq!(kind(shelf.resolve(url).await), None);
        }
        for (body, refused) in [
            (json!({"url": URLS[0]}), [true, false, false]),
            (json!({"domain": "example.net"}), [true, true, false]),
            (json!({"domain": "org"}), [false, false, true]),
            (json!({"url": "https://a.example.net/m.jso"}), [false; 3]),
        ] {
            let block = shelf.blocked(&body).await;
            for (url, refused) in URLS.into_iter().zip(refused) {
                let resolved = kind(shelf.resolve(url).await);
                assert_eq!(resolved, UNTRUSTED.filter(|_| refused), "{body} {url}");
            }
            assert_eq!(shelf.unblock(&block).await.status, StatusCode::NO_CONTENT);
            for url in URLS {
                assert_eq!(kind(shelf.resolve(url).await), None, "{body} {url}");
            }
        }
        assert_eq!(shelf.network.asked(), 0);
    }
}

#[tokio::test]
async fn the_token_endpoint_refuses_it_too() {
    let app = App::new(Store::Memory).await;
    let shelf = Shelf::open(&app);
    let support::Repository::Memory(memory) = &app.repository else {
        panic!("it is in memory")
    };
    let authenticator = ClientAuthenticator::builder(memory.clone())
        .with_client_source(shelf.resolver.in_tenant(shelf.tenant.clone()))
        .build()
        .unwrap();
    let authenticate = async || {
        let client_id = ClientId::parse(URLS[0]).unwrap();
        let presented = Presented::Nothing { client_id };
        let outcome = authenticator.authenticate_presented(presented, None).await;
        outcome.err().map(|error| error.kind())
    };
    assert_eq!(authenticate().await, None);
    let block = shelf.blocked(&json!({"url": URLS[0]})).await;
    let refused = Some(authentication::ErrorKind::InvalidClient);
    assert_eq!(authenticate().await, refused);
    shelf.unblock(&block).await;
    assert_eq!(authenticate().await, None);
}

/// Nothing is fetched for a blocked URL that is not pinned.
#[tokio::test]
async fn nothing_is_fetched() {
    let app = App::new(Store::Memory).await;
    let shelf = Shelf::open(&app);
    let url = "https://c.example.net/m.json";
    assert_eq!(kind(shelf.resolve(url).await), Some(ErrorKind::Unavailable));
    assert_eq!(shelf.network.asked(), 1);
    shelf.blocked(&json!({"domain": "c.example.net"})).await;
    app.clock.advance(Duration::from_secs(3_600));
    assert_eq!(kind(shelf.resolve(url).await), UNTRUSTED);
    assert_eq!(shelf.network.asked(), 1);
}

/// Another host reads the blocks again after five seconds.
#[tokio::test]
async fn other_hosts_follow_within_seconds() {
    for store in Store::ALL {
        let app = App::new(store).await;
        let [here, there] = [Shelf::open(&app), Shelf::open(&app)];
        assert_eq!(kind(there.resolve(URLS[0]).await), None);
        let block = here.blocked(&json!({"url": URLS[0]})).await;
        assert_eq!(kind(here.resolve(URLS[0]).await), UNTRUSTED);
        app.clock.advance(Duration::from_secs(5));
        assert_eq!(kind(there.resolve(URLS[0]).await), UNTRUSTED);
        here.unblock(&block).await;
        assert_eq!(kind(here.resolve(URLS[0]).await), None);
        app.clock.advance(Duration::from_secs(5));
        assert_eq!(kind(there.resolve(URLS[0]).await), None);
    }
}

#[tokio::test]
async fn a_block_is_shown_as_it_was_made() {
    for store in Store::ALL {
        let app = App::new(store).await;
        let shelf = Shelf::open(&app);
        let mut made = Vec::new();
        for body in [
            json!({"url": URLS[0], "reason": "Phishing 💥"}),
            json!({"domain": "evil.example", "url": null, "reason": null}),
            json!({"domain": "example.com", "reason": ""}),
        ] {
            let answer = shelf.block(&body).await;
            assert_eq!(answer.status, StatusCode::CREATED);
            assert_eq!(answer.json()["code"], 0);
            let mut data = answer.data();
            made.insert(0, data.clone());
            let block = data.as_object_mut().unwrap();
            assert!(block.remove("id").is_some_and(|id| id.is_string()));
            let now = json!(app.clock.now().to_string());
            assert_eq!(block.remove("created_at"), Some(now));
            assert_eq!(block.remove("created_by"), Some(json!("alice")));
            let mut expected = body.clone();
            let members = expected.as_object_mut().unwrap();
            members.retain(|_, value| !value.is_null() && *value != "");
            assert_eq!(data, expected);
        }
        let listed = shelf.ask(Method::GET, BLOCKS, None).await.json();
        assert_eq!(listed["items"], json!(made));
        let mut found = Vec::new();
        let mut path = Some(format!("{BLOCKS}?after=&page_size=2"));
        while let Some(at) = path {
            let answer = shelf.ask(Method::GET, &at, None).await;
            found.extend(answer.json()["items"].as_array().unwrap().clone());
            let next = answer
                .header("link")
                .map(|link| link.split(['<', '>']).nth(1));
            path = next.flatten().map(str::to_owned);
        }
        assert_eq!(found, made);
    }
}

#[tokio::test]
async fn a_target_is_blocked_once() {
    for store in Store::ALL {
        let app = App::new(store).await;
        let shelf = Shelf::open(&app);
        let body = json!({"domain": "evil.example"});
        let block = shelf.blocked(&body).await;
        let again = shelf.block(&body).await;
        assert_eq!(again.status, StatusCode::CONFLICT);
        assert_eq!(again.message(), "it is blocked already");
        assert_eq!(shelf.unblock(&block).await.status, StatusCode::NO_CONTENT);
        assert_eq!(shelf.unblock(&block).await.status, StatusCode::NOT_FOUND);
        shelf.blocked(&body).await;
    }
}

#[tokio::test]
async fn a_tenant_has_a_thousand_blocks_at_most() {
    let app = App::new(Store::Sqlite).await;
    let shelf = Shelf::open(&app);
    let mut last = Value::Null;
    for number in 0..1_000 {
        let body = json!({"domain": format!("evil-{number}.example")});
        last = shelf.blocked(&body).await;
    }
    let body = json!({"domain": "evil.example"});
    let refused = shelf.block(&body).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert_eq!(refused.message(), "there are 1000 blocks already");
    shelf.unblock(&last).await;
    shelf.blocked(&body).await;
}

#[tokio::test]
async fn the_trail_of_the_tenant_tells_of_blocks() {
    for store in Store::ALL {
        let app = App::new(store).await;
        let shelf = Shelf::open(&app);
        let block = shelf.blocked(&json!({"url": URLS[0]})).await;
        shelf.unblock(&block).await;
        let path = "/admin/oauth/audit-logs?view=full";
        let trail = shelf.ask(Method::GET, path, None).await.json();
        let told = trail["items"].as_array().unwrap().iter().map(|item| {
            assert_eq!(item["target_id"], block["id"]);
            assert_eq!(item["target_type"], "oauth_metadata_document_block");
            let who = (&item["operator_id"], item.get("client_id"));
            assert_eq!(who, (&json!("alice"), None));
            (item["action"].clone(), item["message"].clone())
        });
        let told: Vec<_> = told.collect();
        let expected = [
            (
                "metadata_document.unblock",
                format!("no longer blocked: the URL {}", URLS[0]),
            ),
            (
                "metadata_document.block",
                format!("blocked: the URL {}", URLS[0]),
            ),
        ];
        assert_eq!(
            told,
            expected.map(|(action, message)| (json!(action), json!(message)))
        );
    }
}

#[tokio::test]
async fn a_block_is_of_its_tenant() {
    for store in Store::ALL {
        let app = App::new(store).await;
        let shelf = Shelf::open(&app);
        let block = shelf.blocked(&json!({"domain": "example.net"})).await;
        let other = TenantId::parse("tenant_b").unwrap();
        assert_eq!(kind(shelf.resolve_in(&other, URLS[0]).await), None);
        let token = admin("tenant_b");
        let listed = shelf.ask_as(&token, Method::GET, BLOCKS, None).await;
        assert_eq!(listed.json()["items"], json!([]));
        let path = format!("{BLOCKS}/{}", block["id"].as_str().unwrap());
        let refused = shelf.ask_as(&token, Method::DELETE, &path, None).await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND);
        let made = shelf
            .ask_as(&token, Method::POST, BLOCKS, Some(&json!({"url": URLS[1]})))
            .await;
        assert_eq!(made.status, StatusCode::CREATED);
        assert_eq!(kind(shelf.resolve(URLS[0]).await), UNTRUSTED);
        assert_eq!(kind(shelf.resolve_in(&other, URLS[1]).await), UNTRUSTED);
        assert_eq!(kind(shelf.resolve_in(&other, URLS[0]).await), None);
    }
}

#[tokio::test]
async fn whoever_may_not_administer_blocks_nothing() {
    let app = App::new(Store::Memory).await;
    let shelf = Shelf::open(&app);
    let body = json!({"domain": "example.net"});
    for (token, status) in [("", 401), ("x", 401), (&*super_admin(), 403)] {
        let answer = shelf.ask_as(token, Method::POST, BLOCKS, Some(&body)).await;
        assert_eq!(answer.status, status, "{answer:?}");
    }
    let listed = shelf.ask(Method::GET, BLOCKS, None).await;
    assert_eq!(listed.json()["total"], 0);
    assert_eq!(kind(shelf.resolve(URLS[0]).await), None);
}

/// A stored client with such a `client_id` is the administrator's own.
#[tokio::test]
async fn a_stored_client_is_not_concerned() {
    let app = App::with(Store::Memory, |manager| manager.with_http_import()).await;
    let shelf = Shelf::open(&app);
    let body = json!({
        "client_id": URLS[0], "name": "Stored", "redirect_uris": ["https://a.example/cb"],
    });
    let imported = support::request(
        &support::sign(&{
            let mut claims = support::claims("tenant_a");
            claims["role"] = "super_admin".into();
            claims
        }),
        Method::POST,
        "/admin/oauth/clients/import",
        Some(&body),
    );
    let imported = app.send(imported).await;
    assert_eq!(imported.status, StatusCode::CREATED, "{imported:?}");
    shelf.blocked(&json!({"url": URLS[0]})).await;
    assert_eq!(kind(shelf.resolve(URLS[0]).await), None);
}

/// Without its blocks, nobody knows what a tenant accepts.
#[tokio::test]
async fn what_can_not_be_read_is_not_accepted() {
    for store in Store::DATABASES {
        let app = App::new(store).await;
        let shelf = Shelf::open(&app);
        assert_eq!(kind(shelf.resolve(URLS[0]).await), None);
        let rename = |from: &str, to: &str| {
            let table = "oauth_client_document_blocks";
            format!("ALTER TABLE {table}{from} RENAME TO {table}{to}")
        };
        app.place.execute(&[&rename("", "_away")]).await;
        app.clock.advance(Duration::from_millis(4_999));
        assert_eq!(kind(shelf.resolve(URLS[0]).await), None);
        app.clock.advance(Duration::from_millis(1));
        let failed = kind(shelf.resolve(URLS[0]).await);
        let failures = [ErrorKind::Unavailable, ErrorKind::Internal];
        assert!(
            failed.is_some_and(|kind| failures.contains(&kind)),
            "{failed:?}"
        );
        app.place.execute(&[&rename("_away", "")]).await;
        assert_eq!(kind(shelf.resolve(URLS[0]).await), None);
    }
}
