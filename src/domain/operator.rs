use std::net::IpAddr;

use super::TenantId;
use super::word::words;

words! {
    /// The role of an administrator.
    pub enum Role {
        /// Administers one tenant.
        Admin = "admin",
        /// Administers every tenant, one at a time.
        SuperAdmin = "super_admin",
    }
}

/// The administrator behind a request, and the tenant in which it acts.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Operator {
    /// The token's subject.
    pub id: String,
    /// The role.
    pub role: Role,
    /// The tenant in which it acts.
    pub tenant: TenantId,
    /// The caller's address, for the audit trail.
    pub ip: Option<IpAddr>,
    /// Whether that tenant is not its own, which the audit trail records.
    pub across_tenants: bool,
}

impl Operator {
    /// Creates an operator that acts in `tenant`, its own.
    pub fn new(id: impl Into<String>, role: Role, tenant: TenantId) -> Self {
        Self {
            id: id.into(),
            role,
            tenant,
            ip: None,
            across_tenants: false,
        }
    }

    /// Sets the caller's address.
    #[must_use]
    pub fn with_ip(mut self, ip: Option<IpAddr>) -> Self {
        self.ip = ip;
        self
    }

    /// Sets whether it acts in a tenant other than its own.
    #[must_use]
    pub fn with_across_tenants(mut self, across_tenants: bool) -> Self {
        self.across_tenants = across_tenants;
        self
    }
}
