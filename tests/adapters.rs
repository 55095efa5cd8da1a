//! The same answers through every door: the tower service below a prefix, and the axum router
//! nested in a host.

mod support;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::Router;
use axum::extract::{ConnectInfo, State};
use axum::routing::get;
use bytes::Bytes;
use http::{Method, Request, StatusCode};
use http_body_util::Full;
use support::{Answer, App, CLIENTS, Store, admin, base, request};
use tower::{Service, ServiceExt};
use tower_oauth_clients::adapters::axum::router;
use tower_oauth_clients::adapters::tower::ManagementService;
use tower_oauth_clients::handlers::{self, PeerIp};

/// A host with state and a route of its own.
async fn host() -> (App, Router) {
    let app = App::new(Store::Memory).await;
    let ours: Router<&'static str> = router(app.handlers.clone());
    let host = Router::new()
        .route(
            "/",
            get(|State(name): State<&'static str>| async move { name }),
        )
        .nest("/api/v1", ours)
        .with_state("the host");
    (app, host)
}

async fn through(host: &Router, request: Request<Full<Bytes>>) -> Answer {
    let response = host
        .clone()
        .oneshot(request.map(axum::body::Body::new))
        .await
        .unwrap();
    Answer::read(response).await
}

#[tokio::test]
async fn an_axum_host_keeps_its_own_routes_and_state() {
    let (_app, host) = host().await;
    let answer = through(&host, request("", Method::GET, "/", None)).await;
    assert_eq!(answer.body, "the host");
}

#[tokio::test]
async fn location_holds_the_mount() {
    let (_app, host) = host().await;
    let path = format!("/api/v1{CLIENTS}");
    let token = admin("tenant_a");
    let created = through(&host, request(&token, Method::POST, &path, Some(&base()))).await;
    assert_eq!(created.status, StatusCode::CREATED);
    let location = created.header("location").unwrap();
    assert_eq!(
        location,
        format!("{path}/{}", created.data()["client_id"].as_str().unwrap())
    );
    let read = through(&host, request(&token, Method::GET, location, None)).await;
    assert_eq!(read.status, StatusCode::OK);

    let clone = format!("{location}/clone");
    let cloned = through(&host, request(&token, Method::POST, &clone, None)).await;
    let location = cloned.header("location").unwrap();
    assert_eq!(
        location,
        format!("{path}/{}", cloned.data()["client_id"].as_str().unwrap())
    );
}

#[tokio::test]
async fn other_methods_are_ours_to_answer_and_unknown_paths_the_hosts() {
    let (_app, host) = host().await;
    let host = host.fallback(|| async { (StatusCode::NOT_FOUND, "the host's own answer") });
    let path = format!("/api/v1{CLIENTS}/app-1");
    let answer = through(&host, request("", Method::TRACE, &path, None)).await;
    assert_eq!(answer.json()["code"], 405_001);
    assert_eq!(answer.header("allow"), Some("GET, PUT, DELETE, HEAD"));
    let path = format!("{path}/unknown");
    let answer = through(&host, request("", Method::GET, &path, None)).await;
    assert_eq!(answer.body, "the host's own answer");
}

#[tokio::test]
async fn a_service_answers_below_its_prefix_only() {
    let app = App::new(Store::Memory).await;
    let service = ManagementService::new(app.handlers.clone()).with_prefix("/api/v1/");
    let token = admin("tenant_a");
    let call = async |path: &str| {
        let request = request(&token, Method::POST, path, Some(&base()));
        Answer::read(service.clone().oneshot(request).await.unwrap()).await
    };
    let created = call(&format!("/api/v1{CLIENTS}")).await;
    assert_eq!(created.status, StatusCode::CREATED);
    assert!(
        created
            .header("location")
            .unwrap()
            .starts_with("/api/v1/admin/oauth/clients/app-")
    );
    for path in [
        CLIENTS.to_owned(),
        format!("/api/v2{CLIENTS}"),
        format!("/api/v1x{CLIENTS}"),
    ] {
        assert_eq!(call(&path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[test]
fn the_service_fits_where_a_framework_wants_it() {
    fn fits<S>()
    where
        S: Service<Request<Full<Bytes>>, Error = std::convert::Infallible, Future: Send>
            + Clone
            + Send
            + Sync
            + 'static,
    {
    }
    fits::<ManagementService>();
}

/// Creates a client through `host` and gives back the address in its audit entry.
async fn recorded_ip(
    app: &App,
    host: &Router,
    extend: impl FnOnce(&mut http::Extensions),
) -> Option<IpAddr> {
    let path = format!("/api/v1{CLIENTS}");
    let mut request = request(&admin("tenant_a"), Method::POST, &path, Some(&base()));
    request
        .headers_mut()
        .insert("x-forwarded-for", "203.0.113.9".parse().unwrap());
    extend(request.extensions_mut());
    let created = through(host, request).await;
    let client_id = created.data()["client_id"].as_str().unwrap().to_owned();
    app.repository.audit(&client_id).await[0].ip
}

#[tokio::test]
async fn the_audit_trail_has_the_peer_or_what_the_host_says() {
    let (app, host) = host().await;
    let peer = SocketAddr::from(([127, 0, 0, 7], 1));
    let proxied = IpAddr::V4(Ipv4Addr::new(198, 51, 100, 1));
    assert_eq!(recorded_ip(&app, &host, |_| {}).await, None);
    let by_connection = recorded_ip(&app, &host, |extensions| {
        extensions.insert(ConnectInfo(peer));
    });
    assert_eq!(by_connection.await, Some(peer.ip()));
    let by_host = recorded_ip(&app, &host, |extensions| {
        extensions.insert(ConnectInfo(peer));
        extensions.insert(PeerIp(proxied));
    });
    assert_eq!(by_host.await, Some(proxied));
}

#[tokio::test]
async fn a_host_finds_the_reason_among_the_extensions() {
    let app = App::new(Store::Memory).await;
    let response = app
        .service()
        .oneshot(request("", Method::GET, "/x", None))
        .await
        .unwrap();
    let error = response
        .extensions()
        .get::<std::sync::Arc<handlers::Error>>()
        .unwrap();
    assert_eq!(error.kind(), handlers::ErrorKind::NotFound);
}
