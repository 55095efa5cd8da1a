use std::net::IpAddr;

use super::TenantId;
use super::word::words;

words! {
    /// What an administrator may do.
    pub enum Role {
        /// Administers one tenant.
        Admin = "admin",
        /// Administers every tenant, one at a time.
        SuperAdmin = "super_admin",
    }
}

/// The administrator who acts, and the tenant it acts in.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Operator {
    /// Who it is: the token's subject.
    pub id: String,
    /// What it may do.
    pub role: Role,
    /// The tenant it acts in.
    pub tenant: TenantId,
    /// The address it calls from, for the audit trail.
    pub ip: Option<IpAddr>,
    /// Whether that tenant is another than its own. The audit trail says so.
    pub across_tenants: bool,
}

impl Operator {
    /// An operator that acts in `tenant`, which is its own.
    pub fn new(id: impl Into<String>, role: Role, tenant: TenantId) -> Self {
        Self {
            id: id.into(),
            role,
            tenant,
            ip: None,
            across_tenants: false,
        }
    }

    /// Records the address it calls from.
    #[must_use]
    pub fn with_ip(mut self, ip: Option<IpAddr>) -> Self {
        self.ip = ip;
        self
    }

    /// Records whether it acts in another tenant than its own.
    #[must_use]
    pub fn with_across_tenants(mut self, across_tenants: bool) -> Self {
        self.across_tenants = across_tenants;
        self
    }
}
