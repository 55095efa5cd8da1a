use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;

use super::domains::Domains;
use crate::domain::TenantId;
use crate::error::BuildError;

/// What a tenant thinks of the host of a metadata document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Trust {
    /// Its clients are not accepted, and nothing is fetched from it.
    Refused,
    /// Its clients are accepted like those of any other host.
    Open,
    /// Its clients are expected: for a while, an older copy of their document will do if the host
    /// can't be reached.
    Listed,
    /// That can't be told now.
    Unavailable,
}

/// Decides whose metadata documents a tenant accepts.
///
/// # Contract
///
/// - It is asked each time that a document is used, also if there is a copy, so that a block takes
///   effect at once. Answer from memory.
/// - The host is that of the URL, in lower case. Compare whole labels: `evil-example.com` and
///   `example.com.evil.test` don't belong to `example.com`.
pub trait TrustPolicy: Send + Sync + 'static {
    /// What the tenant thinks of the document at `url`, on `host`.
    fn trust(&self, tenant: &TenantId, host: &str, url: &str)
    -> impl Future<Output = Trust> + Send;
}

erased! {
    pub(super) trait ErasedTrust of TrustPolicy and Arc {
        fn trust(tenant: [&] TenantId, host: [&] str, url: [&] str) -> Trust;
    }
}

/// A policy behind a pointer, so that nothing else needs a type parameter for it.
pub(super) type SharedTrust = Arc<dyn ErasedTrust>;

/// Decides by lists of domains: those of all tenants, or those of the tenant.
///
/// What is denied to all is denied to each tenant, too.
///
/// # Examples
///
/// ```
/// use tower_oauth_clients::documents::{DomainPolicy, Domains};
/// use tower_oauth_clients::domain::TenantId;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let tenant = TenantId::parse("acme").ok_or("not a tenant")?;
/// let policy = DomainPolicy::new(Domains::all().with_denied(["evil.example"]))?
///     .with_tenant(tenant, Domains::none().with_allowed(["claude.ai", ".example.com"]))?;
/// # let _ = policy;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct DomainPolicy {
    all: Domains,
    tenants: BTreeMap<TenantId, Domains>,
}

impl DomainPolicy {
    /// Creates a policy for all tenants.
    ///
    /// # Errors
    ///
    /// If a domain is not one.
    pub fn new(all: Domains) -> Result<Self, BuildError> {
        Ok(Self {
            all: all.checked()?,
            tenants: BTreeMap::new(),
        })
    }

    /// Sets the domains of one tenant, in place of those of all.
    ///
    /// # Errors
    ///
    /// If a domain is not one.
    pub fn with_tenant(mut self, tenant: TenantId, domains: Domains) -> Result<Self, BuildError> {
        self.tenants.insert(tenant, domains.checked()?);
        Ok(self)
    }
}

impl TrustPolicy for DomainPolicy {
    async fn trust(&self, tenant: &TenantId, host: &str, _: &str) -> Trust {
        if self.all.denies(host) {
            return Trust::Refused;
        }
        self.tenants.get(tenant).unwrap_or(&self.all).judge(host)
    }
}
