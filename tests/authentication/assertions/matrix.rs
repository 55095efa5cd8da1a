//! Every type, curve and size of keys: a registered key can verify, and any other is refused.

use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::{Value, json};
use tower_oauth_clients::ClientManager;
use tower_oauth_clients::domain::{AuthMethod, Client, Draft, Operator, Patch, Role, TenantId};
use tower_oauth_clients::manager::{ErrorKind, Expected};
use tower_oauth_clients::repository::MemoryRepository;
use tower_oauth_clients::secrets::{Argon2id, HashPool};

use super::{at, client_with_keys, verifier};

#[derive(Deserialize)]
struct Samples {
    claims: String,
    keys: Vec<Sample>,
}

/// A public key and signatures by its private key, by algorithm.
#[derive(Deserialize)]
struct Sample {
    name: String,
    jwk: Value,
    signatures: HashMap<String, String>,
}

fn samples() -> Samples {
    serde_json::from_str(include_str!("../../data/keys/matrix.json")).unwrap()
}

impl Samples {
    fn assertion(&self, algorithm: &str, signature: &str) -> String {
        let header = URL_SAFE_NO_PAD.encode(format!(r#"{{"alg":"{algorithm}"}}"#));
        let claims = URL_SAFE_NO_PAD.encode(&self.claims);
        format!("{header}.{claims}.{signature}")
    }
}

impl Sample {
    fn jwk(&self, algorithm: Option<&str>) -> Value {
        let mut jwk = self.jwk.clone();
        if let Some(algorithm) = algorithm {
            jwk["alg"] = algorithm.into();
        }
        jwk
    }

    fn algorithms(&self) -> impl Iterator<Item = Option<&str>> {
        let named = self.signatures.keys().map(|name| Some(name.as_str()));
        named.chain([None])
    }
}

fn manager() -> ClientManager {
    let hasher = Argon2id::builder()
        .with_memory(8)
        .with_iterations(1)
        .with_insecure_cost()
        .build()
        .unwrap();
    let pool = HashPool::builder(hasher).with_threads(1).build().unwrap();
    let builder = ClientManager::builder(MemoryRepository::new());
    builder.with_hash_pool(pool).build().unwrap()
}

fn operator() -> Operator {
    Operator::new("alice", Role::Admin, TenantId::parse("tenant_a").unwrap())
}

fn set(keys: &[Value]) -> String {
    json!({ "keys": keys }).to_string()
}

/// Registers these keys, or returns the message. A creation and an update must have the same
/// result.
async fn register(manager: &ClientManager, jwks: &str) -> Result<Client, String> {
    let draft = || Draft::new("App", ["https://app.example.com/cb"]);
    let by_key = [AuthMethod::PrivateKeyJwt];
    let asked = draft()
        .with_client_auth_methods(by_key.clone())
        .with_jwks(Some(jwks));
    let created = manager.create(&operator(), asked).await;

    let other = manager.create(&operator(), draft()).await.unwrap().client;
    let patch = Patch::new()
        .with_client_auth_methods(by_key)
        .with_jwks(Some(jwks));
    let updated = manager
        .update(&operator(), &other.client_id, patch, &Expected::Any)
        .await;
    match (created, updated) {
        (Ok(created), Ok(_)) => Ok(created.client),
        (Err(created), Err(updated)) => {
            assert_eq!(created.to_string(), updated.to_string());
            assert_eq!(created.kind(), ErrorKind::Invalid);
            Err(created.to_string())
        }
        (created, updated) => panic!("{created:?} {updated:?}: {jwks}"),
    }
}

/// The algorithms whose assertions verify with these keys.
async fn verifying<'a>(samples: &Samples, sample: &'a Sample, jwks: &str) -> Vec<&'a str> {
    let client = client_with_keys(jwks);
    let mut verified = Vec::new();
    for (algorithm, signature) in &sample.signatures {
        let assertion = samples.assertion(algorithm, signature);
        if verifier().verify(&client, &assertion, at(0)).await.is_ok() {
            verified.push(algorithm.as_str());
        }
    }
    verified
}

