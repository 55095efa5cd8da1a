//! The server's metadata for clients (RFC 8414, OpenID Connect Discovery 1.0).

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use crate::Server;

pub(crate) async fn metadata(State(server): State<Server>) -> Json<Value> {
    let issuer = &*server.issuer;
    let methods = [
        "client_secret_basic",
        "client_secret_post",
        "private_key_jwt",
    ];
    let algorithms = [
        "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA",
    ];
    Json(json!({
        "issuer": issuer,
        "token_endpoint": format!("{issuer}/token"),
        "token_endpoint_auth_methods_supported": methods,
        "token_endpoint_auth_signing_alg_values_supported": algorithms,
        "introspection_endpoint": format!("{issuer}/introspect"),
        "introspection_endpoint_auth_methods_supported": methods,
        "introspection_endpoint_auth_signing_alg_values_supported": algorithms,
        "jwks_uri": format!("{issuer}/jwks"),
        "grant_types_supported": ["client_credentials"],
        // OpenID Connect Discovery requires these members, which only logins use; the endpoint
        // refuses everything.
        "authorization_endpoint": format!("{issuer}/authorize"),
        "response_types_supported": ["none"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
    }))
}
