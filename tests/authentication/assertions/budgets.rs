//! A failed assertion is charged to the client's budget if it cost the host more than reading it.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tower_oauth_clients::ClientManager;
use tower_oauth_clients::authentication::assertion::{
    AssertionVerifier, Error, Freshness, KeySource,
};
use tower_oauth_clients::authentication::{
    ClientAuthenticator, ErrorKind, LocalLimiter, Presented,
};
use tower_oauth_clients::domain::{
    AuthMethod, Client, ClientId, Clock, Draft, Operator, Role, TenantId, Timestamp,
};
use tower_oauth_clients::repository::MemoryRepository;

use super::{ISSUER, JWKS, at};
use support::forge::Assertion;

/// The budget of one client, for failures from all addresses together.
const BUDGET: u32 = 3;

struct Standing;

impl Clock for Standing {
    fn now(&self) -> Timestamp {
        at(0)
    }
}

struct Source(String);

impl KeySource for Source {
    async fn jwks(&self, _: &Client, _: Freshness) -> Result<Arc<str>, Error> {
        Ok(self.0.as_str().into())
    }
}

/// A client whose `jwks_uri` serves these keys, and an authenticator for it.
async fn host(jwks: &str) -> (ClientId, ClientAuthenticator) {
    let repository = MemoryRepository::new();
    let manager = ClientManager::builder(repository.clone()).build().unwrap();
    let operator = Operator::new("alice", Role::Admin, TenantId::parse("tenant_a").unwrap());
    let draft = Draft::new("App", ["https://app.example.com/cb"])
        .with_client_auth_methods([AuthMethod::PrivateKeyJwt])
        .with_jwks_uri(Some("https://app.example.com/jwks"));
    let client = manager.create(&operator, draft).await.unwrap().client;
    let verifier = AssertionVerifier::builder(ISSUER).with_key_source(Source(jwks.to_owned()));
    let limiter = LocalLimiter::builder()
        .with_client_budget(BUDGET, Duration::from_secs(60))
        .with_clock(Standing);
    let authenticator = ClientAuthenticator::builder(repository)
        .with_clock(Standing)
        .with_limiter(limiter.build().unwrap())
        .with_assertions(verifier.build().unwrap());
    (client.client_id, authenticator.build().unwrap())
}

async fn present(
    authenticator: &ClientAuthenticator,
    assertion: &Assertion,
    peer: Option<u8>,
) -> Option<ErrorKind> {
    let presented = Presented::Assertion {
        client_id: None,
        assertion: assertion.text(),
    };
    let peer = peer.map(|last| [192, 0, 2, last].into());
    let done = authenticator.authenticate_presented(presented, peer).await;
    done.err().map(|error| error.kind())
}

/// Whether such failures, each from another address, exhaust the budget of the client.
async fn is_counted(jwks: &str, change: impl Fn(Assertion) -> Assertion) -> bool {
    let mut counted = Vec::new();
    for peers in [[Some(1), Some(2), Some(3), Some(4)], [None; 4]] {
        let (client_id, authenticator) = host(jwks).await;
        let bad = change(Assertion::new().about(client_id.as_str()));
        let [first @ .., last] = peers;
        for peer in first {
            let refused = present(&authenticator, &bad, peer).await;
            assert_eq!(refused, Some(ErrorKind::InvalidClient));
        }
        let refused = present(&authenticator, &bad, last).await;
        counted.push(refused == Some(ErrorKind::TooManyFailures));
    }
    assert_eq!(counted[0], counted[1], "with addresses and without");
    counted[0]
}

#[tokio::test]
async fn what_had_keys_fetched_is_counted() {
    assert!(is_counted(JWKS, |good| good.header("kid", "nobody's")).await);
    assert!(is_counted("<html>", |good| good).await);
    assert!(is_counted(r#"{"keys":[]}"#, |good| good).await);
}

#[tokio::test]
async fn too_many_keys_are_counted() {
    let mut keys: Value = serde_json::from_str(JWKS).unwrap();
    let p256 = keys["keys"][1].take();
    assert_eq!(p256["kid"], "p256");
    let jwks = json!({"keys": vec![p256; 5]}).to_string();
    assert!(is_counted(&jwks, |good| good).await);
}

/// It costs nothing but the reading, for the sender and the host.
#[tokio::test]
async fn what_is_refused_before_any_key_is_needed_is_not() {
    assert!(!is_counted(JWKS, |good| good.without("exp")).await);
    assert!(!is_counted(JWKS, |good| good.header("alg", "HS256")).await);
}
