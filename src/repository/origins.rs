use std::future::Future;

use super::{ClientRepository, Result};

/// A repository that finds out whether any client allows the pages of an origin: for browsers,
/// whose preflight requests name an origin but no client.
///
/// The contract of [`ClientRepository`] applies, with one exception: a preflight names no tenant,
/// either.
pub trait OriginRepository: ClientRepository {
    /// Whether an active client of any tenant [allows](crate::domain::Client::allows_cors_origin)
    /// this origin. Anybody can ask, so the cost must not grow with the number of clients.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unavailable`](super::ErrorKind::Unavailable) or
    /// [`ErrorKind::Other`](super::ErrorKind::Other) if the storage fails.
    fn is_cors_origin(&self, origin: &str) -> impl Future<Output = Result<bool>> + Send;
}
