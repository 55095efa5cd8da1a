use std::collections::BTreeSet;

use cucumber::gherkin::Step;
use cucumber::{given, then, when};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use tower_oauth_clients::secrets::{Plaintext, SecretFormat};

use super::answers::{common, envelope, rfc3339, success};
use crate::scene::{Known, Nth, Scene, Who, path, rows, text};

#[given(expr = "{who} rotated the secret of {string}")]
async fn given_rotation(scene: &mut Scene, who: Who, name: String) {
    rotate(scene, who, name).await;
    rotated(scene);
}

#[when(expr = "{who} rotates the secret of {string}")]
async fn rotate(scene: &mut Scene, who: Who, name: String) {
    issue(scene, &who, &name, "/rotate-secret", "new_secret", None).await;
}

#[when(expr = "{who} rotates the secret of {string} with")]
async fn rotate_with(scene: &mut Scene, who: Who, name: String, step: &Step) {
    let body = Some(scene.over(json!({}), step));
    issue(scene, &who, &name, "/rotate-secret", "new_secret", body).await;
}

#[given(expr = "{who} added a secret to {string}")]
async fn given_addition(scene: &mut Scene, who: Who, name: String) {
    add(scene, who, name).await;
    added(scene);
}

#[when(expr = "{who} adds a secret to {string}")]
async fn add(scene: &mut Scene, who: Who, name: String) {
    issue(scene, &who, &name, "/secrets", "secret_value", None).await;
}

#[when(expr = "{who} adds a secret to {string} with")]
async fn add_with(scene: &mut Scene, who: Who, name: String, step: &Step) {
    let body = Some(scene.over(json!({}), step));
    issue(scene, &who, &name, "/secrets", "secret_value", body).await;
}

async fn issue(
    scene: &mut Scene,
    who: &Who,
    name: &str,
    below: &str,
    member: &str,
    body: Option<Value>,
) {
    let path = path(scene.client(name)) + below;
    let answer = match body {
        Some(body) => scene.send_json(who, Method::POST, &path, &body).await,
        None => scene.send(who, Method::POST, &path, "").await,
    };
    if answer.status.is_success() {
        let secret = answer.data()[member].as_str().unwrap().to_owned();
        let known = scene.clients.get_mut(name).unwrap();
        known.later.push(secret);
    }
}

#[given(expr = "{who} deactivated the {nth} secret of {string}")]
#[when(expr = "{who} deactivates the {nth} secret of {string}")]
async fn deactivate(scene: &mut Scene, who: Who, nth: Nth, name: String) {
    let path = secret_path(scene, &nth, &name) + "/deactivate";
    scene.send(&who, Method::PUT, &path, "").await;
}

#[given(expr = "{who} deleted the {nth} secret of {string}")]
#[when(expr = "{who} deletes the {nth} secret of {string}")]
async fn delete(scene: &mut Scene, who: Who, nth: Nth, name: String) {
    let path = secret_path(scene, &nth, &name);
    scene.send(&who, Method::DELETE, &path, "").await;
}

#[when(expr = "{who} deactivates the {nth} secret of {string} as one of {string}")]
async fn deactivate_elsewhere(scene: &mut Scene, who: Who, nth: Nth, of: String, at: String) {
    let id = secret_id(scene, &nth, &of);
    let path = format!("{}/secrets/{id}/deactivate", path(scene.client(&at)));
    scene.send(&who, Method::PUT, &path, "").await;
}

fn secret_path(scene: &Scene, nth: &Nth, name: &str) -> String {
    let id = secret_id(scene, nth, name);
    format!("{}/secrets/{id}", path(scene.client(name)))
}

/// The id of a secret, which the secret contains.
fn secret_id(scene: &Scene, nth: &Nth, name: &str) -> String {
    let secret = Plaintext::new(scene.client(name).secret(nth));
    SecretFormat::lookup_id(&secret).unwrap().to_string()
}

#[when(expr = "{who} lists the secrets of {string}")]
async fn list(scene: &mut Scene, who: Who, name: String) {
    let path = path(scene.client(&name)) + "/secrets";
    scene.send(&who, Method::GET, &path, "").await;
}

#[then("the new secret is shown")]
fn rotated(scene: &mut Scene) {
    shown(scene, StatusCode::OK, "client_id new_secret rotated_at");
}