#[tokio::test]
async fn what_registers_verifies_and_what_is_refused_does_not() {
    let (samples, manager) = (samples(), manager());
    let mut registered = Vec::new();
    for sample in &samples.keys {
        for algorithm in sample.algorithms() {
            let jwks = set(&[sample.jwk(algorithm)]);
            let accepted = register(&manager, &jwks).await;
            let verified = verifying(&samples, sample, &jwks).await;
            let shown = format!("{} {algorithm:?}: {accepted:?}, {verified:?}", sample.name);
            match (&accepted, algorithm) {
                (Err(_), _) => assert!(verified.is_empty(), "{shown}"),
                (Ok(_), None) => assert_eq!(verified.len(), sample.signatures.len(), "{shown}"),
                // The algorithm has two names.
                (Ok(_), Some("EdDSA" | "Ed25519")) => assert_eq!(verified.len(), 2, "{shown}"),
                (Ok(_), Some(algorithm)) => assert_eq!(verified, [algorithm], "{shown}"),
            }
            if accepted.is_ok() && algorithm.is_none() {
                registered.push(sample.name.as_str());
            }
        }
    }
    let mut expected = vec![
        "ec-P-256",
        "ec-P-384",
        "ed25519",
        "rsa-2048-e4294967291",
        "rsa-2048-e4294967297",
        "rsa-2048-e65539",
        "rsa-2048-e8589934591",
        "rsa-2048",
        "rsa-2049",
        "rsa-2056",
        "rsa-3072",
        "rsa-4095",
        "rsa-4096",
    ];
    if cfg!(feature = "aws-lc-rs") {
        expected.extend(["rsa-4097", "rsa-8192"]);
    }
    assert_eq!(registered, expected);
}

#[tokio::test]
async fn a_key_that_cannot_verify_is_welcome_beside_one_that_can() {
    let (samples, manager) = (samples(), manager());
    let find = |name: &str| samples.keys.iter().find(|key| key.name == name).unwrap();
    let usable = find("ec-P-256");
    for other in ["ec-P-521", "rsa-8192", "rsa-4097", "ec-secp256k1", "ed448"] {
        let jwks = set(&[find(other).jwk(None), usable.jwk(None)]);
        register(&manager, &jwks).await.unwrap();
        assert_eq!(
            verifying(&samples, usable, &jwks).await,
            ["ES256"],
            "{other}"
        );
    }
}

#[tokio::test]
async fn who_is_refused_reads_which_keys_verify() {
    let (samples, manager) = (samples(), manager());
    let p521 = samples
        .keys
        .iter()
        .find(|key| key.name == "ec-P-521")
        .unwrap();
    let refused = register(&manager, &set(&[p521.jwk(None)]))
        .await
        .unwrap_err();
    let bits = if cfg!(feature = "aws-lc-rs") {
        8192
    } else {
        4096
    };
    let message = format!(
        "jwks: must hold a key that can be verified with for private_key_jwt: P-256, P-384, \
         Ed25519, or RSA of 2048 to {bits} bits"
    );
    assert_eq!(refused, message);
    // It is accepted if the client does not authenticate with it.
    let draft = Draft::new("App", ["https://app.example.com/cb"]);
    let draft = draft.with_jwks(Some(&set(&[p521.jwk(None)])));
    manager.create(&operator(), draft).await.unwrap();
}

#[tokio::test]
async fn keys_without_a_name_are_no_more_than_are_tried() {
    let (samples, manager) = (samples(), manager());
    let find = |name: &str| samples.keys.iter().find(|key| key.name == name).unwrap();
    let rsa = find("rsa-2048");
    let named = |kid: &str, algorithm: Option<&str>| {
        let mut jwk = rsa.jwk(algorithm);
        jwk["kid"] = kid.into();
        jwk
    };
    let nameless = |algorithm| rsa.jwk(algorithm);
    let enc = || {
        let mut jwk = rsa.jwk(None);
        jwk["use"] = "enc".into();
        jwk
    };
    let all_named = (0..16).map(|kid| named(&kid.to_string(), None));
    let good = [
        vec![nameless(None); 4],
        all_named.collect(),
        [
            vec![nameless(Some("RS256")); 4],
            vec![nameless(Some("PS256")); 4],
        ]
        .concat(),
        [
            vec![nameless(None); 4],
            vec![enc(); 4],
            vec![find("ec-P-256").jwk(None); 4],
        ]
        .concat(),
        [vec![nameless(None); 4], vec![find("ec-P-521").jwk(None); 5]].concat(),
    ];
    for keys in good {
        let jwks = set(&keys);
        let accepted = register(&manager, &jwks).await;
        assert!(accepted.is_ok(), "{accepted:?}: {jwks}");
    }
    let message = "jwks: must give each key a kid of its own for private_key_jwt, where more than \
                   4 of them serve the same alg";
    let bad = [
        vec![nameless(None); 5],
        vec![nameless(Some("RS256")); 5],
        [vec![nameless(Some("RS256")); 2], vec![nameless(None); 3]].concat(),
        // An assertion without a kid could be signed by any of the five.
        [
            (0..4).map(|kid| named(&kid.to_string(), None)).collect(),
            vec![nameless(None)],
        ]
        .concat(),
        vec![find("ec-P-521").jwk(None); 5]
            .into_iter()
            .chain(vec![nameless(None); 5])
            .collect(),
    ];
    for keys in bad {
        let jwks = set(&keys);
        assert_eq!(
            register(&manager, &jwks).await.unwrap_err(),
            message,
            "{jwks}"
        );
    }
}
