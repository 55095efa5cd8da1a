//! Error responses.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// An error of RFC 6749 §5.2 about a request whose client is known.
pub(crate) struct Refusal(pub(crate) &'static str, pub(crate) &'static str);

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let Self(error, description) = self;
        let body = Json(json!({"error": error, "error_description": description}));
        let no_store = [(header::CACHE_CONTROL, "no-store")];
        (StatusCode::BAD_REQUEST, no_store, body).into_response()
    }
}

/// The endpoint that OpenID Connect Discovery requires of every server.
pub(crate) async fn authorize() -> Refusal {
    Refusal("unsupported_response_type", "nobody can log in here")
}
