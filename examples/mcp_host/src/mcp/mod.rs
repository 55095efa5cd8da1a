//! The MCP server: a resource for which the authorization server beside it issues tokens.

mod guard;
mod tools;

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};

use self::tools::Tools;
use crate::Server;

/// The longest message, in bytes.
const MAX_MESSAGE: usize = 256 * 1024;

/// `/mcp`, the streamable HTTP transport. It has no sessions, so that clients cost no memory.
pub(crate) fn routes(server: &Server) -> Router<Server> {
    let config = StreamableHttpServerConfig::default()
        .with_legacy_session_mode(false)
        .with_json_response(true)
        .with_max_request_body_bytes(MAX_MESSAGE)
        .with_allowed_hosts([server.issuer.host(), "localhost".into(), "127.0.0.1".into()]);
    let tools = Tools::new();
    let sessions = Arc::new(NeverSessionManager::default());
    let service = StreamableHttpService::new(move || Ok(tools.clone()), sessions, config);
    Router::new()
        .route_service("/mcp", service)
        .route_layer(from_fn_with_state(server.clone(), guard::guard))
}
