//! The authentication layer: which requests it passes on, with their body, and its responses to the
//! others. With plain tower and with axum.

mod endpoint;
mod http_server;
mod service;

use std::net::SocketAddr;

use axum::extract::ConnectInfo;
use bytes::Bytes;
use http::{Method, Request, StatusCode};
use http_body_util::Full;
use tower_oauth_clients::handlers::PeerIp;

use self::endpoint::{Endpoint, Plan, send};
use support::Answer;
use support::presented::{FORM, basic, encode};

fn post(headers: &[(&str, &str)], body: impl Into<Bytes>) -> Request<Full<Bytes>> {
    let mut request = Request::post("/token");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Full::new(body.into())).unwrap()
}

fn assert_refused(answer: &Answer, status: u16, error: &str) {
    assert_eq!(answer.status, status, "{:?}", answer.body);
    assert_eq!(answer.json()["error"], error);
    assert!(answer.json()["error_description"].is_string());
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let challenge = answer.header("www-authenticate");
    assert_eq!(
        challenge.is_some_and(|it| it.starts_with("Basic ")),
        status == 401
    );
    let waits = matches!(status, 429 | 503);
    assert_eq!(answer.header("retry-after").is_some(), waits);
}

#[tokio::test]
async fn who_authenticates_is_known_and_the_body_still_there() {
    let endpoint = Endpoint::new(Plan::default()).await;
    let (id, secret) = (&*endpoint.client_id, &*endpoint.secret);
    let in_body = encode(&[("client_id", id), ("client_secret", secret)]);
    let alone = encode(&[("client_id", &endpoint.public_id)]);
    for door in endpoint.doors() {
        let header = basic(id, secret);
        let cases = [
            (
                vec![FORM, ("authorization", &*header)],
                "grant_type=x&scope=a%20b",
                format!("{id} client_secret_basic grant_type=x&scope=a%20b"),
            ),
            (
                vec![FORM],
                &*in_body,
                format!("{id} client_secret_post {in_body}"),
            ),
            (
                vec![FORM],
                &*alone,
                format!("{} none {alone}", endpoint.public_id),
            ),
        ];
        for (headers, body, seen) in cases {
            let answer = send(&door, post(&headers, body.to_owned())).await;
            assert_eq!((answer.status, answer.body), (StatusCode::OK, seen.into()));
        }
    }
    assert_eq!(endpoint.let_in(), 6);
}

#[tokio::test]
async fn each_refusal_is_that_of_the_rfc_and_lets_nobody_in() {
    let endpoint = Endpoint::new(Plan::default()).await;
    let (id, secret) = (&*endpoint.client_id, &*endpoint.secret);
    let header = basic(id, secret);
    let authorization = ("authorization", &*header);
    let both = encode(&[("client_id", id), ("client_secret", secret)]);
    let wrong = encode(&[("client_id", id), ("client_secret", "guess")]);
    let json = ("content-type", "application/json");
    for door in endpoint.doors() {
        for (request, status, error) in [
            (post(&[FORM], wrong.clone()), 401, "invalid_client"),
            (
                post(&[FORM], encode(&[("client_id", "app-absent")])),
                401,
                "invalid_client",
            ),
            (post(&[FORM], "grant_type=x"), 401, "invalid_client"),
            (post(&[], ""), 401, "invalid_client"),
            (
                post(&[FORM, ("authorization", "Bearer x")], "grant_type=x"),
                401,
                "invalid_client",
            ),
            (
                post(&[FORM, authorization], both.clone()),
                400,
                "invalid_request",
            ),
            (post(&[FORM], "client_secret=x"), 400, "invalid_request"),
            (post(&[authorization, json], "{}"), 400, "invalid_request"),
            (
                post(&[authorization], "grant_type=x"),
                400,
                "invalid_request",
            ),
            (
                post(&[FORM, authorization], vec![b'a'; 64 * 1024 + 1]),
                413,
                "invalid_request",
            ),
        ] {
            assert_refused(&send(&door, request).await, status, error);
        }
    }
    assert_eq!(endpoint.let_in(), 0);
}

#[tokio::test]
async fn a_compressed_form_is_refused_as_such() {
    let endpoint = Endpoint::new(Plan::default()).await;
    let (id, secret) = (&*endpoint.client_id, &*endpoint.secret);
    let form = encode(&[("client_id", id), ("client_secret", secret)]);
    for door in endpoint.doors() {
        for coding in ["gzip", "identity, br"] {
            let request = post(&[FORM, ("content-encoding", coding)], form.clone());
            let answer = send(&door, request).await;
            assert_refused(&answer, 415, "invalid_request");
            assert_eq!(answer.header("accept-encoding"), Some("identity"));
            let description = answer.json()["error_description"].clone();
            assert_eq!(description, "the body must not be compressed");
        }
        let request = post(&[FORM, ("content-encoding", "identity")], form.clone());
        assert_eq!(send(&door, request).await.status, 200);
    }
}

/// RFC 9110 §8.3.1. If the layer passes a form on, a form extractor behind it can read it.
#[tokio::test]
async fn a_media_type_is_the_same_in_any_case() {
    use axum::routing::post as on_post;

    async fn scope(
        axum::Form(form): axum::Form<std::collections::HashMap<String, String>>,
    ) -> String {
        form["scope"].clone()
    }

    let endpoint = Endpoint::new(Plan::default()).await;
    let (id, secret) = (&*endpoint.client_id, &*endpoint.secret);
    let form = encode(&[
        ("client_id", id),
        ("client_secret", secret),
        ("scope", "a b"),
    ]);
    let app =
        axum::Router::new().route("/token", on_post(scope).route_layer(endpoint.layer.clone()));
    for media_type in [
        "application/x-www-form-urlencoded",
        "Application/X-WWW-Form-Urlencoded",
        "APPLICATION/X-WWW-FORM-URLENCODED; charset=UTF-8",
    ] {
        let request = post(&[("content-type", media_type)], form.clone());
        let request = request.map(axum::body::Body::new);
        let answer = tower::ServiceExt::oneshot(app.clone(), request).await;
        let answer = Answer::read(answer.unwrap()).await;
        assert_eq!(
            (answer.status.as_u16(), &*answer.body),
            (200, &b"a b"[..]),
            "{media_type}"
        );
    }
}

