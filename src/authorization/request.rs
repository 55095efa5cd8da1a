use http::request::Parts;

use crate::operation::Operation;

/// A request to the admin API, before its body is read: the input of an
/// [`Authorizer`](super::Authorizer). Later versions may add fields.
///
/// # Examples
///
/// An authorizer that wraps another one, with administrators who may only read:
///
/// ```
/// use tower_oauth_clients::authorization::{
///     AdminRequest, Authorizer, Error, ErrorKind, Principal,
/// };
///
/// struct ReadOnly<A>(A);
///
/// impl<A: Authorizer> Authorizer for ReadOnly<A> {
///     async fn authorize(&self, request: AdminRequest<'_>) -> Result<Principal, Error> {
///         let principal = self.0.authorize(request).await?;
///         if request.operation.is_write() && principal.id().starts_with("reader:") {
///             return Err(ErrorKind::Forbidden.into());
///         }
///         Ok(principal)
///     }
/// }
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct AdminRequest<'a> {
    /// The head of the request, including the host's extensions.
    pub head: &'a Parts,
    /// The requested operation. For `HEAD`, that of `GET`.
    pub operation: Operation,
}

impl<'a> AdminRequest<'a> {
    /// Creates a request for `operation`, to test an authorizer.
    pub fn new(head: &'a Parts, operation: Operation) -> Self {
        Self { head, operation }
    }
}
