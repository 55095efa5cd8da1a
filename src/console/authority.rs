/// How the page gets the authority of its user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Authority {
    /// The user pastes a token. It stays in memory until the page is reloaded. For trying out, and
    /// for hosts whose administrators have a command that gets them one.
    #[default]
    Prompt,
    /// The host's own session cookie, which the browser sends with each request to the API. It
    /// takes an [`Authorizer`](crate::authorization::Authorizer) that reads the session, and a
    /// [`CrossOriginGuardLayer`](crate::adapters::tower::CrossOriginGuardLayer) around the API:
    /// without it, other sites can make the browser send requests with that cookie.
    Session,
    /// The page sends a `POST` to this URL, with the host's cookie, and is answered
    /// `{"access_token": "…", "expires_in": 3600}`: a token for the API, and the seconds until it
    /// ends. It is renewed a minute before, and is only ever in memory.
    ///
    /// The URL is relative to the page's, or an absolute path.
    TokenEndpoint(String),
}
