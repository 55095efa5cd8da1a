use tower::Layer;

use super::ClientAuthenticationService;
use crate::authentication::ClientAuthenticator;

/// Lets a request pass when it is known which client made it (RFC 6749 §2.3), and answers it
/// otherwise (§5.2). For the token endpoint, and for whatever else clients call in the same way:
/// introspection (RFC 7662 §2.1), revocation (RFC 7009 §2.1).
///
/// - What passes has an [`Arc<Authenticated>`](crate::authentication::Authenticated) among its
///   extensions, and its body again from the beginning. A public client passes, too, and only says
///   who it is: its method is [`AuthMethod::None`](crate::domain::AuthMethod::None).
/// - The media type of what passes is in lower case: whoever sends it in another is read by every
///   extractor of forms.
/// - What does not pass is answered as
///   [`Error::to_response`](crate::authentication::Error::to_response) does, with the error as an
///   `Arc<Error>` among the extensions, for the host's log.
/// - The budgets of failures count by [`PeerIp`](crate::handlers::PeerIp), where the host inserts it
///   among the request's extensions; in axum, else, by the address of the connection.
///
/// A body is read as a whole, up to a limit. How long a slow caller may take to send it is for the
/// host to limit, as for its other routes. In a browser's preflight nobody authenticates: a layer
/// that answers it (CORS) belongs outside of this one.
///
/// See the [module](crate::adapters::tower) for an example, and
/// [`adapters::axum`](crate::adapters::axum) for one in axum.
#[derive(Clone, Debug)]
pub struct ClientAuthenticationLayer {
    pub(super) authenticator: ClientAuthenticator,
    pub(super) body_limit: usize,
}

impl ClientAuthenticationLayer {
    /// A layer that asks `authenticator`, and reads bodies of at most 64 KiB.
    pub fn new(authenticator: ClientAuthenticator) -> Self {
        Self {
            authenticator,
            body_limit: 64 * 1024,
        }
    }

    /// The longest body that is read, in bytes: 64 KiB by default. A longer one is answered 413.
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
