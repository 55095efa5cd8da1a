use axum::http::StatusCode;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use tower_oauth_clients::domain::Client;
use url::form_urlencoded::Serializer;

use crate::Server;
use crate::page::{Page, Return};
use crate::parameters::Parameters;
use crate::refusal::Refusal;

/// The way back to the client: its redirect URI and what it recognizes its request by.
pub(crate) struct Back {
    pub(crate) redirect_uri: String,
    /// Where that leads, for the user.
    name: String,
    /// Whether an administrator entered the client, and with it the redirect URI, or this leads no
    /// further than to the user's own device.
    is_trusted: bool,
    state: Option<String>,
    issuer: String,
}

impl Back {
    pub(crate) fn new(
        server: &Server,
        client: &Client,
        parameters: &Parameters,
        redirect_uri: &str,
    ) -> Self {
        let facts = client.facts(redirect_uri);
        let is_trusted = facts.is_name_vouched || facts.is_redirect_loopback;
        let scheme = facts.private_use_scheme.map(|scheme| format!("{scheme}:"));
        let name = scheme.or(facts.redirect_host);
        Self {
            redirect_uri: redirect_uri.to_owned(),
            name: name.unwrap_or_else(|| "your app".into()),
            is_trusted,
            state: parameters.get("state").map(str::to_owned),
            issuer: server.issuer.to_string(),
        }
    }

    /// Sends the user back with a code (RFC 6749 §4.1.2, RFC 9207 §2).
    pub(crate) fn grant(&self, code: &str) -> Response {
        self.redirect(&[("code", code)])
    }

    /// Sends a user back who decided so (RFC 6749 §4.1.2.1).
    pub(crate) fn deny(&self, refusal: Refusal) -> Response {
        self.redirect(&refusal.pairs())
    }

    /// Answers a request that the user was not asked about. Anyone can register any redirect URI
    /// and then link to here, so that a redirect would lead there under the name of this server:
    /// the user has to decide (RFC 9700 §4.11.2), unless it leads to their own device.
    pub(crate) fn refuse(&self, refusal: Refusal) -> Response {
        if self.is_trusted {
            return self.redirect(&refusal.pairs());
        }
        let Refusal(_, description) = refusal;
        let back = Return {
            uri: self.uri(&refusal.pairs()),
            name: self.name.clone(),
        };
        Page::bad_request(description)
            .with_return(back)
            .into_response()
    }

    fn uri(&self, answer: &[(&str, &str)]) -> String {
        let mut pairs = Serializer::new(String::new());
        pairs.extend_pairs(answer);
        if let Some(state) = &self.state {
            pairs.append_pair("state", state);
        }
        pairs.append_pair("iss", &self.issuer);
        // The URI itself stays as it is, byte for byte.
        let uri = &self.redirect_uri;
        let joint = if uri.contains('?') { '&' } else { '?' };
        format!("{uri}{joint}{}", pairs.finish())
    }

    fn redirect(&self, answer: &[(&str, &str)]) -> Response {
        let Ok(location) = HeaderValue::try_from(self.uri(answer)) else {
            return Page::bad_request("The redirect_uri can't be put into a header.")
                .into_response();
        };
        let fixed = HeaderValue::from_static;
        let headers = [
            (header::LOCATION, location),
            (header::CACHE_CONTROL, fixed("no-store")),
            (header::REFERRER_POLICY, fixed("no-referrer")),
        ];
        (StatusCode::FOUND, headers).into_response()
    }
}
