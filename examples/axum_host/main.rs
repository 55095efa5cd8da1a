//! A small host: an axum app with its own routes, which mounts the client management under
//! `/api/v1` and stores the clients in a SQLite file, and the tokens that it issues in another one.
//!
//! ```sh
//! cargo run --example axum_host --features console,diesel-sqlite
//! ```
//!
//! With the feature `console`, it serves the page for administrators at `/console/`.
//!
//! With the features `diesel-postgres` and `diesel-mysql`, the clients may be on a database server,
//! which several hosts may share. The tokens stay in a file of each host: they stand in for the
//! token storage of a real host.
//!
//! With the feature `openapi`, it serves its OpenAPI document.
//!
//! | Variable | Meaning | Default |
//! |---|---|---|
//! | `ADDR` | address to listen on | `127.0.0.1:3000` |
//! | `DATABASE_URL` | database of the clients: `sqlite://…`, `postgres://…` or `mysql://…` | `sqlite://oauth_clients.db` |
//! | `TOKENS_FILE` | file of the tokens | beside the clients' file, or `oauth_tokens.db` |
//! | `ADMIN_JWT_SECRET` | HS256 key of the admin tokens, at least 32 bytes | random at each start |
//! | `RUST_LOG` | filter of the log on stderr | `info` |
#![allow(clippy::print_stdout, clippy::print_stderr)]

#[cfg(feature = "console")]
mod console;
mod database;
#[path = "../shared/serve.rs"]
mod serve;
#[path = "../shared/span.rs"]
mod span;
#[path = "../shared/stop.rs"]
mod stop;
mod tokens;
#[path = "../shared/variables.rs"]
mod variables;

use std::env;
use std::error::Error;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Router, extract};
use tokio::net::TcpListener;
use tower_http::trace::{DefaultOnResponse, TraceLayer};
use tower_oauth_clients::ClientManager;
use tower_oauth_clients::adapters::axum::router;
use tower_oauth_clients::authorization::jwt::{JwtAuthorizer, Keys};
use tower_oauth_clients::domain::{ClientId, ClientStatus, Operator, Role, TenantId};
use tower_oauth_clients::handlers::{self, Handlers};
use tracing::Level;
use tracing_subscriber::EnvFilter;

use crate::database::Database;
use crate::serve::serve;
use crate::span::span;
use crate::stop::Stop;
use crate::tokens::Tokens;
use crate::variables::variable;

const TENANT: &str = "demo";

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::try_from_default_env().unwrap_or_else(|_| "info".into()))
        .with_writer(std::io::stderr)
        .init();
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), String> {
    // Signs the demo token below. A build may contain both backends of jsonwebtoken, so a host must
    // choose one; an error would mean that one is already installed.
    let _ = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default();

    let secret = admin_secret()?;
    let database = database()?;
    let beside = database.tokens_file();
    let builder = database.manager().await?;
    let tokens = tokens(beside)?;

    let manager = builder
        .with_token_store(tokens.clone())
        .with_events(tokens.clone())
        .build()
        .map_err(|error| tell(&error))?;
    let keys = Keys::from_secret(&secret).map_err(|error| tell(&error))?;
    let authorizer = JwtAuthorizer::builder(keys)
        .build()
        .map_err(|error| tell(&error))?;
    let app = Router::new()
        .route("/", get(|| async { "This route is the host's own.\n" }))
        .route("/demo/tokens/{client_id}", post(issue_tokens))
        .with_state((manager.clone(), tokens))
        .nest(
            "/api/v1",
            router(documented(Handlers::new(manager, authorizer))),
        );
    #[cfg(feature = "console")]
    let app = app.merge(console::routes(&secret)?);
    let app = app.layer(axum::middleware::map_response(log_cause)).layer(
        TraceLayer::new_for_http()
            .make_span_with(span)
            .on_response(DefaultOnResponse::new().level(Level::INFO)),
    );

    let (listener, address) = listen().await?;
    let stop = Stop::listen().map_err(|error| format!("Cannot wait for signals: {error}"))?;
    print_commands(address, &demo_token(&secret)?);
    serve(listener, app, stop)
        .await
        .map_err(|error| format!("The server stopped: {error}"))
}

/// Serves the OpenAPI document at `/api/v1/admin/oauth/openapi.json`.
#[cfg(feature = "openapi")]
fn documented(handlers: Handlers) -> Handlers {
    let document = handlers.openapi("/api/v1");
    handlers.with_openapi(&document)
}

#[cfg(not(feature = "openapi"))]
fn documented(handlers: Handlers) -> Handlers {
    handlers
}

/// The key that signs the admin tokens; a real host uses an identity provider.
fn admin_secret() -> Result<Vec<u8>, String> {
    match variable("ADMIN_JWT_SECRET")? {
        Some(secret) if secret.len() >= 32 => Ok(secret.into_bytes()),
        Some(_) => Err(
            "ADMIN_JWT_SECRET must be at least 32 bytes long; `openssl rand -hex 32` \
                      makes one, and without the variable one is made up."
                .into(),
        ),
        None => {
            println!("ADMIN_JWT_SECRET is not set: using one that ends with this process.\n");
            Ok(rand::random::<[u8; 32]>().to_vec())
        }
    }
}

fn database() -> Result<Database, String> {
    let url = variable("DATABASE_URL")?.unwrap_or_else(|| "sqlite://oauth_clients.db".into());
    Database::parse(url)
}