/// The claimed client is in the error, in the response's extensions, but not in the response
/// itself.
#[tokio::test]
async fn the_host_learns_whose_authentication_failed() {
    use tower_oauth_clients::authentication::Error;

    let endpoint = Endpoint::new(Plan::default()).await;
    let id = &*endpoint.client_id;
    let guess = encode(&[("client_id", id), ("client_secret", "guess")]);
    for door in endpoint.doors() {
        let request = post(&[FORM], guess.clone());
        let response = tower::ServiceExt::oneshot(door, request).await.unwrap();
        let error = response
            .extensions()
            .get::<std::sync::Arc<Error>>()
            .unwrap();
        assert_eq!(error.client_id(), Some(id));
        let answer = Answer::read(response).await;
        assert!(!String::from_utf8_lossy(&answer.body).contains(id));
    }
}

#[tokio::test]
async fn what_is_not_the_clients_fault_is_said_so() {
    for (plan, status, error) in [
        (Plan::Overloaded, 503, "temporarily_unavailable"),
        (Plan::Broken, 500, "server_error"),
    ] {
        let endpoint = Endpoint::new(plan).await;
        let header = basic(&endpoint.client_id, &endpoint.secret);
        for door in endpoint.doors() {
            let request = post(&[FORM, ("authorization", &header)], "grant_type=x");
            assert_refused(&send(&door, request).await, status, error);
        }
        assert_eq!(endpoint.let_in(), 0);
    }
}

#[tokio::test]
async fn a_body_may_be_as_long_as_the_host_says() {
    let endpoint = Endpoint::new(Plan::default()).await;
    let header = basic(&endpoint.client_id, &endpoint.secret);
    for (layer, limit) in [
        (endpoint.layer.clone(), 64 * 1024),
        (endpoint.layer.clone().with_body_limit(20), 20),
        (
            endpoint.layer.clone().with_body_limit(1024 * 1024),
            1024 * 1024,
        ),
    ] {
        for door in endpoint.doors_of(layer) {
            for (length, status) in [(limit, 200), (limit + 1, 413)] {
                let body = format!("scope={}", "a".repeat(length - 6));
                let request = post(&[FORM, ("authorization", &header)], body);
                assert_eq!(send(&door, request).await.status, status, "{length}");
            }
        }
    }
}

#[tokio::test]
async fn a_request_without_a_body_needs_no_content_type() {
    let endpoint = Endpoint::new(Plan::default()).await;
    let header = basic(&endpoint.client_id, &endpoint.secret);
    for door in endpoint.doors() {
        for method in [Method::GET, Method::HEAD, Method::POST] {
            let known = Request::builder()
                .method(method.clone())
                .uri("/token?client_id=app-1&client_secret=ignored")
                .header("authorization", &header)
                .body(Full::default())
                .unwrap();
            assert_eq!(send(&door, known).await.status, 200, "{method}");
            let unknown = Request::builder()
                .method(method.clone())
                .uri("/token")
                .body(Full::default())
                .unwrap();
            let answer = send(&door, unknown).await;
            assert_eq!(answer.status, 401, "{method}");
            assert!(answer.header("www-authenticate").is_some());
        }
    }
}

/// A request with a wrong secret, from this address.
fn guess(endpoint: &Endpoint, from: impl FnOnce(&mut http::Extensions)) -> Request<Full<Bytes>> {
    let header = basic(&endpoint.client_id, "guess");
    // A header that anybody can set is ignored.
    let forwarded = ("x-forwarded-for", "203.0.113.9");
    let headers = [FORM, ("authorization", &*header), forwarded];
    let mut request = post(&headers, "grant_type=x");
    from(request.extensions_mut());
    request
}

#[tokio::test]
async fn failures_count_by_where_they_come_from() {
    let near = SocketAddr::from(([192, 0, 2, 1], 1));
    let far = SocketAddr::from(([192, 0, 2, 2], 1));
    let proxied = PeerIp([198, 51, 100, 1].into());
    for by_connection in [false, true] {
        let endpoint = Endpoint::new(Plan::default()).await;
        let [plain, axum] = endpoint.doors();
        let door = if by_connection { axum } else { plain };
        let from = |peer: SocketAddr| {
            move |extensions: &mut http::Extensions| {
                if by_connection {
                    extensions.insert(ConnectInfo(peer));
                } else {
                    extensions.insert(PeerIp(peer.ip()));
                }
            }
        };
        for _ in 0..10 {
            let answer = send(&door, guess(&endpoint, from(near))).await;
            assert_refused(&answer, 401, "invalid_client");
        }
        let limited = send(&door, guess(&endpoint, from(near))).await;
        assert_refused(&limited, 429, "temporarily_unavailable");
        let elsewhere = send(&door, guess(&endpoint, from(far))).await;
        assert_refused(&elsewhere, 401, "invalid_client");
        // An address set by the host takes precedence over the connection.
        let told = |extensions: &mut http::Extensions| {
            extensions.insert(ConnectInfo(near));
            extensions.insert(proxied);
        };
        let told = send(&door, guess(&endpoint, told)).await;
        assert_refused(&told, 401, "invalid_client");
    }
}
