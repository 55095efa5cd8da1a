use std::future::Future;

use super::{ClientRepository, Result};
use crate::domain::Timestamp;

/// A repository that can purge old data.
///
/// Nothing is purged unless the host asks for it: audit entries, deleted clients and inactive
/// secrets stay. A host with a retention limit calls these methods on its own schedule, for the
/// whole storage and not per tenant.
///
/// # Contract
///
/// - **In batches.** A call removes at most about `limit` rows, oldest first, and returns how many
///   it removed; 0 means that nothing is left. `limit` is at least 1; 1,000 is a good value.
///   Concurrent calls are safe and count no row twice.
/// - **No trace.** A purge writes no audit entry and changes no client's version.
/// - Otherwise the contract of [`ClientRepository`] applies.
///
/// # Examples
///
/// ```
/// use std::time::{Duration, SystemTime};
///
/// use tower_oauth_clients::domain::Timestamp;
/// use tower_oauth_clients::repository::{PurgeRepository, Result};
///
/// const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);
///
/// /// To be called once a day.
/// async fn purge(repository: &impl PurgeRepository) -> Result<()> {
///     let before = Timestamp::from(SystemTime::now() - YEAR);
///     while repository.purge_deleted_clients(before, 1_000).await? > 0 {}
///     while repository.purge_audit_entries(before, 1_000).await? > 0 {}
///     while repository.purge_inactive_secrets(before, 1_000).await? > 0 {}
///     Ok(())
/// }
/// ```
pub trait PurgeRepository: ClientRepository {
    /// Removes all clients' audit entries from before that time. The rest of a trail, which may be
    /// empty, can be read as before.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unavailable`](super::ErrorKind::Unavailable) or
    /// [`ErrorKind::Other`](super::ErrorKind::Other) if the storage fails.
    fn purge_audit_entries(
        &self,
        before: Timestamp,
        limit: u32,
    ) -> impl Future<Output = Result<usize>> + Send;

    /// Removes clients that were deleted before that time, with their secrets and their audit
    /// trails. Each row counts; a trail longer than `limit` takes several calls, and the client is
    /// removed with its last entry.
    ///
    /// Its `client_id`, and its `id` in its tenant, stay taken: no other client gets them. Nothing
    /// else remains, and it can no longer be [restored](ClientRepository::restore). So choose a
    /// time that is longer ago than the manager's
    /// [window](crate::manager::ClientManagerBuilder::with_restore_window).
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unavailable`](super::ErrorKind::Unavailable) or
    /// [`ErrorKind::Other`](super::ErrorKind::Other) if the storage fails.
    fn purge_deleted_clients(
        &self,
        before: Timestamp,
        limit: u32,
    ) -> impl Future<Output = Result<usize>> + Send;

    /// Removes inactive secrets that have not changed since that time. A client may be left without
    /// any secret.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unavailable`](super::ErrorKind::Unavailable) or
    /// [`ErrorKind::Other`](super::ErrorKind::Other) if the storage fails.
    fn purge_inactive_secrets(
        &self,
        before: Timestamp,
        limit: u32,
    ) -> impl Future<Output = Result<usize>> + Send;
}
