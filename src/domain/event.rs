use super::{Client, ClientId, Id, MetadataHash, Operator, TenantId, Timestamp};

/// The kind of a [`ClientEvent`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ClientEventKind {
    /// The client was deleted, with its secrets. It may be restored for a while.
    Deleted,
    /// The deleted client was restored. Its tokens and its secrets have ended, and it may get new
    /// ones.
    Restored,
    /// The client was suspended: it must not get tokens for now.
    Suspended,
    /// The client was made inactive: it must no longer get tokens.
    Inactivated,
    /// The client, which had registered itself, was approved: it may get tokens.
    Approved,
    /// The client, which had registered itself, was denied: it gets no tokens.
    Denied,
    /// The client became public. Any secrets that it had have ended.
    BecamePublic,
    /// The client is still confidential, but no longer authenticates with a secret. Its secrets
    /// have ended.
    LeftSecrets,
    /// A new secret replaced the active ones.
    SecretRotated {
        /// The new secret.
        secret_id: Id,
    },
    /// A secret was deactivated, possibly again.
    SecretDeactivated {
        /// The secret.
        secret_id: Id,
    },
    /// A secret was deleted.
    SecretDeleted {
        /// The secret.
        secret_id: Id,
    },
    /// The client authenticated with a secret that a rotation replaced. It works for the rest of
    /// the grace period, but some instance does not use the new one yet.
    RetiredSecretUsed {
        /// The replaced secret.
        secret_id: Id,
    },
    /// The metadata document of the client has another name, other redirect URIs or other keys than
    /// when it was last used. Ask its users again, and look at it if it is unexpected.
    MetadataChanged {
        /// The hash of what was used before.
        from: MetadataHash,
        /// The hash of what is used now.
        to: MetadataHash,
    },
}

/// An event that affects a client's tokens or concerns its owner.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClientEvent {
    /// What happened.
    pub kind: ClientEventKind,
    /// The tenant that owns the client.
    pub tenant_id: TenantId,
    /// The id of the client's record.
    pub id: Id,
    /// The client's `client_id`.
    pub client_id: ClientId,
    /// The operator, or `None` if it was the client itself, the publisher of its document, or the
    /// host that removed it.
    pub operator: Option<Operator>,
    /// When it happened; the audit entry of a change has the same time.
    pub at: Timestamp,
}

impl ClientEvent {
    /// Creates an event of `client` at `at`.
    pub fn new(client: &Client, kind: ClientEventKind, at: Timestamp) -> Self {
        Self {
            kind,
            tenant_id: client.tenant_id.clone(),
            id: client.id,
            client_id: client.client_id.clone(),
            operator: None,
            at,
        }
    }

    /// Creates an event of the client of a document, when that is used.
    #[cfg(feature = "cimd")]
    pub(crate) fn of_document(seen: &super::SeenDocument, id: Id, kind: ClientEventKind) -> Self {
        Self {
            kind,
            tenant_id: seen.tenant_id.clone(),
            id,
            client_id: seen.client_id.clone(),
            operator: None,
            at: seen.last_used_at,
        }
    }

    /// Sets the operator.
    #[must_use]
    pub fn with_operator(mut self, operator: &Operator) -> Self {
        self.operator = Some(operator.clone());
        self
    }
}
