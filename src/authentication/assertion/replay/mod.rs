mod memory;
#[cfg(feature = "_diesel")]
mod repository;

use std::fmt;
use std::future::Future;
use std::sync::Arc;

pub use memory::MemoryReplayStore;

use super::Error;
use crate::domain::{ClientId, Timestamp};

/// Remembers which assertions were presented, so that each authenticates once (RFC 7523 §3).
///
/// [`MemoryReplayStore`] does it for a single process. Processes that serve the same issuer must
/// share a store, or an assertion works once in each of them. Every repository over a database is
/// such a store, in one round trip: give the verifier a clone of it. A host's own looks like this:
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
/// - **Atomic.** Of any number of calls with the same client and `jti`, in whatever process, one
///   is told that it was the first.
/// - **To the byte.** A client's `jti` is up to 255 bytes of UTF-8, compared as bytes: no collation
///   that folds case or drops spaces. Another client may use the same.
/// - **Until then.** What is remembered is never forgotten before `until`, and should be kept some
///   minutes longer: a call may be late, and clocks are set back. A store that is full refuses with
///   [`ErrorKind::Overloaded`](super::ErrorKind::Overloaded) and forgets nothing. See to it that
///   one client can't fill it for all.
/// - **Verified.** Only assertions that are right in all else get here, so that nobody fills it in
///   the name of a client whose key they don't hold.
/// - **Failures** are errors, never `true`.
/// - **Dropped futures.** The future may be dropped at any point; the assertion is then remembered
///   or not.
pub trait ReplayStore: Send + Sync + 'static {
    /// Remembers the `jti` of a client's assertion; `false` when it was remembered before. The
    /// assertion is refused from `until` on for its age.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Overloaded`](super::ErrorKind::Overloaded) and
    /// [`ErrorKind::Unavailable`](super::ErrorKind::Unavailable).
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

/// A store of any type.
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
