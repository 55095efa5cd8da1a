//! A host with sessions, with tokens that it can end, with registration and metadata documents.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::json;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tower_oauth_clients::adapters::axum::{registration_router, router};
use tower_oauth_clients::adapters::tower::{ConsoleService, CrossOriginGuardLayer};
use tower_oauth_clients::authorization::{AdminRequest, Authorizer, Error, ErrorKind, Principal};
use tower_oauth_clients::console::{Authority, Console, ConsoleBuilder, Section};
use tower_oauth_clients::documents::{ClientResolver, DomainPolicy, Domains};
use tower_oauth_clients::domain::{ClientId, Role, TenantId};
use tower_oauth_clients::outbound::{self, Fetch, FetchRequest};
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

/// Publishes a document at every URL.
struct Publisher;

impl Fetch for Publisher {
    async fn get(
        &self,
        request: &FetchRequest<'_>,
    ) -> Result<http::Response<Bytes>, outbound::Error> {
        let document = json!({
            "client_id": request.url,
            "client_name": "An <i>agent</i>",
            "redirect_uris": ["http://127.0.0.1/callback"],
            "token_endpoint_auth_method": "none",
        });
        let response = http::Response::builder().header(header::CONTENT_TYPE, "application/json");
        Ok(response.body(document.to_string().into()).unwrap())
    }
}

#[derive(Deserialize)]
struct Asked {
    client_id: String,
}

/// Knows a client, or does not: the first thing that an authorization endpoint does.
async fn authorize(State(clients): State<ClientResolver>, Form(asked): Form<Asked>) -> StatusCode {
    let (tenant, id) = (TenantId::parse("acme"), ClientId::parse(&asked.client_id));
    match clients.resolve(&tenant.unwrap(), &id.unwrap()).await {
        Ok(_) => StatusCode::OK,
        Err(_) => StatusCode::BAD_REQUEST,
    }
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
    let trust = DomainPolicy::new(Domains::all()).unwrap();
    let resolver = ClientResolver::builder(repository.clone(), Publisher, trust)
        .build()
        .unwrap();
    let registrar = Registrar::builder(manager.clone(), repository, endpoint)
        .with_tenant(TenantId::parse("acme").unwrap())
        .with_mode(RegistrationMode::Approval)
        .with_limits(RegistrationLimits::default())
        .build()
        .unwrap();
    let generation = Generation::new(AtomicU64::new(1));
    let handlers = Handlers::new(manager, ByNumber(generation.clone()));
    let handlers = handlers
        .with_registrar(registrar.clone())
        .with_client_resolver(resolver.clone());
    let api = router(handlers);
    let console = |name, authority| {
        let console: ConsoleBuilder = Console::builder("../api/v1").with_authority(authority);
        let console = console
            .with_section(Section::Registration)
            .with_section(Section::MetadataDocuments);
        let console = console.build().unwrap();
        Router::new().nest_service(name, ConsoleService::new(console))
    };
    let to_token = Authority::TokenEndpoint("../token".into());
    let deep = Router::new()
        .merge(registration_router(registrar))
        .nest("/api/v1", api.layer(CrossOriginGuardLayer::new()))
        .merge(console("/session", Authority::Session))
        .merge(console("/prompt", Authority::Prompt))
        .merge(console("/endpoint", to_token))
        .route("/authorize", get(authorize).with_state(resolver))
        .route("/sign-in", post(sign_in))
        .route("/end", post(end))
        .route("/token", post(token));
    Router::new().nest("/deep", deep).with_state(generation)
}
