use mcp_host::Issuer;
use tower_oauth_clients::registration::RegistrationMode;

/// What to paste into an MCP client, and into a shell.
pub(crate) fn commands(issuer: &Issuer, token: &str, mode: &RegistrationMode) -> String {
    let may = match mode {
        RegistrationMode::Open => "your browser asks you to agree:",
        RegistrationMode::Approval => "it waits until you approve it:",
        RegistrationMode::Protected => "it needs an initial access token to register:",
        _ => "it needs the client_id of a client that you created:",
    };
    let mut text = format!(
        r#"Paste this URL into an MCP client; {may}

  {issuer}/mcp

For example: claude mcp add --transport http demo {issuer}/mcp

Paste this into another terminal. The token is good for an hour.

TOKEN={token}
ISSUER={issuer}
ADMIN=$ISSUER/api/v1/admin/oauth

# What a client finds out by itself, from the first refusal on.
curl -sSi "$ISSUER/mcp"; echo
curl -sS "$ISSUER/.well-known/oauth-protected-resource/mcp"; echo
curl -sS "$ISSUER/.well-known/oauth-authorization-server"; echo
"#
    );
    let is_protected = *mode == RegistrationMode::Protected;
    if is_protected {
        text.push_str(INITIAL);
    }
    if *mode != RegistrationMode::Off {
        text.push_str(&register(is_protected));
        if *mode == RegistrationMode::Approval {
            text.push_str(APPROVE);
        }
        text.push_str(SUSPEND);
    }
    text.push_str(LIST);
    text
}

const INITIAL: &str = r#"
# A token to register with, for one client.
INITIAL=$(curl -sS "$ADMIN/initial-access-tokens" -H "Authorization: Bearer $TOKEN" \
  -H 'Content-Type: application/json' -d '{"uses":1}' | sed -n 's/.*"token":"\([^"]*\)".*/\1/p')
"#;

fn register(is_protected: bool) -> String {
    let bearer = match is_protected {
        true => " -H \"Authorization: Bearer $INITIAL\"",
        false => "",
    };
    format!(
        r#"
# How a client registers. Its registration access token is in the answer, this once.
REGISTERED=$(curl -sS "$ISSUER/oauth/register" -H 'Content-Type: application/json'{bearer} \
  -d '{{"client_name":"My Client","redirect_uris":["http://127.0.0.1:3118/callback"],
       "grant_types":["authorization_code","refresh_token"],"token_endpoint_auth_method":"none"}}')
echo "$REGISTERED"
CLIENT_ID=$(echo "$REGISTERED" | sed -n 's/.*"client_id":"\([^"]*\)".*/\1/p')
"#
    )
}

const APPROVE: &str = r#"
# It waits for you to approve it.
curl -sS -X POST "$ADMIN/registrations/$CLIENT_ID/approve" -H "Authorization: Bearer $TOKEN"; echo
"#;

const SUSPEND: &str = r#"
# Suspend it: its tokens end at once.
curl -sS -X PUT "$ADMIN/clients/$CLIENT_ID" -H "Authorization: Bearer $TOKEN" \
  -H 'Content-Type: application/json' -d '{"status":"suspended"}'; echo
"#;

const LIST: &str = r#"
# Who registered.
curl -sS "$ADMIN/registrations" -H "Authorization: Bearer $TOKEN"; echo
"#;
