//! The operations on a client's tokens, which the host stores.

use std::collections::BTreeSet;
use std::error::Error as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::{Method, StatusCode};
use serde_json::{Value, json};
use support::{Answer, App, CLIENTS, Store, admin, base, request, super_admin};
use tower::ServiceExt;
use tower_oauth_clients::domain::{
    Client, ClientId, Operator, RevokedTokens, Role, TenantId, Timestamp, TokenPage, TokenRecord,
    TokenSlice, TokenStats, TokenType,
};
use tower_oauth_clients::manager::tokens::{Error, ErrorKind, Result, TokenStore};
use tower_oauth_clients::{handlers, manager};

/// 2026-04-15T10:30:00Z, in microseconds.
const ISSUED: i64 = 1_776_249_000_000_000;

/// A store with the same tokens for every client, which records the calls.
#[derive(Debug, Default)]
struct Tokens {
    records: Vec<TokenRecord>,
    last_request_at: Option<Timestamp>,
    failure: Option<ErrorKind>,
    asked: Mutex<Vec<String>>,
}

impl Tokens {
    fn note(&self, what: String) -> Result<()> {
        self.asked.lock().unwrap().push(what);
        self.failure.map_or(Ok(()), |kind| {
            Err(Error::new(kind).with_source("the disk is on fire"))
        })
    }

    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }

    fn count(&self, token_type: TokenType) -> u64 {
        let tokens = self.records.iter();
        tokens
            .filter(|token| token.token_type == token_type)
            .count() as u64
    }
}

impl TokenStore for Tokens {
    async fn stats(&self, client: &Client) -> Result<TokenStats> {
        self.note(format!("stats {}", client.client_id))?;
        Ok(TokenStats {
            active_tokens: self.count(TokenType::AccessToken),
            active_refresh_tokens: self.count(TokenType::RefreshToken),
            last_request_at: self.last_request_at,
        })
    }

    async fn tokens(&self, client: &Client, page: TokenPage) -> Result<TokenSlice> {
        self.note(format!("tokens {}", client.client_id))?;
        let before = usize::try_from(page.offset()).unwrap();
        let items = self.records.iter().skip(before).take(page.size as usize);
        Ok(TokenSlice {
            items: items.cloned().collect(),
            total: self.records.len() as u64,
        })
    }

    async fn revoke(
        &self,
        client: &Client,
        grace: Duration,
        operator: &Operator,
    ) -> Result<RevokedTokens> {
        let (id, by) = (&client.client_id, &operator.id);
        self.note(format!("revoke {id} after {} s by {by}", grace.as_secs()))?;
        Ok(RevokedTokens {
            access_tokens: self.count(TokenType::AccessToken),
            refresh_tokens: self.count(TokenType::RefreshToken),
        })
    }
}

fn record(number: i64) -> TokenRecord {
    TokenRecord {
        token_type: TokenType::AccessToken,
        scope: Some(format!("openid scope-{number}")),
        user_id: Some("user-1".into()),
        created_at: Timestamp::from_micros(ISSUED),
        expires_at: Some(Timestamp::from_micros(ISSUED) + Duration::from_secs(3600)),
    }
}

/// An app on each repository with a token store and a client.
async fn each(tokens: fn() -> Tokens) -> Vec<(App, Arc<Tokens>, String)> {
    let mut apps = Vec::new();
    for store in Store::ALL {
        let tokens = Arc::new(tokens());
        let app = App::with(store, |manager| manager.with_token_store(tokens.clone())).await;
        let created = app.create(&base()).await;
        let client_id = created["client_id"].as_str().unwrap().to_owned();
        apps.push((app, tokens, client_id));
    }
    apps
}

fn three() -> Tokens {
    let refresh = TokenRecord {
        token_type: TokenType::RefreshToken,
        scope: None,
        user_id: None,
        expires_at: None,
        ..record(0)
    };
    Tokens {
        records: vec![record(2), record(1), refresh],
        ..Tokens::default()
    }
}

