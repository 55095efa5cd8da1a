use cucumber::gherkin::Step;
use cucumber::{given, then, when};
use http::{Method, StatusCode};
use serde_json::json;

use super::answers::{common, envelope, rfc3339, success};
use crate::scene::{Scene, Who};
use support::shelf::{BLOCKS, DOCUMENTS};
use support::world::eventually;

#[given("the host accepts clients with metadata documents")]
fn accepts(scene: &mut Scene) {
    scene.accept_documents();
}

#[given(expr = "a user of {string} used the client {string}")]
async fn used(scene: &mut Scene, tenant: String, url: String) {
    assert!(scene.accepts_document(&tenant, &url).await);
}

#[then(expr = "the host accepts {string} in {string}")]
async fn accepted(scene: &mut Scene, url: String, tenant: String) {
    assert!(scene.accepts_document(&tenant, &url).await);
}

#[then(expr = "the host does not accept {string} in {string}")]
async fn refused(scene: &mut Scene, url: String, tenant: String) {
    assert!(!scene.accepts_document(&tenant, &url).await);
}

/// A use is noted in the background.
#[when(expr = "{who} finds {int} metadata document(s) by {string}")]
async fn list(scene: &mut Scene, who: Who, count: usize, query: String) {
    let path = format!("{DOCUMENTS}?{query}");
    eventually("the documents are noted", async || {
        let answer = scene.send(&who, Method::GET, &path, "").await;
        common(answer, StatusCode::OK);
        success(answer);
        answer.json()["items"].as_array().unwrap().len() == count
    })
    .await;
}

#[then("the first document says")]
fn says(scene: &mut Scene, step: &Step) {
    let expected = scene.over(json!({}), step);
    let item = &scene.answer().json()["items"][0];
    for (member, value) in expected.as_object().unwrap() {
        assert_eq!(item[member], *value, "{member}");
    }
    for member in ["first_used_at", "last_used_at"] {
        rfc3339(&item[member]);
    }
}

#[given(expr = "{who} blocked metadata documents with")]
async fn blocked(scene: &mut Scene, who: Who, step: &Step) {
    block(scene, who, step).await;
    assert_eq!(scene.answer().status, StatusCode::CREATED);
}

#[when(expr = "{who} blocks metadata documents with")]
async fn block(scene: &mut Scene, who: Who, step: &Step) {
    let body = scene.over(json!({}), step);
    let answer = scene.send_json(&who, Method::POST, BLOCKS, &body).await;
    if answer.status == StatusCode::CREATED {
        let id = answer.data()["id"].as_str().unwrap().to_owned();
        scene.block = Some(id);
    }
}

#[then("the block is made")]
fn made(scene: &mut Scene) {
    let answer = scene.answer();
    common(answer, StatusCode::CREATED);
    envelope(answer, &["code", "message", "data", "timestamp"]);
    success(answer);
    rfc3339(&answer.data()["created_at"]);
}

#[when(expr = "{who} removes the block")]
async fn unblock(scene: &mut Scene, who: Who) {
    let id = scene.block.clone().expect("made before");
    let path = format!("{BLOCKS}/{id}");
    scene.send(&who, Method::DELETE, &path, "").await;
}

#[given(expr = "{who} removed the block")]
async fn unblocked(scene: &mut Scene, who: Who) {
    unblock(scene, who).await;
    assert_eq!(scene.answer().status, StatusCode::NO_CONTENT);
}

#[when(expr = "{who} lists the blocks of metadata documents")]
async fn list_blocks(scene: &mut Scene, who: Who) {
    scene.send(&who, Method::GET, BLOCKS, "").await;
}

#[then(expr = "the list has {int} item(s)")]
fn items(scene: &mut Scene, count: usize) {
    let answer = scene.answer();
    common(answer, StatusCode::OK);
    success(answer);
    assert_eq!(answer.json()["items"].as_array().unwrap().len(), count);
}
