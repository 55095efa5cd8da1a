//! The program `mcp_host`, and plain requests to it.

use std::net::SocketAddr;

use serde_json::{Value, json};
use support::example::{Answer, Host, Program, Settings, ask, send};
use tempfile::TempDir;
use url::Url;
use url::form_urlencoded::Serializer;

use crate::browser::{Decision, decide, parameter};

pub const ADMIN: &str = "/api/v1/admin/oauth";

/// A code verifier and its challenge (RFC 7636, appendix B).
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

pub const CALLBACK: &str = "http://127.0.0.1:3118/callback";

const MCP_HOST: Program = Program {
    name: "mcp_host",
    last_command: "curl -sS \"$ADMIN/registrations\"",
};

pub fn settings(folder: &TempDir) -> Settings<'_> {
    Settings::of(&MCP_HOST, folder)
}

/// Where the host is, and who administers it.
#[derive(Clone, Debug)]
pub struct Site {
    pub address: SocketAddr,
    pub token: String,
}

impl From<&Host> for Site {
    fn from(host: &Host) -> Self {
        Self {
            address: host.address,
            token: host.token.clone(),
        }
    }
}

impl Site {
    pub fn issuer(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn mcp(&self) -> String {
        format!("{}/mcp", self.issuer())
    }

    pub fn get(&self, path: &str) -> Answer {
        send(self.address, "GET", path, "", "").unwrap()
    }

    /// An operation of the admin API.
    pub fn admin(&self, method: &str, path: &str, body: &Value) -> Answer {
        let path = format!("{ADMIN}{path}");
        let answer = ask(self.address, method, &path, &self.token, body).unwrap();
        assert!(answer.status < 300, "{method} {path}: {}", answer.body);
        answer
    }

    /// How many clients have registered themselves.
    pub fn registrations(&self) -> u64 {
        let found = self.admin("GET", "/registrations", &Value::Null);
        found.json()["total"].as_u64().unwrap()
    }

    pub fn set_status(&self, client_id: &str, status: &str) {
        let path = format!("/clients/{client_id}");
        self.admin("PUT", &path, &json!({ "status": status }));
    }

    pub fn delete(&self, client_id: &str) {
        self.admin("DELETE", &format!("/clients/{client_id}"), &Value::Null);
    }

    pub fn try_register(&self, metadata: &Value) -> Answer {
        let head = "Content-Type: application/json\r\n";
        let body = metadata.to_string();
        send(self.address, "POST", "/oauth/register", head, &body).unwrap()
    }

    pub fn register(&self, metadata: &Value) -> Value {
        let registered = self.try_register(metadata);
        assert_eq!(registered.status, 201, "{}", registered.body);
        registered.json()
    }

    /// Posts a form to the token endpoint.
    pub fn token(&self, head: &str, form: &[(&str, &str)]) -> Answer {
        let form = Serializer::new(String::new()).extend_pairs(form).finish();
        let head = format!("Content-Type: application/x-www-form-urlencoded\r\n{head}");
        send(self.address, "POST", "/token", &head, &form).unwrap()
    }

    /// An authorization URL with these changes; `""` leaves a parameter out.
    pub fn authorization(&self, client_id: &str, changes: &[(&str, &str)]) -> String {
        let resource = self.mcp();
        let mut pairs = vec![
            ("response_type", "code"),
            ("client_id", client_id),
            ("redirect_uri", CALLBACK),
            ("state", "s t&<te>"),
            ("scope", "mcp:read"),
            ("resource", &resource),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        pairs.retain(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
        pairs.extend(changes);
        pairs.retain(|(_, value)| !value.is_empty());
        let url = Url::parse_with_params(&format!("{}/authorize", self.issuer()), pairs);
        url.unwrap().into()
    }

    /// A code for a client, whose user agrees.
    pub fn code(&self, client_id: &str, changes: &[(&str, &str)]) -> String {
        let url = self.authorization(client_id, changes);
        let location = decide(&url, Decision::Allow).unwrap_or_else(|page| panic!("{}", page.body));
        parameter(&location, "code").unwrap_or_else(|| panic!("{location}"))
    }

    /// The form that exchanges a code of a public client.
    pub fn exchange(&self, client_id: &str, code: &str) -> Answer {
        let form = [
            ("grant_type", "authorization_code"),
            ("client_id", client_id),
            ("code", code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
            ("resource", &self.mcp()),
        ];
        self.token("", &form)
    }

    /// Tokens for a public client, whose user agrees.
    pub fn tokens(&self, client_id: &str, changes: &[(&str, &str)]) -> Value {
        let answer = self.exchange(client_id, &self.code(client_id, changes));
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()
    }

    pub fn refresh(&self, client_id: &str, refresh_token: &str) -> Answer {
        let form = [
            ("grant_type", "refresh_token"),
            ("client_id", client_id),
            ("refresh_token", refresh_token),
        ];
        self.token("", &form)
    }

    /// Calls a tool of the MCP server with an access token.
    pub fn call(&self, access_token: &str, tool: &str) -> Answer {
        let arguments = json!({"text": "a note"});
        let message = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call",
            "params": {"name": tool, "arguments": arguments}});
        self.post_mcp(access_token, &message.to_string())
    }

    pub fn post_mcp(&self, access_token: &str, message: &str) -> Answer {
        let head = format!(
            "Authorization: Bearer {access_token}\r\nContent-Type: application/json\r\n\
             Accept: application/json, text/event-stream\r\n"
        );
        send(self.address, "POST", "/mcp", &head, message).unwrap()
    }
}

/// What a public client registers, with refresh tokens.
pub fn public() -> Value {
    json!({
        "client_name": "A client",
        "redirect_uris": [CALLBACK],
        "grant_types": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_method": "none",
    })
}