async fn call(app: &App, method: Method, client_id: &str, rest: &str) -> Answer {
    let path = format!("{CLIENTS}/{client_id}/{rest}");
    app.call(method, &path, None).await
}

const ALL: [(Method, &str); 3] = [
    (Method::GET, "stats"),
    (Method::GET, "tokens"),
    (Method::DELETE, "tokens"),
];

fn members(object: &Value) -> BTreeSet<&str> {
    let object = object.as_object().unwrap();
    object.keys().map(String::as_str).collect()
}

#[tokio::test]
async fn stats() {
    for (app, tokens, client_id) in each(three).await {
        let answer = call(&app, Method::GET, &client_id, "stats").await;
        assert_eq!(answer.status, StatusCode::OK);
        let envelope = BTreeSet::from(["code", "data", "message", "timestamp"]);
        assert_eq!(members(&answer.json()), envelope);
        let expected =
            json!({"client_id": client_id, "active_tokens": 2, "active_refresh_tokens": 1});
        assert_eq!(answer.data(), expected);
        assert_eq!(tokens.asked(), [format!("stats {client_id}")]);
    }
}

#[tokio::test]
async fn stats_tell_when_the_client_was_last_seen() {
    let seen = || Tokens {
        last_request_at: Some(Timestamp::from_micros(ISSUED)),
        ..Tokens::default()
    };
    for (app, _, client_id) in each(seen).await {
        let data = call(&app, Method::GET, &client_id, "stats").await.data();
        let expected = json!({
            "client_id": client_id,
            "active_tokens": 0,
            "active_refresh_tokens": 0,
            "last_request_at": "2026-04-15T10:30:00Z",
        });
        assert_eq!(data, expected);
    }
}

#[tokio::test]
async fn list() {
    for (app, _, client_id) in each(three).await {
        let answer = call(&app, Method::GET, &client_id, "tokens").await;
        assert_eq!(answer.status, StatusCode::OK);
        let body = answer.json();
        let envelope = [
            "code",
            "items",
            "message",
            "pagination",
            "timestamp",
            "total",
        ];
        assert_eq!(members(&body), BTreeSet::from(envelope));
        let items = json!([
            {
                "token_type": "access_token",
                "scope": "openid scope-2",
                "user_id": "user-1",
                "created_at": "2026-04-15T10:30:00Z",
                "expires_at": "2026-04-15T11:30:00Z",
            },
            {
                "token_type": "access_token",
                "scope": "openid scope-1",
                "user_id": "user-1",
                "created_at": "2026-04-15T10:30:00Z",
                "expires_at": "2026-04-15T11:30:00Z",
            },
            {"token_type": "refresh_token", "created_at": "2026-04-15T10:30:00Z"},
        ]);
        assert_eq!(body["items"], items);
        assert_eq!(body["total"], 3);
        let pagination = json!({
            "page": 1,
            "page_size": 20,
            "total": 3,
            "total_pages": 1,
            "has_next": false,
            "has_prev": false,
        });
        assert_eq!(body["pagination"], pagination);
    }
}

#[tokio::test]
async fn pages_are_by_number_only() {
    for (app, _, client_id) in each(three).await {
        let page = async |query: &str| {
            let path = format!("tokens?{query}");
            let answer = call(&app, Method::GET, &client_id, &path).await;
            assert_eq!(answer.status, StatusCode::OK, "{query}");
            assert_eq!(answer.header("link"), None, "{query}");
            let body = answer.json();
            let pagination = &body["pagination"];
            let (next, prev) = (
                pagination["has_next"].clone(),
                pagination["has_prev"].clone(),
            );
            (body["items"].as_array().unwrap().len(), next, prev)
        };
        assert_eq!(page("page_size=2").await, (2, json!(true), json!(false)));
        assert_eq!(
            page("page_size=2&page=2").await,
            (1, json!(false), json!(true))
        );
        assert_eq!(
            page("page_size=2&page=3").await,
            (0, json!(false), json!(true))
        );
        let last = page("page=18446744073709551615&page_size=100").await;
        assert_eq!(last, (0, json!(false), json!(true)));
        assert_eq!(
            page("after=&unknown=x").await,
            (3, json!(false), json!(false))
        );
    }
}