#[then("the added secret is shown")]
fn added(scene: &mut Scene) {
    let members = "secret_id secret_value status created_at";
    shown(scene, StatusCode::CREATED, members);
    assert_eq!(scene.answer().data()["status"], "active");
}

#[then("the secret is stopped")]
fn stopped(scene: &mut Scene) {
    let data = usual(scene, StatusCode::OK);
    assert_eq!(data["status"], "inactive");
}

fn shown(scene: &Scene, status: StatusCode, expected: &str) {
    let data = usual(scene, status);
    assert_eq!(members(&data), expected.split(' ').collect());
}

fn usual(scene: &Scene, status: StatusCode) -> Value {
    let answer = scene.answer();
    common(answer, status);
    envelope(answer, &["code", "message", "data", "timestamp"]);
    success(answer);
    rfc3339(&answer.json()["timestamp"]);
    assert_eq!(
        (answer.header("ETag"), answer.header("Location")),
        (None, None)
    );
    answer.data()
}

fn members(object: &Value) -> BTreeSet<&str> {
    object
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

/// The listed secrets, newest first.
fn listed(scene: &Scene) -> Vec<Value> {
    let data = usual(scene, StatusCode::OK);
    data["secrets"].as_array().expect("a list").clone()
}

#[then(expr = "the newest of them holds exactly")]
fn newest_holds(scene: &mut Scene, step: &Step) {
    let secrets = listed(scene);
    assert_eq!(
        members(&secrets[0]),
        text(step).split_whitespace().collect()
    );
}

#[then(expr = "the newest of them says")]
fn newest_says(scene: &mut Scene, step: &Step) {
    let secrets = listed(scene);
    for (member, cell) in rows(step) {
        assert_eq!(secrets[0][member], scene.value(cell), "{member}");
    }
}

#[then(expr = "the last of them ends {int} seconds after it was replaced")]
fn ends_after(scene: &mut Scene, seconds: i64) {
    let secrets = listed(scene);
    let last = secrets.last().expect("a secret");
    let (end, replaced) = (&last["expires_at"], &last["updated_at"]);
    let between = rfc3339(end).as_second() - rfc3339(replaced).as_second();
    assert_eq!(between, seconds);
}

#[then(regex = r"^they are (\w+(?:, \w+)*)$")]
fn listed_as(scene: &mut Scene, words: String) {
    let secrets = listed(scene);
    let statuses: Vec<_> = secrets
        .iter()
        .map(|secret| secret["status"].as_str())
        .collect();
    assert_eq!(statuses, words.split(", ").map(Some).collect::<Vec<_>>());
}

#[then("there are none")]
fn none(scene: &mut Scene) {
    assert_eq!(listed(scene), [Value::Null; 0]);
}

#[then(expr = "the {nth} secret of {string} works")]
async fn works(scene: &mut Scene, nth: Nth, name: String) {
    assert!(accepted(scene, &nth, &name).await);
}

#[then(expr = "the {nth} secret of {string} no longer works")]
async fn works_no_longer(scene: &mut Scene, nth: Nth, name: String) {
    assert!(!accepted(scene, &nth, &name).await);
}

async fn accepted(scene: &Scene, nth: &Nth, name: &str) -> bool {
    let known = scene.client(name);
    let Known {
        tenant, client_id, ..
    } = known;
    let secret = known.secret(nth);
    scene.service().accepts(tenant, client_id, secret).await
}

#[then(expr = "{string} shows the end of its {nth} secret")]
async fn shows_end(scene: &mut Scene, name: String, nth: Nth) {
    let data = scene.current(&name).await.data();
    let last_four = data["secret_last_four"].as_str().expect("four characters");
    assert_eq!(last_four.len(), 4);
    assert!(scene.client(&name).secret(&nth).ends_with(last_four));
}

#[then(expr = "no secret of {string} is in the answer")]
fn shows_none(scene: &mut Scene, name: String) {
    let known = scene.client(&name);
    let answer = scene.answer();
    let answer = format!("{:?} {:?}", answer.headers, answer.body);
    for secret in known.secret.iter().chain(&known.later) {
        assert!(!answer.contains(secret));
    }
    assert!(!answer.contains("$argon2"));
}
