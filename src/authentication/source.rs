use std::future::Future;

use super::Result;
use crate::domain::{Client, ClientId};

/// Provides clients that are not stored: those whose `client_id` is the URL of their metadata
/// document.
///
/// # Contract
///
/// - It is asked for a `client_id` that begins with `https://` or `http://` and names no stored
///   client, when it comes alone or with an assertion. A deleted client may be stored no more, but
///   must not come back this way.
/// - What the client may do is checked afterwards, as for a stored one: its status, its
///   authentication methods and its keys.
/// - The caller is not authenticated yet. Bound the work.
/// - **Cancellation.** The future may be dropped at any point.
pub trait ClientSource: Send + Sync + 'static {
    /// Returns the client with this `client_id`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidClient`](super::ErrorKind::InvalidClient) if there is none, and
    /// [`ErrorKind::Unavailable`](super::ErrorKind::Unavailable) if that can't be told now, so that
    /// the caller keeps its credentials.
    fn client(&self, client_id: &ClientId) -> impl Future<Output = Result<Client>> + Send;
}

erased! {
    pub(super) trait ErasedSource of ClientSource and Arc {
        fn client(client_id: [&] ClientId) -> Result<Client>;
    }
}

/// Whether a `client_id` may be the URL of a document.
pub(super) fn is_url(client_id: &ClientId) -> bool {
    let id = client_id.as_str();
    id.starts_with("https://") || id.starts_with("http://")
}
