use cucumber::{given, then, when};
use http::{Method, StatusCode};
use serde_json::Value;

use super::answers::{common, envelope, rfc3339, success};
use crate::scene::{Scene, Who};
use support::CLIENTS;

#[when(expr = "{who} lists the clients")]
async fn all(scene: &mut Scene, who: Who) {
    list(scene, &who, "").await;
}

#[when(expr = "{who} lists the clients by {string}")]
async fn by_query(scene: &mut Scene, who: Who, query: String) {
    list(scene, &who, &query).await;
}

#[when(expr = "{who} lists the clients whose name contains {string}")]
async fn by_name(scene: &mut Scene, who: Who, text: String) {
    let text = text.bytes().map(|byte| format!("%{byte:02X}"));
    list(scene, &who, &format!("name={}", text.collect::<String>())).await;
}

#[when(expr = "{who} lists the clients that are {word}")]
async fn by_status(scene: &mut Scene, who: Who, status: String) {
    list(scene, &who, &format!("status={status}")).await;
}

#[when(expr = "{who} lists page {int} of the clients, {int} on a page")]
async fn page(scene: &mut Scene, who: Who, number: u64, size: u32) {
    list(scene, &who, &format!("page={number}&page_size={size}")).await;
}

#[given(expr = "{who} listed the first {int} clients")]
#[when(expr = "{who} lists the first {int} clients")]
async fn first(scene: &mut Scene, who: Who, size: u32) {
    list(scene, &who, &format!("after=&page_size={size}")).await;
}

#[given(expr = "{who} followed the link to the next")]
#[when(expr = "{who} follows the link to the next")]
async fn next(scene: &mut Scene, who: Who) {
    let link = scene.answer().header("Link").expect("a Link").to_owned();
    let target = link.trim_start_matches('<').split_once('>');
    let (target, relation) = target.expect("a target in <>");
    assert_eq!(relation, "; rel=\"next\"");
    scene.send(&who, Method::GET, target, "").await;
}

async fn list(scene: &mut Scene, who: &Who, query: &str) {
    let path = format!("{CLIENTS}?{query}");
    scene.send(who, Method::GET, &path, "").await;
}

/// The items of a page with a total, or of a page without one.
fn items(scene: &Scene) -> Vec<Value> {
    let answer = scene.answer();
    common(answer, StatusCode::OK);
    success(answer);
    let body = answer.json();
    let mut keys = vec!["code", "message", "items", "timestamp"];
    if body.get("total").is_some() {
        keys.extend(["total", "pagination"]);
        assert_eq!(body["pagination"]["total"], body["total"]);
        assert_eq!(answer.header("Link"), None);
    }
    envelope(answer, &keys);
    rfc3339(&body["timestamp"]);
    body["items"].as_array().expect("a list").clone()
}

#[then(regex = r#"^the list shows ("[^"]*"(?:, "[^"]*")*)$"#)]
fn shows(scene: &mut Scene, names: String) {
    let items = items(scene);
    let shown: Vec<_> = items.iter().map(|item| item["name"].clone()).collect();
    let names: Vec<_> = names.split('"').skip(1).step_by(2).collect();
    assert_eq!(shown, names);
}

#[then("the list shows nobody")]
fn shows_nobody(scene: &mut Scene) {
    assert_eq!(items(scene), [Value::Null; 0]);
}

#[then(expr = "there are {int} in all, on {int} page(s)")]
fn in_all(scene: &mut Scene, total: u64, pages: u64) {
    let pagination = &scene.answer().json()["pagination"];
    assert_eq!(pagination["total"], total);
    assert_eq!(pagination["total_pages"], pages);
}

#[then(expr = "there is {word} page {word} it")]
fn more(scene: &mut Scene, any: String, side: String) {
    let member = match &*side {
        "before" => "has_prev",
        _ => "has_next",
    };
    assert_eq!(scene.answer().json()["pagination"][member], any == "a");
}

#[then("nobody counted them all")]
fn not_counted(scene: &mut Scene) {
    let body = scene.answer().json();
    assert_eq!((body.get("total"), body.get("pagination")), (None, None));
}

#[then("that was the end of the list")]
fn end(scene: &mut Scene) {
    assert_eq!(scene.answer().header("Link"), None);
}

#[then(expr = "every client is listed as {word} would read it")]
async fn as_read(scene: &mut Scene, name: String) {
    let who: Who = name.parse().unwrap();
    for item in items(scene) {
        let path = format!("{CLIENTS}/{}", item["client_id"].as_str().unwrap());
        let answer = scene.send(&who, Method::GET, &path, "").await;
        assert_eq!(answer.data(), item);
    }
}
