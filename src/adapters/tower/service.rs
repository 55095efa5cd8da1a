use std::convert::Infallible;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response, Uri};
use tower::Service;

use super::ResponseFuture;
use crate::adapters::mount::locate;
use crate::handlers::{Body, BoxError, Handlers};

/// All operations as one service, below a prefix. Cheap to clone, always ready, and infallible:
/// every failure is a response.
///
/// See the [module](super) for an example.
#[derive(Clone, Debug)]
pub struct ManagementService {
    handlers: Handlers,
    prefix: Arc<str>,
}

impl ManagementService {
    /// Creates a service with the operations at the root: `/admin/oauth/clients` and below.
    pub fn new(handlers: Handlers) -> Self {
        Self {
            handlers,
            prefix: Arc::from(""),
        }
    }

    /// Serves the operations below `prefix`, for example `/api/v1`. Any other path gets 404. Leave
    /// it out if the host's router strips the prefix.
    #[must_use]
    pub fn with_prefix(mut self, prefix: &str) -> Self {
        self.prefix = Arc::from(prefix.trim_end_matches('/'));
        self
    }
}

impl<B> Service<Request<B>> for ManagementService
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
        let Self { handlers, prefix } = self.clone();
        if !prefix.is_empty() {
            *request.uri_mut() = below(request.uri(), &prefix);
        }
        ResponseFuture::new(async move { locate(handlers.handle(request).await, &prefix) })
    }
}

/// The part of a URI below the prefix. A URI outside of it becomes the root, where nothing is
/// served.
pub(super) fn below(uri: &Uri, prefix: &str) -> Uri {
    let path_and_query = uri.path_and_query().map_or("", |path| path.as_str());
    let rest = path_and_query
        .strip_prefix(prefix)
        .filter(|rest| rest.starts_with('/'));
    rest.and_then(|rest| rest.parse().ok()).unwrap_or_default()
}
