//! A host with sessions, with tokens that it can end, and with registration.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::json;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tower_oauth_clients::adapters::axum::{registration_router, router};
use tower_oauth_clients::adapters::tower::{ConsoleService, CrossOriginGuardLayer};
use tower_oauth_clients::authorization::{AdminRequest, Authorizer, Error, ErrorKind, Principal};
use tower_oauth_clients::console::{Authority, Console, ConsoleBuilder, Section};
use tower_oauth_clients::domain::{Role, TenantId};
use tower_oauth_clients::registration::{Registrar, RegistrationLimits, RegistrationMode};
use tower_oauth_clients::{ClientManager, Handlers, SqliteRepository};

/// A number in each session and token. One with an earlier number has ended.
type Generation = Arc<AtomicU64>;

struct ByNumber(Generation);

impl Authorizer for ByNumber {
    async fn authorize(&self, request: AdminRequest<'_>) -> Result<Principal, Error> {
        let headers = &request.head.headers;
        let bearer = value(headers, header::AUTHORIZATION, "Bearer token-");
        let session = value(headers, header::COOKIE, "session=");
        if bearer == Some("of-a-visitor") {
            return Err(ErrorKind::Forbidden.into());
        }
        let now = self.0.load(Ordering::SeqCst).to_string();
        match bearer.or(session) {
            Some(number) if number == now => {
                Principal::new("clicker", Role::SuperAdmin, TenantId::parse("acme"))
            }
            Some(_) => Err(ErrorKind::InvalidToken.into()),
            None => Err(ErrorKind::MissingCredentials.into()),
        }
    }
}

fn value<'a>(headers: &'a HeaderMap, name: header::HeaderName, start: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()?.strip_prefix(start)
}

/// Signs the browser in.
async fn sign_in(State(generation): State<Generation>) -> Response {
    let now = generation.load(Ordering::SeqCst);
    let cookie = format!("session={now}; Path=/; HttpOnly; SameSite=Lax");
    ([(header::SET_COOKIE, cookie)], StatusCode::NO_CONTENT).into_response()
}

/// Ends every session and token.
async fn end(State(generation): State<Generation>) -> StatusCode {
    generation.fetch_add(1, Ordering::SeqCst);
    StatusCode::NO_CONTENT
}

/// A token for a browser that is signed in.
async fn token(State(generation): State<Generation>, headers: HeaderMap) -> Response {
    let now = generation.load(Ordering::SeqCst);
    if value(&headers, header::COOKIE, "session=") != Some(&now.to_string()) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    // Good for a second, as the page renews it a minute before its end.
    let body = json!({"access_token": format!("token-{now}"), "expires_in": 61});
    Json(body).into_response()
}

/// The API is at `/deep/api/v1`, and a console of each kind beside it.
pub struct OwnHost {
    pub address: SocketAddr,
    _runtime: Runtime,
    _folder: TempDir,
}

impl OwnHost {
    pub fn start() -> Self {
        let runtime = Runtime::new().unwrap();
        let folder = TempDir::new().unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0"));
        let listener = listener.unwrap();
        let address = listener.local_addr().unwrap();
        let app = runtime.block_on(app(&folder, address));
        let app = app.into_make_service_with_connect_info::<SocketAddr>();
        runtime.spawn(async move { axum::serve(listener, app).await });
        Self {
            address,
            _runtime: runtime,
            _folder: folder,
        }
    }
}

async fn app(folder: &TempDir, address: SocketAddr) -> Router {
    let file = folder.path().join("clients.db");
    let repository = SqliteRepository::open(file.to_str().unwrap())
        .await
        .unwrap();
    repository.migrate().await.unwrap();
    let manager = ClientManager::builder(repository.clone())
        .with_http_import()
        .build()
        .unwrap();
    let endpoint = format!("http://{address}/deep/oauth/register");
    let registrar = Registrar::builder(manager.clone(), repository, endpoint)
        .with_tenant(TenantId::parse("acme").unwrap())
        .with_mode(RegistrationMode::Approval)
        .with_limits(RegistrationLimits::default())
        .build()
        .unwrap();
    let generation = Generation::new(AtomicU64::new(1));
    let handlers = Handlers::new(manager, ByNumber(generation.clone()));
    let api = router(handlers.with_registrar(registrar.clone()));
    let console = |name, authority| {
        let console: ConsoleBuilder = Console::builder("../api/v1").with_authority(authority);
        let console = console.with_section(Section::Registration).build().unwrap();
        Router::new().nest_service(name, ConsoleService::new(console))
    };
    let to_token = Authority::TokenEndpoint("../token".into());
    let deep = Router::new()
        .merge(registration_router(registrar))
        .nest("/api/v1", api.layer(CrossOriginGuardLayer::new()))
        .merge(console("/session", Authority::Session))
        .merge(console("/prompt", Authority::Prompt))
        .merge(console("/endpoint", to_token))
        .route("/sign-in", post(sign_in))
        .route("/end", post(end))
        .route("/token", post(token));
    Router::new().nest("/deep", deep).with_state(generation)
}
