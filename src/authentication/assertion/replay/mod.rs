mod memory;
#[cfg(feature = "diesel")]
mod repository;

use std::fmt;
use std::future::Future;
use std::sync::Arc;

pub use memory::MemoryReplayStore;

use super::Error;
use crate::domain::{ClientId, Timestamp};

/// Records used assertions, so that each authenticates only once (RFC 7523 §3).
///
/// [`MemoryReplayStore`] does so for a single process. Processes that serve the same issuer must
/// share a store, or an assertion works once in each of them. Every database repository is such a
/// store, with one round trip per assertion: pass the verifier a clone of it. A store of your own
/// looks like this:
///
/// ```
/// use tower_oauth_clients::authentication::assertion::{Error, ErrorKind, ReplayStore};
/// use tower_oauth_clients::domain::{ClientId, Timestamp};
///
/// struct Table;
/// # impl Table {
/// #     async fn execute(&self, _: &str, _: (&str, &str, i64)) -> Result<u64, std::io::Error> {
/// #         Ok(1)
/// #     }
/// # }
///
/// impl ReplayStore for Table {
///     async fn remember(
///         &self,
///         client_id: &ClientId,
///         jti: &str,
///         until: Timestamp,
///         _now: Timestamp,
///     ) -> Result<bool, Error> {
///         // (client_id, jti) is the primary key.
///         let insert = "INSERT INTO presented VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
///         let row = (client_id.as_str(), jti, until.as_micros());
///         let inserted = self.execute(insert, row).await;
///         let inserted =
///             inserted.map_err(|error| Error::new(ErrorKind::Unavailable).with_source(error))?;
///         Ok(inserted == 1)
///     }
/// }
/// ```
///
/// # Contract
///
/// - **Atomic.** Of concurrent calls with the same client and `jti`, in whatever process, exactly
///   one returns `true`.
/// - **Exact.** A `jti` is up to 255 bytes of UTF-8 and compared as bytes: use no collation that
///   folds case or trims spaces. Different clients may use the same `jti`.
/// - **Kept until `until`.** Never forget an entry before `until`, and keep it for some minutes
///   longer: a call may be late, and clocks are set back. A full store returns
///   [`ErrorKind::Overloaded`](super::ErrorKind::Overloaded) and forgets nothing. Make sure that a
///   single client can't fill it.
/// - **Verified.** It is called only for assertions that are valid in every other respect, so
///   nobody can fill it on behalf of a client whose key they don't hold.
/// - **Failures** are errors, never `true`.
/// - **Cancellation.** The future may be dropped at any point; the assertion may or may not have
///   been recorded.
pub trait ReplayStore: Send + Sync + 'static {
    /// Records the `jti` of a client's assertion and returns `true`, or returns `false` if it was
    /// already recorded. From `until` on, the assertion has expired.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Overloaded`](super::ErrorKind::Overloaded) if the store is full, and
    /// [`ErrorKind::Unavailable`](super::ErrorKind::Unavailable) if it can't be reached.
    fn remember(
        &self,
        client_id: &ClientId,
        jti: &str,
        until: Timestamp,
        now: Timestamp,
    ) -> impl Future<Output = Result<bool, Error>> + Send;
}

erased! {
    trait Erased of ReplayStore and Arc {
        fn remember(
            client_id: [&] ClientId,
            jti: [&] str,
            until: [] Timestamp,
            now: [] Timestamp
        ) -> Result<bool, Error>;
    }
}

/// A type-erased store.
#[derive(Clone)]
pub(super) struct SharedReplayStore(Arc<dyn Erased>);

impl SharedReplayStore {
    pub(super) fn new(store: impl ReplayStore) -> Self {
        Self(Arc::new(store))
    }

    pub(super) async fn remember(
        &self,
        client_id: &ClientId,
        jti: &str,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<bool, Error> {
        self.0.remember(client_id, jti, until, now).await
    }
}

impl fmt::Debug for SharedReplayStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReplayStore")
    }
}