#[tokio::test]
async fn revoke() {
    for (app, tokens, client_id) in each(three).await {
        for (query, seconds) in [
            ("", 0),
            ("?grace_period=0", 0),
            ("?grace_period=3600&unknown=x", 3600),
            ("?grace_period=2592000", 2_592_000),
        ] {
            let answer = call(&app, Method::DELETE, &client_id, &format!("tokens{query}")).await;
            assert_eq!(answer.status, StatusCode::OK, "{query}");
            let expected = json!({
                "grace_period": seconds,
                "revoked_access_tokens": 2,
                "revoked_refresh_tokens": 1,
            });
            assert_eq!(answer.data(), expected, "{query}");
            let asked = format!("revoke {client_id} after {seconds} s by alice");
            assert_eq!(tokens.asked(), [asked]);
        }
    }
}

#[tokio::test]
async fn what_cant_be_read_is_refused_by_either_method() {
    for (app, tokens, client_id) in each(three).await {
        for query in [
            "grace_period=",
            "grace_period=-1",
            "grace_period=%2B1",
            "grace_period=1.5",
            "grace_period=1e3",
            "grace_period=10s",
            "grace_period=%EF%BC%91",
            "grace_period=2592001",
            "grace_period=18446744073709551616",
            "grace_period=99999999999999999999",
            "grace_period=1&grace_period=1",
            "page=0",
            "page=18446744073709551616",
            "page_size=101",
            "page_size=0",
        ] {
            for method in [Method::GET, Method::DELETE] {
                let answer = call(&app, method, &client_id, &format!("tokens?{query}")).await;
                assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{query}");
                assert_eq!(answer.json()["code"], 400_001);
                let name = query.split('=').next().unwrap();
                assert!(
                    answer.message().starts_with(&format!("{name}: ")),
                    "{query}"
                );
            }
        }
        assert!(tokens.asked().is_empty());
    }
}

#[tokio::test]
async fn without_a_store_nothing_is_found() {
    for app in App::each().await {
        let created = app.create(&base()).await;
        for (method, rest) in ALL {
            let client_id = created["client_id"].as_str().unwrap();
            let existing = call(&app, method.clone(), client_id, rest).await;
            let absent = call(&app, method.clone(), "app-absent", rest).await;
            assert_eq!(existing.status, StatusCode::NOT_FOUND);
            assert_eq!(existing.json()["code"], 404_001);
            assert_eq!(
                (existing.headers, existing.body),
                (absent.headers, absent.body)
            );

            // Malformed queries make no difference.
            for query in ["grace_period=99999999999999999999", "page=0", "%ff"] {
                let rest = format!("{rest}?{query}");
                let malformed = call(&app, method.clone(), client_id, &rest).await;
                assert_eq!(malformed.status, StatusCode::NOT_FOUND, "{rest}");
                assert_eq!(malformed.json()["code"], 404_001);
            }
            let path = format!("{CLIENTS}/{client_id}/{rest}");
            let anonymous = app.send(request("", method, &path, None)).await;
            assert_eq!(anonymous.status, StatusCode::UNAUTHORIZED);
        }
    }
}

#[tokio::test]
async fn only_the_clients_of_the_tenant_have_tokens() {
    for (app, tokens, client_id) in each(three).await {
        for (method, rest) in ALL {
            let path = format!("{CLIENTS}/{client_id}/{rest}");
            let as_b = app
                .call_as(&admin("tenant_b"), method.clone(), &path, None)
                .await;
            let absent = call(&app, method.clone(), "app-absent", rest).await;
            assert_eq!(as_b.status, StatusCode::NOT_FOUND);
            assert_eq!((as_b.headers, as_b.body), (absent.headers, absent.body));
            assert!(tokens.asked().is_empty());

            let mut visit = request(&super_admin(), method, &path, None);
            let tenant = "tenant_a".parse().unwrap();
            visit.headers_mut().insert("x-tenant-id", tenant);
            assert_eq!(app.send(visit).await.status, StatusCode::OK);
            tokens.asked();
        }
    }
}

