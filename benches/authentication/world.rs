//! Clients and their credentials.

use std::time::{Duration, SystemTime};

use http::Request;
use http::request::Parts;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use tower_oauth_clients::ClientManager;
use tower_oauth_clients::authentication::assertion::{AssertionVerifier, MemoryReplayStore};
use tower_oauth_clients::authentication::{
    ClientAuthenticator, ClientAuthenticatorBuilder, Presented,
};
use tower_oauth_clients::domain::{AuthMethod, ClientId, Draft, Operator, Role, TenantId};
use tower_oauth_clients::repository::MemoryRepository;
use tower_oauth_clients::secrets::{Argon2id, HashPool, HmacSha256, Pepper, Plaintext};

use super::Outcome;

pub const ISSUER: &str = "https://id.example.com";
const KEYS: &str = include_str!("../../tests/data/keys/jwks.json");

/// How a client authenticates, and at what cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// A secret that was verified a short while ago.
    Cached,
    /// A secret that costs an Argon2id on every request.
    Argon2id,
    /// A secret that costs an HMAC on every request.
    HmacSha256,
    PrivateKeyJwt,
    None,
}

impl Policy {
    pub const ALL: [Self; 5] = [
        Self::Cached,
        Self::Argon2id,
        Self::HmacSha256,
        Self::PrivateKeyJwt,
        Self::None,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Cached => "secret, cached",
            Self::Argon2id => "secret, Argon2id",
            Self::HmacSha256 => "secret, HmacSha256",
            Self::PrivateKeyJwt => "private_key_jwt, ES256",
            Self::None => "none",
        }
    }

    fn method(self) -> AuthMethod {
        match self {
            Self::Cached | Self::Argon2id | Self::HmacSha256 => AuthMethod::ClientSecretBasic,
            Self::PrivateKeyJwt => AuthMethod::PrivateKeyJwt,
            Self::None => AuthMethod::None,
        }
    }
}

/// A client in memory, with its credentials.
pub struct World {
    pub repository: MemoryRepository,
    pub authenticator: ClientAuthenticator,
    pub client_id: ClientId,
    pub secret: String,
}

impl World {
    pub async fn new(policy: Policy) -> Outcome<Self> {
        Self::with(policy, |builder| builder).await
    }

    pub async fn with(
        policy: Policy,
        settle: impl FnOnce(ClientAuthenticatorBuilder) -> ClientAuthenticatorBuilder,
    ) -> Outcome<Self> {
        let repository = MemoryRepository::new();
        let pool = match policy {
            Policy::HmacSha256 => {
                let hasher = HmacSha256::builder(Pepper::new("bench", [7; 32])?).build()?;
                HashPool::builder(hasher)
            }
            _ => HashPool::builder(Argon2id::default()),
        };
        let pool = pool.with_threads(2).build()?;
        let manager = ClientManager::builder(repository.clone()).with_hash_pool(pool.clone());
        let tenant = TenantId::parse("acme").ok_or("not a tenant")?;
        let operator = Operator::new("alice", Role::Admin, tenant);
        let draft = Draft::new("My Application", ["https://app.example.com/callback"])
            .with_scopes(["openid", "profile", "email"])
            .with_is_confidential(policy != Policy::None)
            .with_client_auth_methods([policy.method()]);
        let keys = (policy == Policy::PrivateKeyJwt)
            .then(usable_keys)
            .transpose()?;
        let draft = draft.with_jwks(keys.as_deref());
        let issued = manager.build()?.create(&operator, draft).await?;

        let verifier = AssertionVerifier::builder(ISSUER)
            .with_replay_store(MemoryReplayStore::new(10_000_000))
            .build()?;
        let builder = ClientAuthenticator::builder(repository.clone())
            .with_hash_pool(pool)
            .with_assertions(verifier);
        let builder = match policy {
            Policy::Argon2id | Policy::HmacSha256 => builder.without_cache(),
            _ => builder,
        };
        let secret = issued.secret.map(|secret| secret.expose().to_owned());
        Ok(Self {
            repository,
            authenticator: settle(builder).build()?,
            client_id: issued.client.client_id,
            secret: secret.unwrap_or_default(),
        })
    }

    /// The credentials of a client with this secret.
    pub fn presents(&self, client_id: &ClientId, secret: &str) -> Presented {
        Presented::SecretBasic {
            client_id: client_id.clone(),
            secret: Plaintext::new(secret),
        }
    }

    /// The head of a request with the client's secret.
    pub fn head(&self) -> Outcome<Parts> {
        let request = Request::post("/token").header("authorization", self.basic());
        Ok(request.body(())?.into_parts().0)
    }

    /// The `Authorization` header with the client's secret. Neither half needs encoding.
    pub fn basic(&self) -> String {
        use base64::Engine;

        let pair = format!("{}:{}", self.client_id, self.secret);
        format!("Basic {}", base64::prelude::BASE64_STANDARD.encode(pair))
    }
}

/// Keys that a client may register, one of each kind.
fn usable_keys() -> Outcome<String> {
    let keys: Value = serde_json::from_str(KEYS)?;
    let wanted = |key: &&Value| {
        let kid = key.get("kid").and_then(Value::as_str);
        matches!(kid, Some("rsa" | "p256" | "ed25519"))
    };
    let keys = keys
        .get("keys")
        .and_then(Value::as_array)
        .ok_or("no keys")?;
    let keys: Vec<_> = keys.iter().filter(wanted).collect();
    Ok(json!({ "keys": keys }).to_string())
}

/// Distinct assertions of a client, valid for a minute.
pub fn assertions(client_id: &str, algorithm: Algorithm, count: usize) -> Outcome<Vec<String>> {
    let key = |pem: &'static [u8]| match algorithm {
        Algorithm::RS256 => EncodingKey::from_rsa_pem(pem),
        Algorithm::ES256 => EncodingKey::from_ec_pem(pem),
        _ => EncodingKey::from_ed_pem(pem),
    };
    let (kid, pem): (_, &[u8]) = match algorithm {
        Algorithm::RS256 => ("rsa", include_bytes!("../../tests/data/keys/rsa.pem")),
        Algorithm::ES256 => ("p256", include_bytes!("../../tests/data/keys/p256.pem")),
        _ => (
            "ed25519",
            include_bytes!("../../tests/data/keys/ed25519.pem"),
        ),
    };
    let key = key(pem)?;
    let mut header = Header::new(algorithm);
    header.kid = Some(kid.to_owned());
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?;
    let (exp, start) = ((now + Duration::from_secs(60)).as_secs(), now.as_nanos());
    let assertions = (0..count).map(|number| {
        let claims = json!({
            "iss": client_id,
            "sub": client_id,
            "aud": ISSUER,
            "iat": now.as_secs(),
            "exp": exp,
            "jti": format!("{start}-{number}"),
        });
        Ok(jsonwebtoken::encode(&header, &claims, &key)?)
    });
    assertions.collect()
}

/// The form that contains an assertion.
pub fn assertion_form(assertion: &str) -> String {
    let kind = "urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer";
    format!("client_assertion_type={kind}&client_assertion={assertion}")
}
