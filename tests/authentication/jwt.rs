//! Tokens of every algorithm with real keys, through the public API, in a host that uses the same
//! library with both of its backends.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::Algorithm::{
    ES256, ES384, EdDSA, HS256, HS384, HS512, PS256, PS384, PS512, RS256, RS384, RS512,
};
use jsonwebtoken::crypto::CryptoProvider;
use jsonwebtoken::{Algorithm, AlgorithmFamily, EncodingKey};
use tower_oauth_clients::BuildErrorKind;
use tower_oauth_clients::authorization::jwt::{JwtAuthorizer, Keys};
use tower_oauth_clients::authorization::{AdminRequest, Authorizer, ErrorKind, Operation};

const SECRET: [u8; 64] = [7; 64];
const JWKS: &str = include_str!("../data/keys/jwks.json");
const RSA: &str = include_str!("../data/keys/rsa.pub.pem");
const RSA_PKCS1: &str = include_str!("../data/keys/rsa-pkcs1.pub.pem");
const P256: &str = include_str!("../data/keys/p256.pub.pem");
const P384: &str = include_str!("../data/keys/p384.pub.pem");
const ED25519: &str = include_str!("../data/keys/ed25519.pub.pem");
const RSA_PRIVATE: &str = include_str!("../data/keys/rsa.pem");

const ALL: [Algorithm; 12] = [
    HS256, HS384, HS512, RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, EdDSA,
];

/// The backends of this build. A token signed with one must verify with the other.
fn backends() -> Vec<&'static CryptoProvider> {
    vec![
        #[cfg(feature = "aws-lc-rs")]
        &jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER,
        &jsonwebtoken::crypto::rust_crypto::DEFAULT_PROVIDER,
    ]
}

fn private_key(algorithm: Algorithm) -> EncodingKey {
    match algorithm {
        HS256 | HS384 | HS512 => EncodingKey::from_secret(&SECRET),
        ES256 => EncodingKey::from_ec_pem(include_bytes!("../data/keys/p256.pem")).unwrap(),
        ES384 => EncodingKey::from_ec_pem(include_bytes!("../data/keys/p384.pem")).unwrap(),
        EdDSA => EncodingKey::from_ed_pem(include_bytes!("../data/keys/ed25519.pem")).unwrap(),
        _ => EncodingKey::from_rsa_pem(RSA_PRIVATE.as_bytes()).unwrap(),
    }
}

fn public_key(algorithm: Algorithm) -> Keys {
    match algorithm {
        HS256 | HS384 | HS512 => Keys::from_secret(SECRET).unwrap(),
        ES256 => Keys::from_pem(P256).unwrap(),
        ES384 => Keys::from_pem(P384).unwrap(),
        EdDSA => Keys::from_pem(ED25519).unwrap(),
        _ => Keys::from_pem(RSA).unwrap(),
    }
}

