//! Storage of clients, their secrets and the audit trail.
//!
//! [`ClientRepository`] is the contract. [`MemoryRepository`] stores everything in memory, for
//! tests and trials.

#[macro_use]
mod methods;

mod arguments;
mod audit_filter;

#[cfg(feature = "conformance")]
#[cfg_attr(docsrs, doc(cfg(feature = "conformance")))]
#[allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a suite of tests"
)]
pub mod conformance;
mod credentials;
#[cfg(feature = "diesel")]
mod diesel;
mod document;
#[cfg(feature = "cimd")]
mod documents;
#[cfg_attr(
    not(feature = "authentication"),
    allow(dead_code, reason = "clients authenticate with a part of it")
)]
mod erased;
mod error;
mod filter;
mod fold;
#[cfg(doc)]
#[doc = include_str!("../../docs/writing_a_repository.md")]
pub mod guide {}
mod memory;
mod origins;
mod purge;
#[cfg(feature = "registration")]
mod registrations;
mod shared;
mod stored;
#[cfg(all(test, feature = "cimd"))]
pub(crate) mod testing;

use std::future::Future;

use crate::domain::{
    AuditEntry, Client, ClientId, Id, Page, SecretRecord, Slice, TenantId, Timestamp, Version,
};

#[cfg(feature = "diesel-mysql")]
#[cfg_attr(docsrs, doc(cfg(feature = "diesel-mysql")))]
pub use self::diesel::{MysqlRepository, MysqlTransaction};
#[cfg(feature = "diesel-postgres")]
#[cfg_attr(docsrs, doc(cfg(feature = "diesel-postgres")))]
pub use self::diesel::{PostgresRepository, PostgresTransaction};
#[cfg(feature = "diesel-sqlite")]
#[cfg_attr(docsrs, doc(cfg(feature = "diesel-sqlite")))]
pub use self::diesel::{SqliteRepository, SqliteTransaction};
pub use arguments::{ClientUpdate, NewClient, NewSecret, Origin, SecretRotation, Secrets, Write};
pub use audit_filter::AuditFilter;
pub use credentials::{CredentialRepository, Credentials};
pub use document::Document;
#[cfg(feature = "cimd")]
#[cfg_attr(docsrs, doc(cfg(feature = "cimd")))]
pub use documents::DocumentRepository;
#[cfg(feature = "authentication")]
pub(crate) use erased::CredentialSource;
#[cfg(feature = "cimd")]
pub(crate) use erased::DocumentSource;
#[cfg(feature = "registration")]
#[allow(unused_imports, reason = "the endpoints of registration use it")]
pub(crate) use erased::RegistrationSource;
pub(crate) use erased::Repository;
pub use error::{Error, ErrorKind};
pub use filter::ClientFilter;
#[cfg(feature = "diesel")]
pub(crate) use fold::fold_name;
pub use memory::MemoryRepository;
pub use origins::OriginRepository;
pub use purge::PurgeRepository;
#[cfg(feature = "registration")]
#[cfg_attr(docsrs, doc(cfg(feature = "registration")))]
pub use registrations::{NewRegistration, RegistrationRepository, RegistrationUpdate};
pub use stored::StoredClient;

/// The result of a repository method.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The maximum number of active secrets of a client.
pub const MAX_ACTIVE_SECRETS: usize = 2;

/// The maximum number of retired secrets of a client that still verify.
pub const MAX_RETIRED_SECRETS: usize = 2;

/// The maximum number of inactive secrets that are kept when a client gets a new secret.
pub const MAX_INACTIVE_SECRETS: usize = 100;

