use cucumber::gherkin::Step;
use cucumber::{given, then, when};
use http::{Method, StatusCode};
use serde_json::json;

use super::answers::{common, envelope, rfc3339, success};
use crate::scene::{Scene, Who};
use support::registrant::{REGISTRATIONS, TOKENS};

#[given(expr = "the host lets clients of {string} register, and asks for an approval")]
fn approval(scene: &mut Scene, tenant: String) {
    scene.let_register(&tenant);
}

#[given(expr = "the client {string} registered itself")]
async fn registered(scene: &mut Scene, name: String) {
    let status = scene.register(&name, "").await;
    assert_eq!(status, StatusCode::CREATED);
}

#[given(expr = "the client {string} registered itself with the token")]
async fn registered_with_token(scene: &mut Scene, name: String) {
    register_with_token(scene, name).await;
    assert_eq!(scene.registered, Some(StatusCode::CREATED));
}

#[when(expr = "the client {string} registers itself with the token")]
async fn register_with_token(scene: &mut Scene, name: String) {
    let token = scene.token().1;
    scene.registered = Some(scene.register(&name, &token).await);
}

#[then("the registration is refused")]
fn refused(scene: &mut Scene) {
    assert_eq!(scene.registered, Some(StatusCode::UNAUTHORIZED));
}

#[then("the token registers nobody")]
async fn registers_nobody(scene: &mut Scene) {
    register_with_token(scene, "Nobody".into()).await;
    refused(scene);
}

#[when(expr = "{who} lists the registrations by {string}")]
async fn list(scene: &mut Scene, who: Who, query: String) {
    let path = format!("{REGISTRATIONS}?{query}");
    scene.send(&who, Method::GET, &path, "").await;
}

fn names(scene: &Scene) -> Vec<String> {
    let answer = scene.answer();
    common(answer, StatusCode::OK);
    success(answer);
    let items = answer.json()["items"].as_array().expect("a list").clone();
    let name = |item: &serde_json::Value| item["name"].as_str().unwrap().to_owned();
    items.iter().map(name).collect()
}

#[then(regex = r"^the registrations are: (\w+(?:, \w+)*)$")]
fn are(scene: &mut Scene, wanted: String) {
    assert_eq!(names(scene), wanted.split(", ").collect::<Vec<_>>());
}

#[then("there are no registrations")]
fn none(scene: &mut Scene) {
    assert!(names(scene).is_empty());
}

async fn decide(scene: &mut Scene, who: &Who, name: &str, verdict: &str) {
    let client_id = &scene.client(name).client_id;
    let path = format!("{REGISTRATIONS}/{client_id}/{verdict}");
    scene.send(who, Method::POST, &path, "").await;
}

#[given(expr = "{who} approved {string}")]
async fn approved(scene: &mut Scene, who: Who, name: String) {
    approve(scene, who, name).await;
    assert_eq!(scene.answer().status, StatusCode::OK);
}

#[when(expr = "{who} approves {string}")]
async fn approve(scene: &mut Scene, who: Who, name: String) {
    decide(scene, &who, &name, "approve").await;
}

#[given(expr = "{who} denied {string}")]
async fn denied(scene: &mut Scene, who: Who, name: String) {
    deny(scene, who, name).await;
    assert_eq!(scene.answer().status, StatusCode::OK);
}

#[when(expr = "{who} denies {string}")]
async fn deny(scene: &mut Scene, who: Who, name: String) {
    decide(scene, &who, &name, "deny").await;
}

#[given(expr = "{who} issued an initial access token")]
#[given(expr = "{who} issued an initial access token with")]
async fn issued(scene: &mut Scene, who: Who, step: &Step) {
    issue(scene, who, step).await;
    assert_eq!(scene.answer().status, StatusCode::CREATED);
}

#[when(expr = "{who} issues an initial access token with")]
async fn issue(scene: &mut Scene, who: Who, step: &Step) {
    let body = scene.over(json!({}), step);
    let answer = scene.send_json(&who, Method::POST, TOKENS, &body).await;
    if answer.status == StatusCode::CREATED {
        let data = answer.data();
        let [id, token] = ["id", "token"].map(|member| data[member].as_str().unwrap().to_owned());
        scene.token = Some((id, token));
    }
}

#[then("the token is shown")]
fn shown(scene: &mut Scene) {
    let answer = scene.answer();
    common(answer, StatusCode::CREATED);
    envelope(answer, &["code", "message", "data", "timestamp"]);
    success(answer);
    rfc3339(&answer.json()["timestamp"]);
    assert!(scene.token().1.starts_with("iat_"));
}

#[then(expr = "no list shows the token to {who}")]
async fn not_listed(scene: &mut Scene, who: Who) {
    let answer = scene.send(&who, Method::GET, TOKENS, "").await;
    common(answer, StatusCode::OK);
    let body = String::from_utf8(answer.body.to_vec()).unwrap();
    let (id, token) = scene.token();
    assert!(body.contains(&id) && !body.contains(&token), "{body}");
}

#[given(expr = "{who} revoked the token")]
async fn revoked(scene: &mut Scene, who: Who) {
    revoke(scene, who).await;
    assert_eq!(scene.answer().status, StatusCode::NO_CONTENT);
}

#[when(expr = "{who} revokes the token")]
async fn revoke(scene: &mut Scene, who: Who) {
    let path = format!("{TOKENS}/{}", scene.token().0);
    scene.send(&who, Method::DELETE, &path, "").await;
}
