use std::convert::Infallible;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use tower::Service;

use super::ResponseFuture;
use super::service::below;
use crate::handlers::{Body, BoxError};
use crate::registration::Registrar;

/// The registration of clients by themselves as one service, below a prefix. Cheap to clone, always
/// ready, and infallible: every failure is a response.
///
/// Insert each caller's [`PeerIp`](crate::handlers::PeerIp): the limits depend on it.
///
/// # Examples
///
/// ```
/// use http::{Request, StatusCode};
/// use http_body_util::Full;
/// use tower::ServiceExt;
/// use tower_oauth_clients::ClientManager;
/// use tower_oauth_clients::adapters::tower::RegistrationService;
/// use tower_oauth_clients::domain::TenantId;
/// use tower_oauth_clients::registration::{Registrar, RegistrationMode};
/// use tower_oauth_clients::repository::MemoryRepository;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let repository = MemoryRepository::new();
/// let manager = ClientManager::builder(repository.clone()).build()?;
/// let endpoint = "https://id.example.com/oauth/register";
/// let registrar = Registrar::builder(manager, repository, endpoint)
///     .with_tenant(TenantId::parse("acme").ok_or("not a tenant")?)
///     .with_mode(RegistrationMode::Open)
///     .build()?;
/// let service = RegistrationService::new(registrar);
///
/// let body = r#"{"redirect_uris":["http://127.0.0.1/cb"],"token_endpoint_auth_method":"none"}"#;
/// let request = Request::post("/oauth/register")
///     .header("content-type", "application/json")
///     .body(Full::<bytes::Bytes>::from(body))?;
/// let response = service.oneshot(request).await?;
/// assert_eq!(response.status(), StatusCode::CREATED);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct RegistrationService {
    registrar: Registrar,
    prefix: Arc<str>,
}

impl RegistrationService {
    /// Creates a service with the endpoints at the root: `/oauth/register` and below.
    pub fn new(registrar: Registrar) -> Self {
        Self {
            registrar,
            prefix: Arc::from(""),
        }
    }

    /// Serves the endpoints below `prefix`. Any other path gets 404. Leave it out if the host's
    /// router strips the prefix.
    #[must_use]
    pub fn with_prefix(mut self, prefix: &str) -> Self {
        self.prefix = Arc::from(prefix.trim_end_matches('/'));
        self
    }
}

impl<B> Service<Request<B>> for RegistrationService
where
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = ResponseFuture;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: Request<B>) -> ResponseFuture {
        let registrar = self.registrar.clone();
        if !self.prefix.is_empty() {
            *request.uri_mut() = below(request.uri(), &self.prefix);
        }
        ResponseFuture::new(async move { registrar.handle(request).await })
    }
}
