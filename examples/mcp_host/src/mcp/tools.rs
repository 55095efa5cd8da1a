use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::request::Parts;
use rmcp::handler::server::router::tool::ToolRouter;
use rmcp::handler::server::tool::Extension;
use rmcp::handler::server::wrapper::Parameters;
use rmcp::model::{ErrorData, Implementation, ServerCapabilities, ServerConfig};
use rmcp::{ServerHandler, schemars, tool, tool_handler, tool_router};
use serde::Deserialize;
use serde_json::json;

use super::guard::Caller;
use crate::scopes;

/// How many notes are kept, and how long one may be, in bytes.
const MAX_NOTES: usize = 100;
const MAX_NOTE: usize = 1_000;

/// The scope that a tool needs.
pub(super) fn scope_of(tool: &str) -> Option<&'static str> {
    match tool {
        "whoami" => Some(scopes::READ),
        "write_note" => Some(scopes::WRITE),
        _ => None,
    }
}

/// The tools. Clones share the notes.
#[derive(Clone)]
pub(super) struct Tools {
    tool_router: ToolRouter<Self>,
    notes: Arc<Mutex<VecDeque<String>>>,
}

#[derive(Deserialize, schemars::JsonSchema)]
struct Note {
    /// What to write down, up to 1,000 bytes.
    text: String,
}

#[tool_router]
impl Tools {
    pub(super) fn new() -> Self {
        Self {
            tool_router: Self::tool_router(),
            notes: Arc::default(),
        }
    }

    #[tool(description = "Says who you are, and what you may do here.")]
    fn whoami(&self, Extension(head): Extension<Parts>) -> Result<String, ErrorData> {
        let caller = caller(&head, scopes::READ)?;
        let told = json!({
            "user": caller.user,
            "client_id": caller.client_id.as_str(),
            "scopes": caller.scopes,
        });
        Ok(told.to_string())
    }

    #[tool(description = "Writes a note down, and says how many there are.")]
    fn write_note(
        &self,
        Extension(head): Extension<Parts>,
        Parameters(Note { text }): Parameters<Note>,
    ) -> Result<String, ErrorData> {
        caller(&head, scopes::WRITE)?;
        if text.len() > MAX_NOTE {
            return Err(ErrorData::invalid_params("the note is too long", None));
        }
        let mut notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        notes.truncate(MAX_NOTES - 1);
        notes.push_front(text);
        Ok(format!("{} written", notes.len()))
    }
}

/// The caller, if the token has this scope.
fn caller<'a>(head: &'a Parts, scope: &str) -> Result<&'a Caller, ErrorData> {
    let caller = head.extensions.get::<Caller>();
    caller.filter(|caller| caller.may(scope)).ok_or_else(|| {
        ErrorData::invalid_request(format!("this needs a token with the scope {scope}"), None)
    })
}

#[tool_handler(router = self.tool_router)]
impl ServerHandler for Tools {
    fn get_info(&self) -> ServerConfig {
        let mut config = ServerConfig::new(ServerCapabilities::builder().enable_tools().build());
        config.server_info = Implementation::new("mcp_host", env!("CARGO_PKG_VERSION"));
        config
    }
}
