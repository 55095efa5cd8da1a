//! Token introspection (RFC 7662), for authenticated clients and tokens of their own tenant.

use axum::extract::State;
use axum::extract::rejection::FormRejection;
use axum::response::{IntoResponse, Response};
use axum::{Form, Json};
use serde::Deserialize;
use serde_json::{Value, json};
use tower_oauth_clients::adapters::axum::AuthenticatedClient;
use tower_oauth_clients::authentication;
use tower_oauth_clients::domain::{AuthMethod, ClientId, ClientStatus, Operator, Role, TenantId};
use tower_oauth_clients::manager::ErrorKind;

use crate::refusal::Refusal;
use crate::{Server, tell};

#[derive(Deserialize)]
pub(crate) struct IntrospectionRequest {
    token: String,
}

pub(crate) async fn introspect(
    State(server): State<Server>,
    AuthenticatedClient(caller): AuthenticatedClient,
    request: Result<Form<IntrospectionRequest>, FormRejection>,
) -> Result<Json<Value>, Response> {
    // A public client is not authenticated (RFC 7662 §2.1).
    if caller.method == AuthMethod::None {
        let error = authentication::Error::from(authentication::ErrorKind::InvalidClient);
        return Err(error.into_response());
    }
    let Form(request) = request
        .map_err(|_| Refusal("invalid_request", "token must be there once").into_response())?;
    let Some(mut claims) = server.key.read(&server.issuer, &request.token) else {
        return Ok(inactive());
    };
    // A token is only active while its client is.
    let client_id = claims.get("client_id").and_then(|id| id.as_str());
    let client_id = client_id.and_then(ClientId::parse);
    match client_id {
        Some(client_id) if is_active(&server, &caller.client.tenant_id, &client_id).await? => {
            claims.insert("active".into(), true.into());
            claims.insert("token_type".into(), "Bearer".into());
            Ok(Json(claims.into()))
        }
        _ => Ok(inactive()),
    }
}

/// Whether the tenant has this client and it is active.
async fn is_active(
    server: &Server,
    tenant: &TenantId,
    client_id: &ClientId,
) -> Result<bool, Response> {
    let operator = Operator::new("introspection", Role::Admin, tenant.clone());
    match server.manager.get(&operator, client_id).await {
        Ok(client) => Ok(client.status == ClientStatus::Active),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => {
            tracing::error!("{}", tell(&error));
            let error = authentication::Error::from(authentication::ErrorKind::Unavailable);
            Err(error.into_response())
        }
    }
}

/// The reason is not disclosed (RFC 7662 §2.2).
fn inactive() -> Json<Value> {
    Json(json!({"active": false}))
}
