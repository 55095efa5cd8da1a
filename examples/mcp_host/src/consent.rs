//! The page on which the user agrees, and its form.

use std::fmt::Write;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tower_oauth_clients::domain::ClientFacts;
use url::{Host, Url};

use crate::Server;
use crate::authorize::{Asked, Fault, read, unread};
use crate::grants::{Agreed, Requested, may_refresh};
use crate::page::{Escaped, Page, html};
use crate::parameters::Parameters;
use crate::refusal::Refusal;
use crate::scopes;

/// The parameters of the request that the form sends along.
const FIELDS: [&str; 8] = [
    "response_type",
    "client_id",
    "redirect_uri",
    "state",
    "scope",
    "resource",
    "code_challenge",
    "code_challenge_method",
];

/// Nobody logs in here: everyone is this user.
const USER: &str = "demo";

/// The field with the scopes that the page shows, which may be fewer than were asked for.
const SHOWN: &str = "shown_scope";

/// The field with the name that the page shows, which the client can change.
const SHOWN_NAME: &str = "shown_name";

/// What a ticket is for: the request, and what the user was told of it.
fn fields<'a>(
    parameters: &'a Parameters,
    shown: &'a str,
    name: &'a str,
) -> Vec<(&'static str, &'a str)> {
    let values = |name| parameters.all(name).map(move |value| (name, value));
    let request = FIELDS.into_iter().flat_map(values);
    request
        .chain([(SHOWN, shown), (SHOWN_NAME, name)])
        .collect()
}

/// Asks the user. The hosts come first, since a client that registered itself may have any name.
pub(crate) fn page(
    server: &Server,
    parameters: &Parameters,
    asked: &Asked,
) -> impl IntoResponse + use<> {
    let facts = asked.client.facts(&asked.back.redirect_uri);
    let shown = asked.scopes.join(" ");
    let fields = fields(parameters, &shown, &facts.name);
    let mut main = format!(
        "<h1>Give {} access?</h1>{}",
        Escaped(&who(&facts)),
        described(&facts)
    );
    let _ = write!(main, "<p>As <b>{USER}</b>, you would let it:</p><ul>");
    for scope in &asked.scopes {
        let meaning = scopes::meaning(scope);
        let _ = write!(main, "<li>{meaning} (<code>{}</code>)</li>", Escaped(scope));
    }
    if may_refresh(&asked.client) && !asked.scopes.iter().any(|scope| scope == scopes::OFFLINE) {
        let _ = write!(main, "<li>{}</li>", scopes::meaning(scopes::OFFLINE));
    }
    main.push_str("</ul><form method=\"post\" action=\"/authorize\">");
    let ticket = server.tickets.issue(&fields);
    for (name, value) in fields.into_iter().chain([("ticket", &*ticket)]) {
        let value = Escaped(value);
        let _ = write!(
            main,
            "<input type=\"hidden\" name=\"{name}\" value=\"{value}\">"
        );
    }
    main.push_str(
        "<button name=\"decision\" value=\"allow\">Allow</button>\
         <button name=\"decision\" value=\"deny\">Deny</button></form>",
    );
    html(&main, &form_action(&asked.back.redirect_uri))
}

/// Whose host it is: the one that vouches for the client, or the one that the user is sent to.
fn who(facts: &ClientFacts) -> String {
    if let Some(host) = &facts.client_id_host {
        return host.clone();
    }
    if facts.is_redirect_loopback {
        return "a program on this device".into();
    }
    match (&facts.private_use_scheme, &facts.redirect_host) {
        (Some(scheme), _) => format!("an app on this device ({scheme}:)"),
        (None, Some(host)) => host.clone(),
        (None, None) => "an unknown app".into(),
    }
}

fn described(facts: &ClientFacts) -> String {
    let mut text = String::from("<dl>");
    let mut row = |term: &str, value: &str| {
        let _ = write!(
            text,
            "<dt>{term}</dt><dd><bdi>{}</bdi></dd>",
            Escaped(value)
        );
    };
    if let Some(host) = &facts.client_id_host {
        row("Described by a document at", host);
    }
    match (&facts.private_use_scheme, &facts.redirect_host) {
        (Some(scheme), _) => row(
            "You are sent back to the app that opens",
            &format!("{scheme}:"),
        ),
        (None, Some(host)) => row("You are sent back to", host),
        (None, None) => {}
    }
    let name = if facts.is_name_vouched {
        "Name"
    } else {
        "It calls itself"
    };
    row(name, &facts.name);
    text.push_str("</dl>");
    if facts.is_loopback_only {
        text.push_str(
            "<p class=\"warning\">Any program on this device can pass for this one. Go on only if \
             you have just started the connection yourself.</p>",
        );
    }
    text
}

