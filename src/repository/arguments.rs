//! What the writes of a repository are given. All of it is owned, so that one `clone` takes it into a task,
//! what a later version adds included.

use crate::domain::{AuditEntry, Client, ClientId, SecretRecord, Timestamp, Version};

/// What every write carries besides the change itself, to be stored in the same transaction.
///
/// Store all of it that you know. What a later version adds is empty, or says nothing that matters,
/// unless the host asked for a feature that needs a repository with another sub-trait; so a repository
/// that does not know it loses nothing.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Write {
    /// The line of the audit trail that tells of the change. Its time is that of the change.
    pub audit: AuditEntry,
}

impl Write {
    /// A write with its audit entry and nothing else.
    pub fn new(audit: AuditEntry) -> Self {
        Self { audit }
    }
}

impl From<AuditEntry> for Write {
    fn from(audit: AuditEntry) -> Self {
        Self::new(audit)
    }
}

/// A client to store, for [`ClientRepository::create`](super::ClientRepository::create).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct NewClient {
    /// The client, as it is to be stored.
    pub client: Client,
    /// Its first secret, if it has one.
    pub secret: Option<SecretRecord>,
    /// How it comes to be.
    pub origin: Origin,
}

impl NewClient {
    /// A client from nothing, without a secret.
    pub fn new(client: Client) -> Self {
        Self {
            client,
            secret: None,
            origin: Origin::Draft,
        }
    }

    /// Gives it its first secret, if there is one.
    #[must_use]
    pub fn with_secret(mut self, secret: impl Into<Option<SecretRecord>>) -> Self {
        self.secret = secret.into();
        self
    }

    /// Says how it comes to be.
    #[must_use]
    pub fn with_origin(mut self, origin: Origin) -> Self {
        self.origin = origin;
        self
    }
}

/// How a new client comes to be. A repository that meets an origin that it does not know refuses it
/// with [`ErrorKind::Other`](super::ErrorKind::Other).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Origin {
    /// From nothing.
    Draft,
    /// From another client of the tenant, which must be live and of that version when the clone
    /// is written.
    CloneOf(ClientId, Version),
    /// From elsewhere, with these secrets besides the first one: of whatever status, and stored as
    /// they are.
    Import(Vec<SecretRecord>),
}

/// A change of a client, for [`ClientRepository::update`](super::ClientRepository::update).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ClientUpdate {
    /// The client with the metadata and the status that it is to have, and the version that it was
    /// read with.
    pub client: Client,
    /// What becomes of its secrets.
    pub secrets: Secrets,
}

impl ClientUpdate {
    /// A change that leaves the secrets as they are.
    pub fn new(client: Client) -> Self {
        Self {
            client,
            secrets: Secrets::Keep,
        }
    }

    /// Says what becomes of its secrets.
    #[must_use]
    pub fn with_secrets(mut self, secrets: Secrets) -> Self {
        self.secrets = secrets;
        self
    }
}

/// What an update does to the client's secrets. A repository that meets a value that it does not know
/// refuses the update with [`ErrorKind::Other`](super::ErrorKind::Other).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Secrets {
    /// They stay as they are.
    Keep,
    /// None verifies from now on, without grace: the client can't use one any more.
    End,
}

/// An active secret to add, for [`ClientRepository::add_secret`](super::ClientRepository::add_secret).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct NewSecret {
    /// The version that the client must have: whether it can use a secret was checked at that one.
    pub expected: Version,
    /// The secret, as it is to be stored.
    pub secret: SecretRecord,
}

impl NewSecret {
    /// A secret for a client of that version.
    pub fn new(expected: Version, secret: SecretRecord) -> Self {
        Self { expected, secret }
    }
}

/// An active secret that replaces the others, for
/// [`ClientRepository::rotate_secret`](super::ClientRepository::rotate_secret).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SecretRotation {
    /// The version that the client must have: whether it can use a secret was checked at that one.
    pub expected: Version,
    /// The new secret, as it is to be stored.
    pub secret: SecretRecord,
    /// Until when those that it replaces verify at most; not after the time of the audit entry for a
    /// rotation without grace.
    pub grace_ends: Timestamp,
}

impl SecretRotation {
    /// A rotation of the secrets of a client of that version.
    pub fn new(expected: Version, secret: SecretRecord, grace_ends: Timestamp) -> Self {
        Self {
            expected,
            secret,
            grace_ends,
        }
    }
}

#[cfg(test)]
mod tests {
    /// A field or a value more must break no repository of a third party.
    #[test]
    fn what_repositories_store_and_are_given_may_grow() {
        let client = include_str!("../domain/client.rs");
        let arguments = include_str!("arguments.rs");
        for (source, name) in [
            (client, "struct Client "),
            (client, "struct ClientMetadata "),
            (include_str!("../domain/secret.rs"), "struct SecretRecord "),
            (include_str!("../domain/audit.rs"), "struct AuditEntry "),
            (include_str!("credentials.rs"), "struct Credentials "),
            (include_str!("filter.rs"), "struct ClientFilter "),
            (arguments, "struct Write "),
            (arguments, "struct NewClient "),
            (arguments, "struct ClientUpdate "),
            (arguments, "struct NewSecret "),
            (arguments, "struct SecretRotation "),
            (arguments, "enum Origin "),
            (arguments, "enum Secrets "),
        ] {
            let (before, _) = source.split_once(&format!("\npub {name}")).unwrap();
            let attributes = before.rsplit("\n\n").next().unwrap();
            assert!(attributes.contains("#[non_exhaustive]"), "{name}");
        }
    }
}
