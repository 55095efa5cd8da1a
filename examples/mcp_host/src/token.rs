//! The token endpoint (RFC 6749 §3.2): a code for tokens, and a refresh token for new ones.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use serde_json::{Map, Value};
use tower_oauth_clients::adapters::axum::AuthenticatedClient;
use tower_oauth_clients::domain::{Client, GrantType};

use crate::Server;
use crate::grants::{Redemption, Renewal, Tokens};
use crate::parameters::Parameters;
use crate::refusal::Refusal;

/// The client is authenticated when this is called, or is public and says who it is.
pub(crate) async fn token(
    State(server): State<Server>,
    AuthenticatedClient(caller): AuthenticatedClient,
    body: Bytes,
) -> Result<impl IntoResponse, Refusal> {
    let parameters = Parameters::read(&body);
    let parameters = parameters.map_err(|unread| Refusal("invalid_request", unread.text()))?;
    let client = &caller.client;
    let resources = parameters.all("resource").collect();
    let tokens = match parameters.get("grant_type") {
        Some("authorization_code") => {
            check_grant(client, &GrantType::AuthorizationCode)?;
            let redemption = Redemption {
                code: required(&parameters, "code")?,
                redirect_uri: parameters.get("redirect_uri"),
                verifier: required(&parameters, "code_verifier")?,
                resources,
            };
            server.grants.redeem(client, &redemption)?
        }
        Some("refresh_token") => {
            check_grant(client, &GrantType::RefreshToken)?;
            let renewal = Renewal {
                token: required(&parameters, "refresh_token")?,
                scopes: parameters.scopes(),
                resources,
            };
            server.grants.renew(client, &renewal)?
        }
        None => return Err(Refusal("invalid_request", "grant_type is missing")),
        Some(_) => {
            let others = "there are authorization_code and refresh_token only";
            return Err(Refusal("unsupported_grant_type", others));
        }
    };
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(answer(tokens))))
}

fn check_grant(client: &Client, grant: &GrantType) -> Result<(), Refusal> {
    match client.metadata.grant_types.contains(grant) {
        true => Ok(()),
        false => Err(Refusal(
            "unauthorized_client",
            "the client did not register this grant",
        )),
    }
}

fn required<'a>(parameters: &'a Parameters, name: &'static str) -> Result<&'a str, Refusal> {
    let missing = match name {
        "code" => "code is missing",
        "code_verifier" => "code_verifier is missing",
        _ => "refresh_token is missing",
    };
    parameters
        .get(name)
        .ok_or(Refusal("invalid_request", missing))
}

/// RFC 6749 §5.1. Absent members are left out, since clients refuse `null`.
fn answer(tokens: Tokens) -> Map<String, Value> {
    let mut answer = Map::new();
    let mut set = |name: &str, value: Value| answer.insert(name.to_owned(), value);
    set("access_token", tokens.access.into());
    set("token_type", "Bearer".into());
    set("expires_in", tokens.lifetime.as_secs().into());
    set("scope", tokens.scopes.join(" ").into());
    if let Some(refresh) = tokens.refresh {
        set("refresh_token", refresh.into());
    }
    answer
}
