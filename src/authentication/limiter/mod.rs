//! Limits how often a client may fail to authenticate.

mod bucket;
mod builder;
mod claims;
mod erased;
mod local;
mod pending;

use std::future::Future;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use crate::domain::ClientId;

#[cfg(feature = "registration")]
pub(crate) use bucket::{Buckets, Held};
pub use builder::LocalLimiterBuilder;
pub(super) use claims::ending;
pub(super) use erased::Limiter;
pub use local::{Admission, LocalLimiter};
#[cfg(feature = "registration")]
pub(crate) use local::{network, site};
pub(super) use pending::Pending;

/// An attempt to authenticate.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Attempt<'a> {
    /// The claimed client, which may not exist.
    pub client_id: &'a ClientId,
    /// The address that the client calls from, if the host knows it.
    pub peer: Option<IpAddr>,
    /// Identifies the presented secret, if there is one.
    pub claim: Option<Claim>,
}

/// Identifies the secret that an attempt presents: by its lookup id or, without one, by its text.
///
/// It is valid within this process, and reveals nothing about the secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Claim(u64);

impl<'a> Attempt<'a> {
    /// Creates an attempt to authenticate as this client from this address.
    pub fn new(client_id: &'a ClientId, peer: Option<IpAddr>) -> Self {
        Self {
            client_id,
            peer,
            claim: None,
        }
    }

    pub(super) fn with_claim(self, claim: Option<Claim>) -> Self {
        Self { claim, ..self }
    }
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// The client was authenticated.
    Succeeded,
    /// The client was refused, or the caller disconnected: otherwise disconnecting would be a way
    /// not to be counted.
    Failed {
        /// How much work the verification took, in multiples of a new secret's hash: 1, or more if
        /// an imported hash [costs more](crate::secrets::SecretHasher::work).
        work: u32,
    },
    /// The client was refused without verifying a hash or a signature or fetching keys again: its
    /// assertion is malformed or meant for something else, it registered no keys, or a
    /// [`ClientSource`](super::ClientSource) was asked for it in vain.
    ///
    /// This costs the caller next to nothing: charged to a shared budget, it would let anyone spend
    /// that for free.
    FailedUnverified,
    /// No decision, and not the client's fault: overload, or a failing dependency.
    Undecided,
}

/// Limits failed attempts, against brute force (RFC 6749 §2.3.1).
///
/// [`LocalLimiter`] counts within the process. Implement this trait to count across several hosts.
///
/// # Contract
///
/// - **Asked before anything is spent** on an attempt: a query, a hash, or a signature. A secret in
///   the cache of verified secrets costs no hash and is not asked about.
/// - **Counts at admission.** Concurrent attempts must not fail more often than the budget, with
///   its refill, allows. So an attempt takes its unit of the budget when it is admitted and returns
///   it when it succeeds; a limiter that checks first and counts afterwards lets any number of
///   concurrent guesses through.
/// - **Told the outcome** exactly once for each admitted attempt, even if the caller disconnects.
/// - **Unknown clients** are treated like all others, so the state must be bounded.
/// - **Infallible.** If a shared store is down, it is for the limiter to decide whether to admit
///   everyone or no one.
pub trait FailureLimiter: Send + Sync + 'static {
    /// The state of an admitted attempt, passed back to [`ended`](Self::ended); `()` if there is
    /// none.
    type Admission: Send + 'static;

    /// Admits an attempt, or returns how long the caller should wait before the next one.
    fn admit(
        &self,
        attempt: Attempt<'_>,
    ) -> impl Future<Output = Result<Self::Admission, Duration>> + Send;

    /// Called when an admitted attempt has ended.
    fn ended(
        &self,
        attempt: Attempt<'_>,
        admission: Self::Admission,
        outcome: Outcome,
    ) -> impl Future<Output = ()> + Send;
}

impl<L: FailureLimiter + ?Sized> FailureLimiter for Arc<L> {
    type Admission = L::Admission;

    fn admit(
        &self,
        attempt: Attempt<'_>,
    ) -> impl Future<Output = Result<Self::Admission, Duration>> + Send {
        (**self).admit(attempt)
    }

    fn ended(
        &self,
        attempt: Attempt<'_>,
        admission: Self::Admission,
        outcome: Outcome,
    ) -> impl Future<Output = ()> + Send {
        (**self).ended(attempt, admission, outcome)
    }
}
