//! The policy of the host, software statements, and who the tenant is.

use std::sync::{Arc, Mutex};

use http::Method;
use serde_json::json;
use support::registrant::{Door, ENDPOINT, REGISTER, public};
use support::{Answer, App, Store, request};
use tower::ServiceExt;
use tower_oauth_clients::adapters::axum::registration_router;
use tower_oauth_clients::adapters::tower::RegistrationService;
use tower_oauth_clients::domain::{AuthMethod, ClientOrigin, GrantType, Policy, TenantId};
use tower_oauth_clients::registration::{
    Decision, RegistrationMode, RegistrationPolicy, RegistrationRequest, StatementRefusal,
    StatementVerifier,
};

/// Decides as it is told, and keeps what it was asked.
#[derive(Clone)]
struct Told(Decision, Arc<Mutex<Vec<String>>>);

impl Told {
    fn new(decision: Decision) -> Self {
        Self(decision, Arc::default())
    }
}

impl RegistrationPolicy for Told {
    async fn decide(&self, request: &RegistrationRequest<'_>) -> Decision {
        let kind = request.current.map_or("new", |_| "update");
        let said = format!("{kind} {} in {}", request.metadata.name, request.tenant);
        self.1.lock().unwrap().push(said);
        self.0.clone()
    }
}

#[tokio::test]
async fn the_policy_is_asked_about_everything() {
    let app = App::new(Store::Memory).await;
    let told = Told::new(Decision::Allow);
    let door = Door::with(&app, "tenant_a", |registrar| {
        registrar.with_policy(told.clone())
    });
    let client = door.registered(&public()).await;
    let body = client.body(&public());
    door.call(client.token(), Method::PUT, &client.path(), Some(&body))
        .await;
    let asked = told.1.lock().unwrap().clone();
    assert_eq!(asked, ["new X in tenant_a", "update X in tenant_a"]);
}

#[tokio::test]
async fn the_policy_may_say_no_or_nothing() {
    let app = App::new(Store::Memory).await;
    let description = "not \"here\" \u{e9}".to_owned();
    let door = Door::with(&app, "tenant_a", |registrar| {
        registrar.with_policy(Told::new(Decision::Deny { description }))
    });
    let answer = door.post(&public()).await;
    assert_eq!(answer.status, 400);
    let expected = json!({
        "error": "invalid_client_metadata",
        "error_description": "not ?here? ?",
    });
    assert_eq!(answer.json(), expected);
    let door = Door::with(&app, "tenant_a", |registrar| {
        registrar.with_policy(Told::new(Decision::Unavailable))
    });
    let answer = door.post(&public()).await;
    assert_eq!(answer.status, 503);
    assert_eq!(answer.header("retry-after"), Some("1"));
    assert_eq!(door.count().await, 0);
}

/// Knows one host.
struct KnownHost;

impl RegistrationPolicy for KnownHost {
    async fn decide(&self, request: &RegistrationRequest<'_>) -> Decision {
        let known = |uri: &String| uri.starts_with("https://app.example.net/");
        let description = "not a known host".to_owned();
        match request.metadata.redirect_uris.iter().all(known) {
            true => Decision::Allow,
            false => Decision::Deny { description },
        }
    }
}

#[tokio::test]
async fn the_policy_sees_every_redirect_uri() {
    let app = App::new(Store::Memory).await;
    let door = Door::with(&app, "tenant_a", |registrar| {
        registrar.with_policy(KnownHost)
    });
    let client = door.registered(&public()).await;
    let mut body = public();
    body["redirect_uris"] = json!(["https://app.example.net/cb", "https://b.example/cb"]);
    assert_eq!(door.post(&body).await.status, 400);
    let (body, path) = (client.body(&body), client.path());
    let answer = door
        .call(client.token(), Method::PUT, &path, Some(&body))
        .await;
    assert_eq!(answer.status, 400, "{answer:?}");
    let kept = door.stored(client.id()).await.client.metadata.redirect_uris;
    assert_eq!(kept, ["https://app.example.net/cb"]);
}

/// Returns these claims for every statement.
struct Claims(Result<String, StatementRefusal>);

impl StatementVerifier for Claims {
    async fn verify(&self, _: &str) -> Result<String, StatementRefusal> {
        self.0.clone()
    }
}