#[tokio::test]
async fn a_suspended_client_has_tokens_and_a_deleted_one_none() {
    for (app, tokens, client_id) in each(three).await {
        app.update(&client_id, &json!({"status": "suspended"}))
            .await;
        for (method, rest) in ALL {
            let answer = call(&app, method, &client_id, rest).await;
            assert_eq!(answer.status, StatusCode::OK);
        }
        tokens.asked();
        let path = format!("{CLIENTS}/{client_id}");
        app.call(Method::DELETE, &path, None).await;
        for (method, rest) in ALL {
            let answer = call(&app, method, &client_id, rest).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND);
        }
        assert!(tokens.asked().is_empty());
        // Tokens that outlived the client can still be revoked.
        let [operator, stranger] = ["tenant_a", "tenant_b"]
            .map(|tenant| Operator::new("alice", Role::Admin, TenantId::parse(tenant).unwrap()));
        let id = ClientId::parse(&client_id).unwrap();
        let manager = &app.manager;
        let grace = Duration::ZERO;
        let revoked = manager
            .revoke_tokens_of_deleted(&operator, &id, grace)
            .await;
        assert!(revoked.is_ok(), "{revoked:?}");
        assert_eq!(tokens.asked().len(), 1);
        let foreign = manager
            .revoke_tokens_of_deleted(&stranger, &id, grace)
            .await;
        assert_eq!(foreign.unwrap_err().kind(), manager::ErrorKind::NotFound);
    }
}

#[tokio::test]
async fn a_failure_is_told_by_its_kind_and_logged_with_its_cause() {
    let failing: [(fn() -> Tokens, u16); 2] = [
        (
            || Tokens {
                failure: Some(ErrorKind::Unavailable),
                ..Tokens::default()
            },
            503,
        ),
        (
            || Tokens {
                failure: Some(ErrorKind::Other),
                ..Tokens::default()
            },
            500,
        ),
    ];
    for (tokens, status) in failing {
        for (app, _, client_id) in each(tokens).await {
            for (method, rest) in ALL {
                let path = format!("{CLIENTS}/{client_id}/{rest}");
                let request = request(&admin("tenant_a"), method, &path, None);
                let response = app.service().oneshot(request).await.unwrap();
                let error = response.extensions().get::<Arc<handlers::Error>>();
                let mut cause = error.unwrap().source();
                let mut causes = Vec::new();
                while let Some(error) = cause {
                    causes.push(error.to_string());
                    cause = error.source();
                }
                assert_eq!(causes.last().unwrap(), "the disk is on fire");

                let answer = Answer::read(response).await;
                assert_eq!(answer.status.as_u16(), status);
                assert_eq!(answer.json()["code"], u32::from(status) * 1000 + 1);
                assert_eq!(answer.header("retry-after").is_some(), status == 503);
                assert!(!answer.message().contains("fire"));
            }
        }
    }
}

#[tokio::test]
async fn the_methods_of_the_paths() {
    for (app, _, client_id) in each(three).await {
        let tokens = call(&app, Method::POST, &client_id, "tokens").await;
        assert_eq!(tokens.header("allow"), Some("GET, DELETE, HEAD"));
        let stats = call(&app, Method::DELETE, &client_id, "stats").await;
        assert_eq!(stats.header("allow"), Some("GET, HEAD"));
        let head = call(&app, Method::HEAD, &client_id, "tokens").await;
        assert_eq!((head.status, head.body.len()), (StatusCode::OK, 0));
    }
}
