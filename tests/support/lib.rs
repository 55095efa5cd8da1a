//! The whole service in one process, on any repository, with a clock that the tests control.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::new_without_default,
    clippy::panic,
    clippy::unwrap_used,
    missing_debug_implementations,
    missing_docs,
    reason = "a test may panic, and its names say enough"
)]

mod behind;
pub mod case;
pub mod console;
pub mod example;
pub mod forge;
pub mod hosts;
pub mod place;
pub mod presented;
pub mod registrant;
mod repository;
pub mod servers;
pub mod shelf;
pub mod world;

/// Compiles and runs the code of the guides.
#[cfg(doctest)]
mod guides {
    #[doc = include_str!("../../docs/api.md")]
    mod api {}

    #[doc = include_str!("../../docs/console.md")]
    mod console {}

    #[doc = include_str!("../../docs/databases.md")]
    mod databases {}

    #[doc = include_str!("../../docs/observability.md")]
    mod observability {}

    #[doc = include_str!("../../docs/registration.md")]
    mod registration {}
}

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};
use tower::ServiceExt;
use tower_oauth_clients::ClientManager;
use tower_oauth_clients::adapters::tower::ManagementService;
use tower_oauth_clients::authorization::jwt::{JwtAuthorizer, JwtAuthorizerBuilder, Keys};
use tower_oauth_clients::domain::{Clock, Policy, SystemClock, Timestamp};
use tower_oauth_clients::handlers::Handlers;
use tower_oauth_clients::manager::ClientManagerBuilder;
use tower_oauth_clients::secrets::{Argon2id, HashPool};

use self::place::Place;
pub use self::repository::{DefaultPool, Repository, Store, Stores};

pub const CLIENTS: &str = "/admin/oauth/clients";
pub const KEY: &[u8] = b"a key for tests, used nowhere else at all";
pub const ISSUER: &str = "https://id.example.com";
pub const AUDIENCE: &str = "https://api.example.com";

/// A clock that starts at the current time and moves only when told to.
#[derive(Clone, Debug)]
pub struct TestClock(Arc<AtomicI64>);

impl TestClock {
    pub fn new() -> Self {
        Self(Arc::new(AtomicI64::new(SystemClock.now().as_micros())))
    }

    pub fn advance(&self, by: Duration) {
        self.0
            .fetch_add(i64::try_from(by.as_micros()).unwrap(), Ordering::SeqCst);
    }

