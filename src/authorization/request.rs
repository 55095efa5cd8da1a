use http::request::Parts;

use crate::operation::Operation;

/// What an [`Authorizer`](super::Authorizer) decides about: a request to the admin API, before its
/// body is read. A later version may tell more of it.
///
/// # Examples
///
/// An authorizer around another one, for administrators who may only read:
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
    /// The head of the request, with what the host has put among its extensions.
    pub head: &'a Parts,
    /// What it asks for. `HEAD` asks for what `GET` does.
    pub operation: Operation,
}

impl<'a> AdminRequest<'a> {
    /// A request for `operation`, as the handlers make one. For tests of an authorizer.
    pub fn new(head: &'a Parts, operation: Operation) -> Self {
        Self { head, operation }
    }
}
