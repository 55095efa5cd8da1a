//! The authorization endpoint (RFC 6749 §3.1) for the code flow with PKCE.

use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use tower_oauth_clients::documents::{self, ErrorKind};
use tower_oauth_clients::domain::{Client, ClientId, GrantType};

use crate::Server;
use crate::back::Back;
use crate::consent;
use crate::page::Page;
use crate::parameters::{Parameters, Unread};
use crate::pkce;
use crate::refusal::Refusal;
use crate::scopes;

/// An authorization request that the user can be asked about.
pub(crate) struct Asked {
    pub(crate) client: Client,
    pub(crate) back: Back,
    pub(crate) challenge: String,
    pub(crate) scopes: Vec<String>,
}

/// Why the user is not asked.
pub(crate) enum Fault {
    /// It is not known who asks, or where they want the answer.
    Page(Page),
    /// The client is told.
    Back(Response),
}

impl From<Page> for Fault {
    fn from(page: Page) -> Self {
        Self::Page(page)
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        match self {
            Self::Page(page) => page.into_response(),
            Self::Back(response) => response,
        }
    }
}

/// Shows the consent page.
pub(crate) async fn authorize(
    State(server): State<Server>,
    RawQuery(query): RawQuery,
) -> Result<impl IntoResponse, Fault> {
    let query = query.unwrap_or_default();
    let parameters = Parameters::read(query.as_bytes()).map_err(unread)?;
    let asked = read(&server, &parameters).await?;
    Ok(consent::page(&server, &parameters, &asked))
}

/// Why a request is not read.
pub(crate) fn unread(unread: Unread) -> Page {
    Page::bad_request(unread.text())
}

/// Reads and checks a request, whose parameters came in the query or from the consent page.
pub(crate) async fn read(server: &Server, parameters: &Parameters) -> Result<Asked, Fault> {
    let client_id = parameters
        .get("client_id")
        .ok_or("The client_id is missing.");
    let client_id = client_id.map_err(Page::bad_request)?;
    let client_id = ClientId::parse(client_id).ok_or_else(unknown)?;
    let redirect_uri = parameters
        .get("redirect_uri")
        .ok_or("The redirect_uri is missing.");
    let redirect_uri = redirect_uri.map_err(Page::bad_request)?;
    let challenge = challenge(server, parameters);
    // To find a client with a document may take a connection to its server, which only a request
    // without a fault that is known before is worth.
    if let Err(Refusal(_, description)) = challenge
        && client_id.as_str().starts_with("http")
    {
        return Err(Page::bad_request(description).into());
    }
    let client = match server.clients.for_consent(&client_id).await {
        Ok(client) => client,
        Err(error) => return Err(not_found(server, &client_id, &error).await.into()),
    };
    if !client.allows_redirect_uri(redirect_uri) {
        return Err(
            Page::bad_request("The redirect_uri is not one that the client registered.").into(),
        );
    }
    let back = Back::new(server, &client, parameters, redirect_uri);
    let refuse = |refusal| Fault::Back(back.refuse(refusal));
    let challenge = challenge.map_err(refuse)?.to_owned();
    let grants = &client.metadata.grant_types;
    if !grants.contains(&GrantType::AuthorizationCode) {
        let refusal = Refusal(
            "unauthorized_client",
            "the client did not register this grant",
        );
        return Err(refuse(refusal));
    }
    let scopes = granted(&client, parameters).map_err(refuse)?;
    Ok(Asked {
        client,
        back,
        challenge,
        scopes,
    })
}

/// Checks what does not depend on the client, and returns the PKCE challenge.
fn challenge<'a>(server: &Server, parameters: &'a Parameters) -> Result<&'a str, Refusal> {
    let get = |name| parameters.get(name);
    match get("response_type") {
        Some("code") => {}
        None => return Err(Refusal("invalid_request", "response_type is missing")),
        Some(_) => return Err(Refusal("unsupported_response_type", "there is code only")),
    }
    if get("request").is_some() {
        return Err(Refusal("request_not_supported", "request is not supported"));
    }
    if get("request_uri").is_some() {
        return Err(Refusal(
            "request_uri_not_supported",
            "request_uri is not supported",
        ));
    }
    if !matches!(get("response_mode"), None | Some("query")) {
        return Err(Refusal(
            "invalid_request",
            "there is response_mode=query only",
        ));
    }
    let challenge = get("code_challenge").filter(|text| pkce::is_challenge(text));
    let challenge = challenge.ok_or(Refusal(
        "invalid_request",
        "code_challenge is missing or is not that of a SHA-256 digest",
    ))?;
    if get("code_challenge_method") != Some("S256") {
        return Err(Refusal(
            "invalid_request",
            "there is code_challenge_method=S256 only",
        ));
    }
    let resource = server.issuer.resource();
    if !parameters.all("resource").all(|named| named == resource) {
        return Err(Refusal(
            "invalid_target",
            "resource is not one of this server",
        ));
    }
    if get("prompt") == Some("none") {
        // OpenID Connect Core 1.0 §3.1.2.6: the page is never skipped here.
        return Err(Refusal("consent_required", "the user has to be asked"));
    }
    let asked = parameters.scopes();
    if !asked.is_empty() && !asked.iter().any(|scope| scopes::ALL.contains(scope)) {
        return Err(Refusal(
            "invalid_scope",
            "this server has none of these scopes",
        ));
    }
    Ok(challenge)
}

/// The scopes that were asked for, as far as the client registered them; without any, the one to
/// read (RFC 6749 §3.3). The token response tells the client.
fn granted(client: &Client, parameters: &Parameters) -> Result<Vec<String>, Refusal> {
    let mut asked = parameters.scopes();
    if asked.is_empty() {
        asked.push(scopes::READ);
    }
    let registered = &client.metadata.scopes;
    asked.retain(|scope| {
        scopes::ALL.contains(scope) && registered.iter().any(|known| known == scope)
    });
    match asked.is_empty() {
        true => Err(Refusal(
            "invalid_scope",
            "the client registered none of these scopes",
        )),
        false => Ok(asked.into_iter().map(str::to_owned).collect()),
    }
}

fn unknown() -> Page {
    let text = "In your app, remove the stored credentials of this connection and connect again, so \
                that the app registers anew.";
    Page::new(StatusCode::BAD_REQUEST, "Unknown client", text)
}

/// Why there is no client to ask about. What failed on the way to a document is for the log.
async fn not_found(server: &Server, client_id: &ClientId, error: &documents::Error) -> Page {
    tracing::info!(%client_id, source = std::error::Error::source(error), "not found: {error}");
    let said = match error.kind() {
        ErrorKind::Unknown => return unknown(),
        ErrorKind::Inactive if server.clients.is_pending(client_id).await => {
            let text = "An administrator has to approve this app first. Then connect again.";
            return Page::new(error.status(), "Waiting for approval", text);
        }
        ErrorKind::Inactive => "An administrator suspended or removed this app.",
        ErrorKind::InvalidUrl => "Its client_id is not a URL that is accepted here.",
        ErrorKind::Untrusted => "Apps of this host are not accepted here.",
        ErrorKind::InvalidDocument => "The document that describes the app is not valid.",
        _ => "The app can't be looked up now. Try again later.",
    };
    let page = Page::new(error.status(), "This app can't be connected", said);
    page.with_retry_after(error.retry_after())
}
