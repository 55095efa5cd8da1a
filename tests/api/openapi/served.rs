use axum::Router;
use http::{Method, StatusCode};
use tower::ServiceExt;
use tower_oauth_clients::adapters::axum::router;

use super::schema::Document;
use support::{Answer, App, Store, request};

const PATH: &str = "/admin/oauth/openapi.json";

#[tokio::test]
async fn it_is_served_where_the_host_wants_it_and_to_anybody() {
    let mut app = App::new(Store::Memory).await;
    let document = Document::new().0;
    let get = || request("", Method::GET, PATH, None);
    assert_eq!(app.send(get()).await.status, StatusCode::NOT_FOUND);

    app.handlers = app.handlers.with_openapi(&document);
    let answer = app.send(get()).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.json(), document);
    let other = request("", Method::GET, "/admin/oauth/openapi", None);
    assert_eq!(app.send(other).await.status, StatusCode::NOT_FOUND);
    let head = app.send(request("", Method::HEAD, PATH, None)).await;
    assert_eq!((head.status, head.body.len()), (StatusCode::OK, 0));
    let post = app.send(request("", Method::POST, PATH, None)).await;
    assert_eq!(post.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(post.header("allow"), Some("GET, HEAD"));
}

#[tokio::test]
async fn the_router_of_axum_has_it_too() {
    let app = App::new(Store::Memory).await;
    let document = Document::new().0;
    let path = format!("/api/v1{PATH}");
    for (handlers, status) in [
        (app.handlers.clone(), StatusCode::NOT_FOUND),
        (app.handlers.with_openapi(&document), StatusCode::OK),
    ] {
        let host: Router = Router::new().nest("/api/v1", router(handlers));
        let response =
            host.oneshot(request("", Method::GET, &path, None).map(axum::body::Body::new));
        assert_eq!(Answer::read(response.await.unwrap()).await.status, status);
    }
}