#[tokio::test]
async fn a_statement_counts_as_it_is_verified() {
    let app = App::new(Store::Memory).await;
    let claims = |claims: serde_json::Value| Ok(claims.to_string());
    for (outcome, status, error) in [
        (
            Err(StatementRefusal::Invalid),
            400,
            "invalid_software_statement",
        ),
        (
            Err(StatementRefusal::Unapproved),
            400,
            "unapproved_software_statement",
        ),
        (
            Err(StatementRefusal::Unavailable),
            503,
            "temporarily_unavailable",
        ),
        (Ok("no JSON".to_owned()), 400, "invalid_software_statement"),
        (
            claims(json!({"redirect_uris": ["javascript:alert(1)"]})),
            400,
            "invalid_redirect_uri",
        ),
        (
            claims(json!({"client_name": "\u{202e}"})),
            400,
            "invalid_client_metadata",
        ),
        (
            claims(json!({"grant_types": ["client_credentials"]})),
            400,
            "invalid_client_metadata",
        ),
    ] {
        let door = Door::with(&app, "tenant_a", |registrar| {
            registrar.with_statement_verifier(Claims(outcome))
        });
        let mut body = public();
        body["software_statement"] = "a.b.c".into();
        let answer = door.post(&body).await;
        assert_eq!(answer.status, status, "{answer:?}");
        assert_eq!(answer.json()["error"], error);
        body["software_statement"] = "x".repeat(8 * 1024 + 1).into();
        let answer = door.post(&body).await;
        assert_eq!(answer.json()["error"], "invalid_software_statement");
        assert_eq!(door.count().await, 0);
    }
    let door = Door::with(&app, "tenant_a", |registrar| {
        registrar.with_ignored_statements()
    });
    let mut body = public();
    body["software_statement"] = "a.b.c".into();
    let client = door.registered(&body).await;
    assert!(client.0.get("software_statement").is_none());
}

#[tokio::test]
async fn a_statement_that_an_administrator_saw_stays() {
    let app = App::new(Store::Memory).await;
    let door = Door::with(&app, "tenant_a", |registrar| {
        registrar
            .with_policy(Told::new(Decision::Pend))
            .with_statement_verifier(Claims(Ok("{}".to_owned())))
    });
    let mut body = public();
    body["software_statement"] = "a.b.c".into();
    let client = door.registered(&body).await;
    for (statement, status) in [
        (json!("a.b.d"), 403),
        (json!(null), 403),
        (json!("a.b.c"), 200),
    ] {
        body["software_statement"] = statement;
        let (body, path) = (client.body(&body), client.path());
        let answer = door
            .call(client.token(), Method::PUT, &path, Some(&body))
            .await;
        assert_eq!(answer.status, status, "{body}");
    }
}