    pub fn turn_back(&self, by: Duration) {
        self.0
            .fetch_sub(i64::try_from(by.as_micros()).unwrap(), Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}

/// Argon2id at minimum cost, for tests of something else.
pub fn cheap_pool() -> HashPool {
    let hasher = Argon2id::builder()
        .with_memory(8)
        .with_iterations(1)
        .with_insecure_cost()
        .build()
        .unwrap();
    HashPool::builder(hasher)
        .with_threads(2)
        .with_queue(1024)
        .build()
        .unwrap()
}

/// A service under test.
pub struct App {
    pub store: Store,
    pub clock: TestClock,
    pub manager: ClientManager,
    pub repository: Repository,
    pub handlers: Handlers,
    pub place: Place,
}

impl App {
    pub async fn new(store: Store) -> Self {
        Self::with(store, |manager| manager).await
    }

    pub async fn with_policy(store: Store, policy: Policy) -> Self {
        Self::with(store, |manager| manager.with_policy(policy)).await
    }

    /// One app on each repository.
    pub async fn each() -> Vec<Self> {
        let mut each = Vec::new();
        for store in Store::ALL {
            each.push(Self::new(store).await);
        }
        each
    }

    pub async fn with(
        store: Store,
        settle: impl FnOnce(ClientManagerBuilder) -> ClientManagerBuilder,
    ) -> Self {
        Self::over(store, Repository::open(store).await, settle)
    }

    /// One app on a host's pool, for each server and kind of pool.
    pub async fn on_default_pools() -> Vec<Self> {
        let mut apps = Vec::new();
        for store in [Store::Postgres, Store::Mysql] {
            for pool in DefaultPool::ALL {
                let opened = Repository::open_on(pool, store).await;
                apps.push(Self::over(store, opened, |manager| manager));
            }
        }
        apps
    }

    fn over(
        store: Store,
        (repository, place): (Repository, Place),
        settle: impl FnOnce(ClientManagerBuilder) -> ClientManagerBuilder,
    ) -> Self {
        let clock = TestClock::new();
        let builder = repository
            .manager()
            .with_hash_pool(cheap_pool())
            .with_clock(clock.clone());
        let manager = settle(builder).build().unwrap();
        let handlers = Handlers::new(manager.clone(), authorizer(clock.clone()));
        Self {
            store,
            clock,
            manager,
            repository,
            handlers,
            place,
        }
    }

    /// The host starts again, on the same repository, with another policy.
    pub fn restart(&mut self, policy: Policy) {
        let manager = self.repository.manager().with_policy(policy);
        let manager = manager.with_hash_pool(cheap_pool());
        self.manager = manager.with_clock(self.clock.clone()).build().unwrap();
        self.handlers = Handlers::new(self.manager.clone(), authorizer(self.clock.clone()));
    }

    /// All stored bytes; empty for memory.
    pub fn database_bytes(&self) -> Vec<u8> {
        self.place.bytes()
    }

    pub fn service(&self) -> ManagementService {
        ManagementService::new(self.handlers.clone())
    }

    /// Sends the request unchanged.
    pub async fn send(&self, request: Request<Full<Bytes>>) -> Answer {
        let response = self.service().oneshot(request).await;
        Answer::read(response.unwrap_or_else(|never: Infallible| match never {})).await
    }

    /// Sends a request as an administrator of `tenant_a`.
    pub async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        self.call_as(&admin("tenant_a"), method, path, body).await
    }

    pub async fn call_as(
        &self,
        token: &str,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Answer {
        self.send(request(token, method, path, body)).await
    }

    /// Creates a client and returns `data`.
    pub async fn create(&self, body: &Value) -> Value {
        let answer = self.call(Method::POST, CLIENTS, Some(body)).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{:?}", answer.body);
        answer.json()["data"].clone()
    }

    pub async fn get(&self, client_id: &str) -> Answer {
        self.call(Method::GET, &format!("{CLIENTS}/{client_id}"), None)
            .await
    }

    pub async fn update(&self, client_id: &str, body: &Value) -> Answer {
        self.call(Method::PUT, &format!("{CLIENTS}/{client_id}"), Some(body))
            .await
    }

    pub async fn clone_client(&self, client_id: &str) -> Answer {
        self.call(Method::POST, &format!("{CLIENTS}/{client_id}/clone"), None)
            .await
    }
}

pub fn authorizer(clock: impl Clock) -> JwtAuthorizer {
    authorizer_builder(clock).build().unwrap()
}

pub fn authorizer_builder(clock: impl Clock) -> JwtAuthorizerBuilder {
    JwtAuthorizer::builder(Keys::from_secret(KEY).unwrap())
        .with_issuer(ISSUER)
        .with_audience(AUDIENCE)
        .with_clock(clock)
}

pub fn request(
    token: &str,
    method: Method,
    path: &str,
    body: Option<&Value>,
) -> Request<Full<Bytes>> {
    let mut request = Request::builder().method(method).uri(path);
    if !token.is_empty() {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    if body.is_some() {
        request = request.header("content-type", "application/json");
    }
    let body = body.map(Value::to_string).unwrap_or_default();
    request.body(Full::from(body)).unwrap()
}

/// A response with its complete body.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    pub async fn read<B>(response: Response<B>) -> Self
    where
        B: http_body::Body<Error: std::fmt::Debug>,
    {
        let (head, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Self {
            status: head.status,
            headers: head.headers,
            body,
        }
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub fn data(&self) -> Value {
        self.json()["data"].clone()
    }

    pub fn message(&self) -> String {
        self.json()["message"].as_str().unwrap().to_owned()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

/// The claims of an administrator of a tenant, valid for a day.
pub fn claims(tenant: &str) -> Value {
    json!({
        "sub": "alice",
        "tenant_id": tenant,
        "role": "admin",
        "iss": ISSUER,
        "aud": AUDIENCE,
        "exp": SystemClock.now().as_seconds() + 24 * 60 * 60,
    })
}

pub fn admin(tenant: &str) -> String {
    sign(&claims(tenant))
}

pub fn super_admin() -> String {
    let mut claims = claims("unused");
    claims["sub"] = "root".into();
    claims["role"] = "super_admin".into();
    claims.as_object_mut().unwrap().remove("tenant_id");
    sign(&claims)
}

pub fn sign(claims: &Value) -> String {
    sign_with(&json!({"alg": "HS256", "typ": "JWT"}), claims, KEY)
}

/// A compact JWS with any header and claims, signed with HS256.
pub fn sign_with(header: &Value, claims: &Value, key: &[u8]) -> String {
    sign_text(&header.to_string(), &claims.to_string(), key)
}

pub fn sign_text(header: &str, claims: &str, key: &[u8]) -> String {
    use base64::Engine;
    use base64::prelude::BASE64_URL_SAFE_NO_PAD as URL;

    // Called by name, since the build contains both backends.
    let provider = forge::backends()[0];
    let message = format!("{}.{}", URL.encode(header), URL.encode(claims));
    let signer = (provider.signer_factory)(&Algorithm::HS256, &EncodingKey::from_secret(key));
    let signature = signer.unwrap().try_sign(message.as_bytes()).unwrap();
    format!("{message}.{}", URL.encode(signature))
}

/// The smallest valid creation: all other fields get defaults.
pub fn base() -> Value {
    json!({"name": "My Application", "redirect_uris": ["https://app.example.com/callback"]})
}
