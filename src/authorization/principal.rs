use super::{Error, ErrorKind};
use crate::domain::{Role, TenantId};

/// The holder of a credential: an operator with its role and tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    id: String,
    role: Role,
    tenant: Option<TenantId>,
    no_tenant: Option<String>,
}

impl Principal {
    /// The maximum length of an operator id, in bytes.
    pub const MAX_ID_LENGTH: usize = 255;

    /// Creates a principal; `id` is what the audit trail records. An `admin` needs a tenant, a
    /// `super_admin` may have none.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidToken`] if `id` is empty, longer than 255 bytes, or contains a control
    /// character.
    pub fn new(id: impl Into<String>, role: Role, tenant: Option<TenantId>) -> Result<Self, Error> {
        let id = id.into();
        let fits = (1..=Self::MAX_ID_LENGTH).contains(&id.len());
        if !fits || id.contains(char::is_control) {
            return Err(Error::new(ErrorKind::InvalidToken).with_source("no usable operator id"));
        }
        Ok(Self {
            id,
            role,
            tenant,
            no_tenant: None,
        })
    }

    /// Why there is no tenant, for the log of a host that refuses it therefore.
    #[cfg(feature = "jwt")]
    pub(super) fn without_tenant_because(self, no_tenant: Option<String>) -> Self {
        Self { no_tenant, ..self }
    }

    /// The operator's id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The operator's role.
    pub fn role(&self) -> Role {
        self.role
    }

    /// The operator's own tenant.
    pub fn tenant(&self) -> Option<&TenantId> {
        self.tenant.as_ref()
    }

    pub(super) fn into_parts(self) -> (String, Role, Option<TenantId>, Option<String>) {
        (self.id, self.role, self.tenant, self.no_tenant)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operator_has_a_name_that_an_audit_trail_can_hold() {
        for id in ["u", "jürgen@example.com", &"x".repeat(255)] {
            assert!(Principal::new(id, Role::Admin, None).is_ok(), "{id}");
        }
        for id in ["", "a\0b", "a\nb", &"x".repeat(256)] {
            let error = Principal::new(id, Role::Admin, None).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidToken, "{id:?}");
        }
    }
}
