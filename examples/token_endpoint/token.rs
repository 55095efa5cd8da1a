//! The token endpoint (RFC 6749 §3.2), with only the client credentials grant.

use std::collections::BTreeSet;

use axum::extract::State;
use axum::extract::rejection::FormRejection;
use axum::http::header;
use axum::response::IntoResponse;
use axum::{Form, Json};
use serde::Deserialize;
use serde_json::json;
use tower_oauth_clients::adapters::axum::AuthenticatedClient;
use tower_oauth_clients::domain::{Client, GrantType};

use crate::Server;
use crate::refusal::Refusal;
use crate::signing::LIFETIME;

#[derive(Deserialize)]
pub(crate) struct TokenRequest {
    grant_type: Option<String>,
    scope: Option<String>,
}

/// The client is authenticated when this is called.
pub(crate) async fn token(
    State(server): State<Server>,
    AuthenticatedClient(caller): AuthenticatedClient,
    request: Result<Form<TokenRequest>, FormRejection>,
) -> Result<impl IntoResponse, Refusal> {
    let Form(request) =
        request.map_err(|_| Refusal("invalid_request", "the form can't be read"))?;
    let client = &caller.client;
    match request.grant_type.as_deref() {
        None | Some("") => return Err(Refusal("invalid_request", "grant_type is missing")),
        Some("client_credentials") => {}
        Some(_) => {
            return Err(Refusal(
                "unsupported_grant_type",
                "there is client_credentials only",
            ));
        }
    }
    let grants = &client.metadata.grant_types;
    if !grants.contains(&GrantType::ClientCredentials) {
        return Err(Refusal(
            "unauthorized_client",
            "the client did not register this grant",
        ));
    }
    let scope = granted(client, request.scope.as_deref())?;
    let access_token = server.key.issue(&server.issuer, client, &scope);
    let access_token = access_token.map_err(|error| {
        tracing::error!("a token was not signed: {error}");
        Refusal("server_error", "no token can be issued now")
    })?;
    let answer = json!({
        "access_token": access_token,
        "token_type": "Bearer",
        "expires_in": LIFETIME.as_secs(),
        "scope": scope,
    });
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(answer)))
}

/// The requested scopes, if all of them are registered; all registered ones, if none was requested
/// (RFC 6749 §3.3).
fn granted(client: &Client, asked: Option<&str>) -> Result<String, Refusal> {
    let registered = &client.metadata.scopes;
    let asked: BTreeSet<_> = asked.unwrap_or_default().split_ascii_whitespace().collect();
    if asked.is_empty() {
        return Ok(registered.join(" "));
    }
    if !asked
        .iter()
        .all(|scope| registered.iter().any(|known| known == scope))
    {
        return Err(Refusal(
            "invalid_scope",
            "the client did not register this scope",
        ));
    }
    Ok(asked.into_iter().collect::<Vec<_>>().join(" "))
}
