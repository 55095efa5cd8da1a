//! A small authorization server: it manages its clients under `/api/v1`, stores them in a SQLite
//! file, and issues access tokens to them with the client credentials grant (RFC 6749 §4.4).
//!
//! ```sh
//! cargo run --example token_endpoint --features cors,diesel-sqlite
//! ```
//!
//! Clients authenticate with `client_secret_basic`, `client_secret_post` or `private_key_jwt`,
//! whose assertions have `ISSUER` as their `aud`. The key that signs access tokens is generated at
//! each start.
//!
//! | Variable | Meaning | Default |
//! |---|---|---|
//! | `ADDR` | address to listen on | `127.0.0.1:3000` |
//! | `ISSUER` | issuer identifier: the URL that clients reach it by | `http://` and `ADDR` |
//! | `DATABASE_URL` | database of the clients | `sqlite://oauth_clients.db` |
//! | `ADMIN_JWT_SECRET` | HS256 key of the admin tokens, at least 32 bytes | random at each start |
//! | `RUST_LOG` | filter of the log on stderr | `info` |
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod introspection;
mod metadata;
mod refusal;
#[path = "../shared/serve.rs"]
mod serve;
mod signing;
#[path = "../shared/span.rs"]
mod span;
#[path = "../shared/stop.rs"]
mod stop;
mod token;
#[path = "../shared/variables.rs"]
mod variables;

use std::error::Error;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::response::Response;
use axum::routing::{get, post};
use serde_json::json;
use tokio::net::TcpListener;
use tower_http::trace::{DefaultOnResponse, TraceLayer};
use tower_oauth_clients::ClientManager;
use tower_oauth_clients::adapters::axum::router;
use tower_oauth_clients::adapters::tower::{ClientAuthenticationLayer, ClientCorsLayer};
use tower_oauth_clients::authentication::assertion::AssertionVerifier;
use tower_oauth_clients::authentication::{self, ClientAuthenticator};
use tower_oauth_clients::authorization::jwt::{JwtAuthorizer, Keys};
use tower_oauth_clients::domain::{Clock, SystemClock};
use tower_oauth_clients::handlers::{self, Handlers};
use tower_oauth_clients::repository::{self, SqliteRepository};
use tracing::Level;
use tracing_subscriber::EnvFilter;

use crate::serve::serve;
use crate::signing::SigningKey;
use crate::span::span;
use crate::stop::Stop;
use crate::variables::{sqlite_path, variable};

/// The state that all endpoints share. Cheap to clone.
#[derive(Clone)]
struct Server {
    issuer: Arc<str>,
    key: Arc<SigningKey>,
    manager: ClientManager,
}

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::try_from_default_env().unwrap_or_else(|_| "info".into()))
        .with_writer(std::io::stderr)
        .init();
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{}", tell(problem.as_ref()));
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    // Signs the tokens below. A build may contain both backends of jsonwebtoken, so a host must
    // choose one; an error would mean that one is already installed.
    let _ = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default();

    let admin_secret = match variable("ADMIN_JWT_SECRET")? {
        Some(secret) => secret.into_bytes(),
        None => rand::random::<[u8; 32]>().to_vec(),
    };
    let wanted = variable("ADDR")?.unwrap_or_else(|| "127.0.0.1:3000".into());
    let listener = TcpListener::bind(&wanted).await;
    let listener =
        listener.map_err(|error| format!("Cannot listen on {wanted} (ADDR): {error}."))?;
    let address = listener.local_addr()?;
    let issuer = variable("ISSUER")?.unwrap_or_else(|| format!("http://{address}"));

    let app = app(&issuer, &admin_secret).await?;
    let stop = Stop::listen()?;
    print_commands(&issuer, address, &demo_token(&admin_secret)?);
    Ok(serve(listener, app, stop).await?)
}