/// Where the form may lead. Browsers apply it to the redirect that follows, too (CSP 3, section
/// 6.4.1), and know no address of IP version 6 there.
fn form_action(redirect_uri: &str) -> String {
    let Ok(url) = Url::parse(redirect_uri) else {
        return "'self'".into();
    };
    let is_web = matches!(url.scheme(), "http" | "https");
    match url.host() {
        Some(Host::Domain(_) | Host::Ipv4(_)) if is_web => {
            format!("'self' {}", url.origin().ascii_serialization())
        }
        _ => format!("'self' {}:", url.scheme()),
    }
}

/// Takes the user's decision.
pub(crate) async fn decide(
    State(server): State<Server>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Fault> {
    if !is_from_own_page(&headers, server.issuer.as_str()) {
        let text = "The form was sent by another page than the one of this server.";
        let title = "Nothing was decided";
        return Err(Page::new(StatusCode::FORBIDDEN, title, text).into());
    }
    let parameters = Parameters::read(&body).map_err(unread)?;
    let ticket = parameters.get("ticket").unwrap_or_default();
    let shown = parameters.get(SHOWN).unwrap_or_default();
    let name = parameters.get(SHOWN_NAME).unwrap_or_default();
    if !server
        .tickets
        .is_good(ticket, &fields(&parameters, shown, name))
    {
        let text = "The page was open for too long, or this server was started again. Connect again \
                    in your app.";
        let title = "Nothing was decided";
        return Err(Page::new(StatusCode::BAD_REQUEST, title, text).into());
    }
    // All is checked again: the client may have been suspended meanwhile.
    let asked = read(&server, &parameters).await?;
    if asked.client.facts(&asked.back.redirect_uri).name != name {
        let text = "The app has another name now. Connect again in your app.";
        let title = "Nothing was decided";
        return Err(Page::new(StatusCode::BAD_REQUEST, title, text).into());
    }
    match parameters.get("decision") {
        Some("allow") => {}
        Some("deny") => {
            let refusal = Refusal("access_denied", "the user refused");
            return Ok(asked.back.deny(refusal));
        }
        _ => return Err(Page::bad_request("The decision is missing.").into()),
    }
    // The client may have been given more since the page was shown.
    let shown: Vec<_> = shown.split(' ').map(str::to_owned).collect();
    let scopes = scopes::within(&shown, &asked.scopes);
    if scopes.is_empty() {
        let gone = Refusal(
            "invalid_scope",
            "the client may have none of these scopes any more",
        );
        return Ok(asked.back.deny(gone));
    }
    let agreed = Agreed {
        client_id: asked.client.client_id,
        user: USER,
        scopes,
        resource: server.issuer.resource(),
    };
    let requested = Requested {
        redirect_uri: asked.back.redirect_uri.clone(),
        challenge: asked.challenge,
    };
    let code = server.grants.agree(agreed, requested);
    Ok(asked.back.grant(&code))
}

/// Whether a form comes from the page above, as far as a browser says. What is no browser says
/// nothing, and has no user whom a page could trick.
fn is_from_own_page(headers: &HeaderMap, issuer: &str) -> bool {
    let says = |name: &str, expected: &str| {
        let mut values = headers.get_all(name).iter();
        values.all(|value| value == expected)
    };
    says(header::ORIGIN.as_str(), issuer) && says("sec-fetch-site", "same-origin")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_may_lead_back_to_the_client() {
        for (uri, expected) in [
            (
                "https://app.example.com/cb?x=1",
                "'self' https://app.example.com",
            ),
            (
                "http://127.0.0.1:3118/callback",
                "'self' http://127.0.0.1:3118",
            ),
            ("http://[::1]:3118/callback", "'self' http:"),
            (
                "cursor://anysphere.cursor-mcp/oauth/callback",
                "'self' cursor:",
            ),
            ("com.example.app:/cb", "'self' com.example.app:"),
            ("", "'self'"),
        ] {
            assert_eq!(form_action(uri), expected);
        }
    }
}
