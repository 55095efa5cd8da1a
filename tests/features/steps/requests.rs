use cucumber::gherkin::Step;
use cucumber::{given, then, when};
use http::{Method, StatusCode};
use serde_json::Value;

use super::answers::{common, envelope};
use crate::scene::{Scene, Who, path, rows, text};
use support::{CLIENTS, base};

const JSON: &str = "application/json";

#[given("the next request has the headers")]
fn headers(scene: &mut Scene, step: &Step) {
    let rows: Vec<_> = rows(step)
        .map(|(name, value)| (name.into(), value.into()))
        .collect();
    scene.headers.extend(rows);
}

#[when(expr = "{who} creates a client by sending")]
async fn create_from_text(scene: &mut Scene, who: Who, step: &Step) {
    create_from(scene, &who, JSON, text(step).to_owned()).await;
}

#[when(expr = "{who} creates a client by sending {string}")]
async fn create_from_line(scene: &mut Scene, who: Who, body: String) {
    create_from(scene, &who, JSON, body).await;
}

#[when(expr = "{who} creates a client by sending bytes that are no text")]
async fn create_from_bytes(scene: &mut Scene, who: Who) {
    create_from(scene, &who, JSON, b"{\"name\":\"\xff\xfe\"}".to_vec()).await;
}

#[when(expr = "{who} creates a client by sending {int} KiB and {int} bytes")]
async fn create_from_length(scene: &mut Scene, who: Who, kib: usize, bytes: usize) {
    let mut body = base().to_string();
    body.push_str(&" ".repeat(kib * 1024 + bytes - body.len()));
    create_from(scene, &who, JSON, body).await;
}

#[when(expr = "{who} creates {string}, and says that it is {string}")]
async fn create_from_type(scene: &mut Scene, who: Who, name: String, media_type: String) {
    let mut body = base();
    body["name"] = name.into();
    create_from(scene, &who, &media_type, body.to_string()).await;
}

#[when(expr = "{who} imports a client by sending")]
async fn import(scene: &mut Scene, who: Who, step: &Step) {
    scene.headers.push(("Content-Type".into(), JSON.into()));
    let path = format!("{CLIENTS}/import");
    let body = text(step).to_owned();
    scene.send(&who, Method::POST, &path, body).await;
}

#[given(expr = "{who} imported a client by sending")]
async fn given_import(scene: &mut Scene, who: Who, step: &Step) {
    import(scene, who, step).await;
    assert_eq!(scene.answer().status, StatusCode::CREATED);
}

#[then(expr = "the client {string} is imported")]
fn imported(scene: &mut Scene, client_id: String) {
    let answer = scene.answer();
    common(answer, StatusCode::CREATED);
    envelope(answer, &["code", "message", "data", "timestamp"]);
    assert_eq!(answer.data()["client_id"], client_id);
    let location = format!("{CLIENTS}/{client_id}");
    assert_eq!(answer.header("Location"), Some(&*location));
}

async fn create_from(
    scene: &mut Scene,
    who: &Who,
    media_type: &str,
    body: impl Into<bytes::Bytes>,
) {
    scene
        .headers
        .push(("Content-Type".into(), media_type.into()));
    scene.send(who, Method::POST, CLIENTS, body).await;
}

#[when(expr = "{who} changes {string} by sending {string}")]
async fn change_from_line(scene: &mut Scene, who: Who, name: String, body: String) {
    let path = path(scene.client(&name));
    scene.headers.push(("Content-Type".into(), JSON.into()));
    scene.send(&who, Method::PUT, &path, body).await;
}

#[when(expr = "{who} asks to {word} the client {string}")]
async fn ask_for(scene: &mut Scene, who: Who, what: String, client_id: String) {
    let path = format!("{CLIENTS}/{client_id}");
    match &*what {
        "read" => scene.send(&who, Method::GET, &path, "").await,
        "change" => {
            scene
                .send_json(&who, Method::PUT, &path, &Value::Object(Default::default()))
                .await
        }
        "clone" => {
            scene
                .send(&who, Method::POST, &format!("{path}/clone"), "")
                .await
        }
        "delete" => scene.send(&who, Method::DELETE, &path, "").await,
        "rotate" => {
            scene
                .send(&who, Method::POST, &format!("{path}/rotate-secret"), "")
                .await
        }
        "add" => {
            scene
                .send(&who, Method::POST, &format!("{path}/secrets"), "")
                .await
        }
        "inspect" => {
            scene
                .send(&who, Method::GET, &format!("{path}/secrets"), "")
                .await
        }
        "audit" => {
            scene
                .send(&who, Method::GET, &format!("{path}/audit-logs"), "")
                .await
        }
        "list" => scene.send(&who, Method::GET, CLIENTS, "").await,
        "create" => scene.send_json(&who, Method::POST, CLIENTS, &base()).await,
        other => panic!("nobody can {other} a client"),
    };
}

#[when(expr = "{who} asks to {word} {string}")]
async fn ask_for_known(scene: &mut Scene, who: Who, what: String, name: String) {
    let client_id = scene.client(&name).client_id.to_string();
    ask_for(scene, who, what, client_id).await;
}

#[when(expr = "{who} reads {string}, written in upper case")]
async fn read_in_upper_case(scene: &mut Scene, who: Who, name: String) {
    let client_id = scene.client(&name).client_id.to_string().to_uppercase();
    ask_for(scene, who, "read".into(), client_id).await;
}

#[when(expr = "{who} sends {word} to {word}")]
async fn send(scene: &mut Scene, who: Who, method: String, path: String) {
    let method = Method::from_bytes(method.as_bytes()).unwrap();
    scene.send_json(&who, method, &path, &base()).await;
}
