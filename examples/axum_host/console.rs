//! The console at `/console/`, and the endpoint that signs its visitor in.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};
use tower_oauth_clients::adapters::tower::{ConsoleService, CrossOriginGuardLayer};
use tower_oauth_clients::console::{Authority, Console, Section};

use crate::{LIFETIME, demo_token, tell};

/// The key that signs the tokens.
#[derive(Clone)]
struct Secret(Vec<u8>);

pub(crate) fn routes(secret: &[u8]) -> Result<Router, String> {
    let console = Console::builder("../api/v1")
        .with_authority(Authority::TokenEndpoint("../demo/admin-token".into()))
        .with_section(Section::Tokens)
        .build()
        .map_err(|error| tell(&error))?;
    let sign_in = post(admin_token).layer(CrossOriginGuardLayer::new());
    Ok(Router::new()
        .nest_service("/console", ConsoleService::new(console))
        .route("/demo/admin-token", sign_in)
        .with_state(Secret(secret.to_vec())))
}

/// Stands in for the session of a real host: every visitor from this machine is an administrator.
/// The name in `Host` keeps out sites whose own name leads to this machine (DNS rebinding). Behind
/// a proxy or a tunnel on this machine, anybody may be the visitor.
async fn admin_token(
    State(Secret(secret)): State<Secret>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
) -> Result<([(header::HeaderName, &'static str); 1], Json<Value>), StatusCode> {
    if !peer.ip().is_loopback() || !is_local(&headers) || is_forwarded(&headers) {
        return Err(StatusCode::FORBIDDEN);
    }
    let token = demo_token(&secret).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    let body = json!({"access_token": token, "expires_in": LIFETIME});
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(body)))
}

fn is_forwarded(headers: &HeaderMap) -> bool {
    let mut names = headers.keys().map(header::HeaderName::as_str);
    names.any(|name| name.starts_with("x-forwarded") || matches!(name, "forwarded" | "via"))
}

fn is_local(headers: &HeaderMap) -> bool {
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let name = host.map(|host| host.rsplit_once(':').map_or(host, |(name, _)| name));
    name.is_some_and(|name| {
        let address = name.trim_matches(['[', ']']).parse::<IpAddr>();
        name == "localhost" || address.is_ok_and(|address| address.is_loopback())
    })
}
