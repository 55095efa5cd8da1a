use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use http::Response;

type Answer<B, E> = Result<Response<B>, E>;

/// The response future of a [`ClientCorsService`](super::ClientCorsService).
#[must_use = "futures do nothing unless polled"]
pub struct ClientCorsFuture<B, E>(Pin<Box<dyn Future<Output = Answer<B, E>> + Send>>);

impl<B, E> ClientCorsFuture<B, E> {
    pub(super) fn new(answer: impl Future<Output = Answer<B, E>> + Send + 'static) -> Self {
        Self(Box::pin(answer))
    }
}

impl<B, E> Future for ClientCorsFuture<B, E> {
    type Output = Answer<B, E>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(context)
    }
}

impl<B, E> fmt::Debug for ClientCorsFuture<B, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientCorsFuture")
    }
}
