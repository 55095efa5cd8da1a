mod future;
mod origins;
mod service;

use std::time::Duration;

use http::header::{AUTHORIZATION, CONTENT_TYPE, WWW_AUTHENTICATE};
use http::{HeaderName, Method};
use tower::Layer;
use tower_http::cors::{AllowOrigin, CorsLayer};

use self::origins::Origins;
use crate::domain::{Clock, SystemClock};
use crate::repository::OriginRepository;

pub use future::ClientCorsFuture;
pub use service::ClientCorsService;

/// Lets the pages of registered clients call an endpoint from a browser (Fetch, section 3.3: CORS):
/// for the token, revocation and userinfo endpoints of a host.
///
/// It answers preflight requests, and adds `Access-Control-Allow-Origin` to the responses, for the
/// origins that an active client of any tenant
/// [allows](crate::domain::Client::allows_cors_origin): the `allowed_cors_origins` of any client,
/// and the origins of a public client's redirect URIs. It never answers `*`, and never allows
/// credentials that the browser adds by itself, such as cookies.
///
/// - Methods: `GET` and `POST`. Request headers: `Authorization`, `Content-Type` and `DPoP`.
///   Response headers that a page may read: `DPoP-Nonce` and `WWW-Authenticate`.
/// - What is found out about an origin is kept for a minute, or for 5 seconds if it is not allowed,
///   and of at most 10,000 origins. At most 16 are looked up at the same time. While the storage
///   fails, what was known before holds.
/// - CORS protects the users of browsers. It does not replace authentication: any program can send
///   any `Origin`.
///
/// It belongs outside of a
/// [`ClientAuthenticationLayer`](crate::adapters::tower::ClientAuthenticationLayer), since a
/// preflight request carries no credentials.
///
/// # Examples
///
/// ```
/// use axum::Router;
/// use axum::routing::post;
/// use tower_oauth_clients::adapters::tower::ClientCorsLayer;
/// use tower_oauth_clients::repository::MemoryRepository;
///
/// let repository = MemoryRepository::new();
/// let app: Router = Router::new()
///     .route("/token", post(async || "a token"))
///     .layer(ClientCorsLayer::new(repository));
/// # let _ = app;
/// ```
#[derive(Clone, Debug)]
pub struct ClientCorsLayer {
    origins: Origins,
    cors: CorsLayer,
}

const DPOP: HeaderName = HeaderName::from_static("dpop");
const DPOP_NONCE: HeaderName = HeaderName::from_static("dpop-nonce");

impl ClientCorsLayer {
    /// Creates a layer for the clients in `repository`.
    pub fn new(repository: impl OriginRepository) -> Self {
        Self::with_clock(repository, SystemClock)
    }

    /// Creates a layer for the clients in `repository`, which measures with this clock.
    pub fn with_clock(repository: impl OriginRepository, clock: impl Clock) -> Self {
        let cors = CorsLayer::new()
            .allow_methods([Method::GET, Method::POST])
            .allow_headers([AUTHORIZATION, CONTENT_TYPE, DPOP])
            .expose_headers([DPOP_NONCE, WWW_AUTHENTICATE]);
        Self {
            origins: Origins::new(repository, clock),
            cors,
        }
    }

    /// Sets the request headers that a page may send, in place of those above.
    #[must_use]
    pub fn with_request_headers(mut self, names: impl IntoIterator<Item = HeaderName>) -> Self {
        let names = names.into_iter().collect::<Vec<_>>();
        self.cors = self.cors.allow_headers(names);
        self
    }

    /// Sets the response headers that a page may read, in place of those above.
    #[must_use]
    pub fn with_response_headers(mut self, names: impl IntoIterator<Item = HeaderName>) -> Self {
        let names = names.into_iter().collect::<Vec<_>>();
        self.cors = self.cors.expose_headers(names);
        self
    }

    /// Sets how long a browser may keep the answer to a preflight request. By default the browser
    /// decides: 5 seconds in the usual ones.
    #[must_use]
    pub fn with_max_age(mut self, max_age: Duration) -> Self {
        self.cors = self.cors.max_age(max_age);
        self
    }
}

impl<S> Layer<S> for ClientCorsLayer {
    type Service = ClientCorsService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        let origins = self.origins.clone();
        let allowed = AllowOrigin::async_predicate(move |origin, _| origins.allow(origin));
        ClientCorsService::new(self.cors.clone().allow_origin(allowed).layer(inner))
    }
}
