use std::fmt;
use std::future::Future;
use std::sync::Arc;

use super::{AdminRequest, Error, Principal, tenant};
use crate::domain::Operator;

/// Authenticates the caller of an admin request, and decides whether it may perform the operation.
///
/// `jwt::JwtAuthorizer` does so for signed tokens. Implement this trait for sessions, mutual TLS or
/// token introspection, as a plain `async fn`:
///
/// ```
/// use tower_oauth_clients::authorization::{
///     AdminRequest, Authorizer, Error, ErrorKind, Principal, bearer_token,
/// };
/// use tower_oauth_clients::domain::{Role, TenantId};
///
/// struct Introspection;
///
/// impl Authorizer for Introspection {
///     async fn authorize(&self, request: AdminRequest<'_>) -> Result<Principal, Error> {
///         let token = bearer_token(&request.head.headers)?;
///         # async fn introspect(token: &str) -> Result<Option<String>, std::io::Error> { Ok(None) }
///         let answer = introspect(token).await;
///         let subject = answer
///             .map_err(|error| Error::new(ErrorKind::Unavailable).with_source(error))?
///             .ok_or(ErrorKind::InvalidToken)?;
///         Principal::new(subject, Role::Admin, TenantId::parse("acme"))
///     }
/// }
/// ```
///
/// # Contract
///
/// - It is called for every request, before the body is read. Return `Ok` only for a verified
///   credential, and only with what that credential grants: its role and its tenant.
/// - The [operation](AdminRequest::operation) is the one that will be performed. To refuse it to a
///   caller that may perform others, return [`ErrorKind::Forbidden`](super::ErrorKind::Forbidden):
///   the caller gets 403 with `insufficient_scope` (RFC 6750 §3.1), nothing is read or changed, and
///   it is logged as a refusal, not as a failure.
/// - Don't read `X-Tenant-ID`, which the caller controls. Whether it applies is decided afterwards,
///   in the same way for every authorizer.
/// - Results are not cached: a revoked credential must be refused from then on.
/// - The future may be dropped at any point.
/// - An error has a kind and keeps its source. Neither may contain any part of the credential.
pub trait Authorizer: Send + Sync + 'static {
    /// Returns the principal of the request, if it may perform the operation.
    ///
    /// # Errors
    ///
    /// Any [`ErrorKind`](super::ErrorKind), which documents the response for each kind.
    fn authorize(
        &self,
        request: AdminRequest<'_>,
    ) -> impl Future<Output = Result<Principal, Error>> + Send;
}

impl<A: Authorizer> Authorizer for Arc<A> {
    fn authorize(
        &self,
        request: AdminRequest<'_>,
    ) -> impl Future<Output = Result<Principal, Error>> + Send {
        (**self).authorize(request)
    }
}

erased! {
    trait Erased of Authorizer {
        fn authorize(request: [] AdminRequest<'a>) -> Result<Principal, Error>;
    }
}

/// A type-erased authorizer, with the tenant rules applied to its result.
#[derive(Clone)]
pub(crate) struct SharedAuthorizer(Arc<dyn Erased>);

impl SharedAuthorizer {
    pub(crate) fn new(authorizer: impl Authorizer) -> Self {
        Self(Arc::new(authorizer))
    }

    /// The operator, in the tenant that the request acts in.
    pub(crate) async fn operator(&self, request: AdminRequest<'_>) -> Result<Operator, Error> {
        let principal = self.0.authorize(request).await?;
        tenant::operator(principal, &request.head.headers)
    }
}

impl fmt::Debug for SharedAuthorizer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SharedAuthorizer")
    }
}

#[cfg(test)]
mod tests {
    use http::request::Parts;

    use super::*;
    use crate::authorization::{ErrorKind, Operation};
    use crate::domain::{Role, TenantId};

    struct Everyone;

    impl Authorizer for Everyone {
        async fn authorize(&self, _: AdminRequest<'_>) -> Result<Principal, Error> {
            Principal::new("root", Role::Admin, TenantId::parse("tenant_a"))
        }
    }

    fn head(tenant: Option<&str>) -> Parts {
        let mut request = http::Request::new(());
        if let Some(tenant) = tenant {
            let value = tenant.parse().unwrap();
            request.headers_mut().insert("x-tenant-id", value);
        }
        request.into_parts().0
    }

    #[tokio::test]
    async fn the_tenant_is_checked_whatever_the_authorizer() {
        let shared = SharedAuthorizer::new(Arc::new(Everyone));
        let (own, other) = (head(None), head(Some("tenant_b")));
        let request = |head| AdminRequest::new(head, Operation::GetClient);
        let operator = shared.operator(request(&own)).await.unwrap();
        assert_eq!(operator.tenant.as_str(), "tenant_a");
        let refused = shared.operator(request(&other)).await;
        assert_eq!(refused.unwrap_err().kind(), ErrorKind::Forbidden);
    }
}
