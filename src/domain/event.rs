use super::{Client, ClientId, Id, Operator, TenantId, Timestamp};

/// What happened to a client, or what a client did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ClientEventKind {
    /// It was deleted: it is gone for good, and so are its secrets.
    Deleted,
    /// It was suspended: it must not get tokens for now.
    Suspended,
    /// It was made inactive: it must not get tokens any more.
    Inactivated,
    /// It can't keep a credential any more. Any secrets that it had are ended.
    BecamePublic,
    /// It is confidential still, and authenticates without a secret from now on. Those that it had
    /// are ended.
    LeftSecrets,
    /// A new secret replaced the active ones.
    SecretRotated {
        /// The new one.
        secret_id: Id,
    },
    /// A secret was stopped, or stopped once more.
    SecretDeactivated {
        /// Which one.
        secret_id: Id,
    },
    /// A secret was removed.
    SecretDeleted {
        /// Which one.
        secret_id: Id,
    },
    /// It authenticated with a secret that a rotation replaced: it still works for the rest of the
    /// grace period, and somewhere the new one is not in use yet.
    RetiredSecretUsed {
        /// The old one.
        secret_id: Id,
    },
}

/// Something that happened to a client and matters to the tokens it has, or to who runs it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClientEvent {
    /// What happened.
    pub kind: ClientEventKind,
    /// Whose client it is.
    pub tenant_id: TenantId,
    /// The identity of the client's record.
    pub id: Id,
    /// What the client calls itself.
    pub client_id: ClientId,
    /// Who did it; nobody where it was the client itself.
    pub operator: Option<Operator>,
    /// When; the audit entry of a change has the same time.
    pub at: Timestamp,
}

impl ClientEvent {
    /// What happened to `client` at `at`, or what it did.
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

    /// The same, as done by `operator`.
    #[must_use]
    pub fn with_operator(mut self, operator: &Operator) -> Self {
        self.operator = Some(operator.clone());
        self
    }
}
