use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Frame, SizeHint};

use crate::handlers::Body;

/// The response body of a [`ClientAuthenticationLayer`](super::ClientAuthenticationLayer): the
/// inner service's, or a refusal's.
pub struct AuthenticationBody<B>(Kind<B>);

enum Kind<B> {
    Inner(Pin<Box<B>>),
    Refusal(Body),
}

impl<B> AuthenticationBody<B> {
    pub(super) fn inner(body: B) -> Self {
        Self(Kind::Inner(Box::pin(body)))
    }

    pub(super) fn refusal(body: Bytes) -> Self {
        Self(Kind::Refusal(body.into()))
    }
}

/// An empty body.
impl<B> Default for AuthenticationBody<B> {
    fn default() -> Self {
        Self(Kind::Refusal(Body::default()))
    }
}

impl<B: http_body::Body<Data = Bytes>> http_body::Body for AuthenticationBody<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        match &mut self.0 {
            Kind::Inner(body) => body.as_mut().poll_frame(context),
            Kind::Refusal(body) => {
                let frame = Pin::new(body).poll_frame(context);
                frame.map_err(|never| match never {})
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Kind::Inner(body) => body.is_end_stream(),
            Kind::Refusal(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Kind::Inner(body) => body.size_hint(),
            Kind::Refusal(body) => body.size_hint(),
        }
    }
}

impl<B> fmt::Debug for AuthenticationBody<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AuthenticationBody")
    }
}
