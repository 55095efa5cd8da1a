use std::fmt;
use std::task::{Context, Poll};

use http::{Request, Response};
use tower::Service;
use tower_http::cors::Cors;

use super::ClientCorsFuture;

/// The service of a [`ClientCorsLayer`](super::ClientCorsLayer).
#[derive(Clone)]
pub struct ClientCorsService<S>(Cors<S>);

impl<S> ClientCorsService<S> {
    pub(super) fn new(inner: Cors<S>) -> Self {
        Self(inner)
    }
}

impl<S, B, R> Service<Request<B>> for ClientCorsService<S>
where
    S: Service<Request<B>, Response = Response<R>>,
    S::Future: Send + 'static,
    S::Error: 'static,
    R: Default + 'static,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = ClientCorsFuture<R, S::Error>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        ClientCorsFuture::new(self.0.call(request))
    }
}

impl<S> fmt::Debug for ClientCorsService<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientCorsService")
    }
}
