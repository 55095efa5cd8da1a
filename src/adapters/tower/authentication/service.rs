use std::mem;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Response, Version, header};
use tower::Service;

use super::{AuthenticationBody, AuthenticationFuture, ClientAuthenticationLayer};
use crate::adapters::peer;
use crate::authentication::{self, Error, ErrorKind, read_form};
use crate::exchange::say_close;
use crate::handlers::{Body, BoxError};

/// A service wrapped in a [`ClientAuthenticationLayer`]. Its errors are the inner service's.
#[derive(Clone, Debug)]
pub struct ClientAuthenticationService<S> {
    inner: S,
    layer: ClientAuthenticationLayer,
}

impl<S> ClientAuthenticationService<S> {
    pub(super) fn new(inner: S, layer: ClientAuthenticationLayer) -> Self {
        Self { inner, layer }
    }
}

impl<S, B, R> Service<Request<B>> for ClientAuthenticationService<S>
where
    S: Service<Request<Body>, Response = Response<R>> + Clone + Send + 'static,
    S::Future: Send,
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Response = Response<AuthenticationBody<R>>;
    type Error = S::Error;
    type Future = AuthenticationFuture<R, S::Error>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        // Use the service that is ready; the clone is not.
        let clone = self.inner.clone();
        let mut inner = mem::replace(&mut self.inner, clone);
        let layer = self.layer.clone();
        let version = request.version();
        AuthenticationFuture::new(async move {
            match layer.authenticate(request).await {
                Ok(request) => Ok(inner.call(request).await?.map(AuthenticationBody::inner)),
                Err(error) => Ok(refusal(error, version)),
            }
        })
    }
}

impl ClientAuthenticationLayer {
    /// Returns the request with its client in the extensions.
    async fn authenticate<B>(&self, request: Request<B>) -> authentication::Result<Request<Body>>
    where
        B: http_body::Body<Data = Bytes> + Send,
        B::Error: Into<BoxError>,
    {
        let (mut head, body) = request.into_parts();
        let form = read_form(body, self.body_limit).await?;
        let peer = peer(&head.extensions);
        let authenticated = self.authenticator.authenticate(&head, &form, peer).await?;
        head.extensions.insert(Arc::new(authenticated));
        lower_media_type(&mut head.headers);
        Ok(Request::from_parts(head, form.into()))
    }
}

/// Media types are case-insensitive (RFC 9110 §8.3.1), but the form parser behind this layer, such
/// as axum's `Form`, may expect lower case.
fn lower_media_type(headers: &mut HeaderMap) {
    let Some(value) = headers.get_mut(header::CONTENT_TYPE) else {
        return;
    };
    let mut bytes = value.as_bytes().to_vec();
    let end = bytes.iter().position(|byte| *byte == b';');
    let name = bytes.len().min(end.unwrap_or(usize::MAX));
    if let Some(name) = bytes.get_mut(..name) {
        name.make_ascii_lowercase();
    }
    if let Ok(lower) = HeaderValue::from_maybe_shared(Bytes::from(bytes)) {
        *value = lower;
    }
}

fn refusal<R>(error: Error, version: Version) -> Response<AuthenticationBody<R>> {
    let mut response = error.to_response().map(AuthenticationBody::refusal);
    if error.kind() == ErrorKind::PayloadTooLarge {
        say_close(version, response.headers_mut());
    }
    response.extensions_mut().insert(Arc::new(error));
    response
}
