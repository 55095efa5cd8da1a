use axum::http::Request;
use tracing::{Span, info_span};

/// The span of a request, in which the log shows its path but not its query: a client may have put
/// there what must stay secret.
pub(crate) fn span<B>(request: &Request<B>) -> Span {
    info_span!("request", method = %request.method(), path = request.uri().path())
}
