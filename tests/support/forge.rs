//! Valid and invalid assertions.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::Algorithm::{self, ES256, ES384, EdDSA, HS256, HS384, HS512};
use jsonwebtoken::EncodingKey;
use jsonwebtoken::crypto::CryptoProvider;
use serde_json::{Map, Value, json};

use crate::ISSUER;

/// The time of tests with a fixed clock: 2026-04-15T10:30:00Z.
pub const NOW: i64 = 1_776_249_000;

const RSA: &[u8] = include_bytes!("../data/keys/rsa.pem");
const P256: &[u8] = include_bytes!("../data/keys/p256.pem");
const OTHER_P256: &[u8] = include_bytes!("../data/keys/other-p256.pem");

/// The backends of this build.
pub fn backends() -> Vec<&'static CryptoProvider> {
    vec![
        #[cfg(feature = "aws-lc-rs")]
        &jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER,
        &jsonwebtoken::crypto::rust_crypto::DEFAULT_PROVIDER,
    ]
}

pub fn key(algorithm: Algorithm) -> EncodingKey {
    match algorithm {
        HS256 | HS384 | HS512 => EncodingKey::from_secret(&[7; 64]),
        ES256 => EncodingKey::from_ec_pem(P256).unwrap(),
        ES384 => EncodingKey::from_ec_pem(include_bytes!("../data/keys/p384.pem")).unwrap(),
        EdDSA => EncodingKey::from_ed_pem(include_bytes!("../data/keys/ed25519.pem")).unwrap(),
        _ => EncodingKey::from_rsa_pem(RSA).unwrap(),
    }
}

pub fn other_key() -> EncodingKey {
    EncodingKey::from_ec_pem(OTHER_P256).unwrap()
}

/// An assertion of `app-1` that is valid until it is changed.
#[derive(Clone)]
pub struct Assertion {
    header: Map<String, Value>,
    claims: Map<String, Value>,
    algorithm: Algorithm,
    key: EncodingKey,
}

impl Assertion {
    pub fn by(algorithm: Algorithm) -> Self {
        let header = json!({"alg": format!("{algorithm:?}"), "typ": "client-authentication+jwt"});
        let claims = json!({
            "iss": "app-1",
            "sub": "app-1",
            "aud": ISSUER,
            "exp": NOW + 60,
            "iat": NOW,
            "jti": "1",
        });
        Self {
            header: header.as_object().unwrap().clone(),
            claims: claims.as_object().unwrap().clone(),
            algorithm,
            key: key(algorithm),
        }
    }

    pub fn new() -> Self {
        Self::by(ES256)
    }

    pub fn header(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.header.insert(name.to_owned(), value.into());
        self
    }

    pub fn claim(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.claims.insert(name.to_owned(), value.into());
        self
    }

    pub fn without(mut self, name: &str) -> Self {
        self.header.remove(name);
        self.claims.remove(name);
        self
    }

    /// Signs with this key, whatever the header says.
    pub fn signed_with(mut self, algorithm: Algorithm, key: EncodingKey) -> Self {
        (self.algorithm, self.key) = (algorithm, key);
        self
    }

    pub fn about(self, client_id: &str) -> Self {
        self.claim("iss", client_id).claim("sub", client_id)
    }

    pub fn text(&self) -> String {
        self.text_by(backends()[0])
    }

    pub fn text_by(&self, backend: &CryptoProvider) -> String {
        let (header, claims) = (Value::from(self.header.clone()), &self.claims);
        let claims = Value::from(claims.clone()).to_string();
        let input = signing_input(&header.to_string(), &claims);
        sign(backend, &input, self.algorithm, &self.key)
    }
}

pub fn signing_input(header: &str, claims: &str) -> String {
    let encode = |part: &str| URL_SAFE_NO_PAD.encode(part);
    format!("{}.{}", encode(header), encode(claims))
}

pub fn sign(
    backend: &CryptoProvider,
    input: &str,
    algorithm: Algorithm,
    key: &EncodingKey,
) -> String {
    let signer = (backend.signer_factory)(&algorithm, key).unwrap();
    let signature = URL_SAFE_NO_PAD.encode(signer.sign(input.as_bytes()));
    format!("{input}.{signature}")
}