fn tokens(beside: PathBuf) -> Result<Tokens, String> {
    let path = env::var_os("TOKENS_FILE").map_or(beside, PathBuf::from);
    Tokens::open(&path).map_err(|error| {
        format!(
            "Cannot use the file {} for tokens: {error}.\nSet TOKENS_FILE to keep it elsewhere.",
            path.display()
        )
    })
}

/// Stands in for the token endpoint of a real host, which would authenticate the caller first.
async fn issue_tokens(
    extract::State((manager, tokens)): extract::State<(ClientManager, Tokens)>,
    extract::Path(client_id): extract::Path<String>,
) -> StatusCode {
    let (Some(client_id), Some(tenant)) = (ClientId::parse(&client_id), TenantId::parse(TENANT))
    else {
        return StatusCode::NOT_FOUND;
    };
    let operator = Operator::new("token-endpoint", Role::Admin, tenant);
    match manager.get(&operator, &client_id).await {
        Ok(client) if client.status == ClientStatus::Active => match tokens.issue(&client).await {
            Ok(()) => StatusCode::CREATED,
            Err(error) => {
                tracing::error!("{}", tell(&error));
                StatusCode::INTERNAL_SERVER_ERROR
            }
        },
        _ => StatusCode::NOT_FOUND,
    }
}

async fn listen() -> Result<(TcpListener, SocketAddr), String> {
    let wanted = variable("ADDR")?.unwrap_or_else(|| "127.0.0.1:3000".into());
    let listening = async {
        let listener = TcpListener::bind(&wanted).await?;
        let address = listener.local_addr()?;
        Ok((listener, address))
    };
    listening.await.map_err(|error: std::io::Error| {
        format!(
            "Cannot listen on {wanted}: {error}.\nSet ADDR to a free address, for example \
             ADDR=127.0.0.1:3001."
        )
    })
}

/// The caller only learns that something failed; the cause is for the log.
async fn log_cause(response: Response) -> Response {
    if response.status().is_server_error()
        && let Some(error) = response.extensions().get::<Arc<handlers::Error>>()
    {
        tracing::error!("{}", tell(error.as_ref()));
    }
    response
}

/// An error and its sources, in one line.
fn tell(error: &dyn Error) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        line = format!("{line}: {error}");
        cause = error.source();
    }
    line
}

/// The lifetime of a token, in seconds.
const LIFETIME: u64 = 3600;

/// A token of an administrator of the tenant `demo`, valid for an hour.
fn demo_token(secret: &[u8]) -> Result<String, String> {
    let now = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_err(|e| tell(&e))?;
    let claims = serde_json::json!({
        "sub": "demo-admin",
        "tenant_id": TENANT,
        "role": "admin",
        "exp": (now + Duration::from_secs(LIFETIME)).as_secs(),
    });
    let header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::HS256);
    jsonwebtoken::encode(
        &header,
        &claims,
        &jsonwebtoken::EncodingKey::from_secret(secret),
    )
    .map_err(|error| tell(&error))
}

fn print_commands(address: SocketAddr, token: &str) {
    #[cfg(feature = "console")]
    let console = format!("Open http://{address}/console/ in a browser on this machine.\n");
    #[cfg(not(feature = "console"))]
    let console = "";
    println!(
        r#"Listening on http://{address}
{console}
Paste this into another terminal. The token is good for an hour.

TOKEN={token}
CLIENTS=http://{address}/api/v1/admin/oauth/clients

# Create a client. Its secret is in the answer, this once.
CREATED=$(curl -sS "$CLIENTS" -H "Authorization: Bearer $TOKEN" \
  -H 'Content-Type: application/json' \
  -d '{{"name":"My Application","redirect_uris":["https://app.example.com/callback"]}}')
echo "$CREATED"
CLIENT_ID=$(echo "$CREATED" | sed -n 's/.*"client_id":"\([^"]*\)".*/\1/p')

# Read it, change it, clone it, list all.
curl -sS "$CLIENTS/$CLIENT_ID" -H "Authorization: Bearer $TOKEN"; echo
curl -sS -X PUT "$CLIENTS/$CLIENT_ID" -H "Authorization: Bearer $TOKEN" \
  -H 'Content-Type: application/json' -d '{{"scopes":["openid","profile"]}}'; echo
curl -sS -X POST "$CLIENTS/$CLIENT_ID/clone" -H "Authorization: Bearer $TOKEN"; echo
curl -sS "$CLIENTS?name=application&page_size=10" -H "Authorization: Bearer $TOKEN"; echo

# Replace its secret. The old one still works for four hours.
curl -sS -X POST "$CLIENTS/$CLIENT_ID/rotate-secret" -H "Authorization: Bearer $TOKEN"; echo

# Let the host issue tokens to it; count them, list them, revoke them.
curl -sS -X POST "http://{address}/demo/tokens/$CLIENT_ID"
curl -sS "$CLIENTS/$CLIENT_ID/stats" -H "Authorization: Bearer $TOKEN"; echo
curl -sS "$CLIENTS/$CLIENT_ID/tokens" -H "Authorization: Bearer $TOKEN"; echo
curl -sS -X DELETE "$CLIENTS/$CLIENT_ID/tokens" -H "Authorization: Bearer $TOKEN"; echo

# Delete it. Tokens that it has by then are revoked: the host is told.
curl -sS -X DELETE "$CLIENTS/$CLIENT_ID" -H "Authorization: Bearer $TOKEN"
curl -sS "$CLIENTS/$CLIENT_ID/audit-logs" -H "Authorization: Bearer $TOKEN"; echo
"#
    );
}
