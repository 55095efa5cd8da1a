//! `private_key_jwt` with keys in the document, and with keys that are fetched.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rcgen::{KeyPair, PKCS_ED25519, PublicKeyData, SigningKey};

use super::*;
use crate::authentication::assertion::AssertionVerifier;
use crate::authentication::{ClientAuthenticatorBuilder, ErrorKind};
use crate::domain::{AuthMethod, Clock};
use crate::outbound::FetchedKeys;

const ISSUER: &str = "https://id.example.com";

const KEYS: &str = "https://client.example.net/jwks.json";

/// A key of a client.
struct Key {
    pair: KeyPair,
    kid: &'static str,
}

impl Key {
    fn new(kid: &'static str) -> Self {
        let pair = KeyPair::generate_for(&PKCS_ED25519).unwrap();
        Self { pair, kid }
    }

    fn set(&self) -> Value {
        let x = URL_SAFE_NO_PAD.encode(self.pair.der_bytes());
        json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": self.kid, "x": x}]})
    }

    fn assertion(&self, clock: &MovedClock, jti: &str) -> String {
        let encode = |part: Value| URL_SAFE_NO_PAD.encode(part.to_string());
        let claims = json!({
            "iss": URL, "sub": URL, "aud": ISSUER, "jti": jti,
            "exp": clock.now().as_seconds() + 60,
        });
        let header = json!({"alg": "EdDSA", "kid": self.kid});
        let signed = format!("{}.{}", encode(header), encode(claims));
        let signature = self.pair.sign(signed.as_bytes()).unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

/// A token endpoint that accepts clients with keys.
fn endpoint(stage: &Stage) -> (ClientAuthenticator, Route) {
    let (builder, route) = limited(stage);
    (builder.with_insecure_no_limiter().build().unwrap(), route)
}

/// The same, which limits failures.
fn limited(stage: &Stage) -> (ClientAuthenticatorBuilder, Route) {
    let (fetcher, route) = stage.server.fetcher(&stage.names, &stage.clock);
    let fetcher = fetcher.build().unwrap();
    let trust = DomainPolicy::new(Domains::all()).unwrap();
    let methods = [AuthMethod::None, AuthMethod::PrivateKeyJwt];
    let repository = stage.repository.clone();
    let resolver = ClientResolver::builder(repository.clone(), fetcher.clone(), trust)
        .with_client_auth_methods(methods)
        .with_clock(stage.clock.clone())
        .build()
        .unwrap();
    let keys = FetchedKeys::with_clock(fetcher, stage.clock.clone());
    let verifier = AssertionVerifier::builder(ISSUER).with_key_source(keys);
    let builder = ClientAuthenticator::builder(repository)
        .with_client_source(resolver.in_tenant(tenant("acme")))
        .with_assertions(verifier.build().unwrap())
        .with_clock(stage.clock.clone());
    (builder, route)
}

async fn asserted(
    authenticator: &ClientAuthenticator,
    assertion: String,
) -> Result<Authenticated, ErrorKind> {
    let presented = Presented::Assertion {
        client_id: None,
        assertion,
    };
    let outcome = authenticator.authenticate_presented(presented, None).await;
    outcome.map_err(|error| error.kind())
}

fn with_keys(member: &str, keys: Value) -> Answer {
    let mut document = document(URL);
    document["token_endpoint_auth_method"] = "private_key_jwt".into();
    document[member] = keys;
    served(&document)
}

#[tokio::test]
async fn keys_in_the_document_verify() {
    let (key, other) = (Key::new("a"), Key::new("a"));
    let stage = Stage::with(vec![with_keys("jwks", key.set())]).await;
    let (authenticator, route) = endpoint(&stage);
    let assertion = key.assertion(&stage.clock, "1");
    let authenticated = asserted(&authenticator, assertion.clone()).await.unwrap();
    assert_eq!(authenticated.method, AuthMethod::PrivateKeyJwt);
    assert_eq!(authenticated.client.client_id.as_str(), URL);
    for refused in [assertion, other.assertion(&stage.clock, "2")] {
        let refused = asserted(&authenticator, refused).await;
        assert_eq!(refused.err(), Some(ErrorKind::InvalidClient));
    }
    let nothing = alone(&authenticator, URL).await.unwrap_err();
    assert_eq!(nothing.kind(), ErrorKind::InvalidClient);
    assert_eq!(route.dialled().len(), 1);
}

#[tokio::test]
async fn keys_are_fetched_and_again_when_they_rotate() {
    let keys = [Key::new("a"), Key::new("b"), Key::new("c")];
    let sets = [keys[0].set(), keys[1].set()].map(|set| set.to_string());
    let document = with_keys("jwks_uri", KEYS.into());
    let stage = Stage::new(
        move |index, head| match head.starts_with("GET /jwks.json ") {
            true => Answer::of(200, &[], &sets[usize::from(index > 1)]),
            false => document.clone(),
        },
    )
    .await;
    let (authenticator, route) = endpoint(&stage);
    let at = |key: usize, jti| keys[key].assertion(&stage.clock, jti);
    assert!(asserted(&authenticator, at(0, "1")).await.is_ok());
    assert!(asserted(&authenticator, at(0, "2")).await.is_ok());
    assert_eq!(route.dialled().len(), 2, "the document and the keys");
    // The set is young: an unknown key is no reason to fetch it again.
    assert!(asserted(&authenticator, at(1, "3")).await.is_err());
    assert_eq!(route.dialled().len(), 2);
    stage.clock.pass(seconds(60));
    assert!(asserted(&authenticator, at(1, "4")).await.is_ok());
    assert_eq!(route.dialled().len(), 3);
    for jti in ["5", "6", "7"] {
        let unknown = asserted(&authenticator, at(2, jti)).await;
        assert_eq!(unknown.err(), Some(ErrorKind::InvalidClient));
    }
    assert_eq!(
        route.dialled().len(),
        3,
        "anyone can name a key that is not there"
    );
}

#[tokio::test]
async fn a_stale_key_set_will_do_for_an_hour() {
    let key = Key::new("a");
    let document = with_keys("jwks_uri", KEYS.into());
    for (status, is_gone) in [(503, false), (404, true)] {
        let (set, document) = (key.set().to_string(), document.clone());
        let stage =
            Stage::new(
                move |index, head| match (head.starts_with("GET /jwks.json "), index) {
                    (false, _) => document.clone(),
                    (true, 1) => Answer::of(200, &[], &set),
                    (true, _) => Answer::of(status, &[], ""),
                },
            )
            .await;
        let (authenticator, _) = endpoint(&stage);
        let at = |jti| asserted(&authenticator, key.assertion(&stage.clock, jti));
        assert!(at("1").await.is_ok());
        stage.clock.pass(seconds(300 + 3_599));
        for jti in ["2", "3"] {
            assert_eq!(at(jti).await.is_err(), is_gone, "{jti}");
        }
        let rotated = Key::new("b").assertion(&stage.clock, "4");
        let unknown = asserted(&authenticator, rotated).await;
        assert_eq!(unknown.err(), Some(ErrorKind::Unavailable));
        stage.clock.pass(seconds(1));
        assert_eq!(at("5").await.err(), Some(ErrorKind::Unavailable));
    }
}

/// S22: every URL in a document is guarded, not only its own.
#[tokio::test]
async fn keys_on_a_private_address_are_not_fetched() {
    let key = Key::new("a");
    let mut stage = Stage::with(vec![with_keys("jwks_uri", KEYS.into())]).await;
    stage.names = Names::new(&[&[PUBLIC], &["10.0.0.1"]]);
    let (authenticator, route) = endpoint(&stage);
    let refused = asserted(&authenticator, key.assertion(&stage.clock, "1")).await;
    assert_eq!(refused.err(), Some(ErrorKind::Unavailable));
    assert_eq!(route.dialled().len(), 1);
}

#[tokio::test]
async fn keys_that_are_not_there_authenticate_nobody() {
    let key = Key::new("a");
    for (answer, expected) in [
        (Answer::of(404, &[], ""), ErrorKind::InvalidClient),
        (Answer::of(200, &[], "{}"), ErrorKind::InvalidClient),
        (
            Answer::of(200, &[], &"x".repeat(64 * 1_024 + 1)),
            ErrorKind::InvalidClient,
        ),
        (Answer::of(503, &[], ""), ErrorKind::Unavailable),
        (
            Answer::of(302, &[("location", KEYS)], ""),
            ErrorKind::Unavailable,
        ),
    ] {
        let stage = Stage::with(vec![with_keys("jwks_uri", KEYS.into()), answer]).await;
        let (authenticator, route) = endpoint(&stage);
        for jti in ["1", "2"] {
            let refused = asserted(&authenticator, key.assertion(&stage.clock, jti)).await;
            // Afterwards it pauses, and doesn't know what is there now.
            let expected = if jti == "1" || expected == ErrorKind::Unavailable {
                expected
            } else {
                continue;
            };
            assert_eq!(refused.err(), Some(expected));
        }
        assert_eq!(route.dialled().len(), 2);
    }
}

/// Without an address, only what cost something counts.
#[tokio::test]
async fn a_key_that_is_not_in_the_set_is_a_failure() {
    let (key, unknown) = (Key::new("a"), Key::new("b"));
    let set = Answer::of(200, &[], &key.set().to_string());
    let stage = Stage::with(vec![with_keys("jwks_uri", KEYS.into()), set]).await;
    let (builder, route) = limited(&stage);
    let authenticator = builder.build().unwrap();
    for jti in 0..120 {
        let assertion = unknown.assertion(&stage.clock, &jti.to_string());
        let refused = asserted(&authenticator, assertion).await;
        assert_eq!(refused.err(), Some(ErrorKind::InvalidClient));
    }
    let right = asserted(&authenticator, key.assertion(&stage.clock, "right")).await;
    assert_eq!(right.err(), Some(ErrorKind::TooManyFailures));
    assert_eq!(route.dialled().len(), 2);
}