/// Storage of clients, their secrets and the audit trail.
///
/// # Contract
///
/// - **Tenants.** Every method is limited to the tenant that it is given. Anything of another
///   tenant is [`ErrorKind::NotFound`], exactly as if it did not exist. Strings are compared byte
///   by byte.
/// - **Consistent arguments.** The tenant and the `client_id` passed to a method are those of the
///   client and of the audit entry passed with them; a repository may rely on it.
/// - **Ids.** A `client_id` is unique across tenants, and the `id` of a client at least within its
///   tenant; both stay taken for ever, after its deletion and after a [purge](PurgeRepository). The
///   `id` of a secret is unique at least within its client, and that of an audit entry at least
///   within its client's trail. A write with a taken id is [`ErrorKind::Conflict`] and stores
///   nothing. The `id` of an audit entry is [generated](Id::generate) at its time.
/// - **Atomic.** A method that writes stores the change and all of its [`Write`] (the audit entry)
///   together, or neither, and returns only once both would survive a crash of the process. A
///   dropped future leaves one of these two states and no lock.
/// - **Serialized.** Two writes to one client never interleave: what a method checks (versions,
///   numbers of secrets) still holds when it commits, whatever other processes do.
/// - **Versions.** Each write to a client increments its version and sets `updated_at` to the time
///   of the audit entry.
/// - **Deleted clients** are [`ErrorKind::NotFound`] for every method except
///   [`get_deleted`](Self::get_deleted), [`restore`](Self::restore),
///   [`audit_entries`](Self::audit_entries) and
///   [`tenant_audit_entries`](Self::tenant_audit_entries), and in no list of clients except that of
///   [deleted ones](ClientFilter::deleted).
/// - **Consistent reads.** What a method returns, including its total, is a snapshot of one moment,
///   and includes every write that returned before.
/// - **Newest first.** Lists are in descending order of ids.
/// - **Transient failures** (a lock not acquired in time, a lost connection) are
///   [`ErrorKind::Unavailable`]. No error text contains a secret, a hash or a stored value.
///
/// Implement the methods as plain `async fn`. The trait is extended by sub-traits, and its
/// arguments by fields; it has no default methods, so that none is forgotten. The [`guide`] shows
/// how to write a repository, and a test suite (feature `conformance`) checks it against the
/// contract.
pub trait ClientRepository: Send + Sync + 'static {
    /// Stores a new client with its first secret, if it has one, and with what its origin says.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Conflict`] if the `id` or `client_id` is taken. For a clone,
    /// [`ErrorKind::NotFound`] if its origin does not exist and [`ErrorKind::Stale`] if that has
    /// another version by now.
    fn create(
        &self,
        tenant: &TenantId,
        new: &NewClient,
        write: &Write,
    ) -> impl Future<Output = Result<()>> + Send;

    /// Reads a client.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`].
    fn get(
        &self,
        tenant: &TenantId,
        client_id: &ClientId,
    ) -> impl Future<Output = Result<Client>> + Send;

    /// Reads a deleted client, as it was when it was deleted, until it is
    /// [purged](PurgeRepository::purge_deleted_clients).
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`], also if the client is not deleted.
    fn get_deleted(
        &self,
        tenant: &TenantId,
        client_id: &ClientId,
    ) -> impl Future<Output = Result<Client>> + Send;

    /// Reads a page of the tenant's clients.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unavailable`] or [`ErrorKind::Other`] if the storage fails.
    fn list(
        &self,
        tenant: &TenantId,
        filter: &ClientFilter,
        page: Page,
    ) -> impl Future<Output = Result<Slice<Client>>> + Send;

    /// Replaces the metadata and the status of a client with those of the given one, and returns
    /// the stored client.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`], and [`ErrorKind::Stale`] if the stored version is not the one of
    /// the given client: the version that was read.
    fn update(
        &self,
        tenant: &TenantId,
        update: &ClientUpdate,
        write: &Write,
    ) -> impl Future<Output = Result<Client>> + Send;

    /// Marks a client as deleted and ends its secrets. The audit trail stays.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`], and [`ErrorKind::Stale`] if a version is expected and the stored
    /// one differs.
    fn delete(
        &self,
        tenant: &TenantId,
        client_id: &ClientId,
        expected: Option<Version>,
        write: &Write,
    ) -> impl Future<Output = Result<()>> + Send;

    /// Makes a deleted client an existing one again, with its metadata and its status. Its secrets
    /// stay ended.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`], also if the client is not deleted or was
    /// [purged](PurgeRepository::purge_deleted_clients), and [`ErrorKind::Stale`] if the stored
    /// version is not the expected one.
    fn restore(
        &self,
        tenant: &TenantId,
        client_id: &ClientId,
        expected: Version,
        write: &Write,
    ) -> impl Future<Output = Result<()>> + Send;

    /// Reads all secrets of a client, newest first.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`].
    fn secrets(
        &self,
        tenant: &TenantId,
        client_id: &ClientId,
    ) -> impl Future<Output = Result<Vec<SecretRecord>>> + Send;

    /// Adds an active secret. Only the newest [`MAX_INACTIVE_SECRETS`] inactive ones are kept.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`]; [`ErrorKind::Stale`] if the stored version is not the expected one;
    /// [`ErrorKind::TooManySecrets`] if [`MAX_ACTIVE_SECRETS`] are active and not expired
    /// ([`SecretRecord::verifies_at`] the time of the audit entry); [`ErrorKind::Conflict`] if the
    /// secret's id is taken.
    fn add_secret(
        &self,
        tenant: &TenantId,
        client_id: &ClientId,
        new: &NewSecret,
        write: &Write,
    ) -> impl Future<Output = Result<()>> + Send;

    /// Adds an active secret and retires every other active one: they verify until
    /// [`grace_ends`](SecretRotation::grace_ends), or until they expire if that is earlier. No
    /// secret's lifetime is extended. Of the retired ones that still verify, the newest
    /// [`MAX_RETIRED_SECRETS`] stay; older ones become inactive, as do all if `grace_ends` is not
    /// after the time of the audit entry. Then the oldest inactive ones are removed, as in
    /// [`add_secret`](Self::add_secret).
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`]; [`ErrorKind::Stale`] and [`ErrorKind::Conflict`] as in
    /// [`add_secret`](Self::add_secret).
    fn rotate_secret(
        &self,
        tenant: &TenantId,
        client_id: &ClientId,
        rotation: &SecretRotation,
        write: &Write,
    ) -> impl Future<Output = Result<()>> + Send;

    /// Makes a secret inactive, even the last active one, and returns the stored secret.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`] if the client has no such secret.
    fn deactivate_secret(
        &self,
        tenant: &TenantId,
        client_id: &ClientId,
        secret_id: Id,
        write: &Write,
    ) -> impl Future<Output = Result<SecretRecord>> + Send;

    /// Deletes a secret.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`] if the client has no such secret; [`ErrorKind::LastSecret`] if it is
    /// the only one, or the only active one, as in [`add_secret`](Self::add_secret).
    fn delete_secret(
        &self,
        tenant: &TenantId,
        client_id: &ClientId,
        secret_id: Id,
        write: &Write,
    ) -> impl Future<Output = Result<()>> + Send;

    /// Records that a secret verified at `at`, unless a later use is recorded; but one more than a
    /// day after `at` came from a wrong clock and is replaced. Not a write in the sense of the
    /// contract: no audit entry, no new version, and a missing secret is not an error.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unavailable`] or [`ErrorKind::Other`] if the storage fails.
    fn touch_secret(
        &self,
        tenant: &TenantId,
        client_id: &ClientId,
        secret_id: Id,
        at: Timestamp,
    ) -> impl Future<Output = Result<()>> + Send;

    /// Reads a page of a client's audit trail, even after the client was deleted.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`] if the tenant never had such a client.
    fn audit_entries(
        &self,
        tenant: &TenantId,
        client_id: &ClientId,
        page: Page,
    ) -> impl Future<Output = Result<Slice<AuditEntry>>> + Send;

    /// Reads a page of the audit trail of all clients of the tenant, deleted ones included.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unavailable`] or [`ErrorKind::Other`] if the storage fails.
    fn tenant_audit_entries(
        &self,
        tenant: &TenantId,
        filter: &AuditFilter,
        page: Page,
    ) -> impl Future<Output = Result<Slice<AuditEntry>>> + Send;
}
