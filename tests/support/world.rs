//! Hosts that share one repository, and the hashes that they compute.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use tower_oauth_clients::authentication::{
    Authenticated, ClientAuthenticator, ClientAuthenticatorBuilder, ErrorKind, Result,
};
use tower_oauth_clients::domain::{
    ClientEvent, ClientEventKind, ClientEvents, Id, SecretHash, SecretRecord,
};
use tower_oauth_clients::secrets::{
    Argon2id, Error, HashPool, Plaintext, SecretFormat, SecretHasher,
};

use crate::presented::Sent;
use crate::{App, Store};

/// A public key that nobody has the private key of.
pub const JWKS: &str =
    r#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"OxzOMV90Ec3sfx72LsAO_PufHJ-TO6FB6PD1bQLXDWo"}]}"#;

/// Argon2id with this many KiB, which counts its calls and can be paused.
pub struct Counting {
    inner: Argon2id,
    /// The beginning of a hash with the current parameters.
    policy: String,
    calls: AtomicUsize,
    running: AtomicUsize,
    most: AtomicUsize,
    pub paused: AtomicBool,
}

impl Counting {
    pub fn new(memory: u32) -> Arc<Self> {
        let inner = Argon2id::builder()
            .with_memory(memory)
            .with_iterations(1)
            .with_insecure_cost()
            .build();
        Arc::new(Self {
            inner: inner.unwrap(),
            policy: format!("$argon2id$v=19$m={memory},"),
            calls: AtomicUsize::new(0),
            running: AtomicUsize::new(0),
            most: AtomicUsize::new(0),
            paused: AtomicBool::new(false),
        })
    }

    /// The number of calls since the last time it was asked.
    pub fn spent(&self) -> usize {
        self.calls.swap(0, Ordering::SeqCst)
    }

    pub fn started(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    /// The highest number of concurrent calls.
    pub fn most_at_once(&self) -> usize {
        self.most.load(Ordering::SeqCst)
    }

    pub fn pause(&self, paused: bool) {
        self.paused.store(paused, Ordering::SeqCst);
    }

    fn count<T>(&self, work: impl FnOnce(&Argon2id) -> T) -> T {
        self.calls.fetch_add(1, Ordering::SeqCst);
        let running = self.running.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(running, Ordering::SeqCst);
        while self.paused.load(Ordering::SeqCst) {
            thread::sleep(Duration::from_millis(1));
        }
        let done = work(&self.inner);
        self.running.fetch_sub(1, Ordering::SeqCst);
        done
    }
}

impl SecretHasher for Counting {
    fn hash(&self, plaintext: &Plaintext) -> std::result::Result<SecretHash, Error> {
        self.count(|inner| inner.hash(plaintext))
    }

    fn verify(&self, presented: &Plaintext, hash: &SecretHash) -> std::result::Result<bool, Error> {
        self.count(|inner| inner.verify(presented, hash))
    }

    fn needs_rehash(&self, hash: &SecretHash) -> bool {
        !hash.expose().starts_with(&self.policy)
    }
}

/// Collects the events.
#[derive(Default)]
pub struct Heard(Mutex<Vec<ClientEvent>>);

impl Heard {
    pub fn events(&self) -> Vec<ClientEvent> {
        std::mem::take(&mut self.0.lock().unwrap())
    }

    pub fn kinds(&self) -> Vec<ClientEventKind> {
        self.events().into_iter().map(|event| event.kind).collect()
    }
}

impl ClientEvents for Heard {
    fn on_event(&self, event: &ClientEvent) {
        self.0.lock().unwrap().push(event.clone());
    }
}

/// A host: its authenticator, hasher and event listener.
pub struct Host {
    pub authenticator: ClientAuthenticator,
    pub hasher: Arc<Counting>,
    pub heard: Arc<Heard>,
}

impl Host {
    pub fn new(app: &App) -> Self {
        Self::with(app, |builder| builder)
    }

    /// A host without a limiter, for tests of something else.
    pub fn unlimited(app: &App) -> Self {
        Self::with(app, ClientAuthenticatorBuilder::with_insecure_no_limiter)
    }

    pub fn with(
        app: &App,
        settle: impl FnOnce(ClientAuthenticatorBuilder) -> ClientAuthenticatorBuilder,
    ) -> Self {
        Self::hashing(app, Counting::new(8), 1024, settle)
    }

    pub fn hashing(
        app: &App,
        hasher: Arc<Counting>,
        queue: usize,
        settle: impl FnOnce(ClientAuthenticatorBuilder) -> ClientAuthenticatorBuilder,
    ) -> Self {
        let pool = HashPool::builder(Arc::clone(&hasher))
            .with_threads(2)
            .with_queue(queue);
        let heard = Arc::new(Heard::default());
        let builder = app
            .repository
            .authenticator()
            .with_hash_pool(pool.build().unwrap())
            .with_clock(app.clock.clone())
            .with_events(Arc::clone(&heard));
        Self {
            authenticator: settle(builder).build().unwrap(),
            hasher,
            heard,
        }
    }

