use tower::Layer;

use super::ClientAuthenticationService;
use crate::authentication::ClientAuthenticator;

/// Authenticates the client of each request (RFC 6749 §2.3), and responds with an error if that
/// fails (§5.2). For the token endpoint, and for other endpoints that clients call in the same way:
/// introspection (RFC 7662 §2.1), revocation (RFC 7009 §2.1).
///
/// - A request that passes has an [`Arc<Authenticated>`](crate::authentication::Authenticated) in
///   its extensions, and its complete body. A public client passes too, but only claims to be it:
///   its method is [`AuthMethod::None`](crate::domain::AuthMethod::None).
/// - Its media type is changed to lower case, so that every form extractor recognizes it.
/// - A request that does not pass gets the response of
///   [`Error::to_response`](crate::authentication::Error::to_response), with the error as an
///   `Arc<Error>` in the extensions, for the host's log.
/// - The failure budgets use the address in [`PeerIp`](crate::handlers::PeerIp), if the host
///   inserts that extension; in axum, else, the address of the connection.
///
/// The body is read completely, up to a limit. Timeouts for slow callers are up to the host, as for
/// its other routes. A CORS preflight carries no credentials: a layer that answers it belongs
/// outside of this one.
///
/// See the [module](crate::adapters::tower) for an example, and
/// [`adapters::axum`](crate::adapters::axum) for one in axum.
#[derive(Clone, Debug)]
pub struct ClientAuthenticationLayer {
    pub(super) authenticator: ClientAuthenticator,
    pub(super) body_limit: usize,
}

impl ClientAuthenticationLayer {
    /// Creates a layer that uses `authenticator` and reads bodies of at most 64 KiB.
    pub fn new(authenticator: ClientAuthenticator) -> Self {
        Self {
            authenticator,
            body_limit: 64 * 1024,
        }
    }

    /// Sets the maximum length of a body, in bytes: 64 KiB by default. A longer one gets 413.
    #[must_use]
    pub fn with_body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = bytes;
        self
    }
}

impl<S> Layer<S> for ClientAuthenticationLayer {
    type Service = ClientAuthenticationService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        ClientAuthenticationService::new(inner, self.clone())
    }
}
