//! A host with its own repository: clients, secrets and the audit trail are in a log file, one line
//! of JSON per write. It fulfils the whole contract, as its tests show:
//!
//! ```sh
//! cargo test --example custom_repository --features conformance
//! ADMIN_JWT_SECRET=$(openssl rand -hex 32) cargo run --example custom_repository
//! ```
//!
//! See `docs/writing_a_repository.md` for the guide.

mod log;
mod record;
mod repository;

use std::env;
use std::error::Error;
use std::net::SocketAddr;
use std::path::Path;

use axum::Router;
use tokio::net::TcpListener;
use tower_oauth_clients::ClientManager;
use tower_oauth_clients::adapters::axum::router;
use tower_oauth_clients::authorization::jwt::{JwtAuthorizer, Keys};
use tower_oauth_clients::handlers::Handlers;

use crate::repository::LogRepository;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let repository = LogRepository::open(Path::new("oauth_clients.log"))?;
    let manager = ClientManager::builder(repository).build()?;

    let secret = env::var("ADMIN_JWT_SECRET");
    let secret = secret.map_err(|_| "ADMIN_JWT_SECRET must be a key of at least 32 bytes")?;
    let authorizer = JwtAuthorizer::builder(Keys::from_secret(secret)?).build()?;

    let app: Router = Router::new().nest("/api/v1", router(Handlers::new(manager, authorizer)));
    let listener = TcpListener::bind("127.0.0.1:3000").await?;
    let app = app.into_make_service_with_connect_info::<SocketAddr>();
    Ok(axum::serve(listener, app).await?)
}

#[cfg(all(test, feature = "conformance"))]
mod tests;
