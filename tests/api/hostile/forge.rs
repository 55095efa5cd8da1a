//! Hosts with three kinds of keys, and valid and invalid tokens for them.

use base64::Engine;
use base64::prelude::{BASE64_URL_SAFE, BASE64_URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};
use tower_oauth_clients::adapters::tower::ManagementService;
use tower_oauth_clients::authorization::jwt::{JwtAuthorizer, Keys};
use tower_oauth_clients::handlers::Handlers;

use tower_oauth_clients::domain::{Clock, SystemClock};

use support::case::{Names, expand};
use support::{AUDIENCE, App, ISSUER, KEY, claims};

const P256: &str = include_str!("../../data/keys/p256.pem");
const P256_PUBLIC: &str = include_str!("../../data/keys/p256.pub.pem");
const RSA: &str = include_str!("../../data/keys/rsa.pem");
const RSA_PUBLIC: &str = include_str!("../../data/keys/rsa.pub.pem");
const OTHER_P256: &str = include_str!("../../data/keys/other-p256.pem");
const OTHER_P256_JWK: &str = include_str!("../../data/keys/other-p256.jwk.json");
const OTHER_RSA: &str = include_str!("../../data/keys/other-rsa.pem");
const OTHER_RSA_JWK: &str = include_str!("../../data/keys/other-rsa.jwk.json");
const OTHER_SECRET: &[u8] = b"another key for tests, used nowhere else";

/// A host that trusts one key, and another key that it does not trust.
pub struct Host {
    pub algorithm: Algorithm,
    keys: Keys,
    key: EncodingKey,
    other: EncodingKey,
    other_jwk: Value,
}

impl Host {
    pub fn hs256() -> Self {
        Self {
            algorithm: Algorithm::HS256,
            keys: Keys::from_secret(KEY).unwrap(),
            key: EncodingKey::from_secret(KEY),
            other: EncodingKey::from_secret(OTHER_SECRET),
            other_jwk: json!({"kty": "oct", "k": BASE64_URL_SAFE_NO_PAD.encode(OTHER_SECRET)}),
        }
    }

    pub fn es256() -> Self {
        Self {
            algorithm: Algorithm::ES256,
            keys: Keys::from_pem(P256_PUBLIC).unwrap(),
            key: EncodingKey::from_ec_pem(P256.as_bytes()).unwrap(),
            other: EncodingKey::from_ec_pem(OTHER_P256.as_bytes()).unwrap(),
            other_jwk: serde_json::from_str(OTHER_P256_JWK).unwrap(),
        }
    }

    pub fn rs256() -> Self {
        Self {
            algorithm: Algorithm::RS256,
            keys: Keys::from_pem(RSA_PUBLIC).unwrap(),
            key: EncodingKey::from_rsa_pem(RSA.as_bytes()).unwrap(),
            other: EncodingKey::from_rsa_pem(OTHER_RSA.as_bytes()).unwrap(),
            other_jwk: serde_json::from_str(OTHER_RSA_JWK).unwrap(),
        }
    }

    /// The service, which authorizes callers by the trusted key.
    pub fn service(self, app: &App) -> (Forge, ManagementService) {
        let authorizer = JwtAuthorizer::builder(self.keys)
            .with_issuer(ISSUER)
            .with_audience(AUDIENCE)
            .with_clock(app.clock.clone())
            .build()
            .unwrap();
        let handlers = Handlers::new(app.manager.clone(), authorizer);
        let Self {
            algorithm,
            key,
            other,
            other_jwk,
            ..
        } = self;
        (
            Forge {
                algorithm,
                key,
                other,
                other_jwk,
            },
            ManagementService::new(handlers),
        )
    }
}

/// Creates valid and invalid tokens.
pub struct Forge {
    pub algorithm: Algorithm,
    key: EncodingKey,
    other: EncodingKey,
    other_jwk: Value,
}

impl Forge {
    /// A token of a valid administrator of `tenant_a`, with the changes of the case.
    pub fn token(&self, case: &Value, names: &Names) -> String {
        let mut header = json!({"alg": format!("{:?}", self.algorithm), "typ": "JWT"});
        let mut claims = claims("tenant_a");
        overlay(&mut header, &case["header"], names, &self.other_jwk);
        overlay(&mut claims, &case["claims"], names, &self.other_jwk);
        for name in case
            .get("del")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            let name = name.as_str().unwrap();
            match name.strip_prefix("header.") {
                Some(member) => header.as_object_mut().unwrap().remove(member),
                None => claims.as_object_mut().unwrap().remove(name),
            };
        }
        let claims = with_duplicates(claims, case.get("dup"));
        let padded = case.get("encode").is_some_and(|how| how == "padded");
        let encode = |text: &str| match padded {
            true => BASE64_URL_SAFE.encode(pad(text)),
            false => BASE64_URL_SAFE_NO_PAD.encode(text),
        };
        let signed = format!("{}.{}", encode(&header.to_string()), encode(&claims));
        let signature = self.signature(case["sign"].as_str().unwrap(), signed.as_bytes());
        let signature = match padded {
            true => BASE64_URL_SAFE.encode(signature),
            false => BASE64_URL_SAFE_NO_PAD.encode(signature),
        };
        format!("{signed}.{signature}")
    }

    fn signature(&self, how: &str, signed: &[u8]) -> Vec<u8> {
        match how {
            "valid" => sign(self.algorithm, &self.key, signed),
            "other-key" | "attacker-key" => sign(self.algorithm, &self.other, signed),
            "none" => Vec::new(),
            "zeros64" => vec![0; 64],
            "hs256-with-empty-key" => {
                sign(Algorithm::HS256, &EncodingKey::from_secret(b""), signed)
            }
            other => panic!("nobody signs {other}"),
        }
    }
}

fn sign(algorithm: Algorithm, key: &EncodingKey, signed: &[u8]) -> Vec<u8> {
    // Called by name, since the build may contain both backends.
    let provider = &jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER;
    (provider.signer_factory)(&algorithm, key)
        .unwrap()
        .sign(signed)
}

fn overlay(onto: &mut Value, changes: &Value, names: &Names, attacker: &Value) {
    for (name, value) in changes.as_object().unwrap() {
        onto[name] = match value.as_str() {
            Some("{attacker_jwk}") => attacker.clone(),
            Some(text) => relative_time(text).unwrap_or_else(|| expand(value, names)),
            None => expand(value, names),
        };
    }
}

/// `{now+600}` in seconds since the epoch.
fn relative_time(text: &str) -> Option<Value> {
    let offset = text.strip_prefix("{now")?.strip_suffix('}')?;
    let now = SystemClock.now().as_seconds();
    Some(match offset.parse::<i64>() {
        Ok(seconds) => (now + seconds).into(),
        Err(_) => (now as f64 + offset.parse::<f64>().unwrap()).into(),
    })
}

fn with_duplicates(mut claims: Value, twice: Option<&Value>) -> String {
    let Some(twice) = twice.and_then(Value::as_object) else {
        return claims.to_string();
    };
    let mut members = String::new();
    for (name, values) in twice {
        claims.as_object_mut().unwrap().remove(name);
        for value in values.as_array().unwrap() {
            members.push_str(&format!("{}:{value},", Value::from(name.as_str())));
        }
    }
    format!(
        "{{{members}{}",
        claims.to_string().strip_prefix('{').unwrap()
    )
}

/// Appends a blank to a JSON text if its base64 would need no padding.
fn pad(text: &str) -> String {
    let blanks = if text.len().is_multiple_of(3) {
        " "
    } else {
        ""
    };
    format!("{text}{blanks}")
}
