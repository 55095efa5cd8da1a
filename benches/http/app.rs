//! The apps that are compared: this crate's on either repository, and a handler with a fixed body.

use std::time::SystemTime;

use axum::Router;
use axum::routing::any;
use bytes::Bytes;
use http::{Method, Request, header};
use http_body_util::{BodyExt, Full};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt;
use tower_oauth_clients::ClientManager;
use tower_oauth_clients::adapters::axum::router;
use tower_oauth_clients::authorization::jwt::{JwtAuthorizer, Keys};
use tower_oauth_clients::handlers::Handlers;
use tower_oauth_clients::repository::{MemoryRepository, SqliteRepository};

use super::Outcome;

pub const CLIENTS: &str = "/admin/oauth/clients";
const KEY: &[u8] = b"a key for benchmarks, used nowhere else";

pub struct App {
    pub router: Router,
    _folder: TempDir,
}

pub async fn ours(sqlite: bool) -> Outcome<App> {
    let folder = TempDir::new()?;
    let builder = if sqlite {
        let repository = SqliteRepository::open(folder.path().join("clients.db")).await?;
        repository.migrate().await?;
        ClientManager::builder(repository)
    } else {
        ClientManager::builder(MemoryRepository::new())
    };
    let authorizer = JwtAuthorizer::builder(Keys::from_secret(KEY)?).build()?;
    let router = router(Handlers::new(builder.build()?, authorizer));
    Ok(App {
        router,
        _folder: folder,
    })
}

/// The baseline: an axum handler that always responds with this body.
pub fn bare(body: Bytes) -> Router {
    let answer = move || async move { ([(header::CONTENT_TYPE, "application/json")], body) };
    Router::new().fallback(any(answer))
}

pub fn token() -> Outcome<String> {
    // It fails only if a provider is already installed.
    let _ = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default();
    let now = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)?
        .as_secs();
    let claims = json!({"sub": "a", "tenant_id": "t", "role": "admin", "exp": now + 3600});
    let key = EncodingKey::from_secret(KEY);
    Ok(jsonwebtoken::encode(
        &Header::new(Algorithm::HS256),
        &claims,
        &key,
    )?)
}

/// A client that authenticates with a secret, or a public one, which is created without a hash.
pub fn draft(confidential: bool) -> Value {
    json!({
        "name": "My Application",
        "redirect_uris": ["https://app.example.com/callback"],
        "grant_types": ["authorization_code", "refresh_token"],
        "scopes": ["openid", "profile", "email"],
        "is_confidential": confidential,
        "logo_url": "https://app.example.com/logo.png",
        "website": "https://app.example.com",
    })
}

pub fn request(
    token: &str,
    method: Method,
    path: &str,
    body: Option<&Value>,
) -> Outcome<Request<Full<Bytes>>> {
    let body = body.map(Value::to_string).unwrap_or_default();
    Ok(Request::builder()
        .method(method)
        .uri(path)
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header(header::CONTENT_TYPE, "application/json")
        .body(Full::from(body))?)
}

pub async fn call(router: Router, request: Request<Full<Bytes>>) -> Outcome<Bytes> {
    let response = router.oneshot(request.map(axum::body::Body::new)).await?;
    let status = response.status();
    let body = response.into_body().collect().await?.to_bytes();
    if status.is_success() {
        Ok(body)
    } else {
        Err(format!("{status}: {body:?}").into())
    }
}

/// Creates a client and returns its `client_id`.
pub async fn create(router: &Router, token: &str, confidential: bool) -> Outcome<String> {
    let request = request(token, Method::POST, CLIENTS, Some(&draft(confidential)))?;
    let body: Value = serde_json::from_slice(&call(router.clone(), request).await?)?;
    client_id(&body)
}

pub fn client_id(body: &Value) -> Outcome<String> {
    let client_id = body.pointer("/data/client_id").and_then(Value::as_str);
    Ok(client_id.ok_or("no client_id")?.to_owned())
}
