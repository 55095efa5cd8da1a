use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// An error code of RFC 6749 §4.1.2.1 or §5.2 or RFC 8707 §2, and what is wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Refusal(pub(crate) &'static str, pub(crate) &'static str);

impl Refusal {
    /// As parameters (RFC 6749 §4.1.2.1).
    pub(crate) fn pairs(self) -> [(&'static str, &'static str); 2] {
        let Self(error, description) = self;
        [("error", error), ("error_description", description)]
    }
}

/// At the token endpoint, of a client that is known (RFC 6749 §5.2).
impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let Self(error, description) = self;
        let body = Json(json!({"error": error, "error_description": description}));
        let no_store = [(header::CACHE_CONTROL, "no-store")];
        (StatusCode::BAD_REQUEST, no_store, body).into_response()
    }
}
