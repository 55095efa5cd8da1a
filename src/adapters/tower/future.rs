use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use http::Response;

use crate::handlers::Body;

type Inner = Pin<Box<dyn Future<Output = Response<Body>> + Send>>;

/// The response future of a [`ManagementService`](super::ManagementService) or a
/// `RegistrationService`.
#[must_use = "futures do nothing unless polled"]
pub struct ResponseFuture(Inner);

impl ResponseFuture {
    pub(super) fn new(answer: impl Future<Output = Response<Body>> + Send + 'static) -> Self {
        Self(Box::pin(answer))
    }
}

impl Future for ResponseFuture {
    type Output = Result<Response<Body>, Infallible>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(context).map(Ok)
    }
}

impl fmt::Debug for ResponseFuture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ResponseFuture")
    }
}
