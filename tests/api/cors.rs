//! `ClientCorsLayer`: which pages of other origins may call a host's endpoints.

use std::convert::Infallible;

use http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, ORIGIN};
use http::{HeaderMap, Method, Request, Response, StatusCode};
use serde_json::json;
use tower::{Layer, ServiceExt, service_fn};
use tower_oauth_clients::adapters::tower::{ClientAuthenticationLayer, ClientCorsLayer};
use tower_oauth_clients::handlers::Body;

use support::{App, base};

const PREFLIGHT: &[(&str, &str)] = &[
    ("access-control-request-method", "POST"),
    ("access-control-request-headers", "content-type,dpop"),
];

/// A token endpoint behind the layer.
async fn send(layer: &ClientCorsLayer, method: Method, headers: &[(&str, &str)]) -> Response<Body> {
    let endpoint = service_fn(async |_: Request<Body>| {
        Ok::<_, Infallible>(Response::new(Body::from(bytes::Bytes::from("a token"))))
    });
    let mut request = Request::builder().method(method).uri("/token");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::default()).unwrap();
    layer.layer(endpoint).oneshot(request).await.unwrap()
}

async fn preflight(layer: &ClientCorsLayer, origin: &str) -> HeaderMap {
    let headers: Vec<_> = [("origin", origin)]
        .into_iter()
        .chain(PREFLIGHT.to_vec())
        .collect();
    let response = send(layer, Method::OPTIONS, &headers).await;
    assert_eq!(response.status(), StatusCode::OK);
    response.headers().clone()
}

async fn create(app: &App, members: serde_json::Value) -> String {
    let mut body = base();
    for (member, value) in members.as_object().unwrap() {
        body[member] = value.clone();
    }
    app.create(&body).await["client_id"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[tokio::test]
async fn pages_of_registered_clients_may_call() {
    for app in App::each().await {
        create(
            &app,
            json!({
                "is_confidential": false,
                "redirect_uris": ["https://spa.example/cb", "http://localhost:5173/cb", "com.example.app:/cb"],
            }),
        )
        .await;
        create(
            &app,
            json!({
                "redirect_uris": ["https://server.example/cb"],
                "allowed_cors_origins": ["https://admin.example:8443"],
            }),
        )
        .await;
        let layer = app.repository.cors_layer();
        for origin in [
            "https://spa.example",
            "http://localhost:5173",
            "https://admin.example:8443",
        ] {
            for _ in 0..2 {
                let headers = preflight(&layer, origin).await;
                assert_eq!(headers[ACCESS_CONTROL_ALLOW_ORIGIN], origin);
                assert_eq!(headers["access-control-allow-methods"], "GET,POST");
                assert_eq!(
                    headers["access-control-allow-headers"],
                    "authorization,content-type,dpop"
                );
                assert!(!headers.contains_key("access-control-allow-credentials"));
                assert!(headers["vary"].to_str().unwrap().contains("origin"));
            }
            let called = send(&layer, Method::POST, &[("origin", origin)]).await;
            assert_eq!(called.status(), StatusCode::OK);
            assert_eq!(called.headers()[ACCESS_CONTROL_ALLOW_ORIGIN], origin);
            let exposed = &called.headers()["access-control-expose-headers"];
            assert_eq!(exposed, "dpop-nonce,www-authenticate");
        }
        for origin in [
            "https://server.example",
            "https://spa.example:444",
            "http://spa.example",
            "https://spa.example/",
            "https://SPA.example",
            "https://evil.example",
            "https://spa.example.evil.example",
            "null",
            "*",
            "",
        ] {
            let headers = preflight(&layer, origin).await;
            assert!(
                !headers.contains_key(ACCESS_CONTROL_ALLOW_ORIGIN),
                "{origin}"
            );
            let called = send(&layer, Method::POST, &[("origin", origin)]).await;
            assert!(
                !called.headers().contains_key(ACCESS_CONTROL_ALLOW_ORIGIN),
                "{origin}"
            );
        }
        let without = send(&layer, Method::POST, &[]).await;
        assert!(!without.headers().contains_key(ACCESS_CONTROL_ALLOW_ORIGIN));
    }
}

#[tokio::test]
async fn an_update_decides_anew_which_pages_may_call() {
    for app in App::each().await {
        let old = json!({"is_confidential": false, "redirect_uris": ["https://old.example/cb"]});
        let client_id = create(&app, old).await;
        for change in [
            json!({"redirect_uris": ["https://new.example/cb"]}),
            json!({"name": "Renamed"}),
        ] {
            let answer = app.update(&client_id, &change).await;
            assert_eq!(answer.status, StatusCode::OK, "{change}");
            let layer = app.repository.cors_layer();
            for (origin, may_call) in [
                ("https://old.example", false),
                ("https://new.example", true),
            ] {
                let headers = preflight(&layer, origin).await;
                let allowed = headers.contains_key(ACCESS_CONTROL_ALLOW_ORIGIN);
                assert_eq!(allowed, may_call, "{origin} after {change}");
            }
        }
    }
}

/// A page must be able to read why its client was refused.
#[tokio::test]
async fn a_refusal_can_be_read() {
    for app in App::each().await {
        create(
            &app,
            json!({"is_confidential": false, "redirect_uris": ["https://spa.example"]}),
        )
        .await;
        let authenticator = app.repository.authenticator().build().unwrap();
        let endpoint = service_fn(async |_: Request<Body>| {
            Ok::<_, Infallible>(Response::new(Body::default()))
        });
        let service = ClientAuthenticationLayer::new(authenticator).layer(endpoint);
        let service = app.repository.cors_layer().layer(service);
        let request = Request::post("/token")
            .header(ORIGIN, "https://spa.example")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(bytes::Bytes::from("client_id=app-nobody")))
            .unwrap();
        let response = service.oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(
            response.headers()[ACCESS_CONTROL_ALLOW_ORIGIN],
            "https://spa.example"
        );
    }
}
