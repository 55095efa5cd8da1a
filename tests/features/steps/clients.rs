use cucumber::gherkin::Step;
use cucumber::{given, then, when};
use http::{Method, StatusCode};
use serde_json::json;

use crate::scene::{Scene, Who, path, rows, text};
use support::{CLIENTS, base};

/// The version of an unchanged client.
const FIRST: &str = "\"1\"";

#[given(expr = "the client {string}")]
#[given(expr = "the client {string} with")]
async fn given_client(scene: &mut Scene, name: String, step: &Step) {
    let alice = "Alice".parse().unwrap();
    given_client_of(scene, alice, name, step).await;
}

#[given(expr = "{who} created {string}")]
async fn given_client_of(scene: &mut Scene, who: Who, name: String, step: &Step) {
    create_named(scene, who, name, step).await;
    assert_eq!(
        scene.answer().status,
        StatusCode::CREATED,
        "{:?}",
        scene.answer()
    );
}

#[given(expr = "the key set {string}")]
fn key_set(scene: &mut Scene, name: String, step: &Step) {
    scene.key_sets.insert(name, text(step).to_owned());
}

#[when(expr = "{who} creates a client with")]
async fn create(scene: &mut Scene, who: Who, step: &Step) {
    let body = scene.over(json!({}), step);
    scene.send_json(&who, Method::POST, CLIENTS, &body).await;
}

#[when(expr = "{who} creates {string}")]
#[when(expr = "{who} creates {string} with")]
async fn create_named(scene: &mut Scene, who: Who, name: String, step: &Step) {
    let mut body = base();
    body["name"] = name.as_str().into();
    let body = scene.over(body, step);
    scene.send_json(&who, Method::POST, CLIENTS, &body).await;
    if scene.answer().status == StatusCode::CREATED {
        scene.remember(&name, &who);
    }
}

#[given(expr = "{who} read {string}")]
#[when(expr = "{who} reads {string}")]
async fn read(scene: &mut Scene, who: Who, name: String) {
    let path = path(scene.client(&name));
    let answer = scene.send(&who, Method::GET, &path, "").await;
    let etag = answer.header("ETag").map(str::to_owned);
    scene.clients.get_mut(&name).unwrap().etag = etag;
}

#[given(expr = "{who} changed {string} to")]
async fn given_change(scene: &mut Scene, who: Who, name: String, step: &Step) {
    change(scene, who, name, step).await;
    assert_eq!(
        scene.answer().status,
        StatusCode::OK,
        "{:?}",
        scene.answer()
    );
}

#[when(expr = "{who} changes {string} to")]
async fn change(scene: &mut Scene, who: Who, name: String, step: &Step) {
    let body = scene.over(json!({}), step);
    let path = path(scene.client(&name));
    scene.send_json(&who, Method::PUT, &path, &body).await;
}

#[when(expr = "{who} patches {string} with")]
async fn patch(scene: &mut Scene, who: Who, name: String, step: &Step) {
    let body = scene.over(json!({}), step).to_string();
    let path = path(scene.client(&name));
    let merge = "application/merge-patch+json".to_owned();
    scene.headers.push(("Content-Type".to_owned(), merge));
    scene.send(&who, Method::PATCH, &path, body).await;
}

#[when(expr = "{who} changes nothing in {string}")]
async fn change_nothing(scene: &mut Scene, who: Who, name: String) {
    let path = path(scene.client(&name));
    scene.send_json(&who, Method::PUT, &path, &json!({})).await;
}

#[when(expr = "{who} changes {string}, if it is as she read it, to")]
async fn change_as_read(scene: &mut Scene, who: Who, name: String, step: &Step) {
    let etag = scene.client(&name).etag.clone().expect("read before");
    scene.headers.push(("If-Match".into(), etag));
    change(scene, who, name, step).await;
}

#[when(expr = "{who} changes {string}, if its version is {word}, to")]
async fn change_version(scene: &mut Scene, who: Who, name: String, tags: String, step: &Step) {
    let etag = scene.client(&name).etag.clone().expect("read before");
    scene
        .headers
        .push(("If-Match".into(), tags.replace("CURRENT", &etag)));
    change(scene, who, name, step).await;
}

#[when(expr = "{who} sends {string} back as she read it")]
async fn send_back(scene: &mut Scene, who: Who, name: String) {
    let path = path(scene.client(&name));
    let data = scene.answer().data();
    scene.send_json(&who, Method::PUT, &path, &data).await;
}

#[given(expr = "{who} cloned {string}")]
async fn given_clone(scene: &mut Scene, who: Who, name: String) {
    clone(scene, who, name).await;
    assert_eq!(
        scene.answer().status,
        StatusCode::CREATED,
        "{:?}",
        scene.answer()
    );
}

#[when(expr = "{who} clones {string}")]
async fn clone(scene: &mut Scene, who: Who, name: String) {
    clone_sending(scene, &who, &name, "").await;
}

#[when(expr = "{who} clones {string} and sends {string} with it")]
async fn clone_with_body(scene: &mut Scene, who: Who, name: String, body: String) {
    clone_sending(scene, &who, &name, &body).await;
}

async fn clone_sending(scene: &mut Scene, who: &Who, name: &str, body: &str) {
    let path = format!("{}/clone", path(scene.client(name)));
    let answer = scene.send(who, Method::POST, &path, body.to_owned()).await;
    if answer.status == StatusCode::CREATED {
        let name = answer.data()["name"].as_str().unwrap().to_owned();
        scene.remember(&name, who);
    }
}

#[then(expr = "{string} has")]
async fn has(scene: &mut Scene, name: String, step: &Step) {
    let data = scene.current(&name).await.data();
    for (field, cell) in rows(step) {
        assert_eq!(data[field], scene.value(cell), "{field} of {name}");
    }
}

#[then(expr = "{string} has no {word}")]
async fn has_not(scene: &mut Scene, name: String, field: String) {
    let data = scene.current(&name).await.data();
    assert_eq!(data.get(&field), None, "{field} of {name}");
}

#[then(expr = "{string} is as it was")]
async fn unchanged(scene: &mut Scene, name: String) {
    let current = scene.current(&name).await;
    let read = scene.client(&name).etag.as_deref();
    assert_eq!(current.header("ETag"), read.or(Some(FIRST)));
}

#[then(expr = "the key set of {string} is {string}")]
async fn stored_keys(scene: &mut Scene, name: String, key_set: String) {
    let known = scene.client(&name);
    let stored = scene
        .service()
        .stored(&known.tenant, &known.client_id)
        .await
        .unwrap();
    assert_eq!(stored.metadata.jwks.as_ref(), scene.key_sets.get(&key_set));
}

#[then(expr = "no key set is stored for {string}")]
async fn no_stored_keys(scene: &mut Scene, name: String) {
    let known = scene.client(&name);
    let stored = scene
        .service()
        .stored(&known.tenant, &known.client_id)
        .await
        .unwrap();
    assert_eq!(stored.metadata.jwks, None);
}
