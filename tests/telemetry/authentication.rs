//! Metrics of successful and failed authentications.

use jsonwebtoken::Algorithm::ES256;
use serde_json::{Value, json};
use tower_oauth_clients::authentication::ErrorKind;
use tower_oauth_clients::authentication::assertion::AssertionVerifier;
use tower_oauth_clients::domain::Clock;

use crate::watch::{Watch, named, timed};
use support::ISSUER;
use support::forge::{Assertion, other_key};
use support::presented::Sent;
use support::world::{Host, Member};
use support::{App, Store};

const COUNT: &str = "oauth_clients_authentications_total";
const DURATION: &str = "oauth_clients_authentication_duration_seconds";

/// A host that also verifies assertions.
pub fn host(app: &App) -> Host {
    let verifier = AssertionVerifier::builder(ISSUER).build().unwrap();
    Host::with(app, |builder| builder.with_assertions(verifier))
}

/// A client that signs assertions.
pub async fn signing(app: &App) -> Member {
    let keys: Value = serde_json::from_str(include_str!("../data/keys/jwks.json")).unwrap();
    let jwks = json!({"keys": [keys["keys"][1]]}).to_string();
    let methods = ["private_key_jwt"];
    Member::new(app, json!({"client_auth_methods": methods, "jwks": jwks})).await
}

/// An assertion of the client at the current time.
pub fn assertion(app: &App, member: &Member, jti: &str) -> Assertion {
    let now = app.clock.now().as_seconds();
    Assertion::new()
        .about(&member.id)
        .claim("iat", now)
        .claim("exp", now + 60)
        .claim("jti", jti)
}

pub fn asserting(text: &str) -> Sent {
    let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    let assertion = ("client_assertion", text);
    Sent::form(&[("client_assertion_type", kind), assertion])
}

#[tokio::test]
async fn each_is_counted_by_its_method_and_its_outcome() {
    let watch = Watch::begin().await;
    for app in App::each().await {
        let host = host(&app);
        let member = Member::confidential(&app).await;
        let public = Member::public(&app).await;
        let signing = signing(&app).await;
        watch.numbers();

        let asserted = assertion(&app, &signing, "1");
        let forged = asserted.clone().signed_with(ES256, other_key());
        let late = assertion(&app, &signing, "2").claim("exp", 1);
        let right = asserting(&asserted.text());
        let refused = Some(ErrorKind::InvalidClient);
        for (sent, expected) in [
            (member.basic(), None),
            (member.basic(), None),
            (member.post(), None),
            (member.guessed(&app).await.basic(), refused),
            (member.with("hunter2").post(), refused),
            (Sent::basic("app-absent", "hunter2"), refused),
            (Sent::form(&[("client_id", &public.id)]), None),
            (Sent::form(&[("client_id", &member.id)]), refused),
            (asserting(&forged.text()), refused),
            (right, None),
            (asserting(&asserted.text()), refused),
            (asserting(&late.text()), refused),
            (asserting("a.b.c"), refused),
            (Sent::new(&[], "x"), Some(ErrorKind::InvalidRequest)),
            (Sent::new(&[], ""), refused),
        ] {
            let outcome = host.send(&sent).await;
            assert_eq!(outcome.err().map(|error| error.kind()), expected);
        }
        let mut expected = timed(
            COUNT,
            DURATION,
            &[
                ("method=client_secret_basic,outcome=success", 2),
                ("method=client_secret_basic,outcome=invalid_client", 2),
                ("method=client_secret_post,outcome=success", 1),
                ("method=client_secret_post,outcome=invalid_client", 1),
                ("method=none,outcome=success", 1),
                ("method=none,outcome=invalid_client", 1),
                ("method=private_key_jwt,outcome=success", 1),
                ("method=private_key_jwt,outcome=invalid_client", 4),
                ("method=unknown,outcome=invalid_client", 1),
                ("method=unknown,outcome=invalid_request", 1),
            ],
        );
        expected.extend(named(&[
            ("oauth_clients_secret_cache_hits_total", 2),
            ("oauth_clients_secret_cache_misses_total", 3),
            (
                "oauth_clients_assertion_refusals_total{reason=bad_signature}",
                1,
            ),
            ("oauth_clients_assertion_refusals_total{reason=replayed}", 1),
            ("oauth_clients_assertion_refusals_total{reason=expired}", 1),
            // The hash is the decoy that unknown clients are verified against.
            ("oauth_clients_hash_duration_seconds{work=hash}", 1),
            ("oauth_clients_hash_duration_seconds{work=verify}", 3),
        ]));
        assert_eq!(watch.numbers(), expected, "{:?}", app.store);
    }
}

#[tokio::test]
async fn who_has_to_wait_is_counted_and_costs_nothing() {
    let watch = Watch::begin().await;
    let app = App::new(Store::Memory).await;
    let host = Host::new(&app);
    let guessed = Member::confidential(&app).await.guessed(&app).await;
    for _ in 0..10 {
        host.send(&guessed.basic()).await.unwrap_err();
    }
    watch.numbers();
    for _ in 0..3 {
        let error = host.send(&guessed.basic()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TooManyFailures);
    }
    let limited = "method=client_secret_basic,outcome=too_many_failures";
    let mut expected = timed(COUNT, DURATION, &[(limited, 3)]);
    expected.extend(named(&[
        ("oauth_clients_limiter_refusals_total", 3),
        ("oauth_clients_secret_cache_misses_total", 3),
    ]));
    assert_eq!(watch.numbers(), expected);
}

#[tokio::test]
async fn without_a_cache_none_is_asked() {
    let watch = Watch::begin().await;
    let app = App::new(Store::Memory).await;
    let host = Host::with(&app, |builder| builder.without_cache());
    let member = Member::confidential(&app).await;
    watch.numbers();
    assert!(host.send(&member.basic()).await.is_ok());
    let numbers = watch.numbers();
    assert!(
        numbers.keys().all(|name| !name.contains("cache")),
        "{numbers:?}"
    );
    assert!(!numbers.is_empty());
}
