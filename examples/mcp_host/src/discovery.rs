//! What clients find out by themselves: the protected resource (RFC 9728) and its authorization
//! server (RFC 8414). Clients fetch these often, so nothing is read to answer.

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::Server;
use crate::scopes;

/// The path of the resource's metadata, with the resource's own path inserted (RFC 9728 §3.1).
pub(crate) const RESOURCE: &str = "/.well-known/oauth-protected-resource/mcp";

/// What of the server's metadata depends on the settings.
#[derive(Clone, Copy)]
pub(crate) struct Offers {
    pub(crate) registration: bool,
    pub(crate) documents: bool,
}

pub(crate) fn routes() -> Router<Server> {
    Router::new()
        .route("/.well-known/oauth-protected-resource", get(resource))
        .route(RESOURCE, get(resource))
        .route("/.well-known/oauth-authorization-server", get(server))
        .route("/.well-known/openid-configuration", get(openid))
        .route("/jwks", get(|| async { shared(json!({"keys": []})) }))
}

async fn resource(State(server): State<Server>) -> impl IntoResponse {
    shared(json!({
        "resource": server.issuer.resource(),
        "authorization_servers": [server.issuer.as_str()],
        "scopes_supported": scopes::OF_TOOLS,
        "bearer_methods_supported": ["header"],
        "resource_name": "mcp_host",
    }))
}

async fn server(State(server): State<Server>) -> impl IntoResponse {
    shared(metadata(&server))
}

/// Some clients look only here. OpenID Connect Discovery 1.0 §3 requires more members, although
/// nobody gets an ID token.
async fn openid(State(server): State<Server>) -> impl IntoResponse {
    let mut metadata = metadata(&server);
    if let Some(members) = metadata.as_object_mut() {
        members.insert("jwks_uri".into(), server.issuer.at("/jwks").into());
        members.insert("subject_types_supported".into(), json!(["public"]));
        members.insert(
            "id_token_signing_alg_values_supported".into(),
            json!(["RS256"]),
        );
    }
    shared(metadata)
}

fn metadata(server: &Server) -> Value {
    let (issuer, offers) = (&server.issuer, server.offers);
    let mut metadata = json!({
        "issuer": issuer.as_str(),
        "authorization_endpoint": issuer.at("/authorize"),
        "token_endpoint": issuer.at("/token"),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported":
            ["none", "client_secret_basic", "client_secret_post", "private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported":
            ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"],
        "scopes_supported": scopes::ALL,
        "authorization_response_iss_parameter_supported": true,
        "client_id_metadata_document_supported": offers.documents,
    });
    if let Some(members) = metadata.as_object_mut()
        && offers.registration
    {
        let endpoint = issuer.at("/oauth/register");
        members.insert("registration_endpoint".into(), endpoint.into());
    }
    metadata
}

fn shared(document: Value) -> impl IntoResponse {
    let cached = [(header::CACHE_CONTROL, "public, max-age=300")];
    (cached, Json(document))
}
