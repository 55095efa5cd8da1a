//! An administrator who may only read: the responses, and the host's view of them.

use std::io;
use std::sync::{Arc, Mutex};

use http::{Method, StatusCode};
use serde_json::{Value, json};
use tower_oauth_clients::authorization::jwt::JwtAuthorizer;
use tower_oauth_clients::authorization::{
    AdminRequest, Authorizer, Error, ErrorKind, Operation, Principal,
};
use tower_oauth_clients::handlers::Handlers;
use tracing::Level;
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::util::SubscriberInitExt;

use crate::watch::Watch;
use support::registrant::{REGISTRATIONS, TOKENS};
use support::shelf::{BLOCKS, DOCUMENTS};
use support::{Answer, App, CLIENTS, Store, admin, authorizer, base, claims, sign};

/// An authorizer that lets `rita` read only.
struct ReadOnly(JwtAuthorizer);

impl Authorizer for ReadOnly {
    async fn authorize(&self, request: AdminRequest<'_>) -> Result<Principal, Error> {
        let principal = self.0.authorize(request).await?;
        if request.operation.is_write() && principal.id() == "rita" {
            return Err(ErrorKind::Forbidden.into());
        }
        Ok(principal)
    }
}

/// The log of this thread.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn of_this_thread(&self) -> DefaultGuard {
        let subscriber = tracing_subscriber::fmt().with_max_level(Level::TRACE);
        let subscriber = subscriber.with_ansi(false).with_writer(self.clone());
        subscriber.set_default()
    }

    fn taken(&self) -> String {
        String::from_utf8(std::mem::take(&mut self.0.lock().unwrap())).unwrap()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

async fn app() -> App {
    let mut app = App::new(Store::Memory).await;
    let authorizer = ReadOnly(authorizer(app.clock.clone()));
    app.handlers = Handlers::new(app.manager.clone(), authorizer);
    app
}

/// The token of the reader.
fn rita(tenant: &str) -> String {
    let mut claims = claims(tenant);
    claims["sub"] = "rita".into();
    sign(&claims)
}

fn client_id(created: &Value) -> &str {
    created["client_id"].as_str().unwrap()
}

fn assert_forbidden(answer: &Answer) {
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    let mut body = answer.json();
    let timestamp = body.as_object_mut().unwrap().remove("timestamp");
    assert!(timestamp.is_some_and(|timestamp| timestamp.is_string()));
    let expected = json!({"code": 403_001, "message": "the access token does not grant this"});
    assert_eq!(body, expected);
    assert_eq!(
        answer.header("www-authenticate"),
        Some(r#"Bearer realm="admin", error="insufficient_scope""#)
    );
}

#[tokio::test]
async fn a_reader_reads_and_changes_nothing() {
    let _alone = Watch::begin().await;
    let app = app().await;
    let created = app.create(&base()).await;
    let path = format!("{CLIENTS}/{}", client_id(&created));
    let before = app.get(client_id(&created)).await;
    let log = Log::default();
    let _guard = log.of_this_thread();

    let reader = rita("tenant_a");
    for (method, path) in [
        (Method::GET, path.clone()),
        (Method::HEAD, path.clone()),
        (Method::GET, CLIENTS.to_owned()),
        (Method::GET, format!("{path}/secrets")),
        (Method::GET, format!("{path}/audit-logs")),
        (Method::GET, "/admin/oauth/audit-logs".to_owned()),
    ] {
        let answer = app.call_as(&reader, method, &path, None).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
    }
    assert!(!log.taken().contains("refused"));

    let change = json!({"name": "Changed"});
    for (method, path, body) in [
        (Method::POST, CLIENTS.to_owned(), Some(&change)),
        (Method::PUT, path.clone(), Some(&change)),
        (Method::PUT, path.clone(), None),
        (Method::DELETE, path.clone(), None),
        (Method::POST, format!("{path}/clone"), None),
        (Method::POST, format!("{path}/rotate-secret"), None),
        (Method::POST, format!("{path}/secrets"), None),
        (Method::PUT, format!("{path}/secrets/x/deactivate"), None),
        (Method::DELETE, format!("{path}/secrets/x"), None),
        (Method::DELETE, format!("{path}/tokens"), None),
    ] {
        assert_forbidden(&app.call_as(&reader, method, &path, body).await);
        let logged = log.taken();
        assert!(
            logged.contains("DEBUG") && logged.contains("refused"),
            "{logged}"
        );
        assert!(
            !logged.contains("ERROR") && !logged.contains("WARN"),
            "{logged}"
        );
    }
    let after = app.get(client_id(&created)).await;
    assert_eq!(after.data(), before.data());
    let trail = app
        .call(Method::GET, &format!("{path}/audit-logs"), None)
        .await;
    assert_eq!(trail.json()["items"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn nobody_else_is_affected() {
    let _alone = Watch::begin().await;
    let app = app().await;
    let own = app.create(&base()).await;
    let there = app
        .call_as(&admin("tenant_b"), Method::POST, CLIENTS, Some(&base()))
        .await
        .data();
    let (own, there) = (client_id(&own), client_id(&there));
    let put = async |token: &str, client_id: &str| {
        let path = format!("{CLIENTS}/{client_id}");
        let body = json!({"name": "Changed"});
        app.call_as(token, Method::PUT, &path, Some(&body)).await
    };
    assert_eq!(put(&admin("tenant_a"), own).await.status, StatusCode::OK);
    assert_eq!(put(&admin("tenant_b"), there).await.status, StatusCode::OK);
    // The reader learns no more about another tenant than any other administrator.
    let path = format!("{CLIENTS}/{there}");
    let read = app
        .call_as(&rita("tenant_a"), Method::GET, &path, None)
        .await;
    assert_eq!(read.status, StatusCode::NOT_FOUND);
    assert_forbidden(&put(&rita("tenant_a"), there).await);
    assert_forbidden(&put(&rita("tenant_a"), "no-such-client").await);
}

#[tokio::test]
async fn an_authorizer_is_told_every_operation() {
    #[derive(Default)]
    struct Told(Mutex<Vec<Operation>>);

    impl Authorizer for Told {
        async fn authorize(&self, request: AdminRequest<'_>) -> Result<Principal, Error> {
            self.0.lock().unwrap().push(request.operation);
            Err(ErrorKind::Forbidden.into())
        }
    }

    let _alone = Watch::begin().await;
    let mut app = App::with(Store::Memory, |manager| manager.with_http_import()).await;
    let told = Arc::new(Told::default());
    app.handlers = Handlers::new(app.manager.clone(), Arc::clone(&told));
    let paths = [
        "",
        "/c",
        "/c/clone",
        "/c/restore",
        "/c/rotate-secret",
        "/c/secrets",
        "/c/secrets/s",
        "/c/secrets/s/deactivate",
        "/c/audit-logs",
        "/c/stats",
        "/c/tokens",
        "/c/nothing",
    ];
    let paths = paths.map(|path| format!("{CLIENTS}{path}"));
    let paths = paths
        .into_iter()
        .chain(["/admin/oauth/audit-logs".to_owned()]);
    for path in paths {
        for method in [
            Method::POST,
            Method::GET,
            Method::PUT,
            Method::PATCH,
            Method::DELETE,
        ] {
            let answer = app.call(method, &path, None).await;
            assert!(matches!(answer.status.as_u16(), 403..=405), "{path}");
        }
    }
    for (method, path) in [
        (Method::POST, format!("{CLIENTS}/import")),
        (Method::POST, TOKENS.to_owned()),
        (Method::GET, TOKENS.to_owned()),
        (Method::DELETE, format!("{TOKENS}/x")),
        (Method::GET, REGISTRATIONS.to_owned()),
        (Method::POST, format!("{REGISTRATIONS}/x/approve")),
        (Method::POST, format!("{REGISTRATIONS}/x/deny")),
        (Method::GET, DOCUMENTS.to_owned()),
        (Method::GET, BLOCKS.to_owned()),
        (Method::POST, BLOCKS.to_owned()),
        (Method::DELETE, format!("{BLOCKS}/x")),
    ] {
        let answer = app.call(method, &path, None).await;
        assert_eq!(answer.status, 403, "{path}");
    }
    let told = std::mem::take(&mut *told.0.lock().unwrap());
    assert_eq!(told.len(), Operation::ALL.len());
    for operation in Operation::ALL {
        assert!(told.contains(operation), "{}", operation.as_str());
    }
}
