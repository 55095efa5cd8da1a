use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::Algorithm::{
    self, ES256, ES384, EdDSA, HS256, PS256, PS384, PS512, RS256, RS384, RS512,
};
use jsonwebtoken::EncodingKey;
use serde_json::{Value, json};
use tower_oauth_clients::authentication::assertion::{AssertionVerifier, ErrorKind};
use tower_oauth_clients::domain::FapiProfile::{Fapi1, Fapi2};

use super::{ISSUER, JWKS, NOW, at, client, client_under, verifier, verify};
use support::forge::{Assertion, backends, other_key, sign, signing_input};

const SIGNATURES: [Algorithm; 9] = [
    RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, EdDSA,
];

#[tokio::test]
async fn every_algorithm_verifies_whoever_signed() {
    for backend in backends() {
        for algorithm in SIGNATURES {
            let assertion = Assertion::by(algorithm).text_by(backend);
            let verified = verify(&client("app-1"), &assertion).await;
            assert_eq!(verified, Ok(()), "{algorithm:?}");
        }
    }
}

#[tokio::test]
async fn a_profile_limits_the_algorithms() {
    for algorithm in SIGNATURES {
        let assertion = Assertion::by(algorithm).text();
        for (profile, allowed) in [
            (Fapi1, &[PS256, ES256][..]),
            (Fapi2, &[PS256, ES256, EdDSA]),
        ] {
            let verified = verify(&client_under(profile.clone()), &assertion).await;
            let expected = if allowed.contains(&algorithm) {
                Ok(())
            } else {
                Err(ErrorKind::Algorithm)
            };
            assert_eq!(verified, expected, "{algorithm:?} under {profile:?}");
        }
    }
}

#[tokio::test]
async fn nothing_that_many_could_sign_is_taken() {
    // HMAC keyed with public data, under its own algorithm and under that of a public key.
    for secret in [JWKS, "", include_str!("../../data/keys/p256.pub.pem")] {
        let secret = EncodingKey::from_secret(secret.as_bytes());
        let hmac = Assertion::by(HS256).signed_with(HS256, secret.clone());
        let refused = verify(&client("app-1"), &hmac.text()).await;
        assert_eq!(refused, Err(ErrorKind::Algorithm));
        let disguised = Assertion::by(RS256).signed_with(HS256, secret);
        let refused = verify(&client("app-1"), &disguised.text()).await;
        assert_eq!(refused, Err(ErrorKind::BadSignature));
    }
    for alg in ["none", "nOnE", "", "es256", "ES512", "ES256K", "dir"] {
        let named = Assertion::new().header("alg", alg).text();
        let (signed, _) = named.rsplit_once('.').unwrap();
        for text in [&named, &format!("{signed}.")] {
            let refused = verify(&client("app-1"), text).await;
            assert_eq!(refused, Err(ErrorKind::Malformed), "{alg}");
        }
    }
}

#[tokio::test]
async fn the_header_says_nothing_that_is_not_understood() {
    let accepted = [
        Assertion::new().without("typ"),
        Assertion::new().header("typ", "JWT"),
        Assertion::new().header("typ", "jwt"),
        Assertion::new().header("typ", "application/client-authentication+jwt"),
        Assertion::new().header("jku", "http://169.254.169.254/"),
        Assertion::new().header("x5u", "http://169.254.169.254/"),
        Assertion::new().header("kid", "p256"),
    ];
    for assertion in accepted {
        let text = assertion.text();
        assert_eq!(verify(&client("app-1"), &text).await, Ok(()), "{text}");
    }
    let refused = [
        Assertion::new().header("typ", "at+jwt"),
        Assertion::new().header("typ", "dpop+jwt"),
        Assertion::new().header("typ", "oauth-authz-req+jwt"),
        Assertion::new().header("typ", ""),
        Assertion::new().header("typ", Value::Null),
        Assertion::new().header("crit", json!(["exp"])),
        Assertion::new().header("crit", json!([])),
        Assertion::new()
            .header("crit", json!(["b64"]))
            .header("b64", false),
        Assertion::new().header("kid", 1),
        Assertion::new().header("alg", json!(["ES256"])),
        Assertion::new().without("alg"),
    ];
    for assertion in refused {
        let text = assertion.text();
        let refused = verify(&client("app-1"), &text).await;
        assert_eq!(refused, Err(ErrorKind::Malformed), "{text}");
    }
}

#[tokio::test]
async fn every_claim_is_checked() {
    let cases = [
        (Assertion::new().without("iat"), Ok(())),
        (Assertion::new().claim("nbf", NOW), Ok(())),
        (Assertion::new().claim("scope", "x"), Ok(())),
        (Assertion::new().without("iss"), Err(ErrorKind::WrongClient)),
        (Assertion::new().without("sub"), Err(ErrorKind::WrongClient)),
        (Assertion::new().about("app-2"), Err(ErrorKind::WrongClient)),
        (
            Assertion::new().without("aud"),
            Err(ErrorKind::WrongAudience),
        ),
        (
            Assertion::new().claim("aud", json!([ISSUER])),
            Err(ErrorKind::WrongAudience),
        ),
        (
            Assertion::new().claim("aud", format!("{ISSUER}/token")),
            Err(ErrorKind::WrongAudience),
        ),
        (Assertion::new().without("exp"), Err(ErrorKind::Malformed)),
        (
            Assertion::new().claim("exp", NOW - 30),
            Err(ErrorKind::Expired),
        ),
        (
            Assertion::new().claim("exp", NOW + 331),
            Err(ErrorKind::LivesTooLong),
        ),
        (
            Assertion::new().claim("iat", NOW - 271),
            Err(ErrorKind::LivesTooLong),
        ),
        (
            Assertion::new().claim("iat", NOW + 31),
            Err(ErrorKind::NotYetValid),
        ),
        (
            Assertion::new().claim("nbf", NOW + 31),
            Err(ErrorKind::NotYetValid),
        ),
        (Assertion::new().without("jti"), Err(ErrorKind::NoId)),
        (
            Assertion::new().claim("jti", "x".repeat(256)),
            Err(ErrorKind::NoId),
        ),
    ];
    for (assertion, expected) in cases {
        let text = assertion.text();
        assert_eq!(verify(&client("app-1"), &text).await, expected, "{text}");
    }
}

