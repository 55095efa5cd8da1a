use std::net::IpAddr;

use super::word::stored_words;
use super::{ClientId, FieldChange, Id, Operator, TenantId, Timestamp};

stored_words! {
    /// An action of an operator, of a client on itself, or of the host.
    pub enum Action {
        /// A client was created.
        ClientCreate = "client.create",
        /// A client registered itself.
        ClientRegister = "client.register",
        /// A client that registered itself was approved.
        ClientApprove = "client.approve",
        /// A client that registered itself was denied.
        ClientDeny = "client.deny",
        /// A client was changed.
        ClientUpdate = "client.update",
        /// A client was deleted.
        ClientDelete = "client.delete",
        /// A deleted client was restored.
        ClientRestore = "client.restore",
        /// A client was cloned.
        ClientClone = "client.clone",
        /// A new secret replaced the active ones.
        SecretRotate = "secret.rotate",
        /// A secret was added.
        SecretCreate = "secret.create",
        /// A secret was deactivated.
        SecretDeactivate = "secret.deactivate",
        /// A secret was deleted.
        SecretDelete = "secret.delete",
        /// An initial access token was issued, with which clients register themselves.
        InitialAccessTokenCreate = "initial_access_token.create",
        /// An initial access token was revoked.
        InitialAccessTokenRevoke = "initial_access_token.revoke",
        /// Metadata documents were blocked, at a URL or on a domain.
        MetadataDocumentBlock = "metadata_document.block",
        /// A block of metadata documents was removed.
        MetadataDocumentUnblock = "metadata_document.unblock",
    }
}

impl Action {
    /// What it concerns if that is no client, although an entry names it as one.
    pub(crate) fn other_target(&self) -> Option<&'static str> {
        match self {
            Self::InitialAccessTokenCreate | Self::InitialAccessTokenRevoke => {
                Some("oauth_initial_access_token")
            }
            Self::MetadataDocumentBlock | Self::MetadataDocumentUnblock => {
                Some("oauth_metadata_document_block")
            }
            _ => None,
        }
    }
}

/// An entry of the audit trail. It is written in the same transaction as the change that it
/// records, never changes, and contains no secret, hash or token.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// The id of the entry, which also orders the trail.
    pub id: Id,
    /// The tenant in which the operator acted.
    pub tenant_id: TenantId,
    /// The client concerned, deleted or not.
    pub client_id: ClientId,
    /// The secret concerned, if any.
    pub secret_id: Option<Id>,
    /// The action.
    pub action: Action,
    /// The operator's subject, or `registration` for a client that manages its own registration, or
    /// `reaper` for the removal of clients that nobody uses.
    pub operator_id: String,
    /// The operator's role at the time; `client` for a client on itself, and `system` for the host.
    pub operator_type: String,
    /// A human-readable list of what changed, and whether the operator came from another tenant.
    pub message: String,
    /// The operator's address.
    pub ip: Option<IpAddr>,
    /// When it happened.
    pub at: Timestamp,
    /// The changed fields with their values, if the host records them
    /// ([`with_audited_values`](crate::manager::ClientManagerBuilder::with_audited_values)).
    pub changes: Vec<FieldChange>,
}

impl AuditEntry {
    /// The type of an operator that is the client itself.
    #[cfg(any(feature = "openapi", feature = "registration"))]
    pub(crate) const BY_CLIENT: &str = "client";

    /// Creates an entry for what `operator` did to a client at `at`.
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
            changes: Vec::new(),
        }
    }

    /// Creates an entry for what a client did to itself at `at`, from that address.
    #[cfg(feature = "registration")]
    pub(crate) fn by_client(
        (tenant_id, client_id): (TenantId, ClientId),
        ip: Option<IpAddr>,
        action: Action,
        message: impl Into<String>,
        at: Timestamp,
    ) -> Self {
        Self {
            operator_id: "registration".to_owned(),
            operator_type: Self::BY_CLIENT.to_owned(),
            message: message.into(),
            ip,
            ..Self::stored(Id::generate(at), tenant_id, client_id, action, at)
        }
    }

    /// The type of an operator that is the host itself.
    #[cfg(any(feature = "openapi", feature = "registration"))]
    pub(crate) const BY_HOST: &str = "system";

    /// Creates an entry for the deletion of a client that nobody used, at `at`.
    #[cfg(feature = "registration")]
    pub(crate) fn by_reaper(
        (tenant_id, client_id): (TenantId, ClientId),
        message: impl Into<String>,
        at: Timestamp,
    ) -> Self {
        let action = Action::ClientDelete;
        Self {
            operator_id: "reaper".to_owned(),
            operator_type: Self::BY_HOST.to_owned(),
            message: message.into(),
            ..Self::stored(Id::generate(at), tenant_id, client_id, action, at)
        }
    }

    /// Creates an entry from storage, for a repository that then sets the other fields from its
    /// columns: no operator, no address, no message and no changed fields.
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
            changes: Vec::new(),
        }
    }

    /// Sets the secret concerned.
    #[must_use]
    pub fn with_secret(mut self, id: Id) -> Self {
        self.secret_id = Some(id);
        self
    }

    /// Sets the changed fields.
    #[must_use]
    pub fn with_changes(mut self, changes: Vec<FieldChange>) -> Self {
        self.changes = changes;
        self
    }

    /// What it concerns: the id of the secret, if any, or else the `client_id`.
    pub fn target_id(&self) -> String {
        match self.secret_id {
            Some(id) => id.to_string(),
            None => self.client_id.to_string(),
        }
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
