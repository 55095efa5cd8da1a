//! A bounded thread pool for hashing off the async runtime.

mod builder;
mod worker;

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crossbeam_channel::Sender;
use tokio::sync::oneshot;

use self::worker::Job;
use super::{Error, ErrorKind, Plaintext, SecretHasher};
use crate::domain::SecretHash;
use crate::telemetry::{Gauged, Stopwatch, hash_shed, hashed, span};

pub use builder::HashPoolBuilder;

/// The most that a verification may cost, in new hashes, to share the main queue.
const COSTS_NO_MORE: u32 = 2;

/// A thread pool that hashes and verifies secrets, with a bounded queue.
///
/// A hash costs milliseconds of CPU time and megabytes of memory. On an async runtime's threads it
/// would delay every other request, and on a thread of its own each, a flood of requests would
/// exhaust the memory. Here the number of threads limits what runs and the queue limits what waits;
/// further jobs are refused at once with [`ErrorKind::Overloaded`].
///
/// - Clones are cheap and share the threads, which end when the last clone is dropped.
/// - If a caller goes away before its job has started, the job is skipped and costs no hash. A job
///   that has started is finished, and occupies its thread until then.
/// - On Linux the threads run at a nice value 10 above the process's, so that under load, requests
///   that need no hash go first.
/// - A hash that [costs more](SecretHasher::work) than two new ones, such as an imported one, waits
///   in a separate queue and gets at most half of the threads: other jobs don't wait for it.
/// - It does not depend on an async runtime.
#[derive(Clone)]
pub struct HashPool {
    queue: Sender<Job>,
    /// The queue for expensive verifications.
    costly: Sender<Job>,
    hasher: Arc<dyn SecretHasher>,
}

impl HashPool {
    /// Creates a builder for a pool that hashes with `hasher`.
    pub fn builder(hasher: impl SecretHasher) -> HashPoolBuilder {
        HashPoolBuilder::new(hasher)
    }

    /// Hashes a secret and returns both, since one response shows the secret.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Overloaded`] if the queue is full, else the hasher's error.
    pub async fn hash(&self, plaintext: Plaintext) -> Result<(Plaintext, SecretHash), Error> {
        let hash = move |hasher: &dyn SecretHasher| {
            let hash = hasher.hash(&plaintext)?;
            Ok((plaintext, hash))
        };
        self.run(&self.queue, "hash", || None, hash).await
    }

    /// Whether `presented` is the secret that `hash` was made from.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Overloaded`] if the queue is full, else the hasher's error.
    pub async fn verify(&self, presented: Plaintext, hash: SecretHash) -> Result<bool, Error> {
        self.verify_unless(presented, hash, || false, || ()).await
    }

    /// Like [`verify`](Self::verify), but skips the hash if `is_known` returns true when the job
    /// starts. `note` is called on success, before the thread takes its next job. When many callers
    /// present the same secret at once, each thread verifies one of them, and the others find it
    /// known.
    pub(crate) async fn verify_unless(
        &self,
        presented: Plaintext,
        hash: SecretHash,
        is_known: impl FnOnce() -> bool + Send + 'static,
        note: impl FnOnce() + Send + 'static,
    ) -> Result<bool, Error> {
        let queue = match self.work(&hash) {
            ..=COSTS_NO_MORE => &self.queue,
            _ => &self.costly,
        };
        let verify = move |hasher: &dyn SecretHasher| {
            let verified = hasher.verify(&presented, &hash)?;
            if verified {
                note();
            }
            Ok(verified)
        };
        let is_known = || is_known().then_some(true);
        self.run(queue, "verify", is_known, verify).await
    }

    /// Whether the hasher [supports](SecretHasher::reads) a hash. It hashes nothing, and does not
    /// wait.
    pub fn reads(&self, hash: &SecretHash) -> bool {
        self.hasher.reads(hash)
    }

    /// The [work](SecretHasher::work) of verifying a hash. It hashes nothing, and does not wait.
    pub(crate) fn work(&self, hash: &SecretHash) -> u32 {
        self.hasher.work(hash)
    }

    /// Whether a hash [needs a rehash](SecretHasher::needs_rehash). It hashes nothing, and does not
    /// wait.
    pub fn needs_rehash(&self, hash: &SecretHash) -> bool {
        self.hasher.needs_rehash(hash)
    }

    /// Runs `work` on a thread, unless `known` returns a result by then.
    async fn run<T, K, W>(
        &self,
        queue: &Sender<Job>,
        kind: &'static str,
        known: K,
        work: W,
    ) -> Result<T, Error>
    where
        K: FnOnce() -> Option<T> + Send + 'static,
        W: FnOnce(&dyn SecretHasher) -> Result<T, Error> + Send + 'static,
        T: Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        // Kept until the result arrives, so that the span ends on the caller's thread.
        let span = span!(DEBUG, "oauth_clients.hash", work = kind);
        let (waiting, entered) = (Gauged::waiting(), span.clone());
        let job: Job = Box::new(move |hasher| {
            waiting.end();
            if answer.is_closed() {
                return;
            }
            if let Some(known) = known() {
                let _ = answer.send(Ok(known));
                return;
            }
            let (hashing, begun) = (Gauged::hashing(), Stopwatch::start());
            let done = catch_unwind(AssertUnwindSafe(|| entered.within(|| work(hasher))));
            let done = done.unwrap_or_else(|_| {
                Err(Error::new(ErrorKind::Other).with_source("the secret hasher panicked"))
            });
            hashed(kind, &begun);
            // Before the caller receives the result.
            hashing.end();
            // If the caller is gone, the result is dropped.
            let _ = answer.send(done);
        });
        queue.try_send(job).map_err(|_| {
            hash_shed();
            Error::new(ErrorKind::Overloaded).with_source("too many secrets wait to be hashed")
        })?;
        answered
            .await
            .map_err(|error| Error::new(ErrorKind::Other).with_source(error))?
    }
}

impl fmt::Debug for HashPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HashPool").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
