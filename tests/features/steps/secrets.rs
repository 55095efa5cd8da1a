use cucumber::then;
use tower_oauth_clients::secrets::{Plaintext, SecretFormat};

use crate::scene::{Known, Scene};

#[then(expr = "the secret of {string} works")]
async fn works(scene: &mut Scene, name: String) {
    assert!(accepted(scene, &name, &name).await);
}

#[then(expr = "the secret of {string} no longer works")]
async fn works_no_longer(scene: &mut Scene, name: String) {
    assert!(!accepted(scene, &name, &name).await);
}

#[then(expr = "the secret of {string} does not work for {string}")]
async fn works_elsewhere(scene: &mut Scene, of: String, name: String) {
    assert!(!accepted(scene, &of, &name).await);
}

/// Whether the secret of one client is accepted for another.
async fn accepted(scene: &Scene, of: &str, name: &str) -> bool {
    let Known {
        tenant, client_id, ..
    } = scene.client(name);
    scene
        .service()
        .accepts(tenant, client_id, secret(scene, of))
        .await
}

#[then(expr = "no secret of {string} is stored")]
async fn none_stored(scene: &mut Scene, name: String) {
    let Known {
        tenant, client_id, ..
    } = scene.client(&name);
    assert!(scene.service().secrets(tenant, client_id).await.is_empty());
}

#[then(expr = "the secret_last_four of {string} are the end of its secret")]
async fn last_four(scene: &mut Scene, name: String) {
    let data = scene.current(&name).await.data();
    let last_four = data["secret_last_four"].as_str().unwrap();
    assert_eq!(last_four.len(), 4);
    assert!(secret(scene, &name).ends_with(last_four));
}

#[then("the secret has a prefix, a lookup id, 256 random bits and a checksum")]
fn form(scene: &mut Scene) {
    let data = scene.answer().data();
    let secret = data["client_secret"].as_str().unwrap();
    let random = secret.strip_prefix("tocs_").unwrap();
    assert_eq!(random.len(), 26 + 43 + 6);
    assert!(
        random
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    );
    assert!(SecretFormat::lookup_id(&Plaintext::new(secret)).is_some());
}

#[then(expr = "the secret of {string} is not in the answer")]
fn not_shown(scene: &mut Scene, name: String) {
    let secret = secret(scene, &name);
    let answer = scene.answer();
    assert!(!String::from_utf8_lossy(&answer.body).contains(secret));
    assert!(!format!("{:?}", answer.headers).contains(secret));
}

#[then(expr = "the secret of {string} is not stored, and its hash is Argon2id")]
async fn only_a_hash(scene: &mut Scene, name: String) {
    let Known {
        tenant, client_id, ..
    } = scene.client(&name);
    let records = scene.service().secrets(tenant, client_id).await;
    assert!(
        records
            .iter()
            .all(|record| record.hash.expose().starts_with("$argon2id$v=19$"))
    );
    let secret = secret(scene, &name).as_bytes();
    let database = scene.service().database();
    assert!(
        !database
            .windows(secret.len())
            .any(|window| window == secret)
    );
}

fn secret<'a>(scene: &'a Scene, name: &str) -> &'a str {
    scene
        .client(name)
        .secret
        .as_deref()
        .expect("a secret was shown")
}
