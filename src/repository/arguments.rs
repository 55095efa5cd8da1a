//! The arguments of a repository's writes. They are owned, so that one `clone` moves them into a
//! task, including fields that a later version adds.

use crate::domain::{AuditEntry, Client, ClientId, SecretRecord, Timestamp, Version};

/// What accompanies every write, to be stored in the same transaction.
///
/// Store every field that you know. Fields that a later version adds are empty or irrelevant unless
/// the host uses a feature that needs a repository with another sub-trait, so a repository that
/// does not know them loses nothing.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Write {
    /// The audit entry of the change. Its time is the time of the change.
    pub audit: AuditEntry,
}

impl Write {
    /// Creates a write with only an audit entry.
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
    /// The client to store.
    pub client: Client,
    /// Its first secret, if any.
    pub secret: Option<SecretRecord>,
    /// Where it comes from.
    pub origin: Origin,
}

impl NewClient {
    /// Creates a client that is not a copy, without a secret.
    pub fn new(client: Client) -> Self {
        Self {
            client,
            secret: None,
            origin: Origin::Draft,
        }
    }

    /// Sets its first secret, if any.
    #[must_use]
    pub fn with_secret(mut self, secret: impl Into<Option<SecretRecord>>) -> Self {
        self.secret = secret.into();
        self
    }

    /// Sets where it comes from.
    #[must_use]
    pub fn with_origin(mut self, origin: Origin) -> Self {
        self.origin = origin;
        self
    }
}

/// Where a new client comes from. A repository refuses an origin that it does not know with
/// [`ErrorKind::Other`](super::ErrorKind::Other).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Origin {
    /// A new registration.
    Draft,
    /// A clone of another client of the tenant, which must not be deleted and must have that
    /// version when the clone is written.
    CloneOf(ClientId, Version),
    /// Imported from another system, with these secrets besides the first one, of any status and
    /// stored as they are.
    Import(Vec<SecretRecord>),
}

/// A change of a client, for [`ClientRepository::update`](super::ClientRepository::update).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ClientUpdate {
    /// The client with its new metadata and status, and the version that was read.
    pub client: Client,
    /// What happens to its secrets.
    pub secrets: Secrets,
    /// Whether [`Client::allows_cors_origin`] changes, for an
    /// [`OriginRepository`](super::OriginRepository) that keeps an index of origins.
    pub changes_cors_origins: bool,
}

impl ClientUpdate {
    /// Creates a change that leaves the secrets as they are.
    pub fn new(client: Client) -> Self {
        Self {
            client,
            secrets: Secrets::Keep,
            changes_cors_origins: true,
        }
    }

    /// Sets whether [`Client::allows_cors_origin`] changes.
    #[must_use]
    pub fn with_changes_cors_origins(mut self, changes: bool) -> Self {
        self.changes_cors_origins = changes;
        self
    }

    /// Sets what happens to its secrets.
    #[must_use]
    pub fn with_secrets(mut self, secrets: Secrets) -> Self {
        self.secrets = secrets;
        self
    }
}

/// What an update does to the client's secrets. A repository refuses an update with a value that it
/// does not know with [`ErrorKind::Other`](super::ErrorKind::Other).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Secrets {
    /// They stay as they are.
    Keep,
    /// They all end at once, without grace: the client can no longer use a secret.
    End,
}

/// An active secret to add, for
/// [`ClientRepository::add_secret`](super::ClientRepository::add_secret).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct NewSecret {
    /// The version that the client must have, the one for which it was checked that it can use a
    /// secret.
    pub expected: Version,
    /// The secret to store.
    pub secret: SecretRecord,
}

impl NewSecret {
    /// Creates a secret for a client of that version.
    pub fn new(expected: Version, secret: SecretRecord) -> Self {
        Self { expected, secret }
    }
}

/// An active secret that replaces the others, for
/// [`ClientRepository::rotate_secret`](super::ClientRepository::rotate_secret).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SecretRotation {
    /// The version that the client must have, the one for which it was checked that it can use a
    /// secret.
    pub expected: Version,
    /// The new secret to store.
    pub secret: SecretRecord,
    /// The latest time until which the replaced secrets verify; for a rotation without grace, not
    /// after the time of the audit entry.
    pub grace_ends: Timestamp,
}

impl SecretRotation {
    /// Creates a rotation of the secrets of a client of that version.
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
    /// Adding a field or a value must not break a third party's repository.
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
