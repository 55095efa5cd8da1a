//! Who may call the MCP server (MCP 2026-07-28, Authorization; RFC 6750 §3).

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use tower_oauth_clients::domain::ClientId;

use super::MAX_MESSAGE;
use super::tools::scope_of;
use crate::Server;
use crate::discovery::RESOURCE;
use crate::scopes;

/// Who calls, and what the token is good for. The tools find it in the extensions of the request.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    pub(super) user: &'static str,
    pub(super) client_id: ClientId,
    pub(super) scopes: Vec<String>,
}

impl Caller {
    pub(super) fn may(&self, scope: &str) -> bool {
        self.scopes.iter().any(|known| known == scope)
    }
}

/// A challenge, which tells a client where and for what to get a token.
enum Challenge {
    /// No token: no error code either (RFC 6750 §3.1).
    Missing,
    /// A token that doesn't work, or not any more.
    Invalid,
    /// A token without this scope: the client asks the user for it, and comes back.
    Insufficient(&'static str),
}

impl Challenge {
    fn answer(&self, server: &Server) -> Response {
        let metadata = server.issuer.at(RESOURCE);
        let (status, error, scope) = match self {
            Self::Missing => (StatusCode::UNAUTHORIZED, "", scopes::READ),
            Self::Invalid => (
                StatusCode::UNAUTHORIZED,
                "error=\"invalid_token\", ",
                scopes::READ,
            ),
            Self::Insufficient(scope) => (
                StatusCode::FORBIDDEN,
                "error=\"insufficient_scope\", ",
                *scope,
            ),
        };
        let challenge =
            format!("Bearer {error}resource_metadata=\"{metadata}\", scope=\"{scope}\"");
        (status, [(header::WWW_AUTHENTICATE, challenge)]).into_response()
    }
}

/// Lets requests pass that have a token with the scope of the tool that they call, and that no page
/// of a strange origin sends.
pub(super) async fn guard(State(server): State<Server>, request: Request, next: Next) -> Response {
    let (mut head, body) = request.into_parts();
    // First of all: the connection of a request that is not read ends with the answer.
    let body = match head.method == Method::POST {
        true => match to_bytes(body, MAX_MESSAGE).await {
            Ok(body) => body,
            Err(_) => return StatusCode::PAYLOAD_TOO_LARGE.into_response(),
        },
        false => Bytes::new(),
    };
    // What is no browser says nothing.
    let mut origins = head.headers.get_all(header::ORIGIN).iter();
    if !origins.all(|origin| server.origins.allow(origin)) {
        let text = "Pages of this origin may not call the MCP server.\n";
        return (StatusCode::FORBIDDEN, text).into_response();
    }
    let caller = match caller(&server, &head.headers).await {
        Ok(caller) => caller,
        Err(response) => return response,
    };
    if let Some(scope) = needed(&body)
        && !caller.may(scope)
    {
        return Challenge::Insufficient(scope).answer(&server);
    }
    head.extensions.insert(caller);
    next.run(Request::from_parts(head, Body::from(body))).await
}

async fn caller(server: &Server, headers: &HeaderMap) -> Result<Caller, Response> {
    let refuse = |challenge: Challenge| challenge.answer(server);
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let authorization = values.next().ok_or_else(|| refuse(Challenge::Missing))?;
    let invalid = || refuse(Challenge::Invalid);
    if values.next().is_some() {
        return Err(invalid());
    }
    let (scheme, token) = authorization
        .to_str()
        .ok()
        .and_then(|text| text.split_once(' '))
        .ok_or_else(invalid)?;
    let is_bearer = scheme.eq_ignore_ascii_case("bearer");
    let found = server.grants.find(token).filter(|_| is_bearer);
    // Other resources would have tokens of their own (RFC 8707 §2).
    let found = found.filter(|agreed| agreed.resource == server.issuer.resource());
    let agreed = found.ok_or_else(invalid)?;
    match server.clients.live(&agreed.client_id).await {
        Ok(Some(client)) => Ok(Caller {
            user: agreed.user,
            client_id: agreed.client_id,
            scopes: scopes::within(&client.metadata.scopes, &agreed.scopes),
        }),
        Ok(None) => Err(invalid()),
        Err(_) => {
            let wait = [(header::RETRY_AFTER, "1")];
            Err((StatusCode::SERVICE_UNAVAILABLE, wait).into_response())
        }
    }
}

/// The part of a message that says which tool it calls.
#[derive(Deserialize)]
struct Message {
    method: String,
    params: Option<Params>,
}

#[derive(Deserialize)]
struct Params {
    name: Option<String>,
}

/// The scope that a message needs. The status says so before anything is done; the tools check it
/// again, whatever else can be read from the message.
fn needed(body: &[u8]) -> Option<&'static str> {
    let message: Message = serde_json::from_slice(body).ok()?;
    let is_call = message.method == "tools/call";
    let name = message.params.filter(|_| is_call)?.name?;
    scope_of(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_needs_the_scope_of_its_tool() {
        let call = |name: &str| {
            format!(r#"{{"id":1,"method":"tools/call","params":{{"name":"{name}"}}}}"#)
        };
        for (body, expected) in [
            (&*call("whoami"), Some(scopes::READ)),
            (&call("write_note"), Some(scopes::WRITE)),
            (&call("other"), None),
            (
                r#"{"method":"prompts/get","params":{"name":"write_note"}}"#,
                None,
            ),
            (r#"{"method":"tools/list"}"#, None),
            ("[]", None),
            ("", None),
        ] {
            assert_eq!(needed(body.as_bytes()), expected, "{body}");
        }
    }
}
