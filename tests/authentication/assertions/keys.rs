use std::slice::from_ref;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use jsonwebtoken::Algorithm::{ES256, ES384, EdDSA, PS256, RS256, RS384};
use serde_json::{Value, json};
use tower_oauth_clients::authentication::assertion::{
    AssertionVerifier, Error, ErrorKind, Freshness, KeySource,
};
use tower_oauth_clients::domain::Client;

use super::{ISSUER, JWKS, at, client, client_with_keys, verifier, verify};
use support::forge::Assertion;

/// The key with this name.
fn jwk(kid: &str) -> Value {
    let set: Value = serde_json::from_str(JWKS).unwrap();
    let keys = set["keys"].as_array().unwrap();
    keys.iter().find(|key| key["kid"] == kid).unwrap().clone()
}

fn with(mut jwk: Value, name: &str, value: impl Into<Value>) -> Value {
    jwk[name] = value.into();
    jwk
}

fn without(mut jwk: Value, name: &str) -> Value {
    jwk.as_object_mut().unwrap().remove(name);
    jwk
}

fn set(keys: &[Value]) -> String {
    json!({ "keys": keys }).to_string()
}

#[tokio::test]
async fn a_name_means_the_keys_of_that_name_only() {
    let nameless = without(jwk("p256"), "kid");
    let cases = [
        (set(&[jwk("p256")]), Some("p256"), Ok(())),
        (set(&[jwk("p256")]), None, Ok(())),
        (set(from_ref(&nameless)), None, Ok(())),
        (
            set(from_ref(&nameless)),
            Some("p256"),
            Err(ErrorKind::NoKey),
        ),
        (set(&[jwk("p256")]), Some("P256"), Err(ErrorKind::NoKey)),
        (set(&[jwk("p256")]), Some(""), Err(ErrorKind::NoKey)),
        (set(&[jwk("rsa")]), Some("rsa"), Err(ErrorKind::NoKey)),
        (
            set(&[with(jwk("rsa"), "kid", "k"), with(jwk("p256"), "kid", "k")]),
            Some("k"),
            Ok(()),
        ),
        (set(&[]), None, Err(ErrorKind::NoKey)),
    ];
    for (jwks, kid, expected) in cases {
        let assertion = match kid {
            Some(kid) => Assertion::new().header("kid", kid),
            None => Assertion::new(),
        };
        let verified = verify(&client_with_keys(&jwks), &assertion.text()).await;
        assert_eq!(verified, expected, "{jwks} {kid:?}");
    }
}

#[tokio::test]
async fn of_one_name_it_is_the_key_that_is_for_it() {
    let a = |jwk| with(jwk, "kid", "a");
    let other: Value =
        serde_json::from_str(include_str!("../../data/keys/other-rsa.jwk.json")).unwrap();
    let encrypts = with(with(a(other.clone()), "use", "enc"), "alg", "RSA-OAEP");
    let signs = with(with(a(jwk("rsa")), "use", "sig"), "alg", "RS256");
    let others = [
        encrypts,
        with(with(a(other), "use", "sig"), "alg", "PS256"),
        a(jwk("p256")),
        a(jwk("p384")),
    ];
    let jwks = set(&[others.as_slice(), from_ref(&signs)].concat());
    for (algorithm, expected) in [
        (RS256, Ok(())),
        (ES256, Ok(())),
        (ES384, Ok(())),
        (PS256, Err(ErrorKind::BadSignature)),
        (RS384, Err(ErrorKind::NoKey)),
        (EdDSA, Err(ErrorKind::NoKey)),
    ] {
        let text = Assertion::by(algorithm).header("kid", "a").text();
        let verified = verify(&client_with_keys(&jwks), &text).await;
        assert_eq!(verified, expected, "{algorithm:?}");
    }
}

#[tokio::test]
async fn without_a_name_no_more_than_four_keys_are_tried() {
    let other: Value =
        serde_json::from_str(include_str!("../../data/keys/other-p256.jwk.json")).unwrap();
    let named = |index: usize| with(other.clone(), "kid", index.to_string());
    let mut keys: Vec<_> = (0..3).map(named).collect();
    keys.push(jwk("p256"));
    let text = Assertion::new().text();
    assert_eq!(verify(&client_with_keys(set(&keys)), &text).await, Ok(()));
    keys.push(named(4));
    let refused = verify(&client_with_keys(set(&keys)), &text).await;
    assert_eq!(refused, Err(ErrorKind::TooManyKeys));
    let text = Assertion::new().header("kid", "p256").text();
    assert_eq!(verify(&client_with_keys(set(&keys)), &text).await, Ok(()));
}

#[tokio::test]
async fn a_key_is_used_for_what_it_says() {
    let cases = [
        (ES256, jwk("p256"), Ok(())),
        (
            ES256,
            with(jwk("p256"), "use", "enc"),
            Err(ErrorKind::NoKey),
        ),
        (
            ES256,
            with(jwk("p256"), "key_ops", json!(["deriveKey"])),
            Err(ErrorKind::NoKey),
        ),
        (
            ES256,
            with(jwk("p256"), "key_ops", json!(["verify"])),
            Ok(()),
        ),
        (RS256, jwk("only-rs256"), Ok(())),
        (PS256, jwk("only-rs256"), Err(ErrorKind::NoKey)),
        (
            RS256,
            with(jwk("rsa"), "alg", "PS256"),
            Err(ErrorKind::NoKey),
        ),
        (RS256, jwk("weak"), Err(ErrorKind::NoKey)),
        (ES256, with(jwk("p256"), "d", "AAAA"), Err(ErrorKind::NoKey)),
    ];
    for (algorithm, key, expected) in cases {
        let text = Assertion::by(algorithm).text();
        let verified = verify(&client_with_keys(set(from_ref(&key))), &text).await;
        assert_eq!(verified, expected, "{algorithm:?} {key}");
    }
}

