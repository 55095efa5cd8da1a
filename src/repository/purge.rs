use std::future::Future;

use super::{ClientRepository, Result};
use crate::domain::Timestamp;

/// What a repository needs besides, to forget what has been kept for long enough.
///
/// Nothing is forgotten unless a host asks for it: audit entries, deleted clients and inactive
/// secrets stay. A host that may not keep them for ever calls these from a schedule of its own, for
/// the storage as a whole and not for a tenant.
///
/// # Contract
///
/// - **In batches.** A call removes about `limit` rows at most, oldest first, and gives back how many
///   it removed; 0 says that nothing is left. `limit` is at least 1; 1,000 is a good one. Calls at the same time
///   remove nothing twice and do no harm.
/// - **No trace.** A purge stores no audit entry, and no client gets a new version by it.
/// - Apart from that, the contract of [`ClientRepository`] holds.
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
    /// Removes audit entries from before that time, of all clients. What is left of a trail is read
    /// as before, and may be nothing.
    ///
    /// # Errors
    ///
    /// Only those that any method may have.
    fn purge_audit_entries(
        &self,
        before: Timestamp,
        limit: u32,
    ) -> impl Future<Output = Result<usize>> + Send;

    /// Removes clients that were deleted before that time, with their secrets and their audit trails.
    /// Each row counts; a trail that is longer than `limit` goes in several calls, and the client with the
    /// last of it.
    ///
    /// The ids of such a client are free again. Generated ones don't come back, imported ones may:
    /// tokens that name such a client must be gone by then.
    ///
    /// # Errors
    ///
    /// Only those that any method may have.
    fn purge_deleted_clients(
        &self,
        before: Timestamp,
        limit: u32,
    ) -> impl Future<Output = Result<usize>> + Send;

    /// Removes inactive secrets that were not changed since that time. A client may be left without any.
    ///
    /// # Errors
    ///
    /// Only those that any method may have.
    fn purge_inactive_secrets(
        &self,
        before: Timestamp,
        limit: u32,
    ) -> impl Future<Output = Result<usize>> + Send;
}
