//! Authentication does not leak secrets either: not in the log, in errors, or in the labels of
//! metrics.

use std::error::Error as _;
use std::fmt::Write as _;

use http::Request;
use jsonwebtoken::Algorithm;
use metrics_util::debugging::Snapshotter;
use serde_json::{Value, json};
use tower_oauth_clients::authentication::assertion::AssertionVerifier;
use tower_oauth_clients::authentication::{ClientAuthenticator, Presented};
use tower_oauth_clients::domain::Clock;

use crate::{Secrets, contains};
use support::{App, ISSUER, base};

const P256: &[u8] = include_bytes!("../data/keys/p256.pem");
const OTHER: &[u8] = include_bytes!("../data/keys/other-p256.pem");

/// Authenticates by every method, rightly and wrongly. Returns all responses and errors.
pub(super) async fn everything(app: &App, secrets: &mut Secrets) -> String {
    let authenticator = authenticator(app);
    let mut told = format!("{authenticator:?}{authenticator:#?}");
    for (form, basic) in attempts(app, secrets).await {
        let mut request = Request::post("/token");
        if let Some(basic) = basic {
            request = request.header("authorization", basic);
        }
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let (head, ()) = request.body(()).unwrap().into_parts();
        if let Ok(presented) = Presented::read(&head, form.as_bytes()) {
            write!(told, "{presented:?}{presented:#?}").unwrap();
        }
        let peer = Some([192, 0, 2, 1].into());
        match authenticator
            .authenticate(&head, form.as_bytes(), peer)
            .await
        {
            Ok(authenticated) => write!(told, "{authenticated:?}").unwrap(),
            Err(error) => {
                write!(told, "{error} {error:?} {:?}", error.to_response()).unwrap();
                let mut source = error.source();
                while let Some(cause) = source {
                    write!(told, "{cause} {cause:?}").unwrap();
                    source = cause.source();
                }
            }
        }
    }
    told
}

fn authenticator(app: &App) -> ClientAuthenticator {
    let verifier = AssertionVerifier::builder(ISSUER).build().unwrap();
    let builder = app.repository.authenticator();
    let builder = builder.with_hash_pool(support::cheap_pool());
    let builder = builder.with_clock(app.clock.clone());
    builder.with_assertions(verifier).build().unwrap()
}

/// The forms, each with an optional `Authorization` header.
async fn attempts(app: &App, secrets: &mut Secrets) -> Vec<(String, Option<String>)> {
    let mut body = base();
    body["client_auth_methods"] = json!(["client_secret_basic", "client_secret_post"]);
    let created = app.create(&body).await;
    let id = created["client_id"].as_str().unwrap().to_owned();
    let secret = created["client_secret"].as_str().unwrap().to_owned();
    // It has the lookup id of the secret, which is not secret, and a different rest.
    let wrong = format!("{}WR0NG-CANARY-WR0NG", &secret[..40]);
    secrets.add("a secret that is right", &secret);
    secrets.add("the secret part of it", &secret[40..]);
    secrets.add("a secret that is wrong", &wrong);
    secrets.add("the wrong part of it", "WR0NG-CANARY-WR0NG");

    let mut attempts = Vec::new();
    // Twice, so that the second one is in the cache.
    for secret in [&secret, &secret, &wrong, "WR0NG-CANARY-WR0NG"] {
        let basic = Some(basic(&format!("{id}:{secret}"), secrets));
        attempts.push((String::new(), basic));
        attempts.push((format!("client_id={id}&client_secret={secret}"), None));
        let absent = format!("client_id=app-absent&client_secret={secret}");
        attempts.push((absent, None));
        // Several methods at once, and a malformed form.
        let header = Some(self::basic(&format!("{id}:{secret}"), secrets));
        attempts.push((format!("client_id={id}&client_secret={secret}"), header));
        attempts.push((
            format!("client_secret={secret}&client_secret={secret}"),
            None,
        ));
        attempts.push((format!("client_secret={secret}%"), None));
    }
    attempts.push((format!("client_id={id}"), None));
    attempts.push((String::new(), Some("Basic WR0NG-CANARY-WR0NG".to_owned())));
    attempts.push((String::new(), Some("WR0NG-CANARY-WR0NG x".to_owned())));
    for assertion in assertions(app, secrets).await {
        let kind = "urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer";
        let form = format!("client_assertion_type={kind}&client_assertion={assertion}");
        attempts.push((form, None));
    }
    attempts
}