/// The signing input: a header with `alg` and `more`, and the claims of an administrator.
fn signing_input(algorithm: Algorithm, more: &str) -> String {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs();
    let header = format!(r#"{{"alg":"{algorithm:?}"{more}}}"#);
    let claims = format!(r#"{{"sub":"someone","role":"admin","exp":{}}}"#, now + 600);
    let encode = |part: String| URL_SAFE_NO_PAD.encode(part);
    format!("{}.{}", encode(header), encode(claims))
}

fn token_by(backend: &CryptoProvider, algorithm: Algorithm, more: &str) -> String {
    let input = signing_input(algorithm, more);
    let signer = (backend.signer_factory)(&algorithm, &private_key(algorithm)).unwrap();
    let signature = URL_SAFE_NO_PAD.encode(signer.sign(input.as_bytes()));
    format!("{input}.{signature}")
}

fn token(algorithm: Algorithm, more: &str) -> String {
    token_by(backends()[0], algorithm, more)
}

/// The error, or `None` if the token is accepted.
fn refusal(authorizer: &JwtAuthorizer, token: &str) -> Option<ErrorKind> {
    let request = http::Request::builder().header("authorization", format!("Bearer {token}"));
    let head = request.body(()).unwrap().into_parts().0;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let request = AdminRequest::new(&head, Operation::ListClients);
    let principal = runtime.block_on(authorizer.authorize(request));
    principal.err().map(|error| error.kind())
}

fn authorizer(keys: Keys) -> JwtAuthorizer {
    JwtAuthorizer::builder(keys).build().unwrap()
}

#[test]
fn every_algorithm_verifies_and_no_other_key_does() {
    for backend in backends() {
        for algorithm in ALL {
            let token = token_by(backend, algorithm, "");
            for other in ALL {
                let same = algorithm.family() == other.family()
                    && (algorithm == other || algorithm.family() != AlgorithmFamily::Ec);
                let refused = refusal(&authorizer(public_key(other)), &token);
                let expected = (!same).then_some(ErrorKind::InvalidToken);
                assert_eq!(refused, expected, "{algorithm:?} by the key of {other:?}");
            }
        }
    }
}

#[test]
fn a_changed_token_does_not_verify() {
    for algorithm in ALL {
        let authorizer = authorizer(public_key(algorithm));
        let good = token(algorithm, "");
        let (signed, signature) = good.rsplit_once('.').unwrap();
        let mut bytes = URL_SAFE_NO_PAD.decode(signature).unwrap();
        bytes[0] ^= 1;
        let (header, _) = signed.split_once('.').unwrap();
        let changed = [
            format!("{signed}.{}", URL_SAFE_NO_PAD.encode(&bytes)),
            format!("{signed}.{}", URL_SAFE_NO_PAD.encode(&bytes[1..])),
            format!("{signed}.{}", URL_SAFE_NO_PAD.encode(vec![0; bytes.len()])),
            format!("{signed}."),
            format!("{header}.e30.{signature}"),
            format!("{good}A"),
        ];
        for token in changed {
            let refused = refusal(&authorizer, &token);
            assert_eq!(refused, Some(ErrorKind::InvalidToken), "{algorithm:?}");
        }
    }
}

#[test]
fn a_public_key_is_no_secret() {
    let input = signing_input(HS256, "");
    let key = EncodingKey::from_secret(RSA.as_bytes());
    let signer = (backends()[0].signer_factory)(&HS256, &key).unwrap();
    let forged = format!(
        "{input}.{}",
        URL_SAFE_NO_PAD.encode(signer.sign(input.as_bytes()))
    );
    for keys in [Keys::from_pem(RSA).unwrap(), Keys::from_jwks(JWKS).unwrap()] {
        let refused = refusal(&authorizer(keys), &forged);
        assert_eq!(refused, Some(ErrorKind::InvalidToken));
    }
}

#[test]
fn a_key_set_is_searched_by_name_and_algorithm() {
    let authorizer = authorizer(Keys::from_jwks(JWKS).unwrap());
    let invalid = Some(ErrorKind::InvalidToken);
    let cases = [
        (RS256, "", None),
        (PS512, "", None),
        (ES256, "", None),
        (ES384, "", None),
        (EdDSA, "", None),
        (HS256, "", invalid),
        (RS256, r#","kid":"rsa""#, None),
        (PS384, r#","kid":"rsa""#, None),
        (ES256, r#","kid":"p256""#, None),
        (ES384, r#","kid":"p384""#, None),
        (EdDSA, r#","kid":"ed25519""#, None),
        (ES256, r#","kid":"p384""#, invalid),
        (RS256, r#","kid":"P256""#, invalid),
        (RS256, r#","kid":"x' UNION SELECT 'k'--""#, invalid),
        (RS256, r#","kid":"""#, invalid),
        (RS256, r#","kid":"only-rs256""#, None),
        (RS384, r#","kid":"only-rs256""#, invalid),
        (PS256, r#","kid":"only-rs256""#, invalid),
        (RS256, r#","kid":"encryption""#, invalid),
        (
            RS256,
            r#","jku":"http://169.254.169.254/","x5u":"http://169.254.169.254/""#,
            None,
        ),
    ];
    for (algorithm, more, expected) in cases {
        let refused = refusal(&authorizer, &token(algorithm, more));
        assert_eq!(refused, expected, "{algorithm:?} {more}");
    }
}

#[test]
fn a_key_set_can_be_replaced() {
    let authorizer = authorizer(Keys::from_pem(P256).unwrap());
    let token = token(EdDSA, "");
    assert_eq!(refusal(&authorizer, &token), Some(ErrorKind::InvalidToken));
    authorizer
        .replace_keys(Keys::from_jwks(JWKS).unwrap())
        .unwrap();
    assert_eq!(refusal(&authorizer, &token), None);
}

#[test]
fn a_pem_is_one_sound_public_key() {
    let both = format!("{P256}{P384}");
    let certificate = P256.replace("PUBLIC KEY", "CERTIFICATE");
    let long = format!("{P256}{}", "\n".repeat(16 * 1024));
    let cases = [
        (RSA_PRIVATE, BuildErrorKind::NotPublic),
        (
            include_str!("../data/keys/ed25519.pem"),
            BuildErrorKind::NotPublic,
        ),
        (
            include_str!("../data/keys/rsa-1024.pub.pem"),
            BuildErrorKind::WeakKey,
        ),
        (
            include_str!("../data/keys/secp256k1.pub.pem"),
            BuildErrorKind::UnsupportedKey,
        ),
        (&both, BuildErrorKind::MalformedKeys),
        (&certificate, BuildErrorKind::MalformedKeys),
        (&long, BuildErrorKind::OversizedKeys),
        (JWKS, BuildErrorKind::MalformedKeys),
        ("", BuildErrorKind::MalformedKeys),
    ];
    for (pem, expected) in cases {
        assert_eq!(Keys::from_pem(pem).unwrap_err().kind(), expected, "{pem}");
    }
    let authorizer = authorizer(Keys::from_pem(RSA_PKCS1).unwrap());
    assert_eq!(refusal(&authorizer, &token(RS256, "")), None);
}

/// If both backends are in the build, the library's own entry points panic until a provider is
/// installed, which can be done once per process.
#[cfg(feature = "aws-lc-rs")]
#[test]
fn a_host_that_settled_the_process_wide_provider_changes_nothing() {
    let host = std::panic::catch_unwind(|| {
        let header = jsonwebtoken::Header::new(HS256);
        jsonwebtoken::encode(&header, &(), &EncodingKey::from_secret(&SECRET))
    });
    assert!(host.is_err(), "the library chose a backend by itself");
    assert!(
        backends()[0].install_default().is_err(),
        "nothing was settled"
    );
    for algorithm in ALL {
        let refused = refusal(&authorizer(public_key(algorithm)), &token(algorithm, ""));
        assert_eq!(refused, None, "{algorithm:?}");
    }
}
