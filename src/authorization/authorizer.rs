use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use http::request::Parts;

use super::{Error, Principal, tenant};
use crate::domain::Operator;

/// Decides who a request speaks for.
///
/// `jwt::JwtAuthorizer` does it for signed tokens. Write your own for
/// sessions, mutual TLS or token introspection, as a plain `async fn`:
///
/// ```
/// use http::request::Parts;
/// use tower_oauth_clients::authorization::{Authorizer, Error, ErrorKind, Principal, bearer_token};
/// use tower_oauth_clients::domain::{Role, TenantId};
///
/// struct Introspection;
///
/// impl Authorizer for Introspection {
///     async fn authorize(&self, head: &Parts) -> Result<Principal, Error> {
///         let token = bearer_token(&head.headers)?;
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
/// - Every request passes here, before its body is read. Answer `Ok` only for a credential that
///   was checked, and only with what the credential itself says: its role and its tenant.
/// - Leave `X-Tenant-ID` alone. The caller writes it; whether it may be followed is decided
///   afterwards, for every authorizer alike.
/// - Nothing is remembered between requests: a credential that is revoked must be refused from
///   then on.
/// - The future may be dropped at any point.
/// - An error tells its kind and keeps its source. Neither holds a part of the credential.
pub trait Authorizer: Send + Sync + 'static {
    /// Who the request speaks for.
    ///
    /// # Errors
    ///
    /// Any [`ErrorKind`](super::ErrorKind); its documentation names the answer that each becomes.
    fn authorize(&self, head: &Parts) -> impl Future<Output = Result<Principal, Error>> + Send;
}

impl<A: Authorizer> Authorizer for Arc<A> {
    fn authorize(&self, head: &Parts) -> impl Future<Output = Result<Principal, Error>> + Send {
        (**self).authorize(head)
    }
}

type Answer<'a> = Pin<Box<dyn Future<Output = Result<Principal, Error>> + Send + 'a>>;

trait Erased: Send + Sync {
    fn authorize<'a>(&'a self, head: &'a Parts) -> Answer<'a>;
}

impl<A: Authorizer> Erased for A {
    fn authorize<'a>(&'a self, head: &'a Parts) -> Answer<'a> {
        Box::pin(Authorizer::authorize(self, head))
    }
}

/// An authorizer of any type, with the tenant's rules behind it.
#[derive(Clone)]
pub(crate) struct SharedAuthorizer(Arc<dyn Erased>);

impl SharedAuthorizer {
    pub(crate) fn new(authorizer: impl Authorizer) -> Self {
        Self(Arc::new(authorizer))
    }

    /// The operator who acts, in the tenant that the request may act in.
    pub(crate) async fn operator(&self, head: &Parts) -> Result<Operator, Error> {
        let principal = self.0.authorize(head).await?;
        tenant::operator(principal, &head.headers)
    }
}

impl fmt::Debug for SharedAuthorizer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SharedAuthorizer")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authorization::ErrorKind;
    use crate::domain::{Role, TenantId};

    struct Everyone;

    impl Authorizer for Everyone {
        async fn authorize(&self, _: &Parts) -> Result<Principal, Error> {
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
        let operator = shared.operator(&head(None)).await.unwrap();
        assert_eq!(operator.tenant.as_str(), "tenant_a");
        let refused = shared.operator(&head(Some("tenant_b"))).await;
        assert_eq!(refused.unwrap_err().kind(), ErrorKind::Forbidden);
    }
}