fn basic(text: &str, secrets: &mut Secrets) -> String {
    use base64::Engine;

    let encoded = base64::prelude::BASE64_STANDARD.encode(text);
    secrets.add("Basic credentials", &encoded);
    format!("Basic {encoded}")
}

/// Valid, replayed, forged, expired and malformed assertions.
async fn assertions(app: &App, secrets: &mut Secrets) -> Vec<String> {
    let keys: Value = serde_json::from_str(include_str!("../data/keys/jwks.json")).unwrap();
    let mut body = base();
    body["client_auth_methods"] = json!(["private_key_jwt"]);
    body["jwks"] = json!({"keys": [keys["keys"][1]]}).to_string().into();
    let id = app.create(&body).await["client_id"].clone();

    let now = app.clock.now().as_seconds();
    let claims = |exp: i64, jti: &str| json!({"iss": id, "sub": id, "aud": ISSUER, "iat": now, "exp": exp, "jti": jti});
    let right = sign(&claims(now + 60, "JT1-CANARY-JT1"), P256);
    let forged = sign(&claims(now + 60, "2"), OTHER);
    let late = sign(&claims(now - 600, "3"), P256);
    let broken = format!("{right}.WR0NG-CANARY-WR0NG");
    secrets.add("the jti of an assertion", "JT1-CANARY-JT1");
    for (what, assertion) in [
        ("an assertion", &right),
        ("a forged assertion", &forged),
        ("an assertion that is late", &late),
    ] {
        secrets.add_token(what, assertion);
    }
    vec![
        right.clone(),
        right,
        forged,
        late,
        broken,
        "WR0NG-CANARY-WR0NG".to_owned(),
    ]
}

fn sign(claims: &Value, key: &[u8]) -> String {
    use base64::Engine;
    use base64::prelude::BASE64_URL_SAFE_NO_PAD as URL;

    // Called by name, since the build contains both backends.
    let provider = &jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER;
    let key = jsonwebtoken::EncodingKey::from_ec_pem(key).unwrap();
    let header = URL.encode(r#"{"alg":"ES256","kid":"p256"}"#);
    let message = format!("{header}.{}", URL.encode(claims.to_string()));
    let signer = (provider.signer_factory)(&Algorithm::ES256, &key).unwrap();
    let signature = signer.try_sign(message.as_bytes()).unwrap();
    format!("{message}.{}", URL.encode(signature))
}

/// Asserts that the names and labels of all metrics contain no secrets, ids or addresses.
pub(super) fn assert_numbers_tell_nothing(recorded: &Snapshotter, secrets: &Secrets) {
    let mut names = String::new();
    for (key, ..) in recorded.snapshot().into_vec() {
        writeln!(names, "{:?}", key.key()).unwrap();
    }
    for expected in [
        "private_key_jwt",
        "cache_hits",
        "assertion_refusals",
        "operation",
    ] {
        assert!(
            names.contains(expected),
            "{expected} is not counted: {names}"
        );
    }
    secrets.assert_absent(names.as_bytes(), "the labels");
    for name in [
        "app-",
        "tenant_a",
        "alice",
        "192.0.2.1",
        "$argon2id$",
        "CANARY",
    ] {
        assert!(
            !contains(names.as_bytes(), name.as_bytes()),
            "{name} in {names}"
        );
    }
}
