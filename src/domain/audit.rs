use std::net::IpAddr;

use super::word::stored_words;
use super::{ClientId, Id, Operator, TenantId, Timestamp};

stored_words! {
    /// What an operator did.
    pub enum Action {
        /// A client was created.
        ClientCreate = "client.create",
        /// A client was changed.
        ClientUpdate = "client.update",
        /// A client was deleted.
        ClientDelete = "client.delete",
        /// A client was made from another one.
        ClientClone = "client.clone",
        /// A new secret replaced the active ones.
        SecretRotate = "secret.rotate",
        /// A secret was added.
        SecretCreate = "secret.create",
        /// A secret was stopped.
        SecretDeactivate = "secret.deactivate",
        /// A secret was removed.
        SecretDelete = "secret.delete",
    }
}

/// One line of the audit trail. Written in the same transaction as the change it tells of, and
/// never again; it holds no secret, hash or token.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// Its identity, which also orders the trail.
    pub id: Id,
    /// The tenant that the operator acted in.
    pub tenant_id: TenantId,
    /// The client that it is about, deleted or not.
    pub client_id: ClientId,
    /// The secret that it is about, where it is about one.
    pub secret_id: Option<Id>,
    /// What was done.
    pub action: Action,
    /// Who did it.
    pub operator_id: String,
    /// The operator's role at that time.
    pub operator_type: String,
    /// The names of what changed, for people, and whether the operator came from another tenant.
    pub message: String,
    /// Where the operator called from.
    pub ip: Option<IpAddr>,
    /// When.
    pub at: Timestamp,
}

impl AuditEntry {
    /// What `operator` did to a client at `at`.
    pub fn new(
        operator: &Operator,
        client_id: ClientId,
        action: Action,
        message: impl Into<String>,
        at: Timestamp,
    ) -> Self {
        let mut message = message.into();
        if operator.across_tenants {
            message.push_str(" (acting across tenants)");
        }
        Self {
            id: Id::generate(at),
            tenant_id: operator.tenant.clone(),
            client_id,
            secret_id: None,
            action,
            operator_id: operator.id.clone(),
            operator_type: operator.role.as_str().to_owned(),
            message,
            ip: operator.ip,
            at,
        }
    }

    /// An entry as it was stored, by a repository that keeps it in columns and sets the other fields
    /// next: nobody did it, from nowhere, and there is no message.
    pub fn stored(
        id: Id,
        tenant_id: TenantId,
        client_id: ClientId,
        action: Action,
        at: Timestamp,
    ) -> Self {
        Self {
            id,
            tenant_id,
            client_id,
            secret_id: None,
            action,
            operator_id: String::new(),
            operator_type: String::new(),
            message: String::new(),
            ip: None,
            at,
        }
    }

    /// Names the secret that it is about.
    #[must_use]
    pub fn with_secret(mut self, id: Id) -> Self {
        self.secret_id = Some(id);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Role;

    #[test]
    fn who_acts_across_tenants_is_recorded_as_such() {
        let tenant = TenantId::parse("tenant_b").unwrap();
        let operator = Operator::new("root", Role::SuperAdmin, tenant);
        let message = |operator: &Operator| {
            let client_id = ClientId::parse("app-1").unwrap();
            let (action, at) = (Action::ClientUpdate, Timestamp::from_micros(0));
            AuditEntry::new(operator, client_id, action, "changed name", at).message
        };
        assert_eq!(message(&operator), "changed name");
        let operator = operator.with_across_tenants(true);
        assert_eq!(message(&operator), "changed name (acting across tenants)");
    }
}