#[tokio::test]
async fn older_audiences_are_an_exception_that_a_host_makes() {
    let endpoint = format!("{ISSUER}/token");
    let older = AssertionVerifier::builder(ISSUER).with_insecure_audience(&endpoint);
    let older = older.build().unwrap();
    let audiences = [json!(endpoint), json!([ISSUER]), json!(["x", endpoint])];
    for (index, audience) in audiences.into_iter().enumerate() {
        let assertion = Assertion::new().claim("aud", audience);
        let text = assertion.claim("jti", index.to_string()).text();
        let fapi2 = older.verify(&client_under(Fapi2), &text, at(0)).await;
        assert_eq!(fapi2.unwrap_err().kind(), ErrorKind::WrongAudience);
        older.verify(&client("app-1"), &text, at(0)).await.unwrap();
    }
}

#[tokio::test]
async fn a_changed_assertion_does_not_verify() {
    let good = Assertion::new().text();
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let (header, claims) = signed.split_once('.').unwrap();
    let mut bytes = URL_SAFE_NO_PAD.decode(signature).unwrap();
    bytes[0] ^= 1;
    let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let bad_signature = [
        Assertion::new().signed_with(ES256, other_key()).text(),
        format!("{signed}.{}", encode(&bytes)),
        format!("{signed}.{}", encode(&bytes[1..])),
        format!("{signed}.{}", encode(&[0; 64])),
        format!("{signed}."),
    ];
    for text in bad_signature {
        let refused = verify(&client("app-1"), &text).await;
        assert_eq!(refused, Err(ErrorKind::BadSignature), "{text}");
    }
    let twice = |header: &str, claims: &str| {
        let input = signing_input(header, claims);
        sign(backends()[0], &input, ES256, &support::forge::key(ES256))
    };
    let malformed = [
        String::new(),
        "..".to_owned(),
        signed.to_owned(),
        format!("{good}="),
        format!("{good}.{signature}"),
        format!("{header}.a.{claims}.b.{signature}"),
        format!("{header}.{claims}=.{signature}"),
        twice(r#"{"alg":"ES256","alg":"ES256"}"#, "{}"),
        twice(r#"{"alg":"ES256"}"#, r#"{"jti":"1","jti":"1"}"#),
        twice(r#"{"alg":"ES256"}"#, r#"[{"jti":"1"}]"#),
        Assertion::new().header("pad", "x".repeat(8192)).text(),
        ".".repeat(1 << 20),
    ];
    for text in malformed {
        let refused = verify(&client("app-1"), &text).await;
        assert_eq!(refused, Err(ErrorKind::Malformed), "{text}");
        // Reading the claimed client must not panic.
        let _ = AssertionVerifier::client_id(&text);
    }
}

#[tokio::test]
async fn no_byte_of_it_may_differ() {
    let (good, client) = (Assertion::new().text(), client("app-1"));
    for index in 0..good.len() {
        let (before, rest) = good.split_at(index);
        let other = if rest.starts_with('A') { "B" } else { "A" };
        for text in [before, &format!("{before}{other}{}", &rest[1..])] {
            let _ = AssertionVerifier::client_id(text);
            assert!(verify(&client, text).await.is_err(), "{text}");
        }
    }
}

#[test]
fn whom_it_is_from_is_read_without_a_look_at_the_rest() {
    let named = |assertion: Assertion| {
        let id = AssertionVerifier::client_id(&assertion.text());
        id.map(|id| id.as_str().to_owned())
    };
    assert_eq!(named(Assertion::new()).as_deref(), Some("app-1"));
    let forged = Assertion::by(HS256).without("exp").about("app-2");
    assert_eq!(named(forged).as_deref(), Some("app-2"));
    let nobody = [
        Assertion::new().without("iss"),
        Assertion::new().without("sub"),
        Assertion::new().claim("iss", "app-2"),
        Assertion::new().claim("sub", json!(["app-1"])),
        Assertion::new().about(""),
        Assertion::new().about("a b"),
        Assertion::new().about(&"x".repeat(257)),
        Assertion::new().header("pad", "x".repeat(8192)),
    ];
    for assertion in nobody {
        assert_eq!(named(assertion), None);
    }
}

#[tokio::test]
async fn errors_hold_no_part_of_the_assertion() {
    use std::error::Error as _;
    let text = Assertion::new()
        .claim("exp", "s3cret")
        .claim("jti", "s3cret");
    let verifier = verifier();
    for text in [
        text.text(),
        Assertion::new().claim("jti", "s3cret\0").text(),
    ] {
        let error = verifier.verify(&client("app-1"), &text, at(0)).await;
        let error = error.unwrap_err();
        let source = error.source().map(ToString::to_string);
        let shown = format!("{error} {error:?} {source:?} {verifier:?}");
        assert!(!shown.contains("s3cret"), "{shown}");
    }
}
