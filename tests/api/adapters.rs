//! The adapters return the same responses: the tower service below a prefix, and the axum router
//! nested in a host.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::Router;
use axum::extract::{ConnectInfo, State};
use axum::routing::get;
use bytes::Bytes;
use http::{Method, Request, StatusCode, Version};
use http_body_util::Full;
use support::registrant::{REGISTRATIONS, TOKENS};
use support::shelf::{BLOCKS, DOCUMENTS};
use support::{Answer, App, CLIENTS, Store, admin, base, claims, request, sign, super_admin};
use tower::{Service, ServiceExt};
use tower_oauth_clients::adapters::axum::{registration_router, router};
use tower_oauth_clients::adapters::tower::ManagementService;
use tower_oauth_clients::domain::TenantId;
use tower_oauth_clients::handlers::{self, PeerIp};
use tower_oauth_clients::registration::RegistrationMode;

/// A host with its own state and its own route.
async fn host() -> (App, Router) {
    let app = App::new(Store::Memory).await;
    let ours: Router<&'static str> = router(app.handlers.clone());
    let host = Router::new()
        .route(
            "/",
            get(|State(name): State<&'static str>| async move { name }),
        )
        // Next to this crate's routes, on a path that it does not serve.
        .route(
            "/api/v1/admin/oauth/clients/{client_id}/notes",
            get(|| async { "notes" }),
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
    let path = format!("/api/v1{CLIENTS}/app-1/notes");
    let answer = through(&host, request("", Method::GET, &path, None)).await;
    assert_eq!(answer.body, "notes");
}

/// RFC 9112 §9.6: the server closes a connection whose request was not read to its end.
#[tokio::test]
async fn a_connection_ends_if_a_body_was_not_read() {
    let app = App::new(Store::Memory).await;
    let registrar = app
        .repository
        .registrar(app.manager.clone(), "https://id.example.com/oauth/register");
    let tenant = TenantId::parse("tenant_a").unwrap();
    let registrar = registrar
        .with_tenant(tenant)
        .with_mode(RegistrationMode::Open);
    let host: Router = Router::new()
        .merge(router(app.handlers.clone()))
        .merge(registration_router(registrar.build().unwrap()));
    let long = format!("{{\"name\":\"{}\"}}", "x".repeat(200_000));
    for (path, token, body, status, closes) in [
        (CLIENTS, "", "{}", StatusCode::UNAUTHORIZED, true),
        (CLIENTS, "", "", StatusCode::UNAUTHORIZED, false),
        (
            CLIENTS,
            &*admin("tenant_a"),
            "{}",
            StatusCode::BAD_REQUEST,
            false,
        ),
        (
            CLIENTS,
            &admin("tenant_a"),
            &long,
            StatusCode::PAYLOAD_TOO_LARGE,
            true,
        ),
        ("/oauth/register", "", "{", StatusCode::BAD_REQUEST, false),
        (
            "/oauth/register",
            "",
            &long,
            StatusCode::PAYLOAD_TOO_LARGE,
            true,
        ),
    ] {
        for version in [Version::HTTP_11, Version::HTTP_2] {
            let asked = request(token, Method::POST, path, None);
            let mut asked = asked.map(|_| Full::from(Bytes::copy_from_slice(body.as_bytes())));
            let json = "application/json".parse().unwrap();
            asked.headers_mut().insert("content-type", json);
            *asked.version_mut() = version;
            let answer = through(&host, asked).await;
            assert_eq!(answer.status, status, "{path} {}", body.len());
            let close = (closes && version == Version::HTTP_11).then_some("close");
            assert_eq!(
                answer.header("connection"),
                close,
                "{path} {status} {version:?}"
            );
        }
    }
}

/// The path of the import hides nothing of a client that is called so.
#[tokio::test]
async fn a_client_may_be_called_import() {
    let app = App::with(Store::Memory, |manager| manager.with_http_import()).await;
    let host: Router = Router::new().nest("/api/v1", router(app.handlers.clone()));
    let mut body = base();
    body["client_id"] = "import".into();
    let path = format!("/api/v1{CLIENTS}/import");
    let mut import = request(&super_admin(), Method::POST, &path, Some(&body));
    let tenant = "tenant_a".parse().unwrap();
    import.headers_mut().insert("x-tenant-id", tenant);
    let imported = through(&host, import).await;
    assert_eq!(imported.status, StatusCode::CREATED, "{:?}", imported.body);
    assert_eq!(imported.header("location"), Some(&*path));
    for (method, below, status) in [
        (Method::GET, "", StatusCode::OK),
        (Method::GET, "/secrets", StatusCode::OK),
        (Method::POST, "/rotate-secret", StatusCode::OK),
        (Method::POST, "/clone", StatusCode::CREATED),
        (Method::DELETE, "", StatusCode::NO_CONTENT),
        (Method::POST, "/restore", StatusCode::OK),
        (Method::PATCH, "/restore", StatusCode::METHOD_NOT_ALLOWED),
        (Method::GET, "/nothing", StatusCode::NOT_FOUND),
    ] {
        let asked = request(&admin("tenant_a"), method, &format!("{path}{below}"), None);
        let answer = through(&host, asked).await;
        assert_eq!(answer.status, status, "{below}: {:?}", answer.body);
    }
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
async fn what_is_below_the_clients_is_ours_to_answer_and_the_rest_the_hosts() {
    let (_app, host) = host().await;
    let host = host.fallback(|| async { (StatusCode::NOT_FOUND, "the host's own answer") });
    let path = format!("/api/v1{CLIENTS}/app-1");
    let answer = through(&host, request("", Method::TRACE, &path, None)).await;
    assert_eq!(answer.json()["code"], 405_001);
    assert_eq!(
        answer.header("allow"),
        Some("GET, PUT, PATCH, DELETE, HEAD")
    );
    let path = format!("{path}/unknown");
    let answer = through(&host, request("", Method::GET, &path, None)).await;
    assert_eq!(answer.json()["code"], 404_001);
    for path in ["/api/v1/admin/oauth", "/api/v1/admin/oauth/client", "/x"] {
        let answer = through(&host, request("", Method::GET, path, None)).await;
        assert_eq!(answer.body, "the host's own answer", "{path}");
    }
}

#[tokio::test]
async fn both_adapters_answer_odd_paths_alike() {
    let (app, host) = host().await;
    let service = ManagementService::new(app.handlers.clone()).with_prefix("/api/v1");
    let others = [
        (REGISTRATIONS, "/"),
        (REGISTRATIONS, "//"),
        (REGISTRATIONS, "//approve"),
        (REGISTRATIONS, "/app-1"),
        (REGISTRATIONS, "/app-1/"),
        (REGISTRATIONS, "/app-1/approve/"),
        (REGISTRATIONS, "/app-1/unknown"),
        (REGISTRATIONS, "/app-1/deny/more"),
        (TOKENS, "/"),
        (TOKENS, "//"),
        (TOKENS, "//x"),
        (TOKENS, "/x/"),
        (TOKENS, "/x/more"),
        (DOCUMENTS, "/"),
        (DOCUMENTS, "//"),
        (DOCUMENTS, "/x"),
        (BLOCKS, "/"),
        (BLOCKS, "//"),
        (BLOCKS, "//x"),
        (BLOCKS, "/x/"),
        (BLOCKS, "/x/more"),
    ];
    let of_clients = [
        "",
        "/",
        "//",
        "///",
        "//clone",
        "/app-1/",
        "/app-1//",
        "/app-1//secrets",
        "/app-1/unknown",
        "/app-1/clone/",
        "/app-1/clone/more",
        "/app-1/secrets/",
        "/app-1/secrets//deactivate",
        "/app-1/secrets/x/activate",
        "/app-1/secrets/x/deactivate/",
        "/a/b/c/d/e/f",
        "/.",
        "/..",
        "/./app-1",
        "/../clients",
        "/%2F",
        "/%2e%2e/app-1",
        "/%ff",
        "/%zz",
        "/app-1%00",
        "/app-1;a=b",
        "/{client_id}",
        "/*",
        "/:id/clone",
    ];
    let of_clients = of_clients.map(|rest| (CLIENTS, rest));
    for (root, rest) in of_clients.into_iter().chain(others) {
        for method in [Method::GET, Method::POST, Method::DELETE, Method::TRACE] {
            for token in ["".to_owned(), admin("tenant_a")] {
                let path = format!("/api/v1{root}{rest}");
                let Ok(uri) = path.parse::<http::Uri>() else {
                    panic!("{path}")
                };
                let sent = || {
                    let mut sent = request(&token, method.clone(), CLIENTS, None);
                    *sent.uri_mut() = uri.clone();
                    sent
                };
                let by_router = through(&host, sent()).await;
                let by_service = service.clone().oneshot(sent()).await.unwrap();
                let by_service = Answer::read(by_service).await;
                assert_eq!(by_router.status, by_service.status, "{method} {path}");
                assert_eq!(by_router.headers, by_service.headers, "{method} {path}");
                assert_eq!(by_router.body, by_service.body, "{method} {path}");
                assert_eq!(
                    by_router.header("cache-control"),
                    Some("no-store"),
                    "{path}"
                );
            }
        }
    }
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

/// Creates a client through `host` and returns the address in its audit entry.
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
async fn the_audit_trail_says_who_came_from_another_tenant() {
    let mut of_tenant_a = claims("tenant_a");
    of_tenant_a["role"] = "super_admin".into();
    let mut of_tenant_b = claims("tenant_b");
    of_tenant_b["role"] = "super_admin".into();
    for app in App::each().await {
        for (token, message) in [
            (admin("tenant_a"), "created"),
            (sign(&of_tenant_a), "created"),
            (sign(&of_tenant_b), "created (acting across tenants)"),
            (super_admin(), "created (acting across tenants)"),
        ] {
            let mut request = request(&token, Method::POST, CLIENTS, Some(&base()));
            let tenant = "tenant_a".parse().unwrap();
            request.headers_mut().insert("x-tenant-id", tenant);
            let created = app.send(request).await.data();
            let client_id = created["client_id"].as_str().unwrap();
            assert_eq!(app.repository.audit(client_id).await[0].message, message);
        }
    }
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