    /// Sends a request, always from the same address.
    pub async fn send(&self, sent: &Sent) -> Result<Authenticated> {
        self.send_from("192.0.2.1", sent).await
    }

    pub async fn send_from(&self, peer: &str, sent: &Sent) -> Result<Authenticated> {
        let peer = Some(peer.parse().unwrap());
        self.authenticator
            .authenticate(&sent.head, &sent.form, peer)
            .await
    }

    /// The outcome, and how many hashes it took.
    pub async fn outcome(&self, sent: &Sent) -> (Outcome, usize) {
        self.hasher.spent();
        let outcome = outcome(self.send(sent).await);
        (outcome, self.hasher.spent())
    }
}

/// The `client_id`, or the kind of error.
pub type Outcome = std::result::Result<String, ErrorKind>;

pub fn outcome(result: Result<Authenticated>) -> Outcome {
    match result {
        Ok(authenticated) => Ok(authenticated.client.client_id.to_string()),
        Err(error) => Err(error.kind()),
    }
}

/// A client of `tenant_a` and its secret, if it has one.
#[derive(Clone, Debug)]
pub struct Member {
    pub id: String,
    pub secret: String,
}

impl Member {
    pub async fn new(app: &App, fields: Value) -> Self {
        let mut body = json!({
            "name": "Member",
            "redirect_uris": ["https://app.example.com/cb"],
            "client_auth_methods": ["client_secret_basic", "client_secret_post"],
        });
        let fields = fields.as_object().unwrap().clone();
        body.as_object_mut().unwrap().extend(fields);
        let created = app.create(&body).await;
        Self {
            id: created["client_id"].as_str().unwrap().to_owned(),
            secret: created["client_secret"]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
        }
    }

    /// A client that may present its secret by either method.
    pub async fn confidential(app: &App) -> Self {
        Self::new(app, json!({})).await
    }

    pub async fn public(app: &App) -> Self {
        let methods = json!(["none"]);
        let fields = json!({"is_confidential": false, "client_auth_methods": methods});
        Self::new(app, fields).await
    }

    pub async fn keyed(app: &App) -> Self {
        let methods = json!(["private_key_jwt"]);
        Self::new(app, json!({"client_auth_methods": methods, "jwks": JWKS})).await
    }

    pub fn post(&self) -> Sent {
        Sent::post(&self.id, &self.secret)
    }

    pub fn basic(&self) -> Sent {
        Sent::basic(&self.id, &self.secret)
    }

    /// The same client with another secret.
    pub fn with(&self, secret: impl Into<String>) -> Self {
        Self {
            id: self.id.clone(),
            secret: secret.into(),
        }
    }

    /// The record of its newest secret.
    pub async fn record(&self, app: &App) -> SecretRecord {
        app.repository.secrets(&self.id).await.swap_remove(0)
    }

    /// A wrong secret in the right format, with the lookup id of the right one.
    pub async fn guessed(&self, app: &App) -> Self {
        self.with(secret_of(self.record(app).await.id))
    }

    /// Rotates its secret a millisecond later, since secrets are ordered by time.
    pub async fn rotate(&self, app: &App) -> Self {
        app.clock.advance(Duration::from_millis(1));
        let path = format!("{}/{}/rotate-secret", crate::CLIENTS, self.id);
        let answer = app.call(http::Method::POST, &path, None).await;
        assert_eq!(answer.status, 200, "{:?}", answer.body);
        self.with(answer.data()["new_secret"].as_str().unwrap())
    }

    pub async fn update(&self, app: &App, body: Value) {
        let answer = app.update(&self.id, &body).await;
        assert_eq!(answer.status, 200, "{:?}", answer.body);
    }

    pub async fn delete(&self, app: &App) {
        let path = format!("{}/{}", crate::CLIENTS, self.id);
        let answer = app.call(http::Method::DELETE, &path, None).await;
        assert_eq!(answer.status, 204);
    }
}

/// A secret in the right format that nobody issued.
pub fn secret_of(id: Id) -> String {
    let secret = SecretFormat::default().generate(id).unwrap();
    secret.expose().to_owned()
}

/// An app whose manager gives rotated secrets this grace period.
pub async fn app(store: Store, grace: Duration) -> App {
    App::with(store, |manager| manager.with_rotation_grace(grace)).await
}

/// Waits for background work.
pub async fn eventually(what: &str, mut done: impl AsyncFnMut() -> bool) {
    for _ in 0..2_000 {
        if done().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("never happened: {what}");
}
