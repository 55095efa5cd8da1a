use std::time::Duration;

use tower_oauth_clients::domain::ClientId;

/// What a user agreed to.
#[derive(Clone, Debug)]
pub(crate) struct Agreed {
    pub(crate) client_id: ClientId,
    pub(crate) user: &'static str,
    pub(crate) scopes: Vec<String>,
    pub(crate) resource: String,
}

/// A code's part of an authorization request.
#[derive(Clone, Debug)]
pub(crate) struct Requested {
    pub(crate) redirect_uri: String,
    pub(crate) challenge: String,
}

/// What comes with a code (RFC 6749 §4.1.3, RFC 7636 §4.5, RFC 8707 §2.2).
pub(crate) struct Redemption<'a> {
    pub(crate) code: &'a str,
    pub(crate) redirect_uri: Option<&'a str>,
    pub(crate) verifier: &'a str,
    pub(crate) resources: Vec<&'a str>,
}

/// What comes with a refresh token (RFC 6749 §6).
pub(crate) struct Renewal<'a> {
    pub(crate) token: &'a str,
    pub(crate) scopes: Vec<&'a str>,
    pub(crate) resources: Vec<&'a str>,
}

/// New tokens.
pub(crate) struct Tokens {
    pub(crate) access: String,
    pub(crate) refresh: Option<String>,
    pub(crate) lifetime: Duration,
    pub(crate) scopes: Vec<String>,
}
