//! Hashing off the async runtime, bounded in how much runs and how much waits.

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

/// How many hashes of today a verification is that waits among all others.
const COSTS_NO_MORE: u32 = 2;

/// Threads that hash and verify secrets, and the bounded queue before them.
///
/// A hash costs milliseconds of CPU and megabytes of memory. On the threads of an async runtime it
/// would hold up every other request, and on a thread each it would let a flood of requests take
/// all memory. Here the number of threads bounds what runs, the queue bounds what waits, and more
/// is refused at once with [`ErrorKind::Overloaded`].
///
/// - A clone is cheap and uses the same threads. They end when the last clone is dropped.
/// - A caller that goes away before its job began costs no hash: the job is skipped as soon as a
///   thread gets to it. One that has begun is finished on its thread, which is not free before that.
/// - On Linux the threads run at a nice value 10 above the process's, so that under load the
///   requests that need no hash go first.
/// - What [costs more](SecretHasher::work) than two hashes of the hasher's own, such as a hash that was
///   imported, waits in a queue of its own and never has more than half of the threads: nobody else waits
///   for it.
/// - It works on every async runtime, since it needs none.
#[derive(Clone)]
pub struct HashPool {
    queue: Sender<Job>,
    /// For what costs more than others should have to wait for.
    costly: Sender<Job>,
    hasher: Arc<dyn SecretHasher>,
}

impl HashPool {
    /// Configures a pool that hashes with `hasher`.
    pub fn builder(hasher: impl SecretHasher) -> HashPoolBuilder {
        HashPoolBuilder::new(hasher)
    }

    /// Hashes a secret and gives it back, for the one answer that shows it.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Overloaded`] when the queue is full, else what the hasher answers.
    pub async fn hash(&self, plaintext: Plaintext) -> Result<(Plaintext, SecretHash), Error> {
        let hash = move |hasher: &dyn SecretHasher| {
            let hash = hasher.hash(&plaintext)?;
            Ok((plaintext, hash))
        };
        self.run(&self.queue, "hash", || None, hash).await
    }

    /// Whether `presented` is the secret that `hash` was made of.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Overloaded`] when the queue is full, else what the hasher answers.
    pub async fn verify(&self, presented: Plaintext, hash: SecretHash) -> Result<bool, Error> {
        self.verify_unless(presented, hash, || false, || ()).await
    }

    /// The same, unless it is known by now: asked when its turn has come, and noted before the next
    /// one's has. Of many who present a secret at once, each thread verifies one, and the others
    /// find it known.
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

    /// Whether the hasher [reads](SecretHasher::reads) a hash. It hashes nothing, and does not wait.
    pub fn reads(&self, hash: &SecretHash) -> bool {
        self.hasher.reads(hash)
    }

    /// How much [work](SecretHasher::work) it is to verify a hash. It hashes nothing, and does not wait.
    pub(crate) fn work(&self, hash: &SecretHash) -> u32 {
        self.hasher.work(hash)
    }

    /// Whether a new hash of the same plaintext would be of
    /// [another policy](SecretHasher::needs_rehash). It hashes nothing, and does not wait.
    pub fn needs_rehash(&self, hash: &SecretHash) -> bool {
        self.hasher.needs_rehash(hash)
    }

    /// Does what is not `known` by the time that a thread gets to it.
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
        // It lives until the answer is here, so that it ends on the thread of whoever waits for it.
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
                Err(Error::new(ErrorKind::Other, "the secret hasher panicked"))
            });
            hashed(kind, &begun);
            // Before its caller has the answer.
            hashing.end();
            // Nobody waits any more: the answer is dropped.
            let _ = answer.send(done);
        });
        queue.try_send(job).map_err(|_| {
            hash_shed();
            Error::new(ErrorKind::Overloaded, "too many secrets wait to be hashed")
        })?;
        answered.await.map_err(|error| {
            Error::new(ErrorKind::Other, "the secret was not hashed").with_source(error)
        })?
    }
}

impl fmt::Debug for HashPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HashPool").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
