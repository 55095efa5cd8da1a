use std::sync::Arc;

use ::axum::extract::FromRequestParts;
use ::axum::response::{IntoResponse, Response};
use http::request::Parts;

use crate::authentication::{Authenticated, Error};

/// The calling client, for handlers below a
/// [`ClientAuthenticationLayer`](crate::adapters::tower::ClientAuthenticationLayer). See the
/// [module](super) for an example.
///
/// The layer has already refused callers that did not authenticate, so this extractor never does.
/// On a route without the layer the handler never runs: every request gets an [`Error`] that names
/// the missing layer.
///
/// A public client only claims to be it ([`AuthMethod::None`](crate::domain::AuthMethod::None)):
/// whether that is enough depends on the grant.
#[derive(Clone, Debug)]
pub struct AuthenticatedClient(pub Arc<Authenticated>);

impl<S: Sync> FromRequestParts<S> for AuthenticatedClient {
    type Rejection = Error;

    async fn from_request_parts(head: &mut Parts, _: &S) -> Result<Self, Error> {
        let authenticated = head.extensions.get().map(Arc::clone);
        authenticated.map(Self).ok_or_else(|| {
            let error = Error::misused("this route has no ClientAuthenticationLayer");
            error.report();
            error
        })
    }
}

/// [`Error::to_response`], with the error itself as an `Arc<Error>` in the extensions.
impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let mut response = self.to_response().map(::axum::body::Body::from);
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}
