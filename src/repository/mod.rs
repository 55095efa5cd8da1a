//! Where clients, their secrets and the audit trail live.
//!
//! [`ClientRepository`] is the contract; [`MemoryRepository`] keeps everything in the process,
//! for tests and trials.

#[macro_use]
mod methods;

mod arguments;

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
#[cfg(feature = "_diesel")]
mod diesel;
mod document;
mod erased;
mod error;
mod filter;
mod fold;
#[cfg(doc)]
#[doc = include_str!("../../docs/writing_a_repository.md")]
pub mod guide {}
mod memory;
mod purge;
mod shared;
mod stored;

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
pub use credentials::{CredentialRepository, Credentials};
pub use document::Document;
pub(crate) use erased::{CredentialSource, Repository};
pub use error::{Error, ErrorKind};
pub use filter::ClientFilter;
#[cfg(feature = "_diesel")]
pub(crate) use fold::fold_name;
pub use memory::MemoryRepository;
pub use purge::PurgeRepository;
pub use stored::StoredClient;

/// What most methods give back.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The most active secrets that a client may have.
pub const MAX_ACTIVE_SECRETS: usize = 2;

/// The most retired secrets of a client that still verify.
pub const MAX_RETIRED_SECRETS: usize = 2;

/// The most inactive secrets of a client that are kept when it gets another secret.
pub const MAX_INACTIVE_SECRETS: usize = 100;

/// Where clients, their secrets and the audit trail live.
///
/// # Contract
///
/// - **Tenants.** Every method is bound to the tenant that it is given. What belongs to another
///   tenant is [`ErrorKind::NotFound`], exactly like what does not exist. Texts compare byte for
///   byte.
/// - **Arguments agree.** The tenant and the `client_id` that a method is given are those of the
///   client and of the audit entry that it is given beside; a repository may rely on it.
/// - **Ids.** A `client_id` is unique across tenants, and the `id` of a client at least in its
///   tenant; both stay taken after its deletion, until a [purge](PurgeRepository) removes it. The `id` of a secret is unique at least among its
///   client's, that of an audit entry at least in its client's trail. A write that brings a taken
///   one is [`ErrorKind::Conflict`], and nothing of it stays.
/// - **All or nothing.** A method that writes stores the change and all of its [`Write`] (the audit
///   entry) together, or neither, and it answers only when both would survive a crash of the process. A caller that
///   goes away (a dropped future) leaves one of these two states and no lock.
/// - **One after the other.** Two writes on one client never interleave: what a method checks
///   (versions, numbers of secrets) still holds when it commits, whatever other processes do.
/// - **Versions.** Each write on a client sets its version one higher and `updated_at` to the
///   time of the audit entry.
/// - **Deleted clients** are [`ErrorKind::NotFound`] to every method but
///   [`audit_entries`](Self::audit_entries).
/// - **One moment.** What a method gives back was there at one moment, its total included, and it
///   holds every write that was answered before.
/// - **Newest first.** Lists are in descending order of the ids.
/// - **Failures** that may pass (a lock not had in time, a lost connection) are
///   [`ErrorKind::Unavailable`]. No error text holds a secret, a hash or a stored value.
///
/// Methods are written as plain `async fn`. The trait grows by sub-traits, and its arguments by fields;
/// it has no default bodies, so that nothing is forgotten. The [`guide`] shows how to write one, and a suite of tests
/// (feature `conformance`) tells whether it keeps the contract.
pub trait ClientRepository: Send + Sync + 'static {
    /// Stores a new client with its first secret, if it has one; an imported one with all that its
    /// origin says.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Conflict`] when the `id` or `client_id` is taken. For a clone
    /// [`ErrorKind::NotFound`] when its origin is gone and [`ErrorKind::Stale`] when it has
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

    /// Reads a client that was deleted, as it was then, until it is
    /// [purged](PurgeRepository::purge_deleted_clients).
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`], also where it was not deleted.
    fn get_deleted(
        &self,
        tenant: &TenantId,
        client_id: &ClientId,
    ) -> impl Future<Output = Result<Client>> + Send;

    /// Reads a part of the tenant's clients.
    ///
    /// # Errors
    ///
    /// Only those that any method may have.
    fn list(
        &self,
        tenant: &TenantId,
        filter: &ClientFilter,
        page: Page,
    ) -> impl Future<Output = Result<Slice<Client>>> + Send;

    /// Replaces the metadata and the status of a client by those of the given one, and gives
    /// back what is stored then.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`], and [`ErrorKind::Stale`] when the stored version is not the one
    /// that the given client has: the version that it was read with.
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
    /// [`ErrorKind::NotFound`], and [`ErrorKind::Stale`] when a version is expected and is not
    /// the stored one.
    fn delete(
        &self,
        tenant: &TenantId,
        client_id: &ClientId,
        expected: Option<Version>,
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

    /// Adds an active secret. Of the inactive ones, the newest [`MAX_INACTIVE_SECRETS`] stay; older
    /// ones are removed.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`]; [`ErrorKind::Stale`] when the stored version is not the
    /// expected one;
    /// [`ErrorKind::TooManySecrets`] when [`MAX_ACTIVE_SECRETS`] are active and not past an end of
    /// their own ([`SecretRecord::verifies_at`] the time of the audit entry);
    /// [`ErrorKind::Conflict`] when the secret's id is taken.
    fn add_secret(
        &self,
        tenant: &TenantId,
        client_id: &ClientId,
        new: &NewSecret,
        write: &Write,
    ) -> impl Future<Output = Result<()>> + Send;

    /// Adds an active secret and retires every other active one: they verify until
    /// [`grace_ends`](SecretRotation::grace_ends), or until they expire by themselves if that is earlier. No secret is prolonged. Of the retired
    /// ones that still verify, the newest [`MAX_RETIRED_SECRETS`] stay; older ones become inactive,
    /// and so do all when `grace_ends` is not after the time of the audit entry. The oldest inactive
    /// ones are removed then, as in [`add_secret`](Self::add_secret).
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

    /// Makes a secret inactive, the last active one included, and gives back what is stored then.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`] when the client has no such secret.
    fn deactivate_secret(
        &self,
        tenant: &TenantId,
        client_id: &ClientId,
        secret_id: Id,
        write: &Write,
    ) -> impl Future<Output = Result<SecretRecord>> + Send;

    /// Removes a secret for good.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`] when the client has no such secret; [`ErrorKind::LastSecret`] when
    /// it is the only one, or the only active one, as in [`add_secret`](Self::add_secret).
    fn delete_secret(
        &self,
        tenant: &TenantId,
        client_id: &ClientId,
        secret_id: Id,
        write: &Write,
    ) -> impl Future<Output = Result<()>> + Send;

    /// Notes that a secret verified at `at`, unless a later use is noted: but one that is noted for more
    /// than a day after `at` was noted by a clock that was wrong, and is replaced. Not a write in the sense of the contract above: no
    /// audit entry, no new version, and a secret that is gone is no error.
    ///
    /// # Errors
    ///
    /// Only those that any method may have.
    fn touch_secret(
        &self,
        tenant: &TenantId,
        client_id: &ClientId,
        secret_id: Id,
        at: Timestamp,
    ) -> impl Future<Output = Result<()>> + Send;

    /// Reads a part of a client's audit trail, also after the client was deleted.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`] when the tenant never had such a client.
    fn audit_entries(
        &self,
        tenant: &TenantId,
        client_id: &ClientId,
        page: Page,
    ) -> impl Future<Output = Result<Slice<AuditEntry>>> + Send;
}
