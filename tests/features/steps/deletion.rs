use cucumber::{given, then, when};
use http::{Method, StatusCode};

use crate::scene::{Known, Scene, Who, path};

#[given(expr = "{who} deleted {string}")]
async fn given_deletion(scene: &mut Scene, who: Who, name: String) {
    delete(scene, who, name).await;
    assert_eq!(scene.answer().status, StatusCode::NO_CONTENT);
}

#[when(expr = "{who} deletes {string}")]
async fn delete(scene: &mut Scene, who: Who, name: String) {
    let path = path(scene.client(&name));
    scene.send(&who, Method::DELETE, &path, "").await;
}

#[when(expr = "{who} deletes {string}, if it is as she read it")]
async fn delete_as_read(scene: &mut Scene, who: Who, name: String) {
    let etag = scene.client(&name).etag.clone().expect("read before");
    scene.headers.push(("If-Match".into(), etag));
    delete(scene, who, name).await;
}

#[then(expr = "nobody finds {string}")]
async fn nowhere(scene: &mut Scene, name: String) {
    let answer = scene.current(&name).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    let Known {
        tenant, client_id, ..
    } = scene.client(&name);
    assert!(scene.service().stored(tenant, client_id).await.is_err());
}

#[given(expr = "{who} restored {string}")]
async fn given_restoration(scene: &mut Scene, who: Who, name: String) {
    restore(scene, who, name).await;
    assert_eq!(scene.answer().status, StatusCode::OK);
}

#[when(expr = "{who} restores {string}")]
async fn restore(scene: &mut Scene, who: Who, name: String) {
    let path = format!("{}/restore", path(scene.client(&name)));
    scene.send(&who, Method::POST, &path, "").await;
}