#[tokio::test]
async fn a_key_that_was_taken_out_verifies_nothing_more() {
    let verifier = verifier();
    let mut client = client("app-1");
    let text = |jti: &str| Assertion::new().claim("jti", jti).text();
    verifier.verify(&client, &text("1"), at(0)).await.unwrap();
    // The version is the same, as after restoring a backup.
    client.metadata.jwks = Some(set(&[jwk("rsa")]));
    let refused = verifier.verify(&client, &text("2"), at(0)).await;
    assert_eq!(refused.unwrap_err().kind(), ErrorKind::NoKey);
    client.metadata.jwks = Some(JWKS.to_owned());
    verifier.verify(&client, &text("3"), at(0)).await.unwrap();
}

/// Returns `cached` or `fetched`, fails if it is empty, and counts the calls.
#[derive(Default)]
struct Source {
    cached: Mutex<String>,
    fetched: String,
    asked: [AtomicUsize; 2],
}

impl Source {
    fn new(cached: &str, fetched: &str) -> Arc<Self> {
        Arc::new(Self {
            cached: Mutex::new(cached.to_owned()),
            fetched: fetched.to_owned(),
            ..Self::default()
        })
    }

    fn asked(&self) -> [usize; 2] {
        [0, 1].map(|index: usize| self.asked[index].load(Ordering::SeqCst))
    }
}

impl KeySource for Source {
    async fn jwks(&self, client: &Client, freshness: Freshness) -> Result<Arc<str>, Error> {
        assert!(client.metadata.jwks_uri.is_some());
        self.asked[usize::from(freshness == Freshness::Fetched)].fetch_add(1, Ordering::SeqCst);
        if freshness == Freshness::Fetched {
            *self.cached.lock().unwrap() = self.fetched.clone();
        }
        match self.cached.lock().unwrap().as_str() {
            "" => Err(Error::new(ErrorKind::Unavailable).with_source("no route to host")),
            jwks => Ok(jwks.into()),
        }
    }
}

fn remote() -> Client {
    let mut client = client("app-1");
    client.metadata.jwks = None;
    client.metadata.jwks_uri = Some("https://app.example.com/jwks".to_owned());
    client
}

fn over(source: &Arc<Source>) -> AssertionVerifier {
    let builder = AssertionVerifier::builder(ISSUER).with_key_source(Arc::clone(source));
    builder.build().unwrap()
}

#[tokio::test]
async fn keys_elsewhere_are_the_hosts_to_bring() {
    let text = Assertion::new().text();
    assert_eq!(verify(&remote(), &text).await, Err(ErrorKind::NoKey));
    let source = Source::new(JWKS, "");
    over(&source).verify(&remote(), &text, at(0)).await.unwrap();
    assert_eq!(source.asked(), [1, 0]);
}

#[tokio::test]
async fn new_keys_are_asked_for_when_none_fits_and_once() {
    let text = Assertion::new().header("kid", "p256").text();
    let source = Source::new(&set(&[jwk("rsa")]), JWKS);
    let verifier = over(&source);
    verifier.verify(&remote(), &text, at(0)).await.unwrap();
    assert_eq!(source.asked(), [1, 1]);
    let unknown = Assertion::new().header("kid", "nobody's").text();
    let refused = verifier.verify(&remote(), &unknown, at(0)).await;
    assert_eq!(refused.unwrap_err().kind(), ErrorKind::NoKey);
    assert_eq!(source.asked(), [2, 2]);
}

#[tokio::test]
async fn the_source_is_not_asked_in_vain() {
    let source = Source::new(JWKS, JWKS);
    let verifier = over(&source);
    let text = Assertion::new().text();
    verifier
        .verify(&client("app-1"), &text, at(0))
        .await
        .unwrap();
    for (text, client) in [
        (Assertion::new().without("exp").text(), remote()),
        (Assertion::new().without("jti").text(), remote()),
        (Assertion::new().header("alg", "HS256").text(), remote()),
        (Assertion::new().text(), {
            let mut keyless = client("app-1");
            keyless.metadata.jwks = None;
            keyless
        }),
    ] {
        assert!(verifier.verify(&client, &text, at(0)).await.is_err());
    }
    assert_eq!(source.asked(), [0, 0]);
}

/// A fetch would not reduce their number.
#[tokio::test]
async fn too_many_keys_are_not_fetched_again() {
    let keys: Vec<_> = (0..5).map(|_| without(jwk("p256"), "kid")).collect();
    let source = Source::new(&set(&keys), JWKS);
    let (verifier, text) = (over(&source), Assertion::new().text());
    let refused = verifier.verify(&remote(), &text, at(0)).await;
    assert_eq!(refused.unwrap_err().kind(), ErrorKind::TooManyKeys);
    assert_eq!(source.asked(), [1, 0]);
}

#[tokio::test]
async fn what_the_source_brings_may_be_anything() {
    let huge = format!("{JWKS}{}", " ".repeat(128 * 1024));
    let text = Assertion::new().text();
    for (jwks, expected) in [
        ("", ErrorKind::Unavailable),
        ("<html>", ErrorKind::NoKey),
        (&huge, ErrorKind::NoKey),
        (&"[".repeat(64 * 1024), ErrorKind::NoKey),
    ] {
        let source = Source::new(jwks, jwks);
        let refused = over(&source).verify(&remote(), &text, at(0)).await;
        assert_eq!(refused.unwrap_err().kind(), expected);
    }
}
