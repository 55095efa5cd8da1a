//! A host on plain hyper: the client management serves `/api/v1/admin/oauth` and stores the clients
//! in a SQLite file, and the host serves everything else. Its administrators use a key instead of
//! signed tokens, so it has its own authorizer.
//!
//! ```sh
//! cargo run --example hyper_host --no-default-features --features diesel-sqlite
//! ```
//!
//! | Variable | Meaning | Default |
//! |---|---|---|
//! | `ADDR` | address to listen on | `127.0.0.1:3000` |
//! | `CLIENTS_FILE` | file of the clients | `oauth_clients.db` |
//! | `ADMIN_KEY` | the administrators' key, at least 32 bytes | random at each start |
#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::convert::Infallible;
#[path = "../shared/stop.rs"]
mod stop;

use std::env;
use std::error::Error as StdError;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use subtle::ConstantTimeEq;
use tokio::net::TcpListener;
use tokio::time::sleep;
use tower::{ServiceExt, service_fn};
use tower_oauth_clients::ClientManager;
use tower_oauth_clients::adapters::tower::ManagementService;
use tower_oauth_clients::authorization::{
    AdminRequest, Authorizer, Error, ErrorKind, Principal, bearer_token,
};
use tower_oauth_clients::domain::{Role, TenantId};
use tower_oauth_clients::handlers::{Body, Handlers, PeerIp};
use tower_oauth_clients::repository::SqliteRepository;

use crate::stop::Stop;

/// One key for all administrators of the tenant `demo`.
#[derive(Clone)]
struct Key(Arc<str>);

impl Key {
    /// The key, and how the printed commands refer to it: a configured key is not printed.
    fn from_env() -> Result<(Self, String), String> {
        match env::var("ADMIN_KEY") {
            Ok(key) if key.len() >= 32 => Ok((Self(key.into()), "$ADMIN_KEY".into())),
            Ok(_) => Err("ADMIN_KEY must be at least 32 bytes long".into()),
            Err(env::VarError::NotUnicode(_)) => Err("ADMIN_KEY must be UTF-8".into()),
            Err(env::VarError::NotPresent) => {
                let [one, other] = rand::random::<[u128; 2]>();
                let key = format!("{one:032x}{other:032x}");
                Ok((Self(key.as_str().into()), key))
            }
        }
    }
}

impl Authorizer for Key {
    async fn authorize(&self, request: AdminRequest<'_>) -> Result<Principal, Error> {
        let presented = bearer_token(&request.head.headers)?.as_bytes();
        if !bool::from(presented.ct_eq(self.0.as_bytes())) {
            return Err(ErrorKind::InvalidToken.into());
        }
        Principal::new("operations", Role::Admin, TenantId::parse("demo"))
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn StdError>> {
    let (key, token) = Key::from_env()?;
    let file = env::var_os("CLIENTS_FILE").unwrap_or_else(|| "oauth_clients.db".into());
    let repository = SqliteRepository::open(file).await?;
    repository.migrate().await?;
    let manager = ClientManager::builder(repository).build()?;
    let management = ManagementService::new(Handlers::new(manager, key));
    let management = management.with_prefix("/api/v1");

    let address = env::var("ADDR").unwrap_or_else(|_| "127.0.0.1:3000".into());
    let listener = TcpListener::bind(address).await?;
    let stop = Stop::listen()?;
    print_commands(listener.local_addr()?, &token);
    serve(listener, management, stop).await
}

/// Serves until a signal, then completes requests in flight.
async fn serve(
    listener: TcpListener,
    management: ManagementService,
    mut stop: Stop,
) -> Result<(), Box<dyn StdError>> {
    let connections = GracefulShutdown::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.asked() => break,
        };
        let Ok((stream, peer)) = accepted else {
            // For example too many open files, which is transient.
            sleep(Duration::from_millis(100)).await;
            continue;
        };
        let management = management.clone();
        let service = service_fn(move |request| answer(management.clone(), peer.ip(), request));
        let mut http = http1::Builder::new();
        // It closes connections that never send a complete head.
        let http = http.timer(TokioTimer::new());
        let connection =
            http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
        let connection = connections.watch(connection);
        tokio::spawn(async move {
            // A client that disconnects is not an error.
            let _ = connection.await;
        });
    }
    Ok(stop.finish(connections.shutdown()).await?)
}

async fn answer(
    management: ManagementService,
    peer: IpAddr,
    mut request: Request<Incoming>,
) -> Result<Response<Body>, Infallible> {
    if request.uri().path().starts_with("/api/v1/admin/oauth/") {
        request.extensions_mut().insert(PeerIp(peer));
        return management.oneshot(request).await;
    }
    let (status, text) = match request.uri().path() {
        "/" => (StatusCode::OK, "This route is the host's own.\n"),
        _ => (StatusCode::NOT_FOUND, ""),
    };
    let mut response = Response::new(Body::from(Bytes::from_static(text.as_bytes())));
    *response.status_mut() = status;
    Ok(response)
}

fn print_commands(address: SocketAddr, token: &str) {
    println!(
        r#"Listening on http://{address}

Paste this into another terminal.

TOKEN={token}
CLIENTS=http://{address}/api/v1/admin/oauth/clients

# Create a client. Its secret is in the answer, this once.
curl -sS "$CLIENTS" -H "Authorization: Bearer $TOKEN" \
  -H 'Content-Type: application/json' \
  -d '{{"name":"My Application","redirect_uris":["https://app.example.com/callback"]}}'; echo
curl -sS "$CLIENTS?page_size=10" -H "Authorization: Bearer $TOKEN"; echo
"#
    );
}
