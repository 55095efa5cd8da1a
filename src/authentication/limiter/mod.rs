//! How often a client may fail to authenticate before it is told to wait.

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

pub use builder::LocalLimiterBuilder;
pub(super) use claims::ending;
pub(super) use erased::Limiter;
pub use local::{Admission, LocalLimiter};
pub(super) use pending::Pending;

/// Who tries to authenticate.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Attempt<'a> {
    /// Which client it says it is. There need not be one of that name.
    pub client_id: &'a ClientId,
    /// Where it calls from, if the host knows.
    pub peer: Option<IpAddr>,
    /// Which secret it says it has, if it presents one.
    pub claim: Option<Claim>,
}

/// Which secret an attempt says it has: the one that it names, or the very text, where it names none.
///
/// It holds within the process, and nothing of the secret can be told from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Claim(u64);

impl<'a> Attempt<'a> {
    /// An attempt to be that client, from there.
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
    /// The client is who it says it is.
    Succeeded,
    /// It is not. So ends an attempt whose caller goes away meanwhile: otherwise hanging up would be
    /// a way not to be counted.
    Failed {
        /// How much work it was to tell, in hashes that new secrets get: 1, or more where an imported hash
        /// [costs more](crate::secrets::SecretHasher::work).
        work: u32,
    },
    /// It is not, and no hash and no signature was verified for that, nor were keys fetched anew: its
    /// assertion can't be read, is for something else, or the client registered no keys.
    ///
    /// This costs whoever sends it nothing, so that a budget that others have to share would be spent
    /// for free.
    FailedUnverified,
    /// Nobody knows, and it is not the client's fault: too much to do, or something does not work.
    Undecided,
}

/// Decides who failed too often to be looked at now (RFC 6749 §2.3.1: brute force).
///
/// [`LocalLimiter`] counts within the process. Write your own to count for several hosts together.
///
/// # Contract
///
/// - **Asked before anything is spent** on an attempt: a query, a hash, or a signature to be verified.
///   Who presents a secret that verified a short while ago costs no hash, and is not asked about.
/// - **Counts at admission.** However many try at the same time, no more may fail than the budget and
///   what comes back of it. So an attempt takes its part of the budget when it is let through, and gives
///   it back when it ends well; a limiter that only looks, and counts afterwards, lets as many guess as come
///   at once.
/// - **Told how it ended**, once for each attempt that was let through, also when its caller goes away.
/// - **Unknown clients** are asked and told about like all others; what is kept has to be bounded.
/// - **Can't fail.** Whether to let everybody or nobody through while a shared store is away is for
///   the limiter to decide.
pub trait FailureLimiter: Send + Sync + 'static {
    /// What it wants to know again when the attempt has ended; `()` where that is nothing.
    type Admission: Send + 'static;

    /// Lets an attempt through, or tells how long it has to wait before it is asked about again.
    fn admit(
        &self,
        attempt: Attempt<'_>,
    ) -> impl Future<Output = Result<Self::Admission, Duration>> + Send;

    /// An attempt that was let through has ended.
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