async fn app(issuer: &str, admin_secret: &[u8]) -> Result<Router, Box<dyn Error>> {
    let url = variable("DATABASE_URL")?;
    let path = sqlite_path(url.as_deref().unwrap_or("sqlite://oauth_clients.db"))?;
    let opened = async {
        let repository = SqliteRepository::open(&path).await?;
        repository.migrate().await?;
        Ok(repository)
    };
    let repository = opened.await.map_err(|error: repository::Error| {
        let cause = tell(&error);
        format!("Cannot use the database file {path} (DATABASE_URL): {cause}.")
    })?;

    let manager = ClientManager::builder(repository.clone()).build()?;
    let assertions = AssertionVerifier::builder(issuer).with_replay_store(repository.clone());
    let authenticator = ClientAuthenticator::builder(repository.clone())
        // One pool, so that one limit applies to all hashing.
        .with_hash_pool(manager.hash_pool())
        .with_assertions(assertions.build()?)
        .build()?;
    let clients = ClientAuthenticationLayer::new(authenticator);
    let authorizer = JwtAuthorizer::builder(Keys::from_secret(admin_secret)?).build()?;

    let server = Server {
        issuer: issuer.into(),
        key: Arc::new(SigningKey::generate()?),
        manager: manager.clone(),
    };
    let endpoints = Router::new()
        .route("/token", post(token::token).route_layer(clients.clone()))
        .route(
            "/introspect",
            post(introspection::introspect).route_layer(clients),
        )
        // For pages on the origins that clients have registered.
        .layer(ClientCorsLayer::new(repository));
    Ok(endpoints
        .route("/authorize", get(refusal::authorize))
        .route("/jwks", get(signing::jwks))
        .route("/.well-known/openid-configuration", get(metadata::metadata))
        .route(
            "/.well-known/oauth-authorization-server",
            get(metadata::metadata),
        )
        .with_state(server)
        .nest("/api/v1", router(Handlers::new(manager, authorizer)))
        .layer(axum::middleware::map_response(log_cause))
        .layer(
            TraceLayer::new_for_http()
                .make_span_with(span)
                .on_response(DefaultOnResponse::new().level(Level::INFO)),
        ))
}

/// The caller only learns that something failed; the cause is for the log. Also logs why a client
/// was refused, and which `client_id` it claimed.
async fn log_cause(response: Response) -> Response {
    let extensions = response.extensions();
    if let Some(error) = extensions.get::<Arc<authentication::Error>>() {
        tracing::info!(client_id = error.client_id(), "{}", tell(error.as_ref()));
    }
    if response.status().is_server_error()
        && let Some(error) = extensions.get::<Arc<handlers::Error>>()
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

/// A token of an administrator of the tenant `demo`, valid for an hour.
fn demo_token(secret: &[u8]) -> jsonwebtoken::errors::Result<String> {
    let claims = json!({
        "sub": "demo-admin",
        "tenant_id": "demo",
        "role": "admin",
        "exp": (SystemClock.now() + Duration::from_secs(3600)).as_seconds(),
    });
    let header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::HS256);
    let key = jsonwebtoken::EncodingKey::from_secret(secret);
    jsonwebtoken::encode(&header, &claims, &key)
}

fn print_commands(issuer: &str, address: SocketAddr, token: &str) {
    println!(
        r#"Listening on http://{address}

Paste this into another terminal. The token is good for an hour.

TOKEN={token}
ISSUER={issuer}
CLIENTS=$ISSUER/api/v1/admin/oauth/clients

# Register a client that gets tokens for itself. Its secret is in the answer, this once.
CREATED=$(curl -sS "$CLIENTS" -H "Authorization: Bearer $TOKEN" \
  -H 'Content-Type: application/json' \
  -d '{{"name":"My Service","redirect_uris":["https://app.example.com/callback"],
       "grant_types":["client_credentials"],"scopes":["orders.read","orders.write"]}}')
echo "$CREATED"
CLIENT_ID=$(echo "$CREATED" | sed -n 's/.*"client_id":"\([^"]*\)".*/\1/p')
CLIENT_SECRET=$(echo "$CREATED" | sed -n 's/.*"client_secret":"\([^"]*\)".*/\1/p')

# What clients find out about this server by themselves.
curl -sS "$ISSUER/.well-known/oauth-authorization-server"; echo

# Get an access token, and ask whether it is good.
ISSUED=$(curl -sS "$ISSUER/token" -u "$CLIENT_ID:$CLIENT_SECRET" \
  -d grant_type=client_credentials -d scope=orders.read)
echo "$ISSUED"
ACCESS_TOKEN=$(echo "$ISSUED" | sed -n 's/.*"access_token":"\([^"]*\)".*/\1/p')
curl -sS "$ISSUER/introspect" -u "$CLIENT_ID:$CLIENT_SECRET" -d "token=$ACCESS_TOKEN"; echo

# A scope that it did not register, and a secret that is not its own.
curl -sS "$ISSUER/token" -u "$CLIENT_ID:$CLIENT_SECRET" \
  -d grant_type=client_credentials -d scope=admin; echo
curl -sS "$ISSUER/token" -u "$CLIENT_ID:guess" -d grant_type=client_credentials; echo

# Suspend it: from now on it is nobody.
curl -sS -X PUT "$CLIENTS/$CLIENT_ID" -H "Authorization: Bearer $TOKEN" \
  -H 'Content-Type: application/json' -d '{{"status":"suspended"}}'; echo
curl -sS "$ISSUER/token" -u "$CLIENT_ID:$CLIENT_SECRET" -d grant_type=client_credentials; echo
"#
    );
}
