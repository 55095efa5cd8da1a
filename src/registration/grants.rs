use std::future::Future;
use std::sync::Arc;

use crate::domain::Client;
use crate::exchange::BoxError;

/// Tells what a client would lose with its registration, for the [`Reaper`](super::Reaper).
pub trait LiveGrants: Send + Sync + 'static {
    /// Whether the client has anything that still works: an access token, a refresh token, a code,
    /// or a user's consent.
    ///
    /// # Errors
    ///
    /// Any: a client of which this is unknown is kept.
    fn any(&self, client: &Client) -> impl Future<Output = Result<bool, BoxError>> + Send;
}

erased! {
    pub(super) trait ErasedGrants of LiveGrants and Arc {
        fn any(client: [&] Client) -> Result<bool, BoxError>;
    }
}

/// Grants behind a pointer, so that nothing else needs a type parameter for them.
pub(super) type SharedGrants = Arc<dyn ErasedGrants>;
