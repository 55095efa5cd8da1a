mod future;
mod service;

use std::sync::Arc;

use http::{HeaderValue, Request};
use tower::Layer;

use crate::authorization::is_cross_origin;

pub use future::CrossOriginGuardFuture;
pub use service::CrossOriginGuardService;

/// Refuses requests that a page of another origin makes a browser send (cross-site request
/// forgery), with 403: for hosts that authorize administrators by a cookie.
///
/// Some operations have no body, such as `POST …/rotate-secret`, so a form on another page can send
/// them. `SameSite=Lax` does not help against a page on another port of the same host, or on a
/// sibling domain.
///
/// - `GET`, `HEAD` and `OPTIONS` pass. They change nothing.
/// - Other methods pass if `Sec-Fetch-Site` is `same-origin` or `none`. Without that header, they
///   pass if `Origin` is absent, or its host and port are those of `Host`.
/// - A Bearer token makes no difference: a proxy may add it in exchange for a cookie. A page on
///   another origin that sends its own token is [trusted](Self::with_trusted_origins) by name.
///
/// # Examples
///
/// ```
/// use axum::Router;
/// use tower_oauth_clients::Handlers;
/// use tower_oauth_clients::adapters::axum::router;
/// use tower_oauth_clients::adapters::tower::CrossOriginGuardLayer;
///
/// fn app(handlers: Handlers) -> Router {
///     let api = router(handlers).layer(CrossOriginGuardLayer::new());
///     Router::new().nest("/api/v1", api)
/// }
/// ```
#[derive(Clone, Debug, Default)]
pub struct CrossOriginGuardLayer {
    trusted: Arc<[HeaderValue]>,
}

impl CrossOriginGuardLayer {
    /// Creates a layer that trusts the own origin only.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets pages of these origins pass, too, such as `https://admin.example.com`, which are
    /// compared as a whole. Behind a proxy that changes `Host`, name the origin that browsers see.
    #[must_use]
    pub fn with_trusted_origins(mut self, origins: impl IntoIterator<Item = HeaderValue>) -> Self {
        self.trusted = origins.into_iter().collect();
        self
    }
}

impl CrossOriginGuardLayer {
    fn refuses<B>(&self, request: Request<B>) -> (bool, Request<B>) {
        let (head, body) = request.into_parts();
        let is_trusted = |origin: &[u8]| self.trusted.iter().any(|known| known == origin);
        let refused = is_cross_origin(&head, is_trusted);
        (refused, Request::from_parts(head, body))
    }
}

impl<S> Layer<S> for CrossOriginGuardLayer {
    type Service = CrossOriginGuardService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        CrossOriginGuardService::new(inner, self.clone())
    }
}
