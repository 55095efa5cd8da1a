//! How often a client may fail to authenticate before it is told to wait.

mod bucket;
mod builder;
mod local;
mod pending;

use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use crate::domain::ClientId;

pub use builder::LocalLimiterBuilder;
pub use local::LocalLimiter;
pub(super) use pending::Pending;

/// Who tries to authenticate.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Attempt<'a> {
    /// Which client it says it is. There need not be one of that name.
    pub client_id: &'a ClientId,
    /// Where it calls from, if the host knows.
    pub peer: Option<IpAddr>,
}

impl<'a> Attempt<'a> {
    /// An attempt to be that client, from there.
    pub fn new(client_id: &'a ClientId, peer: Option<IpAddr>) -> Self {
        Self { client_id, peer }
    }
}

/// Decides who failed too often to be looked at now (RFC 6749 §2.3.1: brute force).
///
/// [`LocalLimiter`] counts within the process. Write your own to count for several hosts together.
///
/// # Contract
///
/// - **Asked before anything is spent** on an attempt: a hash, or a signature to be verified. Who
///   presents a secret that verified a short while ago costs neither, and is not asked about.
/// - **Told how it ended**, once for each attempt that was let through. An attempt whose caller
///   went away meanwhile has failed: otherwise hanging up would be a way not to be counted. One
///   that could not be decided (overload, a fault) is not told of.
/// - **Unknown clients** are asked and told about like all others; what is kept has to be bounded.
/// - **Can't fail.** Whether to let everybody or nobody through while a shared store is away is for
///   the limiter to decide.
pub trait FailureLimiter: Send + Sync + 'static {
    /// How long this attempt has to wait, or `None` if it may go on.
    fn wait(&self, attempt: Attempt<'_>) -> impl Future<Output = Option<Duration>> + Send;

    /// An attempt failed.
    fn failed(&self, attempt: Attempt<'_>) -> impl Future<Output = ()> + Send;

    /// An attempt failed before a hash or a signature was verified: its assertion can't be read, is
    /// for something else, or the client registered no keys.
    ///
    /// This costs whoever sends it nothing, so that a budget that others have to share is spent for
    /// free. Counted as [`failed`](Self::failed) unless overridden.
    fn failed_unverified(&self, attempt: Attempt<'_>) -> impl Future<Output = ()> + Send {
        self.failed(attempt)
    }

    /// An attempt succeeded.
    fn succeeded(&self, attempt: Attempt<'_>) -> impl Future<Output = ()> + Send;
}

impl<L: FailureLimiter + ?Sized> FailureLimiter for Arc<L> {
    fn wait(&self, attempt: Attempt<'_>) -> impl Future<Output = Option<Duration>> + Send {
        (**self).wait(attempt)
    }

    fn failed(&self, attempt: Attempt<'_>) -> impl Future<Output = ()> + Send {
        (**self).failed(attempt)
    }

    fn failed_unverified(&self, attempt: Attempt<'_>) -> impl Future<Output = ()> + Send {
        (**self).failed_unverified(attempt)
    }

    fn succeeded(&self, attempt: Attempt<'_>) -> impl Future<Output = ()> + Send {
        (**self).succeeded(attempt)
    }
}

type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The boxed twin of [`FailureLimiter`], which can't be a trait object itself.
pub(super) trait Erased: Send + Sync {
    fn wait<'a>(&'a self, attempt: Attempt<'a>) -> Boxed<'a, Option<Duration>>;
    fn failed<'a>(&'a self, attempt: Attempt<'a>) -> Boxed<'a, ()>;
    fn failed_unverified<'a>(&'a self, attempt: Attempt<'a>) -> Boxed<'a, ()>;
    fn succeeded<'a>(&'a self, attempt: Attempt<'a>) -> Boxed<'a, ()>;
}

impl<L: FailureLimiter> Erased for L {
    fn wait<'a>(&'a self, attempt: Attempt<'a>) -> Boxed<'a, Option<Duration>> {
        Box::pin(FailureLimiter::wait(self, attempt))
    }

    fn failed<'a>(&'a self, attempt: Attempt<'a>) -> Boxed<'a, ()> {
        Box::pin(FailureLimiter::failed(self, attempt))
    }

    fn failed_unverified<'a>(&'a self, attempt: Attempt<'a>) -> Boxed<'a, ()> {
        Box::pin(FailureLimiter::failed_unverified(self, attempt))
    }

    fn succeeded<'a>(&'a self, attempt: Attempt<'a>) -> Boxed<'a, ()> {
        Box::pin(FailureLimiter::succeeded(self, attempt))
    }
}