#[tokio::test]
async fn the_host_says_whose_client_it_is_and_no_header_does() {
    let app = App::new(Store::Memory).await;
    let registrar = app
        .repository
        .registrar(
            app.manager.clone(),
            "https://id.example.com/t/{tenant}/oauth/register",
        )
        .with_tenant_of(|head| {
            let tenant = head
                .uri
                .query()
                .and_then(|query| query.strip_prefix("tenant="));
            TenantId::parse(tenant?)
        })
        .with_mode(RegistrationMode::Open)
        .build()
        .unwrap();
    let send = async |path: &str| {
        let mut request = request("", Method::POST, path, Some(&public()));
        let forged = "tenant_c".parse().unwrap();
        request.headers_mut().insert("x-tenant-id", forged);
        request
            .headers_mut()
            .insert("host", "evil.example".parse().unwrap());
        let service = RegistrationService::new(registrar.clone());
        let Ok(response) = service.oneshot(request).await;
        Answer::read(response).await
    };
    let answer = send("/oauth/register?tenant=tenant%20b").await;
    assert_eq!(answer.status, 201);
    let answer = send("/oauth/register?tenant=tenant_b").await;
    let url = answer.json()["registration_client_uri"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(
        url.starts_with("https://id.example.com/t/tenant_b/oauth/register/app-"),
        "{url}"
    );
    assert_eq!(send("/oauth/register").await.status, 404);
}

#[tokio::test]
async fn a_router_and_a_service_below_a_prefix_serve_the_same() {
    let app = App::new(Store::Memory).await;
    let door = Door::open(&app);
    let client = door.registered(&public()).await;
    let router =
        axum::Router::<()>::new().nest("/t/acme", registration_router(door.registrar.clone()));
    let service = RegistrationService::new(door.registrar.clone()).with_prefix("/t/acme/");
    for (method, path, status) in [
        (Method::POST, REGISTER.to_owned(), 415),
        (Method::PUT, REGISTER.to_owned(), 405),
        (Method::OPTIONS, REGISTER.to_owned(), 204),
        (Method::OPTIONS, client.path(), 204),
        (Method::GET, client.path(), 200),
        (Method::POST, client.path(), 405),
        (Method::GET, format!("{REGISTER}/a/b"), 404),
        (Method::GET, "/oauth/clients".to_owned(), 404),
    ] {
        let path = format!("/t/acme{path}");
        let of_router = request(client.token(), method.clone(), &path, None);
        let of_router = router.clone().oneshot(of_router.map(axum::body::Body::new));
        let of_router = Answer::read(of_router.await.unwrap()).await;
        let request = request(client.token(), method, &path, None);
        let Ok(of_service) = service.clone().oneshot(request).await;
        let of_service = Answer::read(of_service).await;
        assert_eq!(of_router.status, status, "{path}");
        assert_eq!(of_service.status, status, "{path}");
        if status != 404 {
            assert_eq!(of_router.body, of_service.body);
            assert_eq!(of_router.header("access-control-allow-origin"), Some("*"));
            assert_eq!(of_router.header("access-control-allow-credentials"), None);
        }
    }
}

#[tokio::test]
async fn a_ceiling_is_within_the_policy() {
    let policy = Policy::default()
        .with_allowed_grant_types([GrantType::AuthorizationCode])
        .with_allowed_scopes(["mcp:read"]);
    let app = App::with_policy(Store::Memory, policy).await;
    let tenant = TenantId::parse("tenant_a").unwrap();
    let builder = || {
        let registrar = app.repository.registrar(app.manager.clone(), ENDPOINT);
        let registrar = registrar.with_tenant(tenant.clone());
        registrar.with_grant_types([GrantType::AuthorizationCode])
    };
    assert!(builder().with_scopes(["mcp:read"]).build().is_ok());
    for bad in [
        builder().with_scopes(["mcp:write"]),
        builder().with_grant_types([GrantType::RefreshToken]),
        builder().with_grant_types([]),
        builder().with_client_auth_methods([]),
        builder().with_private_use_uris(["https://app.example.com/cb"]),
        builder().with_private_use_uris(["javascript:alert(1)"]),
        app.repository.registrar(app.manager.clone(), ENDPOINT),
        app.repository
            .registrar(app.manager.clone(), "id.example.com")
            .with_tenant(tenant.clone()),
    ] {
        assert!(bad.build().is_err());
    }
}

#[tokio::test]
async fn a_method_that_is_not_offered_is_replaced_by_one_alike() {
    use tower_oauth_clients::registration::UnofferedMethod;

    let app = App::new(Store::Memory).await;
    for (offered, asked, expected) in [
        (
            &[AuthMethod::None, AuthMethod::ClientSecretPost][..],
            "client_secret_basic",
            "client_secret_post",
        ),
        (&[AuthMethod::None], "client_secret_basic", "none"),
        (&[AuthMethod::None], "tls_client_auth", "none"),
        (&[AuthMethod::None], "", "none"),
        (
            &[AuthMethod::ClientSecretBasic],
            "none",
            "client_secret_basic",
        ),
        (
            &[AuthMethod::PrivateKeyJwt, AuthMethod::None],
            "client_secret_basic",
            "none",
        ),
    ] {
        let door = Door::with(&app, "tenant_a", |registrar| {
            registrar
                .with_client_auth_methods(offered.to_vec())
                .with_unoffered_method(UnofferedMethod::Substitute)
        });
        let mut body = public();
        body["token_endpoint_auth_method"] = asked.into();
        let client = door.registered(&body).await;
        assert_eq!(client.0["token_endpoint_auth_method"], expected, "{asked}");
        let has_secret = client.0.get("client_secret").is_some();
        assert_eq!(has_secret, expected != "none", "{asked}");
    }
}

#[tokio::test]
async fn an_administrator_sees_such_a_client_like_every_other() {
    for store in Store::ALL {
        let app = App::new(store).await;
        let door = Door::open(&app);
        let client = door.registered(&public()).await;
        let read = app.get(client.id()).await;
        assert_eq!(read.status, 200);
        assert_eq!(read.data()["name"], "X");
        assert_eq!(
            door.stored(client.id()).await.client.origin,
            ClientOrigin::Dynamic
        );
    }
}
